"""Groups of links at like positions: candidates for the titles of the rows of a listing, each with a score.

A group counts as the rank of its links says: titles, links to read on, or something beside (`row_titles`). A row is the
elements around its title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from migration_spider.pages.outline import local_name
from migration_spider.pages.row_places import (
    ASIDE,
    FEW,
    HEADED,
    KIND_OF,
    LONGEST_DATED,
    NAMED,
    NEVER,
    READ_ON,
    WORDED,
    Place,
    column_of,
    heading_date,
    text_of,
    up,
)
from migration_spider.pages.words import leads_elsewhere
from migration_spider.text import fold, reading_length

if TYPE_CHECKING:
    from migration_spider.pages.row_titles import Title


def parts_of(titles: list[Title], top: Any) -> Iterator[tuple[Title, list[Any], list[str]]]:
    """Yield each title with the elements of its row, and the texts above it if rows begin with these."""
    starts = {title.box.element: title for title in titles}
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


MOST_OF_ROW = 200
"""Elements of a row that are looked at."""

WEIGHTS: dict[int, float] = {NEVER: 0, READ_ON: 1, ASIDE: 0, WORDED: 2, NAMED: 3, HEADED: 4}


class Candidates:
    """Links at like positions, which are the titles of all rows or of none."""

    def __init__(self, titles: list[Title], top: Any) -> None:
        if len(titles) > 2 and titles[0].rank < HEADED and len({title.words for title in titles}) == 1:
            # "Web", "Minutes": links to pages that are named elsewhere.
            for title in titles:
                title.rank = READ_ON
        _box(titles, top)
        self.titles, self.rank, self.top = titles, titles[0].rank, top
        self.boxes = {title.box for title in titles}
        self.urls = {title.url for title in titles}
        self.different = len(self.urls)

    @cached_property
    def length(self) -> float:
        """Mean reading length of the titles; printed addresses say nothing."""
        named = (title.words for title in self.titles if not title.words.startswith(("http://", "https://", "www.")))
        return sum(min(reading_length(words), 60) for words in named) / len(self.titles)

    @cached_property
    def beyond(self) -> float:
        """Mean number of characters besides the links."""
        beyond = sum(min(box.beyond, 200) for box in self.boxes) / len(self.titles)
        if beyond < FEW and self.rank != WORDED:
            # Rows without boxes: their text is beside their titles.
            lists = {title.box.above for title in self.titles if title.box.above}
            beyond = min(sum(place.beyond for place in lists) / len(self.titles), 200)
        return beyond

    @cached_property
    def dated(self) -> bool:
        """Whether half of them have a date."""
        dated = (box for box in self.boxes if box.dated)
        return len(list(islice(dated, (len(self.boxes) + 1) // 2))) * 2 >= len(self.boxes)

    @cached_property
    def marked(self) -> bool:
        return any(place.is_row for place in up(self.titles[0].place))

    @property
    def in_main(self) -> bool:
        return self.titles[0].place.in_main

    @cached_property
    def beside(self) -> bool:
        box = self.titles[0].box
        return box.beside or any(map(leads_elsewhere, islice(above(box, self.top), 2)))

    @property
    def are_nodes(self) -> bool:
        """Whether the links are headings of several teasers of nodes."""
        return self.rank == HEADED and self.different > 1 and all(box.is_node for box in self.boxes)

    @property
    def read_on_nodes(self) -> bool:
        """Whether the links lead on from several teasers of nodes whose headings are no links."""
        return self.rank == READ_ON and self.different > 1 and all(box.is_node and box.is_headed for box in self.boxes)

    def contains(self, other: Candidates) -> bool:
        """Whether all of ``other`` are in rows of these."""
        return all(any(place in self.boxes for place in up(title.place)) for title in other.titles)

    @property
    def is_single_row(self) -> bool:
        """Whether a single link is a row nevertheless."""
        title = self.titles[0]
        if self.rank == HEADED and (title.place.in_view or (self.dated and _is_only_heading(title))):
            return True
        return self.dated and self.beyond < LONGEST_DATED

    @property
    def score(self) -> float:
        """How likely the links are titles of rows; 0 when they are none."""
        if not WEIGHTS[self.rank] or any(applies(self) for applies, _ in REFUSALS):
            return 0
        score = self.different**2 / len(self.titles) * max(self.length / 20, 0.2) * (1 + self.beyond / 100)
        for name, factor, _ in FACTORS:
            score *= factor if getattr(self, name) else 1
        return score * WEIGHTS[self.rank]


FACTORS = (
    ("dated", 2.0, "rows of news have dates, menus have none"),
    ("marked", 1.5, "classes that Views and the like give to rows"),
    ("in_main", 5.0, "the block of the page itself: others stand beside it on several pages"),
    (
        "beside",
        0.05,
        "a block of the latest, of what is related, of events: beside the rows, or on a page of another kind",
    ),
)
"""Factors of the score: (name of the property, factor if it is true, why)."""

REFUSALS: tuple[tuple[Callable[[Candidates], bool], str], ...] = (
    (lambda links: links.different == 1 and not links.marked and not links.is_single_row,
     "a single link is a row only if it is marked up like one, or is on a line with a date"),
    (lambda links: links.beyond < FEW and links.rank == READ_ON,
     "where nothing is said, there is nothing to read on"),
    (lambda links: links.beyond < FEW and links.beside and not links.marked and not links.dated,
     "links to other sites where the page is shared"),
    (lambda links: all(local_name(box.element) == "blockquote" for box in links.boxes),
     "a text quotes others, and names them below each quotation"),
)  # fmt: skip
"""Candidates that are no rows: (test, why)."""


def candidates(titles: list[Title], top: Any) -> Iterator[Candidates]:
    """Yield the groups of links at like positions in lists that are alike."""
    by_place: dict[int, list[Title]] = {}
    for title in titles:
        if title.rank != NEVER:
            by_place.setdefault(title.place.alike, []).append(title)
    for group in by_place.values():
        _box(group, top)
        depth = Counter(title.box.depth for title in group).most_common(1)[0][0] - 1
        by_list: dict[tuple[int, int], list[Title]] = {}
        for title in group:
            # The box of a row that is alone in its list is the complete list.
            around = next(place for place in up(title.place) if place.depth <= depth or place.above is None)
            by_list.setdefault((around.exact, title.rank), []).append(title)
        for links in by_list.values():
            yield from (Candidates(column, top) for column in _columns(links))


def _box(titles: list[Title], top: Any) -> None:
    """Give each of ``titles`` the largest element that contains no other of them."""
    counts = Counter(place for title in titles for place in up(title.place))
    for title in titles:
        title.box = title.place
        for place in up(title.place):
            if counts[place] > 1 or place.element is top:
                break
            title.box = place
    if len(titles) == 1:
        around = list(up(title.place))[:-1]
        lines = (place for place in around if local_name(place.element) in ("article", "li", "tr", "div", "p"))
        title.box = next((place for place in around if place.is_row), next(lines, title.place))


def _is_only_heading(title: Title) -> bool:
    """Whether the box contains no further heading of this level, as a text with chapters does."""
    tag = next((local_name(place.element) for place in up(title.place) if place.rank == HEADED), "")
    tags = [element.tag for element in islice(title.box.element.iter(), MOST_OF_ROW)]
    return tags.count(tag) < 2


def _columns(titles: list[Title]) -> list[list[Title]]:
    """Return ``titles`` by column of a table, or field of rows, with links of several kinds.

    In a grid each cell contains a teaser.
    """
    by_column: dict[int, list[Title]] = {}
    lines = set()
    for title in titles:
        column, line = _column_of(title)
        by_column.setdefault(column, []).append(title)
        lines.add(line)
    if len(lines) == len(titles) or len(by_column) == 1:
        return [titles]
    lengths = [sum(len(title.words) for title in column) / len(column) for column in by_column.values()]
    differ = all(len({title.url for title in column}) == len(column) for column in by_column.values())
    is_grid = differ and min(lengths) * 2 >= max(lengths) and not _are_named(by_column)
    return [titles] if is_grid else list(by_column.values())


def _column_of(title: Title) -> tuple[int, Any]:
    """Return the number of the column, or field, that ``title`` is in, and the element of its line."""
    cell = next(title.link.iterancestors("td"), None)
    if cell is not None:
        return column_of(cell), cell.getparent()
    row = next((place for place in up(title.place) if place.is_row), None)
    return (-1, title.link) if row is None else (title.place.exact, row.element)


def _are_named(by_column: dict[int, list[Title]]) -> bool:
    """Whether the columns of a table have names and, if its cells have classes, each its own; days of a week do not."""
    cells = [[next(title.link.iterancestors("td"), None) for title in column] for column in by_column.values()]
    first = cells[0][0]
    table = None if first is None else next(first.iterancestors("table"), None)
    if table is None or next(table.iter("thead"), None) is None:
        return False
    kinds = {tuple({KIND_OF[cell.get("class") or ""] for cell in column if cell is not None}) for column in cells}
    return kinds == {("",)} or (len(kinds) == len(cells) and all(len(kind) == 1 for kind in kinds))
