"""Downloads of a selection: CSV, JSON, JSON lines, and an Atom feed.

The lines are copied from the files of the release (`lines`), with the same columns, fields, codes and protection
against formulas. They are sent while they are read, so a selection can have any size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archive.dataset import DatasetError
from archive.dataset.feed import MOST_ENTRIES, Entry, atom
from archive.dataset.shelf import descriptor
from migration_spider import EXTRACTOR
from migration_spider.browse.answering import collection_summary, file_name, headers, not_modified
from migration_spider.browse.asked import collection_of, links_of
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import count, stories
from migration_spider.browse.lines import lines_of
from migration_spider.browse.selection import BadSelection, Selection

OF = ("stories", "items")
"""What a row or line can be."""

_PIECE = 1 << 16
"""Bytes that are sent together."""


def csv(request: Request) -> Response:
    """The selection as a table: one row for each story, or with ``of=items`` for each of its pages."""
    return _file(request, "csv", "text/csv; charset=utf-8; header=present")


def jsonl(request: Request) -> Response:
    """The selection as JSON, one object a line."""
    return _file(request, "jsonl", "application/jsonl")


def json_(request: Request) -> Response:
    """The selection as one JSON object, which also describes the selection and the collection."""
    return _file(request, "json", "application/json")


def _file(request: Request, kind: str, media_type: str) -> Response:
    collection, (selection, what) = collection_of(request), chosen(request)
    response_headers = headers(collection, links_of(request))
    if known := not_modified(request, response_headers):
        return known
    lines = lines_of(collection)
    ids = stories(collection, selection)
    try:
        if kind == "csv":
            body = _after(lines.head(what), lines.read(what, "csv", ids))
        elif kind == "jsonl":
            body = lines.read(what, "jsonl", ids)
        else:
            head = {
                "collection": collection_summary(collection),
                "href": str(request.url),
                "of": what,
                "stories": count(collection, selection),
            }
            body = _object(head, lines.read(what, "jsonl", ids))
        pieces = _pieces(body)
        first = next(pieces, b"")  # a missing file is reported before the response begins
    except DatasetError as error:
        raise HTTPException(404, f"There is no such file of this collection: {error}.") from error
    name = file_name(collection, selection, what, kind)
    response_headers |= {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_after(first, pieces), media_type=media_type, headers=response_headers)


def chosen(request: Request) -> tuple[Selection, str]:
    """The selection with all its pages, and the kind of its rows, one of `OF`. Raises BadSelection."""
    pairs = request.query_params.multi_items()
    kinds = [value for name, value in pairs if name == "of" and value] or [OF[0]]
    if len(kinds) > 1 or kinds[0] not in OF:
        raise BadSelection(f"“of” is one of {', '.join(OF)}")
    return Selection.parse(pair for pair in pairs if pair[0] != "of").replaced(), kinds[0]


def _object(head: dict[str, object], lines: Iterable[bytes]) -> Iterator[bytes]:
    """``head`` with ``data``, the list of ``lines``."""
    yield json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "data": ['
    between = b"\n"
    for line in lines:
        yield between + line.rstrip(b"\n")
        between = b",\n"
    yield b"\n]}\n"


def _after(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Join ``parts`` into fewer ones, because each costs a switch of threads."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        if len(buffer) >= _PIECE:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


# ---- the feed


def feed(request: Request) -> Response:
    """The stories of the selection that changed last, as an Atom feed (RFC 4287) with an entry for each change."""
    collection, links = collection_of(request), links_of(request)
    selection = Selection.parse(request.query_params.multi_items())
    response_headers = headers(collection, links)
    if known := not_modified(request, response_headers):
        return known
    dataset = descriptor(collection.folder)
    ids = list(islice(stories(collection, selection.replaced(sort="changed")), MOST_ENTRIES))
    body = atom(
        _entries(collection, ids),
        source=str(dataset.get("homepage") or ""),
        title=title(str(dataset.get("title") or "News"), selection),
        author=str(next((person["title"] for person in dataset.get("contributors", ())), "News")),
        generator=EXTRACTOR,
        updated=collection.about.created,
        address=str(request.url),
    )
    return Response(body, media_type="application/atom+xml", headers=response_headers)


def title(name: str, selection: Selection) -> str:
    """The title of a feed: the name of the dataset and the parameters of the selection."""
    pairs = [(key, value) for key, value in selection.pairs() if key not in ("sort", "page")]
    return ": ".join(filter(None, (name, ", ".join(f"{key} {value}" for key, value in pairs))))


def _entries(collection: Collection, ids: list[str]) -> Iterator[Entry]:
    marks = ",".join("?" * len(ids))
    rows = collection.connect().execute(
        "SELECT s.id, s.title, s.url, s.source_language, s.publication_date,"  # noqa: S608
        " max(n.last_changed) AS changed, max(n.version) AS version, group_concat(DISTINCT n.language) AS languages"
        f" FROM stories s JOIN news n ON n.story_id = s.id WHERE s.id IN ({marks}) GROUP BY s.id",
        ids,
    )
    for row in rows:
        dated = f"Dated {row['publication_date']}. " if row["publication_date"] else ""
        yield Entry(
            key=row["id"],
            version=row["changed"],
            what="added" if row["version"] == 1 else "changed",
            title=row["title"],
            url=row["url"],
            updated=row["changed"],
            language=row["source_language"],
            remark=f"{dated}Languages: {', '.join(sorted(row['languages'].split(',')))}.",
        )
