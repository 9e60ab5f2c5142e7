"""When a row of a listing says that its page was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from migration_spider.pages.class_words import ROW_DATE
from migration_spider.pages.text import fold

_DATE = re.compile(
    r"\d{1,2}(?:er|st|nd|rd|th|º)?\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"  # 01 Jun 2023
    r"|[^\W\d_]{3,12}(?:\.?\s+|,\s?)\d{1,2}(?:st|nd|rd|th)?(?:\s+|,\s*)(?:19|20)\d\d"  # Sep 13, 2022
    r"|(?<![\w-])\d{1,2}-[^\W\d_]{3,12}-(?:19|20)\d\d"  # 01-Jun-2023
    r"|\d{1,2}\s+[^\W\d_]{3,12}(?:\s[^\W\d_]{3,12})?\s?/\s?[^\W\d_]{3,12}\s+(?:19|20)\d\d"  # 1 أيار/مايو 2020
    r"|(?:19|20)\d\d[.,]?\s+[^\W\d_]{3,12}\.?\s+\d{1,2}(?!\d|[:.]\d|\s*[ap]\.?m)"  # 2022, november 13
    r"|(?<![\w.])(?:19|20)\d\d([-/.])\s?\d{1,2}\1\s?\d{1,2}(?!\d)|\d{1,2}([-/.])\s?\d{1,2}\2\s?(?:19|20)\d\d"
    r"|(?:19|20)\d\d\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일]"
)
_YEAR = re.compile("(?:19|20)\\d\\d")
_MONTH = re.compile(r"[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}\s*(?:[ap]\.?m\.?|uhr|h)?", re.IGNORECASE)
# What may stand beside a date that is all of a text: "on Wed, 9 May 2021 - 7:25pm (All day)".
_WITH_DATE = re.compile(rf"{_CLOCK.pattern}|\d{{1,2}}\s*[ap]\.?m\.?|\([^()]*\)", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]+\.?,\s*$")
# With two digits for the year; where it is no number of a version, as no more than a time tells.
_SHORT = re.compile(r"(?<![\w./-])(?:\d{1,2}/\d{1,2}/\d\d(?![\w/])|\d{1,2}\.\d{1,2}\.\d\d(?=[\s–-]+\d{1,2}[:.]\d\d))")
_LABEL = re.compile(r"^[^:]{1,30}:\s*")
FEW = 10
"""Characters, such as those of a number or a sign."""

LONGEST_DATED = 60
"""Characters of a text that is a date, maybe with a label or a place; longer ones are prose that names a day."""

LONGEST_TITLE = 300


def date_of(parts: list[Any], title: str) -> str | None:
    texts: list[str] = []
    for part in parts:
        for time in part.iter("time"):
            text = text_of(time)
            if not _CLOCK.fullmatch(text) and (said := text or fold(time.get("datetime"))):
                return said
        if isinstance(part.tag, str):
            # No comment.
            texts += filter(None, map(fold, _texts(part, title)))
        texts.append(fold(part.tail))
    if len(title) > FEW:
        # It may come again, as in what a screen reader reads: "Read more about ...".
        texts = [text.replace(title, "") for text in texts]
    short = [text for text in texts if text != title and len(text) < LONGEST_DATED]
    if alone := next(filter(None, map(heading_date, short)), None):
        return alone
    for text in (*short, " ".join(short)):
        if match := find_date(text):
            return match[0]
    return next(filter(None, map(_with_short_year, short)), None) or _month(parts, short)


def _texts(part: Any, title: str) -> list[str]:
    """The texts in ``part``; of a paragraph with more than a few words only lines that are no more than a date."""
    texts = list(islice(part.itertext(), 500))
    if not any(map(_YEAR.search, texts)):
        return texts
    prose = [one for one in part.iter("p") if len(text_of(one).replace(title, "")) >= LONGEST_DATED]
    if not prose:
        return texts
    left_out = {_slot(text) for one in prose for line in _lines(one) if not _is_date(line) for text in line}
    return [text for text in part.xpath(".//text()")[:500] if _slot(text) not in left_out]


def _lines(paragraph: Any) -> Iterator[list[Any]]:
    """The texts of ``paragraph`` between its breaks."""
    line: list[Any] = []
    for one in paragraph.xpath(".//text()|.//br"):
        if isinstance(one, str):
            line.append(one)
        else:
            yield line
            line = []
    yield line


def _is_date(line: list[Any]) -> bool:
    return heading_date(_LABEL.sub("", fold("".join(line)))) is not None


def _slot(text: Any) -> tuple[Any, bool]:
    return text.getparent(), text.is_tail


def date_in(title: str) -> str | None:
    """The date that ``title`` is, or that stands apart from its words: "28 August 2020 | Boats come home"."""
    match = find_date(title) or _SHORT.search(title) if len(title) < LONGEST_TITLE else None
    if match is None:
        return None
    before, after = _WEEKDAY.sub("", title[: match.start()]).rstrip(), title[match.end() :].lstrip()
    is_first = not before and (not after or after.startswith(("|", "–", "—", "-", ":")))
    is_last = before.endswith("(") and after == ")"
    return match[0] if is_first or is_last else None


def _month(parts: list[Any], short: list[str]) -> str | None:
    """A month, where the theme says that it is the date; else it may be that of an event, or a title."""
    if not any(map(_MONTH.fullmatch, short)):
        return None
    named = (one for part in parts for one in part.iter("div", "span", "p", "td") if ROW_DATE[one.get("class", "")])
    return next(filter(_MONTH.fullmatch, map(text_of, named)), None)


def heading_date(text: str) -> str | None:
    """The date that ``text`` is, maybe with a weekday and a time; None when it says more than that."""
    found = find_date(text) if len(text) < LONGEST_TITLE else None
    return None if found is None else _alone(found, text)


def _with_short_year(text: str) -> str | None:
    found = _SHORT.search(text)
    return None if found is None else _alone(found, text)


def _alone(found: re.Match[str], text: str) -> str | None:
    before, after = _WEEKDAY.sub("", text[: found.start()]), text[found.end() :]
    beside = _WITH_DATE.sub("", before) + _WITH_DATE.sub("", after)
    return found[0] if len(found[0]) > len(beside) else None


def find_date(text: str) -> re.Match[str] | None:
    # Looking for its year is faster, and most texts have none.
    return _DATE.search(text) if _YEAR.search(text) else None


def text_of(element: Any) -> str:
    return fold("".join(islice(element.itertext(), 200))) if isinstance(element.tag, str) else ""
