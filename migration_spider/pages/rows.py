"""The rows of a listing: which links are their titles, and the text and date of each row.

Links with the same tags around them, in lists with the same classes around these, are candidates together
(`row_candidates`), and the best set gives the rows. A row then contains what is around its title up to the next title,
and, where rows have no separate boxes, what follows up to there (`row_parts`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from heapq import nlargest
from itertools import groupby, islice, takewhile
from typing import Any, NamedTuple

from migration_spider.pages.chrome import Chrome
from migration_spider.pages.row_candidates import Candidates, candidates
from migration_spider.pages.row_dates import date_in, date_of, find_date, heading_date, text_of
from migration_spider.pages.row_links import Title, rank_of, title_in, title_of
from migration_spider.pages.row_parts import above, cell_around, parts_of
from migration_spider.pages.row_places import HEADED, WORDED, Place, Places, up

MOST_LINKS = 5000

_VIEW = re.compile(r"(?<!\S)view-id-\S+")


class Teaser(NamedTuple):
    """A row: its address, title, date as printed, and the elements that it takes up."""

    url: str
    title: str
    date: str | None
    parts: list[Any]


class Rows:
    """The rows below ``top``.

    Args:
        top: the element of the main content.
        chrome: decides what belongs to the site.
        address: returns the absolute URL of an ``href``; None if it leads to no other page.
    """

    def __init__(self, top: Any, chrome: Chrome, address: Callable[[str], str | None]) -> None:
        self.top, self.address = top, address
        self._places = Places(top, chrome)
        self._lines: dict[Any, str | None] = {}

    @cached_property
    def teasers(self) -> list[Teaser]:
        """In page order; a page to which two rows lead is included twice."""
        return [] if self._best is None else list(self._read(_with_siblings(self._best, self._found)))

    @property
    def are_mere_links(self) -> bool:
        """Whether the rows have neither headings nor dates nor a class for rows."""
        best = self._best
        if best is None or best.marked or best.dated:
            return False
        return best.rank <= WORDED or best.different == 1

    @cached_property
    def _found(self) -> list[Title]:
        return list(self._titles())

    @cached_property
    def _best(self) -> Candidates | None:
        scored = [(group.score, group) for group in candidates(self._found, self.top)]
        highest, best = max(scored, key=lambda pair: pair[0], default=(0, None))
        if best is None or highest == 0:
            return None
        # The same rows with other links: the author's may be longer than the title.
        equal = [(group.rank, score, group) for score, group in scored if group.boxes == best.boxes]
        best = max(equal, key=lambda entry: entry[:2])[2]
        return next((group for group in _of_nodes(scored) if best.rank < HEADED and group.contains(best)), best)

    def _titles(self) -> Iterator[Title]:
        for link in islice(self.top.iter("a"), MOST_LINKS):
            href = link.get("href")
            place = None if href is None else self._places.of(link)
            url = None if place is None else self.address(href)
            if url is None or place is None:
                continue
            text = text_of(link)
            for around in up(place):
                around.linked += len(text)
            words = title_in(link) if len(link) else text
            yield Title(link, url, words, rank_of(link, words, place), place, place)

    def _read(self, titles: list[Title]) -> Iterator[Teaser]:
        for around, group in groupby(titles, lambda title: title.box.above):
            rows = list(group)
            top = self.top if around is None else around.element
            beside = self._date_of_line(cell_around(around))
            over = next(filter(None, map(heading_date, above(rows[0].box, self.top))), None)
            for title, parts, before in parts_of(rows, top):
                over = next((found[0] for text in reversed(before) if (found := find_date(text))), over)
                date = date_of(parts, title.words) or beside or date_in(title.words) or over
                yield Teaser(title.url, title_of(title, parts), date, parts)

    def _date_of_line(self, cell: Any | None) -> str | None:
        """Return the date in the other cells of a table line that has several rows in one, ``cell``."""
        if cell is not None and cell not in self._lines:
            self._lines[cell] = date_of([other for other in islice(cell.getparent(), 30) if other is not cell], "")
        return self._lines.get(cell)


def _of_nodes(scored: list[tuple[float, Candidates]]) -> list[Candidates]:
    """Return the best candidates that are teasers of nodes: links in the texts of these are no rows."""
    of_nodes = ((score, group) for score, group in scored if score > 0 and group.are_nodes)
    return [group for _, group in nlargest(3, of_nodes, key=lambda pair: pair[0])]


def _with_siblings(best: Candidates, titles: list[Title]) -> list[Title]:
    """Return the titles of ``best``, and of further rows of the same lists with other markup."""
    kinds = {(box.above, box.alike) for box in best.boxes}
    # The box of a row alone in its group is the group: other groups look like it and contain rows.
    groups = {place for title in best.titles for place in up(title.place)}
    rows = {title.box: title for title in best.titles}
    for title in titles:
        box = next((place for place in up(title.place) if (place.above, place.alike) in kinds), None)
        if box is None or box in groups or title.rank < WORDED or (title.place.beside and not best.beside):
            continue
        if box not in rows or title.rank > rows[box].rank:
            title.box, rows[box] = box, title
    taken = {*best.titles, *rows.values()}
    taken |= _above_of_same_view(taken, titles)
    return [title for title in titles if title in taken]


def _above_of_same_view(taken: set[Title], titles: list[Title]) -> set[Title]:
    """Return the titles of fewer rows above those of ``taken``, in a display of its own of the same view."""
    first = next(title for title in titles if title in taken)
    view = _view_of(first)
    rows: dict[Place, Title] = {}
    for title in () if view is None else takewhile(lambda title: title is not first, titles):
        row = next((place for place in up(title.place) if place.is_row), None)
        is_title = row is not None and title.rank == first.rank and not title.place.beside and row not in rows
        if row is not None and is_title and _view_of(title) == view:
            title.box, rows[row] = row, title
    return set(rows.values()) if len(rows) < len(taken) else set()


def _view_of(title: Title) -> str | None:
    """Return the class with the name of the view around ``title``."""
    classes = (place.element.get("class") or "" for place in up(title.place))
    return next((match[0] for match in map(_VIEW.search, classes) if match is not None), None)
