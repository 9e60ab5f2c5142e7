"""Decides whether the day comes first in ``03/04/2022``: by numbers, weekday, time stamp, form or language."""

from __future__ import annotations

import re
from datetime import date, timedelta

from .date_text import (
    LONGEST,
    NUMERIC,
    STAMP,
    TUESDAY,
    day_of,
    stripped,
    text_of,
    valid_day,
)
from .months import weekdays

_DAY_FIRST = {"fr", "es", "pt", "de", "ru", "ar", "it"}
_DRUPAL_FORM = re.compile(r"(?:(?P<weekday>\w{2,5})\.?, )?\d{2}/\d{2}/\d{4} - \d{2}:\d{2}")
_ENGLISH_WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}


def order_told(raw: str, datetime: str | None = None) -> bool | None:
    """Whether this numeric date by itself shows that the day is printed first: by a number over 12, the weekday beside
    it or the stamp around it. None when it shows nothing, and of dates with dots, which are in no doubt."""
    text = text_of(raw)
    if (match := _numeric_date(text)) is None:
        return None
    first, second = int(match["first"]), int(match["second"])
    if max(first, second) > 12:
        day = day_of(match["year"], min(first, second), max(first, second))[0]
        return None if day is None else first > second
    stamp = STAMP.fullmatch(datetime.strip()) if datetime else None
    order = order_by_stamp(text, valid_day(stamp["day"]) if stamp else None)
    return order_by_weekday(text) if order is None and first != second else order


def reads_both_ways(raw: str, datetime: str | None = None) -> bool:
    """Whether this is a numeric date where neither the weekday nor the stamp shows which number is the day."""
    is_stamped = datetime is not None and STAMP.fullmatch(datetime.strip()) is not None
    text = text_of(raw or datetime or "")
    return not is_stamped and both_ways(text) is not None and order_by_weekday(text) is None


def _numeric_date(text: str) -> re.Match[str] | None:
    """Match a numeric date with the year last. Dates with dots are left out: they always have the day first."""
    if len(text) > LONGEST or NUMERIC.search(text) is None:
        return None
    match = next((match for one in stripped(text) if (match := NUMERIC.fullmatch(one))), None)
    return None if match is None or match["s"] == "." else match


def both_ways(text: str) -> re.Match[str] | None:
    """Match a numeric date where both numbers can be the month and are different."""
    match = _numeric_date(text)
    return match if match and match["first"].zfill(2) != match["second"].zfill(2) and _are_months(match) else None


def _are_months(match: re.Match[str]) -> bool:
    return all(1 <= int(match[name]) <= 12 for name in ("first", "second"))


def order_by_stamp(text: str, stamp_day: date | None) -> bool | None:
    """Whether the day is first, if exactly one of the two readings is the day of the stamp or the day next to it."""
    match = None if stamp_day is None else both_ways(text)
    if match is None or stamp_day is None:
        return None
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {True: day_of(year, second, first)[0], False: day_of(year, first, second)[0]}
    near = [order for order, day in readings.items() if day and abs(day - stamp_day) <= timedelta(days=1)]
    return near[0] if len(near) == 1 else None


def order_by_weekday(text: str) -> bool | None:
    """Whether ``Fri, 03/04/2022`` has the day first: only one of the two readings is a Friday."""
    match = NUMERIC.search(text)
    if match is None:
        return None
    names = {**weekdays(), TUESDAY: 1}
    words = {names[word] for word in re.findall(r"[^\W\d_]+(?:-feira)?", text) if word in names}
    if len(words) != 1:
        return None
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    readings = {True: day_of(year, second, first)[0], False: day_of(year, first, second)[0]}
    fitting = [order for order, day in readings.items() if day is not None and day.weekday() in words]
    return fitting[0] if len(fitting) == 1 else None


def custom_order(language: str) -> bool | None:
    """Whether ``language`` writes the day first; None if the language does not decide it."""
    language = language.casefold()
    if language == "en-us":
        return False
    if language.startswith("en-") or language.split("-")[0] in _DAY_FIRST:
        return True
    return None


def order_of_form(text: str, language: str) -> bool | None:
    """Returns False (month first) for Drupal's English formats: ``Wed, 05/09/2018 - 12:00``; else None.

    These are the formats "short" and "medium" that every installation starts with (core, system.date_format.*.yml).
    Drupal's translations of them write the day first and translate the weekday: an English one on a page of another
    language shows that the format is the untranslated one.
    """
    match = _DRUPAL_FORM.fullmatch(text)
    if match is None:
        return None
    return False if language == "en" or match["weekday"] in _ENGLISH_WEEKDAYS else None


def either_order(text: str, stamp_day: date) -> bool:
    """Whether ``text`` is a numeric date and one of its two readings is ``stamp_day``."""
    match = NUMERIC.fullmatch(stripped(text)[-1])
    numbers = (int(match["first"]), int(match["second"])) if match else None
    return numbers in ((stamp_day.day, stamp_day.month), (stamp_day.month, stamp_day.day))
