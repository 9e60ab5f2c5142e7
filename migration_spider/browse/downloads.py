"""Downloads of a selection: CSV, JSON, JSON lines, and an Atom feed.

The lines are those of the release (`lines`), with the same columns, fields, codes and protection against formulas, but
only those of the selection. They are sent while they are read, so any number is possible.
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
from migration_spider.browse.answering import file_name, headers, not_modified, told
from migration_spider.browse.asked import collection_of, links_of
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import count, stories
from migration_spider.browse.lines import lines_of
from migration_spider.browse.selection import BadSelection, Selection

OF = ("stories", "items")
"""What a row or line tells."""

_PIECE = 1 << 16
"""Bytes that are sent at once."""


def csv(request: Request) -> Response:
    """The selection as a table: one row for each story, or with ``of=items`` for each of its pages."""
    return _file(request, "csv", "text/csv; charset=utf-8; header=present")


def jsonl(request: Request) -> Response:
    """The selection as JSON, one object a line."""
    return _file(request, "jsonl", "application/jsonl")


def json_(request: Request) -> Response:
    """The selection as one JSON object, which says what it is of."""
    return _file(request, "json", "application/json")


def _file(request: Request, kind: str, media_type: str) -> Response:
    collection, (selection, what) = collection_of(request), chosen(request)
    given = headers(collection, links_of(request))
    if known := not_modified(request, given):
        return known
    lines = lines_of(collection)
    ids = stories(collection, selection)
    try:
        if kind == "csv":
            body = _after(lines.head(what), lines.read(what, "csv", ids))
        elif kind == "jsonl":
            body = lines.read(what, "jsonl", ids)
        else:
            told_first = {
                "collection": told(collection),
                "href": str(request.url),
                "of": what,
                "stories": count(collection, selection),
            }
            body = _object(told_first, lines.read(what, "jsonl", ids))
        pieces = _pieces(body)
        first = next(pieces, b"")  # what is missing is told before the answer begins
    except DatasetError as error:
        raise HTTPException(404, f"There is no such file of this collection: {error}.") from error
    name = file_name(collection, selection, what, kind)
    given |= {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_after(first, pieces), media_type=media_type, headers=given)


def chosen(request: Request) -> tuple[Selection, str]:
    """The selection, all of its pages, and what its rows are to be: one of `OF`. Raises BadSelection."""
    pairs = request.query_params.multi_items()
    what = [value for name, value in pairs if name == "of" and value] or [OF[0]]
    if len(what) > 1 or what[0] not in OF:
        raise BadSelection(f"“of” is one of {', '.join(OF)}")
    return Selection.parse(pair for pair in pairs if pair[0] != "of").replaced(), what[0]


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
    """The same bytes, in fewer parts: each costs a change of threads."""
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= _PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


# ---- the feed


def feed(request: Request) -> Response:
    """The stories of the selection that changed last, as a feed (RFC 4287): each change is an entry."""
    collection, links = collection_of(request), links_of(request)
    selection = Selection.parse(request.query_params.multi_items())
    given = headers(collection, links)
    if known := not_modified(request, given):
        return known
    dataset = descriptor(collection.folder)
    ids = list(islice(stories(collection, selection.replaced(sort="changed")), MOST_ENTRIES))
    body = atom(
        _entries(collection, ids),
        source=str(dataset.get("homepage") or ""),
        title=title(str(dataset.get("title") or "News"), selection),
        author=str(next((one["title"] for one in dataset.get("contributors", ())), "News")),
        generator=EXTRACTOR,
        updated=collection.about.created,
        address=str(request.url),
    )
    return Response(body, media_type="application/atom+xml", headers=given)


def title(name: str, selection: Selection) -> str:
    """What a feed is called: what is chosen, in the words of its address."""
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
        said = f"Dated {row['publication_date']}. " if row["publication_date"] else ""
        yield Entry(
            key=row["id"],
            version=row["changed"],
            what="added" if row["version"] == 1 else "changed",
            title=row["title"],
            url=row["url"],
            updated=row["changed"],
            language=row["source_language"],
            said=f"{said}Languages: {', '.join(sorted(row['languages'].split(',')))}.",
        )
