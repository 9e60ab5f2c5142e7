"""The elements that belong to each row of a listing: around, between and above the titles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from migration_spider.pages.row_dates import FEW, LONGEST_DATED, heading_date, text_of
from migration_spider.pages.row_links import Title
from migration_spider.pages.row_places import READ_ON, Place, up
from migration_spider.pages.text import fold


def parts_of(titles: list[Title], top: Any) -> Iterator[tuple[Title, list[Any], list[str]]]:
    """Yield each title with the elements of its row, and the texts above it if rows begin with these."""
    starts = {title.box.element: title for title in titles}
    if len(starts) < len(titles):
        yield from ((title, [title.box.element], []) for title in titles)
        return
    leading, rows = _cut(top, starts)
    # Elements after the last row may be no part of it.
    longest = max((len(parts) for _, parts in rows[:-1]), default=1)
    del rows[-1][1][longest:]
    over = [fold(top.text), *_texts(leading[-2:])]
    first, (element, *_) = rows[0]
    has_box = len(text_of(element)) - first.box.linked >= FEW
    ends = first.rank == READ_ON and len(leading) > 0 and not has_box
    begins = any(map(heading_date, over))
    leading = leading[1 - longest :] if longest > 1 else []
    for title, parts in rows:
        own = parts[:1] if has_box or begins or ends else parts
        yield title, [*leading, *own] if ends else own, over if begins else []
        leading = parts[1:]
        over = _texts(leading)


def _cut(top: Any, starts: dict[Any, Title]) -> tuple[list[Any], list[tuple[Title, list[Any]]]]:
    """Return the children of ``top`` before the first of ``starts``, and each title with those up to the next."""
    leading: list[Any] = []
    rows: list[tuple[Title, list[Any]]] = []
    for child in top:
        if child in starts:
            rows.append((starts[child], [child]))
        elif isinstance(child.tag, str):
            (rows[-1][1] if rows else leading).append(child)
    return leading, rows


def _texts(parts: list[Any]) -> list[str]:
    """Return the text of each of ``parts`` and the text after it."""
    return [text for part in parts for text in (text_of(part), fold(part.tail))]


def above(box: Place, top: Any) -> Iterator[str]:
    """Yield short texts above the list of ``box``, the nearest first."""
    for place in islice(up(box), 7):
        if place.element is top:
            return
        for before in islice(place.element.itersiblings(preceding=True), 3):
            text = text_of(before)
            if not text:
                continue
            if next(before.iter("h1"), None) is not None:
                return
            if len(text) > LONGEST_DATED or next(before.iter("a"), None) is not None:
                break
            yield text


def cell_around(place: Place | None) -> Any | None:
    """Return the table cell that contains ``place``, as with a list of the files of a meeting."""
    around = islice(up(place), 7) if place is not None else iter(())
    return next((outer.element for outer in around if outer.above is not None and outer.element.tag == "td"), None)
