"""Reads publication dates: from the printed text and the ``datetime`` of its ``<time>`` to an ISO 8601 day.

A day is never invented: a text without a single day gives None and a problem code. The order of ``03/04/2022`` is
decided by the text around it, by a setting, by the other pages of the site, or by the page. If none of these helps,
the language decides, and this is marked. English alone does not decide, because the authors of the portal write the
day first and Drupal writes the month first.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from .date_order import (
    both_ways,
    custom_order,
    either_order,
    order_by_stamp,
    order_by_weekday,
    order_of_form,
)
from .date_text import (
    LONGEST,
    NUMERIC,
    STAMP,
    UNPARSED,
    YEAR_END,
    day_of,
    stripped,
    text_of,
    valid_day,
)
from .months import any_language, months

AMBIGUOUS = "date-ambiguous"
INCOMPLETE = "date-incomplete"
RANGE = "date-range"
CONFLICT = "date-conflict"
ASSUMED = "date-order-assumed"
_ORDINAL = r"(?:st|nd|rd|th|er|re|o|a|\.|-?го|-?е)?"
_OF = r"(?:\s*[\s,./-]\s*(?:(?:de|del|of|do)\s+|d')?)"
_WORD = r"[^\W\d_][^\d,/()-]*?"
_MONTH = rf"(?P<month>{_WORD})\.?(?:\s*/\s*(?P<month2>{_WORD})\.?)?"

_DAY_MONTH_YEAR = re.compile(rf"(?P<day>\d{{1,2}}){_ORDINAL}{_OF}?{_MONTH}{_OF}(?P<year>\d{{4}}){YEAR_END}")
_MONTH_DAY_YEAR = re.compile(rf"{_MONTH}{_OF}(?P<day>\d{{1,2}}){_ORDINAL}\s*[\s,]\s*(?:de\s+|del\s+)?(?P<year>\d{{4}})")
_MONTH_DAYS_YEAR = re.compile(rf"{_MONTH}\s+\d{{1,2}}\s*-\s*\d{{1,2}}\s*,?\s*\d{{4}}")
_YEAR_MONTH_DAY = re.compile(rf"(?P<year>\d{{4}})[\s,.-]+{_MONTH}[\s.-]+(?P<day>\d{{1,2}}){_ORDINAL}")
_CHINESE = re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<s>[-/.])\s?(?P<month>\d{1,2})(?P=s)\s?(?P<day>\d{1,2})\.?")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")

_INCOMPLETE = (
    re.compile(r"\d{4}\s*(?:г\.?|года|год|年)?"),
    re.compile(rf"{_MONTH}{_OF}\d{{4}}{YEAR_END}"),
    re.compile(rf"\d{{4}}[\s,.-]+{_MONTH}"),
    re.compile(r"\d{4}\s*年\s*(?:\d{1,2}\s*月)?"),
    re.compile(r"(?:\d{1,2}\s*月\s*)?\d{1,2}\s*[日号號]"),
    re.compile(r"\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|\(?\d{1,2}[-/.]\d{1,2}[.)]?"),
    re.compile(rf"\d{{1,2}}{_ORDINAL}{_OF}?{_MONTH}"),
    re.compile(rf"{_MONTH}{_OF}\d{{1,2}}{_ORDINAL}"),
    re.compile(rf"{_MONTH}"),
)
_RANGE_WORD = r"\s*(?:-|~|(?<=\d)/(?=\d)|\b(?:to|until|and|au|et|al|a|y|e|bis|und|по|الي)\b|至|到)\s*"
_RANGE_START = re.compile(r"^(?:from|du|del|de|vom|с|من|between)\s+")
_OPEN_ENDS = frozenset({"present", "ongoing", "now", "today", "presente", "actualidad", "present day", "heute", ""})


class Reading(NamedTuple):
    """The result of reading a printed date."""

    day: str | None
    """ISO 8601."""

    problem: str | None
    """A code, in words in :mod:`migration_spider.normalize.problems`."""

    told_by: str | None = None
    """What told the order of a numeric date that reads both ways: ``stamp``, ``weekday``, ``setting``, ``site``,
    ``page``, ``form`` or ``language``; None of any other date, and when nothing told it."""


def parse_date(
    raw: str,
    datetime: str | None = None,
    language: str | None = None,
    *,
    day_first: bool | None = None,
    site_day_first: bool | None = None,
    seen_day_first: bool | None = None,
) -> tuple[str | None, str | None]:
    """Read the day from ``raw`` and ``datetime``.

    Args:
        raw: text as printed, in any of the portal's languages; the page's own language is tried first.
        datetime: ``datetime`` attribute of the ``<time>`` around the text (HTML Living Standard, 4.5.14), if any. Its
            date part as written is the day, whatever its offset: Drupal stamps date-only fields at noon UTC. Only a
            stamp with another time yields to a text that names the neighbouring day, when a time zone explains it:
            themes print local days beside stamps in UTC.
        language: BCP 47 tag of the page.
        day_first: order of ``03/04/2022`` as a person says; only the stamp and the weekday beside it know better.
        site_day_first: order that the other pages of the site tell, in this language; before what the page tells.
        seen_day_first: order of the other numeric dates on the page, where one of them tells; before the language.

    Returns:
        (ISO 8601 date, None), or (None, code) with ``date-ambiguous``, ``date-incomplete``, ``date-range`` or
        ``date-unparsed``; (date, ``date-conflict``) when text and stamp name different days: the stamp is kept;
        (date, ``date-order-assumed``) when nothing but the language told which number is the day.
        (None, None) when there is nothing to read.
    """
    return read_date(
        raw,
        datetime,
        language,
        day_first=day_first,
        site_day_first=site_day_first,
        seen_day_first=seen_day_first,
    )[:2]


def read_date(
    raw: str,
    datetime: str | None = None,
    language: str | None = None,
    *,
    day_first: bool | None = None,
    site_day_first: bool | None = None,
    seen_day_first: bool | None = None,
) -> Reading:
    """:func:`parse_date`, and what told the order."""
    # A date is asked for more than once, and comes again on other pages.
    is_short = len(raw) + len(datetime or "") <= 2 * LONGEST
    return (_kept if is_short else _read)(raw, datetime, language, day_first, site_day_first, seen_day_first)


def _read(
    raw: str,
    datetime: str | None,
    language: str | None,
    day_first: bool | None,
    site_day_first: bool | None,
    seen_day_first: bool | None,
) -> Reading:
    stamp = _stamp(datetime)
    text = text_of(raw)
    if stamp is None and not text:
        text = text_of(datetime or "")
    language = (language or "").casefold()
    orders = {
        "stamp": order_by_stamp(text, stamp.day if stamp else None),
        "weekday": order_by_weekday(text),
        "setting": day_first,
        "site": site_day_first,
        "page": seen_day_first,
        "form": order_of_form(text, language),
        "language": custom_order(language),
    }
    told_by, order = next(((by, order) for by, order in orders.items() if order is not None), (None, None))
    text_day, problem = _parse_text(text, language, order)
    if both_ways(text) is None:
        told_by = None
    if stamp is None:
        assumed = ASSUMED if told_by == "language" and text_day else None
        return Reading(text_day.isoformat() if text_day else None, problem or assumed, told_by)
    day, problem = stamp.beside(text, text_day)
    return Reading(day.isoformat(), problem, told_by and "stamp")


_kept = lru_cache(maxsize=4096)(_read)


class _Stamp(NamedTuple):
    """A ``datetime`` attribute that has a day."""

    day: date
    time: tuple[int, int] | None
    """Hour and minute."""

    def beside(self, text: str, text_day: date | None) -> tuple[date, str | None]:
        """Choose between the stamp and ``text_day``, the day in the text; also returns the problem code."""
        if text_day is None or text_day == self.day or either_order(text, self.day):
            return self.day, None
        if _elsewhere(text_day - self.day, self.time):
            return text_day, None
        return self.day, CONFLICT


def _stamp(datetime: str | None) -> _Stamp | None:
    found = STAMP.fullmatch(datetime.strip()) if datetime else None
    day = valid_day(found["day"]) if found else None
    if found is None or day is None:
        return None
    return _Stamp(day, None if found["hour"] is None else (int(found["hour"]), int(found["minute"])))


def _elsewhere(later: timedelta, time: tuple[int, int] | None) -> bool:
    """Whether this hour and minute is, in some time zone, on the day that is ``later`` than that of the stamp.

    Local time is up to 14 hours ahead of UTC and 12 behind. Drupal writes noon for a date without time.
    """
    if time is None or time == (12, 0):
        return False
    hour, _ = time
    return hour >= 10 if later == timedelta(days=1) else hour < 12 and later == timedelta(days=-1)


def _parse_text(text: str, language: str, order: bool | None) -> tuple[date | None, str | None]:
    if not text:
        return None, None
    if len(text) > LONGEST:
        return None, UNPARSED
    tables = [months()[base] for base in [language.split("-")[0]] if base in months()] + [any_language()]
    for candidate in stripped(text):
        found = _one_day(candidate, tables, order)
        if found is not None:
            return found
    candidate = stripped(text)[-1]
    if _is_incomplete(candidate, tables):
        return None, INCOMPLETE
    if _is_range(candidate, tables, order):
        return None, RANGE
    return None, UNPARSED


def _one_day(text: str, tables: list[dict[str, int]], day_first: bool | None) -> tuple[date | None, str | None] | None:
    """The day, or a problem code; None if ``text`` does not look like a full date."""
    for pattern in (_CHINESE, _YEAR_FIRST):
        if match := pattern.fullmatch(text):
            return day_of(match["year"], int(match["month"]), match["day"])
    if match := NUMERIC.fullmatch(text):
        return _numeric(match, day_first)
    if _SHORT_YEAR.fullmatch(text):
        return None, AMBIGUOUS
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _YEAR_MONTH_DAY):
        match = pattern.fullmatch(text)
        month = match and _month(match, tables)
        if match and month:
            return day_of(match["year"], month, match["day"])
    return None


def _numeric(match: re.Match[str], day_first: bool | None) -> tuple[date | None, str | None]:
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if match["s"] == "." and second <= 12:
        # Only day-first languages write dots.
        return day_of(year, second, first)
    if first == second or (first > 12 >= second):
        return day_of(year, second, first)
    if second > 12 >= first:
        return day_of(year, first, second)
    if day_first is None:
        return None, AMBIGUOUS
    return day_of(year, second, first) if day_first else day_of(year, first, second)


def _month(match: re.Match[str], tables: list[dict[str, int]]) -> int | None:
    """Number of the month; with two names for it (``كانون الأول/ديسمبر``) both must be the same month."""
    names = [name.strip(" .") for name in (match["month"], match["month2"]) if name]
    numbers = {next((table[name] for table in tables if name in table), None) for name in names}
    return numbers.pop() if len(numbers) == 1 else None


def _is_incomplete(text: str, tables: list[dict[str, int]]) -> bool:
    for pattern in _INCOMPLETE:
        match = pattern.fullmatch(text)
        if match and ("month" not in pattern.groupindex or _month(match, tables)):
            return True
    return False


def _is_range(text: str, tables: list[dict[str, int]], day_first: bool | None) -> bool:
    """Whether both sides of a dash or of "to" are dates, or parts of one."""
    text = _RANGE_START.sub("", text)
    days = _MONTH_DAYS_YEAR.fullmatch(text)
    if days and _month(days, tables):
        return True
    for separator in re.finditer(_RANGE_WORD, text):
        left, right = text[: separator.start()].strip(" ,"), text[separator.end() :].strip(" ,")
        if not left:
            continue
        ends = _one_day(right, tables, day_first) is not None or _is_incomplete(right, tables) or right in _OPEN_ENDS
        begins = _one_day(left, tables, day_first) is not None or _is_incomplete(left, tables)
        if ends and (begins or re.fullmatch(rf"(?:\d{{4}}\s*年\s*\d{{1,2}}\s*月\s*)?\d{{1,2}}{_ORDINAL}", left)):
            return True
    return False
