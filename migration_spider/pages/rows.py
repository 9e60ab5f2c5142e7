"""Which links of a page are the titles of its rows: the rows of a listing repeat.

Links with the same tags around them, in lists with the same classes around these, are candidates together; `WEIGHTS`
says what speaks for a set of candidates, and the best set gives the rows. What belongs to a row is then what stands
around its title up to where another title stands, and, where rows have no box of their own, what follows up to there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import groupby, islice
from typing import Any, NamedTuple

from migration_spider.pages.chrome import Chrome, is_landmark
from migration_spider.pages.class_words import BESIDE, MENU, ROW, ROW_TITLE
from migration_spider.pages.outline import HEADING_TAGS, local_name
from migration_spider.pages.phrases import leads_elsewhere
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.row_dates import LONGEST_DATED, date_in, date_of, find_date, heading_date, text_of
from migration_spider.pages.row_links import (
    ASIDE,
    HEADED,
    NAMED,
    NEVER,
    READ_ON,
    TITLE_COLUMNS,
    WORDED,
    Place,
    Title,
    rank_of,
    title_in,
    title_of,
    up,
    words_of,
)
from migration_spider.pages.text import fold, reading_length
from migration_spider.vocabularies import key

MOST_LINKS = 5000
MOST_CLASSES = 30

FEW = 10
"""Characters, such as those of a number or a sign."""

# Classes that tell a row from the one before it, not its kind.
_OF_ONE = re.compile(
    r".*\d.*|(?:.*-)?(?:first|last|odd|even|active|trail)|show|in|open|collapsed|expanded|current|clearfix"
)
_KIND = Remembered(lambda classes: [word for word in classes.split()[:MOST_CLASSES] if not _OF_ONE.fullmatch(word)])
WEIGHTS: dict[int, float] = {NEVER: 0, READ_ON: 1, ASIDE: 0, WORDED: 2, NAMED: 3, HEADED: 4}


class Teaser(NamedTuple):
    """A row: its address, title, date as printed, and the elements that it takes up."""

    url: str
    title: str
    date: str | None
    parts: list[Any]


class Candidates:
    """Links at like places, which are the titles of all rows or of none, and what speaks for them."""

    def __init__(self, titles: list[Title], top: Any) -> None:
        if len(titles) > 2 and titles[0].rank < HEADED and len({title.words for title in titles}) == 1:
            # "Web", "Minutes": ways to pages that are named elsewhere.
            for title in titles:
                title.rank = READ_ON
        _box(titles, top)
        self.titles, self.rank, self.top = titles, titles[0].rank, top
        self.boxes = {title.box for title in titles}
        self.different = len({title.url for title in titles})

    @cached_property
    def length(self) -> float:
        """Of their titles."""
        return sum(min(reading_length(title.words), 60) for title in self.titles) / len(self.titles)

    @cached_property
    def beyond(self) -> float:
        """Characters that each says besides its links."""
        beyond = sum(min(box.beyond, 200) for box in self.boxes) / len(self.titles)
        if beyond < FEW and self.rank != WORDED:
            # Rows without boxes: what they say stands beside their titles.
            lists = {title.box.above for title in self.titles if title.box.above}
            beyond = min(sum(one.beyond for one in lists) / len(self.titles), 200)
        return beyond

    @cached_property
    def dated(self) -> bool:
        """Whether half of them have a date."""
        dated = (box for box in self.boxes if box.dated)
        return len(list(islice(dated, (len(self.boxes) + 1) // 2))) * 2 >= len(self.boxes)

    @cached_property
    def marked(self) -> bool:
        return any(place.is_row for place in up(self.titles[0].place))

    @cached_property
    def beside(self) -> bool:
        box = self.titles[0].box
        return box.beside or any(map(leads_elsewhere, islice(_above(box, self.top), 2)))

    @property
    def is_single_row(self) -> bool:
        """Whether a link that is alone is a row all the same."""
        if self.rank == HEADED and (self.dated or self.titles[0].place.in_view):
            return True
        return self.dated and self.beyond < LONGEST_DATED

    @property
    def score(self) -> float:
        """How much speaks for them; 0 when they are no titles."""
        if not WEIGHTS[self.rank] or any(refuses(self) for refuses, _ in REFUSES):
            return 0
        score = self.different**2 / len(self.titles) * max(self.length / 20, 0.2) * (1 + self.beyond / 100)
        for name, factor, _ in SPEAKS:
            score *= factor if getattr(self, name) else 1
        return score * WEIGHTS[self.rank]


SPEAKS = (
    ("dated", 2.0, "rows of news have dates, menus have none"),
    ("marked", 1.5, "classes that Views and the like give to rows"),
    (
        "beside",
        0.05,
        "a block of the latest, of what is related, of events: beside the rows, or on a page of another kind",
    ),
)
"""What speaks for candidates: (name, factor, why)."""

REFUSES: tuple[tuple[Callable[[Candidates], bool], str], ...] = (
    (lambda one: one.different == 1 and not one.marked and not one.is_single_row,
     "a single link is a row only if it is made like one, or stands with a date in a line of its own"),
    (lambda one: one.beyond < FEW and one.rank == READ_ON,
     "where nothing is said, there is nothing to read on"),
    (lambda one: one.beyond < FEW and one.beside and not one.marked and not one.dated,
     "links to other sites where the page is shared"),
)  # fmt: skip
"""What no rows are like: (test, why)."""


class Rows:
    """The rows below ``top``.

    Args:
        top: the element of the main content.
        chrome: what belongs to the site.
        address: makes the absolute URL of an ``href``; None for what is no other page.
    """

    def __init__(self, top: Any, chrome: Chrome, address: Callable[[str], str | None]) -> None:
        self.top, self.chrome, self.address = top, chrome, address
        self._numbers: dict[tuple[int, str, str], int] = {}
        self._heads: dict[Any, set[int]] = {}
        self._places: dict[Any, Place | None] = {top: Place(top, None, 0, 0, 0)}

    @cached_property
    def teasers(self) -> list[Teaser]:
        """In page order; a page that two rows lead to is there twice."""
        return [] if self._best is None else list(self._read(_with_siblings(self._best, self._found)))

    @property
    def are_mere_links(self) -> bool:
        """Whether nothing but their words says that they are rows: no headings, dates, or class of rows."""
        best = self._best
        if best is None or best.marked or best.dated:
            return False
        return best.rank <= WORDED or best.different == 1

    @cached_property
    def _found(self) -> list[Title]:
        return list(self._titles())

    @cached_property
    def _best(self) -> Candidates | None:
        scored = [(one.score, one) for one in self._candidates(self._found)]
        most, best = max(scored, key=lambda one: one[0], default=(0, None))
        if best is None or most == 0:
            return None
        # The same rows by other links: that of the author may be longer than the title.
        same = [(one.rank, score, one) for score, one in scored if one.boxes == best.boxes]
        return max(same, key=lambda one: one[:2])[2]

    def _titles(self) -> Iterator[Title]:
        for link in islice(self.top.iter("a"), MOST_LINKS):
            href = link.get("href")
            place = None if href is None else self._place(link)
            url = None if place is None else self.address(href)
            if url is None or place is None:
                continue
            text = text_of(link)
            for around in up(place):
                around.linked += len(text)
            words = title_in(link) if len(link) else text
            yield Title(link, url, words, rank_of(link, words, place), place, place)

    def _place(self, element: Any) -> Place | None:
        """Where ``element`` stands; None in menus and other parts of the site."""
        below = []
        while element not in self._places:
            below.append(element)
            element = element.getparent()
        place = self._places[element]
        for element in reversed(below):
            place = None if place is None else self._below(place, element)
            self._places[element] = place
        return place

    def _below(self, above: Place, element: Any) -> Place | None:
        attributes = self.chrome.attributes[element]
        name, classes = local_name(element), attributes.get("class", "")
        words = f"{classes} {attributes['id']}" if "id" in attributes else f"{classes} "
        is_kept = self.chrome.protects(element)
        if not is_kept and (self._is_part(element, name) or MENU[words]):
            return None
        own = _KIND[classes]
        place = Place(
            element,
            above,
            above.depth + 1,
            self._number(above.alike, name, "".join(own[:1])),
            self._number(above.exact, name, " ".join(own)),
            above.beside or (not is_kept and BESIDE[words]),
            ROW[classes] or self.chrome.is_of_another(element),
            above.in_view or "view-content" in classes,
        )
        if name in HEADING_TAGS:
            place.rank = HEADED
        elif ROW_TITLE[classes] or self._is_title_column(element, name):
            place.rank = NAMED
        return place

    def _is_part(self, element: Any, name: str) -> bool:
        if name in ("header", "footer"):
            around = element.iterancestors("article", "li", "td")
            return all(map(self.chrome.protects, around))
        return name == "form" or is_landmark(element)

    def _number(self, *of: Any) -> int:
        return self._numbers.setdefault(of, len(self._numbers) + 1)

    def _is_title_column(self, cell: Any, name: str) -> bool:
        table = next(cell.iterancestors("table"), None) if name == "td" else None
        if table is None:
            return False
        if table not in self._heads:
            heads = islice(table.iter("th"), 30)
            self._heads[table] = {_column(head) for head in heads if key(words_of(head)) in TITLE_COLUMNS}
        return _column(cell) in self._heads[table]

    def _candidates(self, titles: list[Title]) -> Iterator[Candidates]:
        """Links at like places, in lists that are alike."""
        by_place: dict[int, list[Title]] = {}
        for title in titles:
            if title.rank != NEVER:
                by_place.setdefault(title.place.alike, []).append(title)
        for group in by_place.values():
            _box(group, self.top)
            depth = Counter(title.box.depth for title in group).most_common(1)[0][0] - 1
            by_list: dict[tuple[int, int], list[Title]] = {}
            for title in group:
                # A row that is alone in its list has the whole list for its box.
                around = next(place for place in up(title.place) if place.depth <= depth or place.above is None)
                by_list.setdefault((around.exact, title.rank), []).append(title)
            for one in by_list.values():
                yield from (Candidates(column, self.top) for column in _columns(one))

    def _read(self, titles: list[Title]) -> Iterator[Teaser]:
        for around, group in groupby(titles, lambda title: title.box.above):
            rows = list(group)
            top = self.top if around is None else around.element
            beside = date_of(_other_cells(around), "")
            above = next(filter(None, map(heading_date, _above(rows[0].box, self.top))), None)
            for title, parts, before in _parts(rows, top):
                above = next((found[0] for text in reversed(before) if (found := find_date(text))), above)
                date = date_of(parts, title.words) or beside or date_in(title.words) or above
                yield Teaser(title.url, title_of(title, parts), date, parts)


def _box(titles: list[Title], top: Any) -> None:
    """Give each of ``titles`` the largest element that holds no other of them."""
    held = Counter(place for title in titles for place in up(title.place))
    for title in titles:
        title.box = title.place
        for place in up(title.place):
            if held[place] > 1 or place.element is top:
                break
            title.box = place
    if len(titles) == 1:
        around = list(up(title.place))[:-1]
        lines = (place for place in around if local_name(place.element) in ("article", "li", "tr", "div", "p"))
        title.box = next((place for place in around if place.is_row), next(lines, title.place))


def _with_siblings(best: Candidates, titles: list[Title]) -> list[Title]:
    """The titles of ``best``, and of further rows of the same lists where rows are not all made the same."""
    kinds = {(box.above, box.alike) for box in best.boxes}
    rows = {title.box: title for title in best.titles}
    for title in titles:
        box = next((place for place in up(title.place) if (place.above, place.alike) in kinds), None)
        if box is None or box in best.boxes or title.rank < WORDED or (title.place.beside and not best.beside):
            continue
        if box not in rows or title.rank > rows[box].rank:
            title.box, rows[box] = box, title
    taken = {*best.titles, *rows.values()}
    return [title for title in titles if title in taken]


def _columns(titles: list[Title]) -> list[list[Title]]:
    """The columns of a table, where they hold links of several kinds; those of a grid hold one teaser each."""
    by_column: dict[int, list[Title]] = {}
    lines = set()
    for title in titles:
        cell = next(title.link.iterancestors("td"), None)
        by_column.setdefault(-1 if cell is None else _column(cell), []).append(title)
        lines.add(title.link if cell is None else cell.getparent())
    if len(lines) == len(titles) or len(by_column) == 1:
        return [titles]
    lengths = [sum(len(one.words) for one in column) / len(column) for column in by_column.values()]
    differ = all(len({one.url for one in column}) == len(column) for column in by_column.values())
    is_grid = differ and min(lengths) * 2 >= max(lengths)
    return [titles] if is_grid else list(by_column.values())


def _column(cell: Any) -> int:
    return sum(1 for _ in islice(cell.itersiblings(preceding=True), 50))


def _other_cells(around: Place | None) -> list[Any]:
    """The other cells of a line of a table that has several rows in one cell, as the files of a meeting."""
    cell = None if around is None else next((place.element for place in islice(up(around), 7) if _is_cell(place)), None)
    return [] if cell is None else [other for other in islice(cell.getparent(), 30) if other is not cell]


def _is_cell(place: Place) -> bool:
    return place.above is not None and place.element.tag == "td"


def _above(box: Place, top: Any) -> Iterator[str]:
    """Short texts that stand above the list of ``box``, the nearest first."""
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


def _parts(titles: list[Title], top: Any) -> Iterator[tuple[Title, list[Any], list[str]]]:
    """Each title with the elements of its row, and the texts that stand above it if rows begin with them."""
    starts = {title.box.element: title for title in titles}
    if len(starts) < len(titles):
        yield from ((title, [title.box.element], []) for title in titles)
        return
    leading, rows = _cut(top, starts)
    # What follows the last row may be no part of it.
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
    """The children of ``top`` before the first of ``starts``, and each title with those from its own to the next."""
    leading: list[Any] = []
    rows: list[tuple[Title, list[Any]]] = []
    for child in top:
        if child in starts:
            rows.append((starts[child], [child]))
        elif isinstance(child.tag, str):
            (rows[-1][1] if rows else leading).append(child)
    return leading, rows


def _texts(parts: list[Any]) -> list[str]:
    """What stands in each of ``parts`` and behind it."""
    return [text for part in parts for text in (text_of(part), fold(part.tail))]
