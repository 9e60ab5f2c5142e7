"""Titles of the rows of a listing: the rank of a link in its row, and the words that name the row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from migration_spider.pages.class_words import ROW_TITLE, UNSEEN
from migration_spider.pages.outline import HEADING_TAGS, local_name
from migration_spider.pages.row_places import (
    ASIDE,
    FEW,
    HEADED,
    LONGEST_DATED,
    NEVER,
    READ_ON,
    WORDED,
    Place,
    find_date,
    heading_date,
    text_of,
    up,
    words_of,
)
from migration_spider.text import fold, word_set
from migration_spider.vocabularies import key, phrases

# Between two links, these make items of one enumeration of them: "Chad, Mali, Niger".
_SEPARATORS = tuple(",;|/·•、，；")
_BREAKS = word_set(
    "article body br caption dd div dl dt fieldset figure hr li main ol p section table tbody td th tr ul"
)
_FILE_NAME = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|zip)$", re.IGNORECASE)
_SIZE = re.compile(r"\([^()]*\)")
_LED = re.compile(r"^(?:about|on|sur|sobre|acerca de|о|об|über|عن|حول|关于|關於)[\s:]+", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Title:
    """A link that may be the title of a row."""

    link: Any
    url: str
    words: str
    rank: int
    place: Place
    box: Place
    """The largest element that contains no other title of the set."""


def rank_of(link: Any, words: str, place: Place) -> int:
    if next(link.iter(*HEADING_TAGS), None) is not None:
        return HEADED
    rank = max(around.rank for around in islice(up(place), 4))
    if not words or (rank <= WORDED and _reads_on(words)):
        return READ_ON
    if rank > WORDED and (rank == HEADED or not _is_enumerated(link)):
        return rank
    after = fold(link.tail)
    if _length_before(link) > LONGEST_DATED or (after[:1].islower() and len(after) > LONGEST_DATED):
        # A link within a sentence.
        return NEVER
    return ASIDE if _is_number(words) or _is_second(link) else WORDED


def _reads_on(words: str) -> bool:
    return len(words) < LONGEST_DATED and key(_SIZE.sub("", words).strip(" .…»›→>+[]()")) in phrases("read_on")


def _is_number(words: str) -> bool:
    """Whether ``words`` are a number as of a year or a page; document numbers are longer, or have two parts."""
    is_short = not any(map(str.isalpha, words)) and sum(map(str.isdigit, words)) < 5
    return is_short and re.fullmatch(r"\d+[-/]\d+", words) is None


def _length_before(link: Any) -> int:
    """Characters before ``link`` on its line, the text of other links left out."""
    length, element = 0, link
    while True:
        for before in islice(element.itersiblings(preceding=True), 3):
            length += len(fold(before.tail))
            if local_name(before) in _BREAKS or length > LONGEST_DATED:
                return length
            length += 0 if local_name(before) == "a" else len(text_of(before))
        around = element.getparent()
        if around is None or local_name(element) in _BREAKS:
            return length
        length += len(fold(around.text)) if element.getprevious() is None else 0
        element = around


def _is_second(link: Any) -> bool:
    """Whether ``link`` follows another link on its line, or is part of an enumeration."""
    before = link.getprevious()
    is_after = before is not None and before.tag == "a"
    if _is_enumerated(link):
        return True
    return is_after and not len(link) and len(text_of(link)) < LONGEST_DATED / 2 and text_of(before) != ""


def _is_enumerated(link: Any) -> bool:
    """Whether ``link`` is a part of an enumeration of links."""
    before, after = link.getprevious(), link.getnext()
    followed = [before] if before is not None and before.tag == "a" else []
    followed += [link] if after is not None and after.tag == "a" else []
    return any(fold(element.tail).startswith(_SEPARATORS) for element in followed)


def title_in(link: Any) -> str:
    """Return the words of ``link``; for a link around a complete teaser those of its heading or title element.

    Without these, the first of its parts that is no date and has more than a word or two.
    """
    if named := _named_in([link]):
        return named
    parts = [text_of(part) for part in link.iter("div", "p") if not _has_parts(part)]
    texts = (text for text in parts if len(text) > FEW and not heading_date(text))
    return (next(texts, "") if len(parts) > 1 else "") or words_of(link)


def _has_parts(element: Any) -> bool:
    return any(part is not element for part in islice(element.iter("div", "p"), 2))


def _named_in(parts: list[Any]) -> str:
    """Return the words of the heading in ``parts``, or of the element whose class names a title."""
    headings = (heading for part in parts for heading in part.iter(*HEADING_TAGS))
    elements = (element for part in parts for element in part.iter("div", "span", "p", "strong", "td"))
    named = (element for element in elements if ROW_TITLE[element.get("class", "")])
    return next(filter(None, map(words_of, chain(headings, named))), "")


def title_of(title: Title, parts: list[Any]) -> str:
    if title.rank != READ_ON:
        return _named_in(parts) or title.words if _FILE_NAME.search(title.words) else title.words
    hidden = (span for span in title.link.iter("span") if UNSEEN[span.get("class") or ""])
    texts = (fold(text) for part in parts for text in part.itertext())
    phrases = (text for text in texts if any(map(str.isalpha, text)) and not find_date(text))
    candidates = chain([_named_in(parts)], (_LED.sub("", text_of(span)) for span in hidden), phrases)
    return next(filter(None, candidates), title.words)
