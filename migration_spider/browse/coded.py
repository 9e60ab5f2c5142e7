"""The printed values of each field of a story, with their codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migration_spider.browse.facets import FACETS, UNCODED, key_of
from migration_spider.items import TERM_FIELDS
from migration_spider.vocabularies.data import FILES

TITLES = {
    "material_type": "Material type",
    "target_audience": "Target audience",
    "source_publisher": "Source / publisher",
    "other_source_publisher": "Other source / publisher",
    "geographic_scope": "Geographic scope",
    "working_group": "Working group",
    "regional_review_process": "Regional review process",
    "gcm_objectives": "GCM objectives",
    "cross_cutting_themes": "Cross-cutting themes",
}
"""Field of an item -> what it is called."""

_FACETS = {facet.field: facet.name for facet in FACETS if facet.field}


@dataclass(frozen=True, slots=True)
class Printed:
    """A way in which a value is printed."""

    text: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A value of a field, in all languages."""

    code: str | None
    label: str | None
    """In English, from the vocabulary."""

    labels: Mapping[str, str]
    """Language -> the official label in it, for the other languages of the United Nations."""

    uri: str | None
    printed: Sequence[Printed]
    missing: Sequence[str]
    """Languages in which the story does not have it."""

    facet: str | None
    """Of the selection of all stories with this value; None where it cannot be chosen by."""

    key: str
    """Value of the facet."""


@dataclass(frozen=True, slots=True)
class CodedField:
    """A field of a story."""

    name: str
    title: str
    differs: bool | None
    """Whether the languages have other codes; None where a value without code may be the one that is missing."""

    values: Sequence[CodedValue]


def coded_fields(
    db: sqlite3.Connection, records: Sequence[Mapping[str, Any]], differs: Mapping[str, int | None]
) -> list[CodedField]:
    """The fields of ``records`` (items of one story) that have a value in one of them.

    Args:
        differs: field -> what the table of stories says of it.
    """
    found = []
    languages = [one.get("language", "") for one in records]
    for name in TERM_FIELDS:
        met: dict[str, dict[str, list[str]]] = {}
        for one in records:
            for term in one.get(name) or ():
                key = key_of(f"{UNCODED}{term['raw']}") if term["id"] is None else term["id"]
                ways = met.setdefault(key, {})
                where = ways.setdefault(term["raw"], [])
                if one.get("language", "") not in where:
                    where.append(one.get("language", ""))
        if met:
            told = differs.get(name, 0)
            values = [_value(db, name, key, ways, languages) for key, ways in met.items()]
            found.append(CodedField(name, TITLES[name], None if told is None else bool(told), values))
    return found


def _listed(db: sqlite3.Connection, name: str, code: str) -> dict[str, Any]:
    """What the vocabulary of a field says of a code; empty where there is none, or it has not the code."""
    if name not in FILES:
        return {}
    row = db.execute(f'SELECT * FROM "{FILES[name]}" WHERE id = ?', (code,)).fetchone()  # noqa: S608
    return {column: row[column] for column in row.keys() if row[column]} if row else {}  # noqa: SIM118 - a Row


def _value(
    db: sqlite3.Connection, name: str, key: str, ways: Mapping[str, list[str]], languages: Sequence[str]
) -> CodedValue:
    code = None if key.startswith(UNCODED) else key
    term = _listed(db, name, code) if code else {}
    has = {language for where in ways.values() for language in where}
    return CodedValue(
        code=code,
        label=term.get("label"),
        labels={column.removeprefix("label_"): text for column, text in term.items() if column.startswith("label_")},
        uri=term.get("uri"),
        printed=[Printed(text, where) for text, where in ways.items()],
        missing=[language for language in languages if language not in has],
        facet=_FACETS.get(name),
        key=key,
    )
