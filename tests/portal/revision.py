"""What an editor writes: sentences, titles and values of the metadata block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from . import vocabulary as v
from .answer import OPENED
from .dice import Dice
from .fields import VALUES, Facts
from .markup.node import relabel
from .model import Entry, Translation, Value
from .places import COUNTRIES, PLACES

ADDITIONS = {
    "en": "Correction no. {n}: the harbour office has counted again, and the figures above are the new ones.",
    "fr": "Rectification n° {n} : la capitainerie a recompté, et les chiffres ci-dessus sont les nouveaux.",
    "es": "Corrección n.º {n}: la capitanía ha vuelto a contar y las cifras de arriba son las nuevas.",
    "ar": "تصحيح رقم {n}: أعاد مكتب الميناء العد، والأرقام الواردة أعلاه هي الأرقام الجديدة.",
    "ru": "Исправление № {n}: управление порта пересчитало, и цифры выше уже новые.",
    "zh-hant": "更正第 {n} 號：港務處已重新統計，以上為新的數字。",
}
TITLES = {
    "en": "Revised",
    "fr": "Version révisée",
    "es": "Revisado",
    "ar": "نص منقح",
    "ru": "Обновлено",
    "zh-hant": "修訂",
}
FREE = {
    "audience": v.AUDIENCES,
    "publisher": v.PUBLISHERS,
    "other_publisher": v.OTHER_PUBLISHERS,
    "working_group": v.WORKING_GROUPS,
    "regional_review": v.REGIONAL_REVIEWS,
}
"""Fields that print names as they are."""

FIELDS = tuple(name for name in v.FIELDS if name in VALUES)
"""Fields that an editor can fill: ``date``, ``type``, ``audience``, ``publisher``, ``other_publisher``, ``scope``,
``working_group``, ``regional_review``, ``objectives`` and ``themes``."""

REPLACED = {"date", "type"}
_PLACES = {place.en: place for place in PLACES}
_THEMES = {names[1]: slug for slug, names in v.THEMES.items()}


def addition(language: str, number: int) -> str:
    return ADDITIONS[language].format(n=number)


def retitled(title: str, language: str) -> str:
    return f"{TITLES[language]}: {title}"


def put(translation: Translation, field: str, value: object = None) -> None:
    """Replace the value of a field (date, type) or add one to it; see ``Editor.edit_field``."""
    old = _values(translation, field)
    facts = _facts(translation, field, old, value)
    new = (
        VALUES[field](facts, translation.language, Dice("put", translation.language)) if facts else [Value(str(value))]
    )
    kept = () if field in REPLACED else old
    _set(translation, field, (*kept, *new))
    if field == "date":
        translation.date = facts.date.isoformat() if facts and facts.date else None


def clear(translation: Translation, field: str) -> None:
    _values(translation, field)
    _set(translation, field, ())
    if field == "date":
        translation.date = None


def terms(translation: Translation) -> set[int]:
    """Ids of the taxonomy terms that the values of the block stand for."""
    found = set()
    for entry in translation.entries:
        for value in entry.values:
            if entry.name == "scope" and value.english in _PLACES:
                found.add(_PLACES[value.english].term)
            elif entry.name == "objectives" and value.id and value.id.isdecimal():
                found.add(278 + int(value.id))
            elif entry.name == "themes" and value.id in v.THEMES:
                found.add(v.THEMES[value.id][0])
    return found


def in_language(source: Translation, language: str, dice: Dice) -> list[Entry]:
    """The block of ``source`` as a new translation prints it: labels and date translated, other values left alone."""
    entries = relabel(source.entries, language)
    if source.date is None:
        return entries
    return [
        replace(entry, values=_date(source.date, language, dice, entry.values)) if entry.name == "date" else entry
        for entry in entries
    ]


def _date(day: str, language: str, dice: Dice, old: tuple[Value, ...]) -> tuple[Value, ...]:
    has_element = any(value.stamp for value in old)
    return tuple(VALUES["date"](Facts(date=date.fromisoformat(day), date_element=has_element), language, dice))


def _values(translation: Translation, field: str) -> tuple[Value, ...]:
    if field not in FIELDS:
        raise ValueError(f"no field {field!r}; there are {FIELDS}")
    return next((entry.values for entry in translation.entries if entry.name == field), ())


def _set(translation: Translation, field: str, values: tuple[Value, ...]) -> None:
    """Print these values: under the label that is there, else under a new one in its place of the block."""
    there = any(entry.name == field for entry in translation.entries)
    entries = [replace(entry, values=values) if entry.name == field else entry for entry in translation.entries]
    if not there and values:
        order = {name: index for index, name in enumerate(v.FIELDS)}
        before = sum(order.get(entry.name, len(order)) < order[field] for entry in entries)
        entries.insert(before, Entry(field, v.LABELS[translation.language][field], values))
    if not values and field not in v.ALWAYS_PRINTED:
        entries = [entry for entry in entries if entry.name != field]
    translation.entries = entries


@dataclass(frozen=True)
class _Beside:
    """What a new value will stand beside."""

    day: str | None
    """Date of the translation."""
    old: tuple[Value, ...]

    @property
    def taken(self) -> set[str | None]:
        return {name for given in self.old for name in (given.id, given.english, given.text)}

    @property
    def is_linked(self) -> bool:
        return any(given.href for given in self.old)

    def date(self, value: object) -> Facts:
        if value is None:
            value = (date.fromisoformat(self.day) if self.day else OPENED.date()) + timedelta(days=1)
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return Facts(date=day, date_element=any(given.stamp for given in self.old))

    def type(self, value: object) -> Facts | None:
        slug = value or next(name for name in v.TYPES if name not in self.taken)
        return Facts(type=str(slug)) if slug in v.TYPES else None

    def scope(self, value: object) -> Facts | None:
        place = _PLACES.get(str(value)) if value else next(one for one in COUNTRIES if one.en not in self.taken)
        return Facts(scope=[place], linked=self.is_linked) if place else None

    def objectives(self, value: object) -> Facts | None:
        number = str(next(n for n in v.OBJECTIVES if str(n) not in self.taken) if value is None else value)
        if not number.isdecimal() or int(number) not in (0, *v.OBJECTIVES):
            return None
        style = "icon" if any(given.icon for given in self.old) else "short"
        return Facts(objectives=[int(number)], objective_style=style, linked=self.is_linked)

    def themes(self, value: object) -> Facts | None:
        slug = str(value or next(name for name in v.THEMES if name not in self.taken))
        slug = _THEMES.get(slug, slug)
        return Facts(themes=[slug], linked=self.is_linked) if slug in v.THEMES else None


def _facts(translation: Translation, field: str, old: tuple[Value, ...], value: object) -> Facts | None:
    """The new value alone, drawn like its neighbours; None when no vocabulary knows it."""
    beside = _Beside(translation.date, old)
    if field in FREE:
        names = [name for name in FREE[field] if name not in beside.taken]
        return Facts(**{field: [value or names[0]]})
    draws = {
        "date": beside.date, "type": beside.type, "scope": beside.scope, "objectives": beside.objectives,
        "themes": beside.themes,
    }  # fmt: skip
    return draws[field](value)
