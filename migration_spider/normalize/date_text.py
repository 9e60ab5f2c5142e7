"""Prepares the text of a printed date: removes the text around the day, and converts Chinese numerals to digits."""

from __future__ import annotations

import re
from datetime import date

from .months import months, spelling, weekdays

UNPARSED = "date-unparsed"
_YEARS = range(1900, 2101)
# Longer than any date with weekday, time and time zone; a paragraph under the label need not be searched.
LONGEST = 100
# French and Spanish; also March, but not before a date in numbers.
TUESDAY = "mar"

STAMP = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):?(?P<minute>\d{2})(?::?\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"[\s,;|@-]*\b(?:at|a las?|a|as|um|в|kl)?\s*(?<!\d)\d{1,2}(?:\s*[:h]\s*|(?<=\d{4}\s-\s\d\d)\.)"
    r"\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:uhr|h|hrs)?\s*(?:[ap]\.?\s?m\.?)?\s*(?:\(?(?:utc|gmt|cet|cest|est|edt|z)?\s*(?:[+-]\d{1,2}(?::?\d{2})?)?\)?)?$"
)
# Who published it, where, and when it was changed, behind the day.
_BY = re.compile(
    r"(?<=\d{4})[\s,|;·-]+(?:(?:by|par|por|von|di|от|автор:?|بقلم|作者:?|in|dans|en)\s"
    r"|(?:last )?(?:updated|modified|mis a jour|actualizado|обновлено|aktualisiert|تحديث|更新)).*$"
)
_LEADING = re.compile(r"^(?:on|the|le|el|em|en|am|den|a|du|no|dia|يوم|в)\s+")
YEAR_END = r"(?:\s*(?:г\.?|года|год|م))?"
NUMERIC = re.compile(r"(?P<first>\d{1,2})\s?(?P<s>[-/.])\s?(?P<second>\d{1,2})\s?(?P=s)\s?(?P<year>\d{4})" + YEAR_END)
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_DATE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号號]"
)

_HAN_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s?月(?!\s*\d{1,2}\s*[日号號])")


def text_of(raw: str) -> str:
    """Unify the spelling of the text, and shorten it if it is too long for a date."""
    # What is longer is no date; a broken page may print a book under the label.
    return _chinese_numerals(spelling(raw))[: LONGEST + 1]


def stripped(text: str) -> list[str]:
    """``text`` as it is, and without time of day, weekday and leading article."""
    stamp = STAMP.fullmatch(text)
    if stamp:
        return [stamp["day"]]
    bare = _TIME.sub("", _BY.sub("", text)).strip(" ,;|")
    for _ in range(2):
        bare = re.sub(r"\(([^()]*)\)$", lambda m: "" if m[1] in weekdays() else m[0], bare).strip(" ,;|")
        head = re.match(r"^([^\s,.\d]+)[\s,.]+(?=\S)", bare)
        if head and (head[1] in weekdays() or (head[1] == TUESDAY and NUMERIC.match(bare[head.end() :]))):
            bare = bare[head.end() :]
        tail = re.search(r"(?:[\s,]+|(?<=日))([^\s,\d]+)$", bare)
        if tail and tail[1] in weekdays():
            bare = bare[: tail.start()]
        bare = _LEADING.sub("", bare)
    return [text] if bare == text else [text, bare]


def day_of(year: str, month: int, day: int | str) -> tuple[date | None, str | None]:
    """The day of these numbers, or a problem code."""
    try:
        found = date(int(year), month, int(day))
    except ValueError:
        return None, UNPARSED
    return (found, None) if found.year in _YEARS else (None, UNPARSED)


def valid_day(text: str) -> date | None:
    """Convert ``2021-12-17`` to a date."""
    year, month, day = text.split("-")
    return day_of(year, int(month), day)[0]


def _chinese_numerals(text: str) -> str:
    """Convert Chinese numerals (``二〇二一年十二月十七日``) to digits; in ``17 12月 2021`` the month becomes a name."""
    if "月" in text and "年" not in text:
        return _HAN_MONTH.sub(lambda month: list(months()["zh"])[int(month[1]) - 1], text)
    match = _HAN_DATE.search(text)
    if match is None:
        return text
    digits = f"{match[1].translate(_HAN_DIGITS)}年{_han_number(match[2])}月{_han_number(match[3])}日"
    return text[: match.start()] + digits + text[match.end() :]


def _han_number(text: str) -> int:
    """Convert a number from 1 to 99 in Chinese numerals."""
    tens, ten, ones = text.rpartition("十")
    value = int(ones.translate(_HAN_DIGITS) or "0") if ones else 0
    return value + (10 * int(tens.translate(_HAN_DIGITS) or "1") if ten else 0)
