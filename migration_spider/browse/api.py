"""The API: stories, items and counts as JSON, similar to the API of ReliefWeb. It is read-only.

Each response names its collection and how complete it is. Errors are problem details (RFC 9457). Pages of other sites
cannot read it: there are no CORS headers, on purpose.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from itertools import islice
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.dataset import DatasetError
from migration_spider.browse.answering import collection_summary, headers, not_modified
from migration_spider.browse.asked import collection_of, links_of, page
from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import BY_NAME
from migration_spider.browse.finding import Answer, Value
from migration_spider.browse.lines import lines_of
from migration_spider.browse.openapi import described
from migration_spider.browse.parameters import PARAMETERS, FacetRequest, Question, question
from migration_spider.browse.selection import BadSelection, Selection

PROBLEM = "application/problem+json"

Pairs = list[tuple[str, str]]


def stories(request: Request) -> Response:
    """A part of the stories of a selection, and counts of facets."""
    return _answer(request, _stories)


def story(request: Request) -> Response:
    """One story."""
    return _answer(request, _story)


def item(request: Request) -> Response:
    """One item, with the evidence that it cites."""
    return _answer(request, _item)


def facets(request: Request) -> Response:
    """The values of all facets, each with its number of stories in a selection."""
    return _answer(request, _all_facets)


def openapi(request: Request) -> Response:
    """The description of the API (OpenAPI 3.1)."""
    return _answer(request, lambda request, collection: described(collection, str(request.base_url)))


EXAMPLES = (
    "stories?objective=7&sort=date&facets=place,year",
    "stories?query[value]=migrants&filter[field]=language&filter[value]=fr&fields[include][]=title&fields[include][]=url",
    "stories?filter[field]=date&filter[value][from]=2024-01-01&profile=minimal",
    "facets?place=002",
)
"""Example requests on the page that describes the API."""


def people(request: Request) -> Response:
    """The page that describes the API."""
    links = links_of(request)
    return page(
        request,
        "api.html",
        parameters=PARAMETERS,
        base=str(request.base_url).rstrip("/"),
        examples=[links.api(path) for path in EXAMPLES],
    )


def problem(status: int, detail: str) -> Response:
    """An error as problem details (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(_dumped(body), status, media_type=PROBLEM)


def _answer(request: Request, make: Any) -> Response:
    collection = collection_of(request)
    response_headers = headers(collection, links_of(request))
    if known := not_modified(request, response_headers):
        return known
    started = time.perf_counter()
    try:
        body = make(request, collection)
    except DatasetError as error:
        raise HTTPException(404, f"The collection does not have this: {error}.") from error
    if "openapi" not in body:
        took = int(1000 * (time.perf_counter() - started))
        body = {"collection": collection_summary(collection), "time": took, "href": str(request.url), **body}
    return Response(_dumped(body), media_type="application/json", headers=response_headers)


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


# ---- stories


def _stories(request: Request, collection: Collection) -> dict[str, Any]:
    wanted = question(request.query_params.multi_items())
    answer = Answer(collection, wanted.selection)
    places = list(islice(answer.places(), wanted.offset, wanted.offset + wanted.limit))
    ids = [collection.ids[place] for place in places]
    lines = lines_of(collection).read("stories", "jsonl", ids)
    data = [
        {
            "id": story_id,
            "score": answer.score(place),
            "href": _href(request, story_id),
            "fields": fields(msgspec.json.decode(line), wanted),
        }
        for story_id, place, line in zip(ids, places, lines, strict=True)
    ]
    body: dict[str, Any] = {
        "links": _links(request, wanted, answer.total),
        "totalCount": answer.total,
        "count": len(data),
        "data": data,
    }
    if wanted.facets:
        counted = answer.facets()
        body["embedded"] = {
            "facets": {facet.name: _facet(facet, counted[facet.name], collection) for facet in wanted.facets}
        }
    return body


def _links(request: Request, wanted: Question, total: int) -> dict[str, Any]:
    """The addresses of this part of the stories, the one before and the next one."""
    addresses = {"self": str(request.url)}
    if wanted.limit and wanted.offset:
        addresses["prev"] = _at(request, max(0, wanted.offset - wanted.limit))
    if wanted.limit and wanted.offset + wanted.limit < total:
        addresses["next"] = _at(request, wanted.offset + wanted.limit)
    return {name: {"href": href} for name, href in addresses.items()}


def _at(request: Request, offset: int) -> str:
    return str(request.url.include_query_params(offset=offset))


def _facet(wanted: FacetRequest, values: Sequence[Value], collection: Collection) -> dict[str, Any]:
    if wanted.by_value:
        values = sorted(values, key=lambda value: collection.facets[wanted.name].order(value.key))
    else:
        values = sorted(values, key=lambda value: (-value.count, value.label, value.key))
    return {"type": "terms", "data": _values(values[: wanted.limit]), "more": len(values) > wanted.limit}


def _values(values: Iterable[Value]) -> list[dict[str, Any]]:
    return [{"value": value.key, "label": value.label, "count": value.count} for value in values]


def fields(record: Mapping[str, Any], wanted: Question) -> dict[str, Any]:
    """The requested fields of ``record``, in its order.

    Raises:
        BadSelection: It has no field of such a name.
    """
    for name in (*wanted.include, *wanted.exclude):
        if name.partition(".")[0] not in record:
            raise BadSelection(f"a story has no field “{name}”: {', '.join(record)}")
    selected = dict(record)
    if wanted.include:
        parts: dict[str, set[str]] = {}
        for name in wanted.include:
            outer, _, inner = name.partition(".")
            parts.setdefault(outer, set()).add(inner)
        selected = {name: _parts(record[name], parts[name]) for name in record if name in parts}
    for name in wanted.exclude:
        outer, _, inner = name.partition(".")
        if not inner:
            selected.pop(outer, None)
        elif outer in selected:
            selected[outer] = _parts(selected[outer], {inner}, drop=True)
    return selected


def _parts(value: Any, names: set[str], *, drop: bool = False) -> Any:
    """``value``, an object or a list of objects, with only the keys ``names`` (all if ``""`` is among them).

    Args:
        drop: Remove these keys instead.
    """
    if "" in names:
        return value
    if isinstance(value, list):
        return [_parts(entry, names, drop=drop) for entry in value]
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if (name in names) is not drop}
    return value


def _story(request: Request, collection: Collection) -> dict[str, Any]:
    wanted = question(request.query_params.multi_items())
    if replace(wanted, include=(), exclude=()) != Question(Selection()):
        raise BadSelection("of one story only “fields” and “profile” can be chosen")
    story_id = request.path_params["id"]
    if story_id not in collection.position:
        raise HTTPException(404, f"There is no story {story_id}.")
    (line,) = lines_of(collection).read("stories", "jsonl", [story_id])
    selected = fields(msgspec.json.decode(line), wanted)
    return {
        "links": {"self": {"href": str(request.url)}},
        "totalCount": 1,
        "count": 1,
        "data": [{"id": story_id, "score": 1, "href": str(request.url.replace(query="")), "fields": selected}],
    }


def _item(request: Request, collection: Collection) -> dict[str, Any]:
    _refuse_parameters(request)
    item_id = request.path_params["id"]
    row = collection.connect().execute("SELECT story_id FROM news WHERE id = ?", (item_id,)).fetchone()
    if row is None:
        raise HTTPException(404, f"There is no item {item_id}.")
    lines = map(msgspec.json.decode, lines_of(collection).read("items", "jsonl", [row["story_id"]]))
    record = next(line for line in lines if line["id"] == item_id)
    return {
        "links": {"self": {"href": str(request.url)}, "story": {"href": _href(request, row["story_id"])}},
        "totalCount": 1,
        "count": 1,
        "data": [{"id": item_id, "score": 1, "href": str(request.url), "fields": record}],
    }


def _href(request: Request, story_id: str) -> str:
    return str(request.base_url).rstrip("/") + links_of(request).api(f"stories/{quote(story_id, safe='@')}")


def _refuse_parameters(request: Request) -> None:
    for name in request.query_params:
        raise BadSelection(f"there is no parameter “{name}” here")


def _all_facets(request: Request, collection: Collection) -> dict[str, Any]:
    wanted = question(request.query_params.multi_items())
    if replace(wanted, selection=Selection()) != Question(Selection()):
        raise BadSelection(
            "here only the parameters of a selection are allowed, not “limit”, “offset”, “fields” or “facets”"
        )
    answer = Answer(collection, wanted.selection)
    data = [
        {"name": name, "title": BY_NAME[name].title, "field": BY_NAME[name].field, "values": _values(values)}
        for name, values in answer.facets().items()
    ]
    return {"totalCount": answer.total, "count": len(data), "data": data}
