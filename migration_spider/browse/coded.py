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
"""Field of an item -> its title."""

_FACETS = {facet.field: facet.name for facet in FACETS if facet.field}


@dataclass(frozen=True, slots=True)
class Printed:
    """One wording of a value, as printed."""

    text: str
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A value of a field, in all languages."""

    code: str | None
    label: str | None
    """In English, from the vocabulary."""

    labels: Mapping[str, str]
    """Official labels in the other languages of the United Nations, by language."""

    uri: str | None
    printed: Sequence[Printed]
    missing: Sequence[str]
    """Languages of the story whose page does not have the value."""

    facet: str | None
    """Name of the facet that selects all stories with this value; None if the field has no facet."""

    key: str
    """The value in that facet."""


@dataclass(frozen=True, slots=True)
class CodedField:
    """A field of a story."""

    name: str
    title: str
    differs: bool | None
    """Whether the languages have different codes; None if a value without a code may be the one that is missing."""

    values: Sequence[CodedValue]


def coded_fields(
    db: sqlite3.Connection, records: Sequence[Mapping[str, Any]], differs: Mapping[str, int | None]
) -> list[CodedField]:
    """The fields that have a value in at least one of ``records``, the items of one story.

    Args:
        differs: Field -> `CodedField.differs`, as the table of stories has it.
    """
    fields = []
    languages = [record.get("language", "") for record in records]
    for name in TERM_FIELDS:
        printed: dict[str, dict[str, list[str]]] = {}
        """Key of a value -> wording -> languages."""
        for record in records:
            for term in record.get(name) or ():
                key = key_of(f"{UNCODED}{term['raw']}") if term["id"] is None else term["id"]
                wordings = printed.setdefault(key, {})
                where = wordings.setdefault(term["raw"], [])
                if record.get("language", "") not in where:
                    where.append(record.get("language", ""))
        if printed:
            differing = differs.get(name, 0)
            values = [_value(db, name, key, wordings, languages) for key, wordings in printed.items()]
            fields.append(CodedField(name, TITLES[name], None if differing is None else bool(differing), values))
    return fields


def _listed(db: sqlite3.Connection, name: str, code: str) -> dict[str, Any]:
    """The row of a code in the vocabulary of a field; empty if there is no vocabulary or no such code."""
    if name not in FILES:
        return {}
    row = db.execute(f'SELECT * FROM "{FILES[name]}" WHERE id = ?', (code,)).fetchone()  # noqa: S608
    return {column: row[column] for column in row.keys() if row[column]} if row else {}  # noqa: SIM118 - a Row


def _value(
    db: sqlite3.Connection, name: str, key: str, wordings: Mapping[str, list[str]], languages: Sequence[str]
) -> CodedValue:
    code = None if key.startswith(UNCODED) else key
    term = _listed(db, name, code) if code else {}
    has = {language for where in wordings.values() for language in where}
    return CodedValue(
        code=code,
        label=term.get("label"),
        labels={column.removeprefix("label_"): text for column, text in term.items() if column.startswith("label_")},
        uri=term.get("uri"),
        printed=[Printed(text, where) for text, where in wordings.items()],
        missing=[language for language in languages if language not in has],
        facet=_FACETS.get(name),
        key=key,
    )
