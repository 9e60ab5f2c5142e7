"""Where on a page each field of the item was read, to check the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from migration_spider.text import absolute, fold, text_in

if TYPE_CHECKING:
    from migration_spider.items import Entry
    from migration_spider.pages.news import NewsPage
    from migration_spider.pages.outline import Line, Piece

Slot = tuple[Any, bool]
"""A text in the DOM: (element, True if it is the element's tail)."""


class Place(NamedTuple):
    """The texts and elements from which one field was read."""

    field: str
    """Name of the item field."""

    entry: int | None
    """Number of the entry, from 0, for ``metadata``; else None."""

    texts: list[Slot]
    """In page order."""

    elements: list[Any]
    """Elements without text: pictures."""


def places(page: NewsPage) -> list[Place]:
    """Return the places of the fields that the page prints; empty fields and fields read from the head have none.

    Each text belongs to one place only: the first of the fields that were read from it.
    """
    taken: set[Slot] = set()

    def make(field: str, texts: Iterator[Slot], elements: list[Any] | None = None, entry: int | None = None) -> Place:
        own = [slot for slot in dict.fromkeys(texts) if slot not in taken]
        taken.update(own)
        return Place(field, entry, own, elements or [])

    found = [make("title", _title(page))]
    by_entry = _block(page)
    for number in range(len(page.block.entries)):
        pieces = by_entry.get(number, [])
        icons = [piece.slot[0] for piece in pieces if piece.image]
        found.append(make("metadata", _slots(pieces), icons, number))
    found += [
        make("summary", _slots(_pieces(page._summary_lines))),
        make("attachments", _slots(_files(page))),
        make("body_text", _slots(_pieces(page.text_lines))),
        make("images", iter(()), _pictures(page)),
    ]
    return [place for place in found if place.texts or place.elements]


def entries(page: NewsPage) -> dict[Piece, Entry]:
    """Return the pieces that print labels and values of the metadata block -> the entry of each."""
    return {piece: page.block.entries[number] for number, pieces in _block(page).items() for piece in pieces}


def _slots(pieces: list[Piece]) -> Iterator[Slot]:
    return (piece.slot for piece in pieces if not piece.image and fold(piece.text))


def _pieces(lines: list[Line]) -> list[Piece]:
    return [piece for line in lines for piece in line.pieces]


def _title(page: NewsPage) -> Iterator[Slot]:
    heading = page.heading
    if heading is not None and page.title in text_in(heading):
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
    """Return the number of each entry of the block -> the pieces of its label and values, in the order read."""
    numbers = {id(entry): number for number, entry in enumerate(page.block.entries)}
    found: dict[int, list[Piece]] = {}
    for piece, entry in page.block.owners.items():
        if id(entry) in numbers and fold(piece.text):
            found.setdefault(numbers[id(entry)], []).append(piece)
    return found


def _files(page: NewsPage) -> list[Piece]:
    urls = {attachment.url for attachment in page.attachments}
    lines = list(page.outline.lines()) if page.outline is not None else []
    if page._beside is not None:
        lines += page._beside[0].lines()
    return [
        piece
        for piece in _pieces(lines)
        if piece.link is not None and (absolute(page.base_url, piece.link.get("href")) or "").partition("#")[0] in urls
    ]


def _pictures(page: NewsPage) -> list[Any]:
    urls = {image.url for image in page.images}
    around = page.article if page.article is not None else page.main
    if around is None or not urls:
        return []
    return [
        img
        for img in around.iter("img")
        if absolute(page.base_url, img.get("src") or img.get("data-src") or "") in urls
    ]
