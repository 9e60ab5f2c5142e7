"""The metadata block of an item in one language, from facts that all its translations share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from . import files
from . import vocabulary as v
from .dates import long_form
from .dice import Dice
from .model import Entry, File, Value
from .places import Place


@dataclass
class Facts:
    """What an editor filled in once for all languages. An empty list is a field left empty."""

    date: date | None = None
    date_text: str | None = None
    """Printed instead of ``date`` when the editor gave less than a day."""

    date_element: bool = False
    """Print the date in a ``<time>``."""

    type: str | None = None
    audience: list[str] = field(default_factory=list)
    publisher: list[str] = field(default_factory=list)
    other_publisher: list[str] = field(default_factory=list)
    scope: list[Place] = field(default_factory=list)
    working_group: list[str] = field(default_factory=list)
    regional_review: list[str] = field(default_factory=list)
    objectives: list[int] = field(default_factory=list)
    """0 stands for ``General``."""

    objective_style: str = "short"
    """``short``, ``official`` (English) or ``icon``."""

    themes: list[str] = field(default_factory=list)
    themes_translated: bool = False
    linked: bool = False
    """Values of closed lists are links to their term pages."""

    extra: list[Entry] = field(default_factory=list)
    """Fields that no vocabulary knows, printed last."""

    def terms(self) -> set[int]:
        """Ids of the taxonomy terms, for term pages and facets."""
        found = {place.term for place in self.scope}
        found |= {278 + number for number in self.objectives if number}
        return found | {v.THEMES[theme][0] for theme in self.themes}


def prefix(language: str) -> str:
    return "" if language == "en" else f"/{language}"


def block(facts: Facts, language: str, dice: Dice) -> list[Entry]:
    """The entries of the block in page order: some labels are printed without values, others only when filled."""
    labels = v.LABELS[language]
    entries = []
    for name in v.FIELDS:
        values = tuple(VALUES[name](facts, language, dice)) if name in VALUES else ()
        if values or name in v.ALWAYS_PRINTED:
            entries.append(Entry(name, labels[name], values))
    return entries + facts.extra


def files_entry(offered: list[File], language: str) -> Entry:
    """The field of the files: the first is called by what one does with it, the others by their names."""
    values = []
    for index, file in enumerate(offered):
        size = f"({files.size(file) / 1024:.2f} KB)"
        name = file.name if index else "View Document"
        values.append(Value(f"{name} {size}", href=file.path, media_type=file.media_type))
    return Entry("upload_document", v.LABELS[language]["files"], tuple(values))


def _term(text: str, facts: Facts, language: str, term: int, **codes: str | None) -> Value:
    return Value(text, href=f"{prefix(language)}/taxonomy/term/{term}" if facts.linked else None, **codes)


def _date(facts: Facts, language: str, dice: Dice) -> list[Value]:
    if facts.date is None:
        return [Value(facts.date_text)] if facts.date_text else []
    stamp = f"{facts.date.isoformat()}T12:00:00Z" if facts.date_element else None
    return [Value(long_form(facts.date, language, dice), stamp=stamp, id=facts.date.isoformat())]


def _type(facts: Facts, language: str, dice: Dice) -> list[Value]:
    if facts.type is None:
        return []
    names = v.TYPES[facts.type]
    return [Value(names.get(language, names["en"]), id=facts.type, english=names["en"])]


def _scope(facts: Facts, language: str, dice: Dice) -> list[Value]:
    # Editors translate some places and leave others in English.
    shown = "en" if dice.chance(15) else language
    return [
        _term(place.name(shown), facts, language, place.term, id=place.id, english=place.en) for place in facts.scope
    ]


def _objectives(facts: Facts, language: str, dice: Dice) -> list[Value]:
    values = []
    column = {"fr": 1, "es": 2}.get(language, 0)
    for number in facts.objectives:
        if not number:
            values.append(Value("General", id="general", english="General"))
            continue
        title = v.OBJECTIVES[number][column]
        text = f"{number} {'–' if language == 'fr' else '-'} {title}"
        english = v.OBJECTIVES[number][0]
        if facts.objective_style == "official" and number in v.OFFICIAL_OBJECTIVES:
            text = f"{number}. {v.OFFICIAL_OBJECTIVES[number]}"
        if facts.objective_style == "icon":
            icon = f"/themes/custom/harbour/images/objective-{number}.svg"
            link = f"{prefix(language)}/hub?gcm_objectives={278 + number}"
            values.append(Value(text, href=link, icon=icon, id=str(number), english=english))
        else:
            values.append(_term(text, facts, language, 278 + number, id=str(number), english=english))
    return values


def _themes(facts: Facts, language: str, dice: Dice) -> list[Value]:
    column = {"fr": 2, "es": 3}.get(language, 1) if facts.themes_translated else 1
    return [
        _term(str(v.THEMES[theme][column]), facts, language, v.THEMES[theme][0], id=theme, english=v.THEMES[theme][1])
        for theme in facts.themes
    ]


VALUES: dict[str, Callable[[Facts, str, Dice], list[Value]]] = {
    "date": _date,
    "type": _type,
    "audience": lambda facts, language, dice: [Value(text) for text in facts.audience],
    "publisher": lambda facts, language, dice: [Value(text) for text in facts.publisher],
    "other_publisher": lambda facts, language, dice: [Value(text) for text in facts.other_publisher],
    "scope": _scope,
    "working_group": lambda facts, language, dice: [Value(text) for text in facts.working_group],
    "regional_review": lambda facts, language, dice: [Value(text) for text in facts.regional_review],
    "objectives": _objectives,
    "themes": _themes,
}
"""Field -> the values that a page in a language prints of it."""
