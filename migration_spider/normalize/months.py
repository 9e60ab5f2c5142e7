"""Names of months and weekdays in the languages of the portal and its sources, as :func:`spelling` writes them.

They come from Unicode CLDR, through babel: genitives, abbreviations, both Arabic names of the Gregorian months
(Levantine and Egyptian) and those of the Maghreb. Missing names are added here. They are loaded at the first
date.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

from babel import Locale

from migration_spider.vocabularies import key

_ALEF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "،": ",", "ـ": None})

_LOCALES = {
    "en": ("en", "en_GB"),  # Sept
    "fr": ("fr",),
    "es": ("es", "es_MX", "es_UY"),  # sep; setiembre, set
    "pt": ("pt",),
    "de": ("de", "de_AT"),  # Jänner
    "ru": ("ru",),
    "zh": ("zh", "zh_Hant"),  # weekdays with 週
    "ar": ("ar", "ar_DZ", "ar_MA", "ar_JO"),  # Egypt and the Gulf; Maghreb; Levant
}
"""Language -> locales, some for the names in the comment behind them."""

_MONTHS = {
    "fr": {"jan": 1, "fev": 2, "aou": 8},  # short forms without the letters that CLDR keeps: janv., févr., août
    "de": {"feber": 2, "mrz": 3, "jun": 6, "jul": 7},  # Austria, beside Februar; CLDR in a date: März, Juni, Juli
    "ru": {"фев": 2, "сен": 9, "ноя": 11},  # PHP's and Drupal's three letters; CLDR: февр., сент., нояб.
    "ar": {"يونيه": 6, "يوليه": 7},  # Egyptian press and the United Nations, for يونيو and يوليو
}
"""What CLDR lacks."""

_WEEKDAYS = {
    "tues": 1, "thur": 3, "thurs": 3,  # English, of newspapers
    "星期天": 6,  # spoken form of 星期日
    # In the nominative, and without the article.
    "الاثنان": 0, "اثنين": 0, "ثلاثاء": 1, "اربعاء": 2, "خميس": 3, "جمعة": 4, "سبت": 5, "احد": 6,
}  # fmt: skip
"""What CLDR lacks."""


def spelling(text: str) -> str:
    """``text`` as the tables here write it: :func:`key`, ASCII digits, Arabic letters without their seat variants."""
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in key(text.translate(_ALEF)))
    return "".join(digits)


@cache
def months() -> dict[str, dict[str, int]]:
    """Language -> folded month name -> 1 to 12, full names as in a date first."""
    tables = {}
    for language, locales in _LOCALES.items():
        found: dict[str, int] = {}
        for kind in _kinds(language):
            for locale in locales:
                for number, name in Locale.parse(locale).months[kind[0]][kind[1]].items():
                    # CLDR's short Chinese names are numbers; dates with those are read by their form.
                    if not any(character.isdecimal() for character in name):
                        found.setdefault(_bare(name), number)
        tables[language] = found | _MONTHS.get(language, {})
    return tables


@cache
def any_language() -> dict[str, int]:
    """Folded month name -> 1 to 12, for the names that mean one month in every language."""
    every: dict[str, set[int]] = {}
    for table in months().values():
        for name, number in table.items():
            every.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in every.items() if len(numbers) == 1}


@cache
def weekdays() -> dict[str, int]:
    """Folded name of a weekday in any language -> 0 for Monday to 6 for Sunday, as ``date.weekday()``.

    Not among them: "mar", which is Tuesday and March.
    """
    found = {
        _bare(name): number
        for language, locales in _LOCALES.items()
        for kind in _kinds(language)
        for locale in locales
        for number, name in Locale.parse(locale).days[kind[0]][kind[1]].items()
    }
    return {name: number for name, number in {**found, **_WEEKDAYS}.items() if name not in any_language()}


def _kinds(language: str) -> Iterator[tuple[str, str]]:
    """Keys of babel's tables. Only Russian has other names outside of a date (январь, not января).

    In the other languages "stand-alone" is "format" again; in Arabic it is the Chinese names once those are loaded
    (babel 2.18).
    """
    for use in ("format", "stand-alone") if language == "ru" else ("format",):
        for width in ("wide", "abbreviated"):
            yield use, width


def _bare(name: str) -> str:
    return spelling(name).rstrip(".")
