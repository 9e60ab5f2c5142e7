"""Publication dates: from what a page prints, and from the ``datetime`` of its ``<time>``, to an ISO 8601 day.

Never an invented day: what names no single day gives None and a problem code. Which reading of ``03/04/2022`` is meant
is told by what stands beside it, by a person, by the other pages of the site, by the page; last by the language alone,
and that is marked. English does not decide, because the portal's authors write day first and Drupal month first.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from .months import any_language, months, spelling, weekdays

AMBIGUOUS = "date-ambiguous"
INCOMPLETE = "date-incomplete"
RANGE = "date-range"
UNPARSED = "date-unparsed"
CONFLICT = "date-conflict"
ASSUMED = "date-order-assumed"

_DAY_FIRST = {"fr", "es", "pt", "de", "ru", "ar", "it"}
_YEARS = range(1900, 2101)
# Longer than any date with weekday, time and time zone; a paragraph under the label need not be searched.
_LONGEST = 100
# French and Spanish; also March, but not before a date in numbers.
_TUESDAY = "mar"

_STAMP = re.compile(
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
_ORDINAL = r"(?:st|nd|rd|th|er|re|o|a|\.|-?го|-?е)?"
_OF = r"(?:\s*[\s,./-]\s*(?:(?:de|del|of|do)\s+|d')?)"
_YEAR_END = r"(?:\s*(?:г\.?|года|год|م))?"
_WORD = r"[^\W\d_][^\d,/()-]*?"
_MONTH = rf"(?P<month>{_WORD})\.?(?:\s*/\s*(?P<month2>{_WORD})\.?)?"

_DAY_MONTH_YEAR = re.compile(rf"(?P<day>\d{{1,2}}){_ORDINAL}{_OF}?{_MONTH}{_OF}(?P<year>\d{{4}}){_YEAR_END}")
_MONTH_DAY_YEAR = re.compile(rf"{_MONTH}{_OF}(?P<day>\d{{1,2}}){_ORDINAL}\s*[\s,]\s*(?:de\s+|del\s+)?(?P<year>\d{{4}})")
_MONTH_DAYS_YEAR = re.compile(rf"{_MONTH}\s+\d{{1,2}}\s*-\s*\d{{1,2}}\s*,?\s*\d{{4}}")
_YEAR_MONTH_DAY = re.compile(rf"(?P<year>\d{{4}})[\s,.-]+{_MONTH}[\s.-]+(?P<day>\d{{1,2}}){_ORDINAL}")
_CHINESE = re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<s>[-/.])\s?(?P<month>\d{1,2})(?P=s)\s?(?P<day>\d{1,2})\.?")
_NUMERIC = re.compile(r"(?P<first>\d{1,2})\s?(?P<s>[-/.])\s?(?P<second>\d{1,2})\s?(?P=s)\s?(?P<year>\d{4})" + _YEAR_END)
_DRUPAL_FORM = re.compile(r"(?:(?P<weekday>\w{2,5})\.?, )?\d{2}/\d{2}/\d{4} - \d{2}:\d{2}")
_ENGLISH_WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")

_INCOMPLETE = (
    re.compile(r"\d{4}\s*(?:г\.?|года|год|年)?"),
    re.compile(rf"{_MONTH}{_OF}\d{{4}}{_YEAR_END}"),
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
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_DATE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号號]"
)

_HAN_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s?月(?!\s*\d{1,2}\s*[日号號])")


class Reading(NamedTuple):
    """What a printed date says."""

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
    """The day that ``raw`` and ``datetime`` name.

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
    is_short = len(raw) + len(datetime or "") <= 2 * _LONGEST
    return (_kept if is_short else _read)(raw, datetime, language, day_first, site_day_first, seen_day_first)


def _read(
    raw: str,
    datetime: str | None,
    language: str | None,
    day_first: bool | None,
    site_day_first: bool | None,
    seen_day_first: bool | None,
) -> Reading:
    text = _text_of(raw)
    stamp = _STAMP.fullmatch(datetime.strip()) if datetime else None
    stamp_day = _valid_day(stamp["day"]) if stamp else None
    if stamp_day is None and not text and datetime:
        text = _text_of(datetime)
    language = (language or "").casefold()
    orders = {
        "stamp": _order_by_stamp(text, stamp_day),
        "weekday": _order_by_weekday(text),
        "setting": day_first,
        "site": site_day_first,
        "page": seen_day_first,
        "form": _order_of_form(text, language),
        "language": custom_order(language),
    }
    told_by = next((by for by, order in orders.items() if order is not None), None)
    text_day, problem = _parse_text(text, language, orders[told_by] if told_by else None)
    if _both_ways(text) is None:
        told_by = None
    if stamp is None or stamp_day is None:
        assumed = ASSUMED if told_by == "language" and text_day else None
        return Reading(text_day.isoformat() if text_day else None, problem or assumed, told_by)
    told_by = told_by and "stamp"
    if text_day is None or text_day == stamp_day or _either_order(text, stamp_day):
        return Reading(stamp_day.isoformat(), None, told_by)
    if stamp["hour"] is not None and _elsewhere(text_day - stamp_day, int(stamp["hour"]), int(stamp["minute"])):
        return Reading(text_day.isoformat(), None, told_by)
    return Reading(stamp_day.isoformat(), CONFLICT, told_by)


_kept = lru_cache(maxsize=4096)(_read)


def order_told(raw: str, datetime: str | None = None) -> bool | None:
    """Whether this numeric date by itself shows that the day is printed first: by a number over 12, the weekday beside
    it or the stamp around it. None when it shows nothing, and of dates with dots, which are in no doubt."""
    text = _text_of(raw)
    if (match := _numeric_date(text)) is None:
        return None
    first, second = int(match["first"]), int(match["second"])
    if max(first, second) > 12:
        day = _day(match["year"], min(first, second), max(first, second))[0]
        return None if day is None else first > second
    stamp = _STAMP.fullmatch(datetime.strip()) if datetime else None
    order = _order_by_stamp(text, _valid_day(stamp["day"]) if stamp else None)
    return _order_by_weekday(text) if order is None and first != second else order


def reads_both_ways(raw: str, datetime: str | None = None) -> bool:
    """Whether this is a numeric date of which neither the weekday nor the stamp tells which number is the day."""
    is_stamped = datetime is not None and _STAMP.fullmatch(datetime.strip()) is not None
    text = _text_of(raw or datetime or "")
    return not is_stamped and _both_ways(text) is not None and _order_by_weekday(text) is None


def _elsewhere(later: timedelta, hour: int, minute: int) -> bool:
    """Whether a stamp of ``hour:minute`` falls, somewhere on Earth, on the day that is ``later`` than its own.

    Local time is up to 14 hours ahead of UTC and 12 behind. Noon is no time but Drupal's mark of a date without one.
    """
    if (hour, minute) == (12, 0):
        return False
    return hour >= 10 if later == timedelta(days=1) else hour < 12 and later == timedelta(days=-1)


def _text_of(raw: str) -> str:
    # What is longer is no date; a broken page may print a book under the label.
    return _chinese_numerals(spelling(raw))[: _LONGEST + 1]


def _parse_text(text: str, language: str, order: bool | None) -> tuple[date | None, str | None]:
    if not text:
        return None, None
    if len(text) > _LONGEST:
        return None, UNPARSED
    tables = [months()[base] for base in [language.split("-")[0]] if base in months()] + [any_language()]
    for candidate in _stripped(text):
        found = _one_day(candidate, tables, order)
        if found is not None:
            return found
    candidate = _stripped(text)[-1]
    if _is_incomplete(candidate, tables):
        return None, INCOMPLETE
    if _is_range(candidate, tables, order):
        return None, RANGE
    return None, UNPARSED


def _numeric_date(text: str) -> re.Match[str] | None:
    """``text`` as a date in numbers, the year last, without dots: only day-first languages write those."""
    if len(text) > _LONGEST or _NUMERIC.search(text) is None:
        return None
    match = next((match for one in _stripped(text) if (match := _NUMERIC.fullmatch(one))), None)
    return None if match is None or match["s"] == "." else match


def _both_ways(text: str) -> re.Match[str] | None:
    """The same, where each of the two numbers can be the month and they differ."""
    match = _numeric_date(text)
    return match if match and match["first"].zfill(2) != match["second"].zfill(2) and _are_months(match) else None


def _are_months(match: re.Match[str]) -> bool:
    return all(1 <= int(match[name]) <= 12 for name in ("first", "second"))


def _order_by_stamp(text: str, stamp_day: date | None) -> bool | None:
    """Whether the day is first, where one of the two readings is the day of the stamp or the day beside it."""
    match = None if stamp_day is None else _both_ways(text)
    if match is None or stamp_day is None:
        return None
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {True: _day(year, second, first)[0], False: _day(year, first, second)[0]}
    near = [order for order, day in readings.items() if day and abs(day - stamp_day) <= timedelta(days=1)]
    return near[0] if len(near) == 1 else None


def _stripped(text: str) -> list[str]:
    """``text`` and what is left of it without time of day, weekday and leading article."""
    stamp = _STAMP.fullmatch(text)
    if stamp:
        return [stamp["day"]]
    bare = _TIME.sub("", _BY.sub("", text)).strip(" ,;|")
    for _ in range(2):
        bare = re.sub(r"\(([^()]*)\)$", lambda m: "" if m[1] in weekdays() else m[0], bare).strip(" ,;|")
        head = re.match(r"^([^\s,.\d]+)[\s,.]+(?=\S)", bare)
        if head and (head[1] in weekdays() or (head[1] == _TUESDAY and _NUMERIC.match(bare[head.end() :]))):
            bare = bare[head.end() :]
        tail = re.search(r"(?:[\s,]+|(?<=日))([^\s,\d]+)$", bare)
        if tail and tail[1] in weekdays():
            bare = bare[: tail.start()]
        bare = _LEADING.sub("", bare)
    return [text] if bare == text else [text, bare]


def _one_day(text: str, tables: list[dict[str, int]], day_first: bool | None) -> tuple[date | None, str | None] | None:
    """The day, or the reason why none can be told; None when ``text`` has no form of a full date."""
    for pattern in (_CHINESE, _YEAR_FIRST):
        if match := pattern.fullmatch(text):
            return _day(match["year"], int(match["month"]), match["day"])
    if match := _NUMERIC.fullmatch(text):
        return _numeric(match, day_first)
    if _SHORT_YEAR.fullmatch(text):
        return None, AMBIGUOUS
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _YEAR_MONTH_DAY):
        match = pattern.fullmatch(text)
        month = match and _month(match, tables)
        if match and month:
            return _day(match["year"], month, match["day"])
    return None


def _numeric(match: re.Match[str], day_first: bool | None) -> tuple[date | None, str | None]:
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if match["s"] == "." and second <= 12:
        # Only day-first languages write dots.
        return _day(year, second, first)
    if first == second or (first > 12 >= second):
        return _day(year, second, first)
    if second > 12 >= first:
        return _day(year, first, second)
    if day_first is None:
        return None, AMBIGUOUS
    return _day(year, second, first) if day_first else _day(year, first, second)


def _order_by_weekday(text: str) -> bool | None:
    """Whether ``Fri, 03/04/2022`` has the day first: only one of the two readings is a Friday."""
    match = _NUMERIC.search(text)
    if match is None:
        return None
    names = {**weekdays(), _TUESDAY: 1}
    words = {names[word] for word in re.findall(r"[^\W\d_]+(?:-feira)?", text) if word in names}
    if len(words) != 1:
        return None
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {True: _day(year, second, first)[0], False: _day(year, first, second)[0]}
    fitting = [order for order, day in readings.items() if day is not None and day.weekday() in words]
    return fitting[0] if len(fitting) == 1 else None


def custom_order(language: str) -> bool | None:
    """Whether ``language`` writes the day first; None when it does not tell."""
    language = language.casefold()
    if language == "en-us":
        return False
    if language.startswith("en-") or language.split("-")[0] in _DAY_FIRST:
        return True
    return None


def _order_of_form(text: str, language: str) -> bool | None:
    """Month first for what Drupal's own English formats print: ``Wed, 05/09/2018 - 12:00``; None for all else.

    These are the formats "short" and "medium" that every installation starts with (core, system.date_format.*.yml).
    Drupal's translations of them write the day first and translate the weekday: an English one on a page of another
    language shows that the format is the untranslated one.
    """
    match = _DRUPAL_FORM.fullmatch(text)
    if match is None:
        return None
    return False if language == "en" or match["weekday"] in _ENGLISH_WEEKDAYS else None


def _month(match: re.Match[str], tables: list[dict[str, int]]) -> int | None:
    """Number of the month; with two names for it (``كانون الأول/ديسمبر``) both must be the same month."""
    names = [name.strip(" .") for name in (match["month"], match["month2"]) if name]
    numbers = {next((table[name] for table in tables if name in table), None) for name in names}
    return numbers.pop() if len(numbers) == 1 else None


def _day(year: str, month: int, day: int | str) -> tuple[date | None, str | None]:
    try:
        found = date(int(year), month, int(day))
    except ValueError:
        return None, UNPARSED
    return (found, None) if found.year in _YEARS else (None, UNPARSED)


def _valid_day(text: str) -> date | None:
    year, month, day = text.split("-")
    return _day(year, int(month), day)[0]


def _either_order(text: str, stamp_day: date) -> bool:
    """Whether ``text`` is numeric and one of its two readings is ``stamp_day``: the stamp tells which one was meant."""
    match = _NUMERIC.fullmatch(_stripped(text)[-1])
    numbers = (int(match["first"]), int(match["second"])) if match else None
    return numbers in ((stamp_day.day, stamp_day.month), (stamp_day.month, stamp_day.day))


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


def _chinese_numerals(text: str) -> str:
    """``二〇二一年十二月十七日`` written with digits, and ``17 12月 2021``, where the month is a name, without."""
    if "月" in text and "年" not in text:
        return _HAN_MONTH.sub(lambda month: list(months()["zh"])[int(month[1]) - 1], text)
    match = _HAN_DATE.search(text)
    if match is None:
        return text
    digits = f"{match[1].translate(_HAN_DIGITS)}年{_han_number(match[2])}月{_han_number(match[3])}日"
    return text[: match.start()] + digits + text[match.end() :]


def _han_number(text: str) -> int:
    """1 to 99 in Chinese numerals."""
    tens, ten, ones = text.rpartition("十")
    value = int(ones.translate(_HAN_DIGITS) or "0") if ones else 0
    return value + (10 * int(tens.translate(_HAN_DIGITS) or "1") if ten else 0)
