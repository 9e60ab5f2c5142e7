"""Month and weekday names, as :func:`fold` writes them, of the languages that the portal and its sources print.

Genitives, abbreviations and both Arabic calendars' names for Gregorian months (Levantine and Egyptian, with the
Maghreb's spellings). Names follow Unicode CLDR 46; the Maghreb's are common usage.
"""

from __future__ import annotations

import unicodedata

from migration_spider.vocabularies import key

_ALEF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "،": ",", "ـ": None})

# One line per language, twelve months parted by "|", its spellings by spaces; "_" stands for a space in a name.
_NAMES = {
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct"
    "|november nov|december dec",
    "fr": "janvier janv jan|fevrier fevr fev|mars|avril avr|mai|juin|juillet juil|aout aou|septembre sept|octobre oct"
    "|novembre nov|decembre dec",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago"
    "|septiembre setiembre sept sep set|octubre oct|noviembre nov|diciembre dic",
    "pt": "janeiro jan|fevereiro fev|marco mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set"
    "|outubro out|novembro nov|dezembro dez",
    "de": "januar janner jan|februar feber feb|marz mrz|april apr|mai|juni jun|juli jul|august aug|september sept sep"
    "|oktober okt|november nov|dezember dez",
    "ru": "января январь янв|февраля февраль февр фев|марта март мар|апреля апрель апр|мая май|июня июнь июн"
    "|июля июль июл|августа август авг|сентября сентябрь сент сен|октября октябрь окт|ноября ноябрь нояб ноя"
    "|декабря декабрь дек",
    "zh": "一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月",
    "ar": "يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس اذار|ابريل افريل نيسان|مايو ماي ايار|يونيو يونيه حزيران جوان"
    "|يوليو يوليه تموز جويلية يوليوز|اغسطس اب اوت غشت|سبتمبر ايلول شتنبر|اكتوبر تشرين_الاول"
    "|نوفمبر تشرين_الثاني نونبر|ديسمبر كانون_الاول دجنبر",
}

_WEEKDAYS = (
    "monday mon lundi lun lunes segunda-feira seg montag mo понедельник пн الاثنين الاثنان اثنين 星期一 周一 週一",
    "tuesday tue tues mardi martes terca-feira ter dienstag di вторник вт الثلاثاء ثلاثاء 星期二 周二 週二",
    "wednesday wed mercredi mer miercoles mie quarta-feira qua mittwoch mi среда ср الاربعاء اربعاء 星期三 周三 週三",
    (
        "thursday thu thur thurs jeudi jeu jueves jue quinta-feira qui donnerstag do четверг чт"
        " الخميس خميس 星期四 周四 週四"
    ),
    "friday fri vendredi ven viernes vie sexta-feira sex freitag fr пятница пт الجمعة جمعة 星期五 周五 週五",
    "saturday sat samedi sam sabado sab samstag sa суббота сб السبت سبت 星期六 周六 週六",
    "sunday sun dimanche dim domingo dom sonntag so воскресенье вс الاحد احد 星期日 星期天 周日 週日",
)
# Not among them: "mar", which is Tuesday and March.


def fold(text: str) -> str:
    """``text`` as the tables here write it: :func:`key`, ASCII digits, Arabic letters without their seat variants."""
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in key(text.translate(_ALEF)))
    return "".join(digits)


MONTHS: dict[str, dict[str, int]] = {
    language: {
        name.replace("_", " "): number
        for number, names in enumerate(months.split("|"), start=1)
        for name in names.split(" ")
    }
    for language, months in _NAMES.items()
}
"""Language -> folded month name -> 1 to 12."""

_every: dict[str, set[int]] = {}
for _table in MONTHS.values():
    for _name, _number in _table.items():
        _every.setdefault(_name, set()).add(_number)

ANY_LANGUAGE: dict[str, int] = {name: next(iter(numbers)) for name, numbers in _every.items() if len(numbers) == 1}
"""Folded month name -> 1 to 12, for the names that mean one month in every language."""

WEEKDAYS = {fold(name): number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
"""Folded name of a weekday in any language -> 0 for Monday to 6 for Sunday, as ``date.weekday()``."""
