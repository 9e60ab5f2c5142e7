"""The elements around the links of a listing, each described by the path from the top."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from migration_spider.pages.chrome import Chrome, is_landmark
from migration_spider.pages.class_words import BESIDE, MENU, NODE, ROW, ROW_TITLE, UNSEEN
from migration_spider.pages.outline import HEADING_TAGS, local_name
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.row_dates import find_date
from migration_spider.pages.text import fold, key_set
from migration_spider.vocabularies import key

DEEPEST = 60
"""How many levels above its link a row is looked for; only broken pages nest deeper."""

LONGEST_ROW = 600
"""Characters of a row that are searched for a date."""

MOST_CLASSES = 30

NEVER, READ_ON, ASIDE, WORDED, NAMED, HEADED = range(6)
"""Ranks of a link in a row, from lowest to highest: no title; a link to a page that is named elsewhere; an author, a
subject or a second link; any words; words in an element for titles; a heading."""

TITLE_COLUMNS = key_set("title|name|headline|subject|titre|intitulé|título|название|заголовок|العنوان|标题|標題|titel")

# Classes by which a row differs from the one before it.
_OF_ONE = re.compile(
    r".*\d.*|(?:.*-)?(?:first|last|odd|even|active|trail)|show|in|open|collapsed|expanded|current|clearfix"
)
_KIND = Remembered(lambda classes: sorted(filter(_is_of_kind, classes.split()[:MOST_CLASSES]), key=_is_not_of_views))
"""The classes common to elements of one kind, that of Views first: a theme adds the column before it."""


def _is_of_kind(word: str) -> bool:
    return _OF_ONE.fullmatch(word) is None


def _is_not_of_views(word: str) -> bool:
    return word not in ("views-row", "views-col")


@dataclass(slots=True, eq=False)
class Place:
    """An element that contains links, described by the path from the top."""

    element: Any
    above: Place | None
    depth: int
    alike: int
    """Number of the path of tags and first classes from the top to this element."""

    exact: int
    """The same with all classes."""

    beside: bool = False
    """Whether a class of this element or one around it names a part beside the content."""

    is_row: bool = False
    """Whether a class names a row."""

    in_view: bool = False
    """Whether it is in the element in which Views prints rows."""

    in_main: bool = False
    """Whether it is in the block that Drupal prints for the page itself, and in no node there."""

    rank: int = WORDED
    """Rank that it gives a link inside, at most three levels below."""

    linked: int = 0
    """Characters of links inside."""

    _text: str | None = None
    _dated: bool | None = None

    @property
    def text(self) -> str:
        # Cached: a title and its link to read on have the same box.
        if self._text is None:
            self._text = str(self.element.xpath("string()"))
        return self._text

    @property
    def dated(self) -> bool:
        if self._dated is None:
            self._dated = find_date(self.text[:LONGEST_ROW]) is not None
        return self._dated

    @property
    def beyond(self) -> int:
        """Characters outside of links."""
        return max(0, len(fold(self.text)) - self.linked)


def up(place: Place) -> Iterator[Place]:
    """Yield ``place`` and the places around it, the innermost first."""
    current: Place | None = place
    for _ in range(DEEPEST):
        if current is None:
            return
        yield current
        current = current.above


class Places:
    """The places of the links below ``top``; ``chrome`` decides what belongs to the site."""

    def __init__(self, top: Any, chrome: Chrome) -> None:
        self.chrome = chrome
        self._numbers: dict[tuple[int, str, str], int] = {}
        self._heads: dict[Any, set[int]] = {}
        self._places: dict[Any, Place | None] = {top: Place(top, None, 0, 0, 0)}

    def of(self, element: Any) -> Place | None:
        """Return the place of ``element``; None in menus and other parts of the site."""
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
            (above.in_main or "block-system-main" in words) and not NODE[words],
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
            self._heads[table] = {column_of(head) for head in heads if key(words_of(head)) in TITLE_COLUMNS}
        return column_of(cell) in self._heads[table]


def words_of(element: Any) -> str:
    """Return the text that ``element`` shows; that for screen readers if it shows none."""
    text = fold("".join(islice(element.itertext(), 200)))
    parts = islice(element.iter("span", "div", "small"), 50)
    hidden = [part for part in parts if UNSEEN[part.get("class") or ""]]
    if not hidden:
        return text
    for part in hidden:
        text = fold(text.replace(fold("".join(part.itertext())), " ", 1))
    return text


def column_of(cell: Any) -> int:
    return sum(1 for _ in islice(cell.itersiblings(preceding=True), 50))
