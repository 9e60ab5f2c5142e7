"""Dates as the pages print them, per language."""

from __future__ import annotations

from datetime import date

from .dice import Dice

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def month(day: date, language: str) -> str:
    return MONTHS[language].split()[day.month - 1]


def long_form(day: date, language: str, dice: Dice) -> str:
    """``17 December 2021``, ``1er mars 2022``, ``17 Diciembre 2021`` ... as editors of each language write it."""
    if language == "zh-hant":
        return f"{day.year}年{day.month}月{day.day}日"
    name = month(day, language)
    if language == "fr":
        return f"{'1er' if day.day == 1 else day.day} {name} {day.year}"
    if language == "es":
        return dice.pick(
            [
                f"{day.day} {name.capitalize()} {day.year}",
                f"{day.day} {name} {day.year}",
                f"{day.day} de {name} de {day.year}",
            ]
        )
    if language == "en":
        return dice.pick(
            [
                f"{day.day} {name} {day.year}",
                f"{day.day} {name} {day.year}",
                f"{day.day:02} {name[:3]} {day.year}",
                f"{name[:3]} {day.day}, {day.year}",
            ]
        )
    return f"{day.day} {name} {day.year}"


def short_form(day: date) -> str:
    """``01 Jun 2023``: rows of listings, in English on every page."""
    return f"{day.day:02} {month(day, 'en')[:3]} {day.year}"
