"""Where on a page its fields were read: for whoever wants to see that it was read right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from migration_spider.items import Entry
from migration_spider.pages.news import NewsPage
from migration_spider.pages.outline import Block, Line, Piece
from migration_spider.pages.text import absolute, fold
from migration_spider.vocabularies import key

Slot = tuple[Any, bool]
"""A text in the DOM: (element, True when it is the element's tail)."""


class Place(NamedTuple):
    """What of the page one field was read from."""

    field: str
    """Name of the item field."""

    entry: int | None
    """Of ``metadata``: the number of the label in the block, from 0."""

    texts: list[Slot]
    """In page order."""

    elements: list[Any]
    """What shows no text: pictures."""


def places(page: NewsPage) -> list[Place]:
    """The places of the fields that the page prints; a field read from the head, or from nothing, has none.

    Each text belongs to one place only: the first that asks for it.
    """
    taken: set[Slot] = set()

    def place(field: str, texts: Iterator[Slot], elements: list[Any] | None = None, entry: int | None = None) -> Place:
        own = [slot for slot in dict.fromkeys(texts) if slot not in taken]
        taken.update(own)
        return Place(field, entry, own, elements or [])

    found = [place("title", _title(page))]
    by_entry = _block(page)
    for number in range(len(page.block.entries)):
        pieces = by_entry.get(number, [])
        icons = [piece.slot[0] for piece in pieces if piece.image]
        found.append(place("metadata", _slots(pieces), icons, number))
    found += [
        place("summary", _slots(_pieces(page._summary_lines))),
        place("attachments", _slots(_files(page))),
        place("body_text", _slots(_pieces(page.body.lines if page.body else []))),
        place("images", iter(()), _pictures(page)),
    ]
    return [one for one in found if one.texts or one.elements]


def _slots(pieces: list[Piece]) -> Iterator[Slot]:
    return (piece.slot for piece in pieces if not piece.image and fold(piece.text))


def _pieces(lines: list[Line]) -> list[Piece]:
    return [piece for line in lines for piece in line.pieces]


def _title(page: NewsPage) -> Iterator[Slot]:
    heading = page.heading
    if heading is not None and page.title in fold("".join(heading.itertext())):
        for element in heading.iter():
            if isinstance(element.tag, str) and fold(element.text):
                yield element, False
            if element is not heading and fold(element.tail):
                yield element, True
        return
    for line in page.outline.lines() if page.outline is not None else ():
        if line.text == page.title:
            yield from _slots(line.pieces)


def _block(page: NewsPage) -> dict[int, list[Piece]]:
    """Number of an entry of the block -> the pieces that print its label and values."""
    lines: dict[Line, None] = {}
    for unit in page.block.units:
        for line in unit.lines() if isinstance(unit, Block) else (unit,):
            lines.setdefault(line)
    order = {line: n for n, line in enumerate(page.outline.lines())} if page.outline is not None else {}
    found: dict[int, list[Piece]] = {}
    current = -1
    labelled: set[int] = set()
    for line in sorted(lines, key=lambda one: order.get(one, len(order))):
        for piece in line.pieces:
            if not fold(piece.text):
                continue
            current = _owner(piece, line, page.block.entries, current, labelled)
            if current >= 0:
                found.setdefault(current, []).append(piece)
    return found


def _owner(piece: Piece, line: Line, entries: list[Entry], current: int, labelled: set[int]) -> int:
    """The entry that ``piece`` prints a part of: the one being read, one that follows, one before.

    ``labelled``: those whose labels were met; one that is printed again is the label of the next entry with it.
    """
    first = max(current, 0)
    order: list[int] = [*range(first, len(entries)), *range(first)]
    own = key(piece.text)
    for number in order:
        if number not in labelled and own and own == key(entries[number].label):
            labelled.add(number)
            return number
    for text in (own, key(line.text)):
        for number in order:
            if text and any(text == key(part) for part in _parts(entries[number])):
                return number
    for number in order:
        if any(_holds(own, key(part)) for part in _parts(entries[number])):
            return number
    return current


def _holds(own: str, part: str) -> bool:
    return len(part) > 2 and (own.startswith(part) or (len(own) > 2 and own in part))


def _parts(entry: Entry) -> Iterator[str]:
    yield entry.label
    for value in entry.values:
        yield value.text


def _files(page: NewsPage) -> list[Piece]:
    urls = {one.url for one in page.attachments}
    lines = list(page.outline.lines()) if page.outline is not None else []
    if page._beside is not None:
        lines += page._beside[0].lines()
    return [
        piece
        for piece in _pieces(lines)
        if piece.link is not None and (absolute(page.base_url, piece.link.get("href")) or "").partition("#")[0] in urls
    ]


def _pictures(page: NewsPage) -> list[Any]:
    urls = {one.url for one in page.images}
    around = page.article if page.article is not None else page.main
    if around is None or not urls:
        return []
    return [
        img
        for img in around.iter("img")
        if absolute(page.base_url, img.get("src") or img.get("data-src") or "") in urls
    ]
