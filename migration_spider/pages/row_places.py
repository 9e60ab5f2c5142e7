"""The elements around the links of a listing, each described by the path from the top; and the dates in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from migration_spider.pages.class_words import BESIDE, BYLINE, MENU, NODE, ROW, ROW_DATE, ROW_TITLE, UNSEEN, is_landmark
from migration_spider.pages.outline import HEADING_TAGS, local_name
from migration_spider.text import Remembered, fold, text_in
from migration_spider.vocabularies import key, phrases

if TYPE_CHECKING:
    from migration_spider.pages.chrome import Chrome

_DATE = re.compile(
    r"\d{1,2}(?:er|st|nd|rd|th|º)?(?:\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?|\s+[^\W\d_]{3,12}\.?,)"  # 01 Jun 2023
    r"\s+(?:de\s+)?(?:19|20)\d\d"
    r"|[^\W\d_]{3,12}(?:\.?\s+|,\s?)\d{1,2}(?:st|nd|rd|th)?(?:\s+|,\s*)(?:19|20)\d\d"  # Sep 13, 2022
    r"|(?<![\w-])\d{1,2}-[^\W\d_]{3,12}-(?:19|20)\d\d"  # 01-Jun-2023
    r"|\d{1,2}\s+[^\W\d_]{3,12}(?:\s[^\W\d_]{3,12})?\s?/\s?[^\W\d_]{3,12}\s+(?:19|20)\d\d"  # 1 أيار/مايو 2020
    r"|(?:19|20)\d\d[.,]?\s+[^\W\d_]{3,12}\.?\s+\d{1,2}(?!\d|[:.]\d|\s*[ap]\.?m)"  # 2022, november 13
    r"|(?<![\w.])(?:19|20)\d\d([-/.])\s?\d{1,2}\1\s?\d{1,2}(?!\d)|\d{1,2}([-/.])\s?\d{1,2}\2\s?(?:19|20)\d\d"
    r"|(?:19|20)\d\d\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일]"
)
_YEAR = re.compile("(?:19|20)\\d\\d")
# A month, or a day whose year has two digits: a date only where a class marks it as one.
_MARKED = re.compile(r"[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d|\d{1,2}([./-])\d{1,2}\1\d\d")
# Some themes print the ending of a number in an element of its own: "May 21<sup>st</sup>, 2014".
_ENDING = re.compile(r"(?<=\d) (?=(?:st|nd|rd|th)\b)| (?=,)")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}\s*(?:[ap]\.?m\.?|uhr|h)?", re.IGNORECASE)
# Parts beside the date of a text that is a date only: "on Wed, 9 May 2021 - 7:25pm (All day)".
_WITH_DATE = re.compile(rf"{_CLOCK.pattern}|\d{{1,2}}\s*[ap]\.?m\.?|\([^()]*\)", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]+\.?,\s*$")
# With two digits for the year; dotted ones only before a time, since others are numbers of versions.
_SHORT = re.compile(r"(?<![\w./-])(?:\d{1,2}/\d{1,2}/\d\d(?![\w/])|\d{1,2}\.\d{1,2}\.\d\d(?=[\s–-]+\d{1,2}[:.]\d\d))")
_LABEL = re.compile(r"^[^:]{1,30}:\s*")
FEW = 10
"""Characters, such as those of a number or a sign."""

LONGEST_DATED = 60
"""Characters of a text that is a date, maybe with a label or a place; longer texts are prose that names a day."""

LONGEST_TITLE = 300


def date_of(parts: list[Any], title: str) -> str | None:
    """Return the date in the elements ``parts`` of a row with ``title``, as printed."""
    if timed := next((text for part in parts if (text := _of_time(part))), None):
        return timed
    texts: list[str] = []
    for part in parts:
        if isinstance(part.tag, str):
            # Not for comments, whose tag is a function.
            texts += filter(None, map(fold, _texts(part, title)))
        texts.append(fold(part.tail))
    if len(title) > FEW:
        # It may be repeated, as in texts for screen readers: "Read more about ...".
        texts = [text.replace(title, "") for text in texts]
    short = [text for text in texts if text != title and len(text) < LONGEST_DATED]
    if alone := next(filter(None, map(heading_date, short)), None):
        return alone
    for text in (*short, _ENDING.sub("", " ".join(short))):
        if match := find_date(text):
            return match[0]
    return _less_sure(parts, short)


def _of_time(part: Any) -> str | None:
    """Return the first date in a ``<time>``, which may contain a time of the day only."""
    texts = ((time, text_of(time)) for time in part.iter("time"))
    dates = (text or fold(time.get("datetime")) for time, text in texts if not _CLOCK.fullmatch(text))
    return next(filter(None, dates), None)


def _texts(part: Any, title: str) -> list[str]:
    """Return the texts in ``part``; of a paragraph with more than a few words only lines that are a date."""
    texts = list(islice(part.itertext(), 500))
    if not any(map(_YEAR.search, texts)):
        return texts
    prose = [p for p in part.iter("p") if len(text_of(p).replace(title, "")) >= LONGEST_DATED]
    if not prose:
        return texts
    left_out = {_slot(text) for p in prose for line in _lines(p) if not _is_date(line) for text in line}
    return [text for text in part.xpath(".//text()")[:500] if _slot(text) not in left_out]


def _lines(paragraph: Any) -> Iterator[list[Any]]:
    """Yield the texts of each line of ``paragraph``."""
    line: list[Any] = []
    for node in paragraph.xpath(".//text()|.//br"):
        if isinstance(node, str):
            line.append(node)
        else:
            yield line
            line = []
    yield line


def _is_date(line: list[Any]) -> bool:
    return heading_date(_LABEL.sub("", fold("".join(line)))) is not None


def _slot(text: Any) -> tuple[Any, bool]:
    return text.getparent(), text.is_tail


def date_in(title: str) -> str | None:
    """Return the date that ``title`` is, or that is set apart from its words: "28 August 2020 | Boats come home"."""
    match = find_date(title) or _SHORT.search(title) if len(title) < LONGEST_TITLE else None
    if match is None:
        return None
    before, after = _WEEKDAY.sub("", title[: match.start()]).rstrip(), title[match.end() :].lstrip()
    is_first = not before and (not after or after.startswith(("|", "–", "—", "-", ":")))
    is_last = before.endswith("(") and after == ")"
    return match[0] if is_first or is_last else None


def _less_sure(parts: list[Any], short: list[str]) -> str | None:
    return next(filter(None, map(_with_short_year, short)), None) or _marked(parts, short) or _in_byline(parts)


def _in_byline(parts: list[Any]) -> str | None:
    """Return the date in a line that says by whom and when, which may be long."""
    elements = (element for part in parts for element in part.iter("div", "span", "p", "footer"))
    lines = (text_of(element) for element in elements if BYLINE[element.get("class", "")])
    return next((match[0] for line in lines if len(line) < LONGEST_TITLE and (match := find_date(line))), None)


def _marked(parts: list[Any], short: list[str]) -> str | None:
    """Return a month or a short date that a class marks as the date; else it may be that of an event, or a title."""
    if not any(map(_MARKED.fullmatch, short)):
        return None
    elements = (element for part in parts for element in part.iter("div", "span", "p", "td"))
    named = (element for element in elements if ROW_DATE[element.get("class", "")])
    return next(filter(_MARKED.fullmatch, map(text_of, named)), None)


def heading_date(text: str) -> str | None:
    """Return the date that ``text`` is, maybe with a weekday and a time; None when it contains more."""
    match = find_date(text) if len(text) < LONGEST_TITLE else None
    return None if match is None else _alone(match, text)


def _with_short_year(text: str) -> str | None:
    match = _SHORT.search(text)
    return None if match is None else _alone(match, text)


def _alone(match: re.Match[str], text: str) -> str | None:
    before, after = _WEEKDAY.sub("", text[: match.start()]), text[match.end() :]
    beside = _WITH_DATE.sub("", before) + _WITH_DATE.sub("", after)
    return match[0] if len(match[0]) > len(beside) else None


def find_date(text: str) -> re.Match[str] | None:
    # Searching for the year first is faster, and most texts have none.
    return _DATE.search(text) if _YEAR.search(text) else None


def text_of(element: Any) -> str:
    return fold("".join(islice(element.itertext(), 200))) if isinstance(element.tag, str) else ""


DEEPEST = 60
"""How many levels above its link a row is looked for; only broken pages nest deeper."""

LONGEST_ROW = 600
"""Characters of a row that are searched for a date."""

MOST_CLASSES = 30

NEVER, READ_ON, ASIDE, WORDED, NAMED, HEADED = range(6)
"""Ranks of a link in a row, from lowest to highest: no title; a link to a page that is named elsewhere; an author, a
subject or a second link; any words; words in an element for titles; a heading."""

# Classes by which a row differs from the one before it.
_OF_ONE = re.compile(
    r".*\d.*|(?:.*-)?(?:first|last|odd|even|active|trail)|show|in|open|collapsed|expanded|current|clearfix"
)
_KIND = Remembered(lambda classes: sorted(filter(_is_of_kind, classes.split()[:MOST_CLASSES]), key=_is_not_of_views))
"""The classes common to elements of one kind, that of Views first: a theme adds the column before it."""

KIND_OF = Remembered(lambda classes: " ".join(_KIND[classes]))


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
    def is_node(self) -> bool:
        return self.is_row or NODE[self.element.get("class") or ""]

    @property
    def is_headed(self) -> bool:
        return next(self.element.iter(*HEADING_TAGS), None) is not None

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
            self._heads[table] = {column_of(head) for head in heads if key(words_of(head)) in phrases("title_columns")}
        return column_of(cell) in self._heads[table]


def words_of(element: Any) -> str:
    """Return the text that ``element`` shows; that for screen readers if it shows none."""
    text = fold("".join(islice(element.itertext(), 200)))
    parts = islice(element.iter("span", "div", "small"), 50)
    hidden = [part for part in parts if UNSEEN[part.get("class") or ""]]
    if not hidden:
        return text
    for part in hidden:
        text = fold(text.replace(text_in(part), " ", 1))
    return text


def column_of(cell: Any) -> int:
    return sum(1 for _ in islice(cell.itersiblings(preceding=True), 50))
