"""Stories: records with the same content in several languages, combined.

A *story* is all present records that share a number (`Stories.group`); a record without a number is a separate
story. A *voice* is a record of the story with its own text. A record that only shows the text of another language,
because it is not translated, is not a voice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from archive.dataset.description import Dataset, Stories
from archive.dataset.schema import DRAFT
from archive.dataset.tables import Record

NAME = "stories"
"""Name of the table and of its files."""

ONLY, SHOWN, DATE, ASSUMED = "only", "shown", "date", "assumed"
"""How the source language is known; see :func:`source`."""


def story_id(record: Record, dataset: Dataset, stories: Stories) -> str:
    """Return the id of the story that ``record`` belongs to: the number, or without one the record's own key."""
    number = record.get(stories.group)
    return str(record[dataset.key] if number is None else number)


def voices(records: Iterable[Record], stories: Stories, language: str) -> list[Record]:
    """Return the ``records`` with a text in the language that the field ``language`` names."""
    return [
        record for record in records if not record.get(stories.fallback) and not is_foreign(record, stories, language)
    ]


def is_foreign(record: Record, stories: Stories, language: str) -> bool:
    """Whether the text is in another language than the page. False for short texts, whose language is not detected."""
    text = _main(record.get(stories.text_language))
    return bool(text) and text != _main(record[language])


def source(records: Sequence[Record], dataset: Dataset, stories: Stories) -> tuple[str | None, str | None]:
    """Return (the language that a story was written in, how it is known), or (None, None).

    The first of these rules that applies decides:

    - ``only``: there is one voice: the story has no translation;
    - ``shown``: a page of another language shows the text of this one: a site without a translation shows the
      original;
    - ``date``: its date is before that of all others: no translation is older than its original;
    - ``assumed``: `Stories.assumed` is among the voices: the working language of the office.
    """
    name = str(dataset.language)
    by_language = {str(record[name]): record for record in records if not record.get(stories.fallback)}
    if len(by_language) == 1:
        return next(iter(by_language)), ONLY
    shown = {_main(record[stories.text_language]) for record in records if is_foreign(record, stories, name)}
    languages = [language for language in by_language if _main(language) in shown]
    if not by_language and len(shown) == 1:
        return next(iter(shown)), SHOWN
    if len(languages) == 1:
        return languages[0], SHOWN
    if (
        first := _earliest({language: record.get(dataset.date or "") for language, record in by_language.items()})
    ) is not None:
        return first, DATE
    return (stories.assumed, ASSUMED) if stories.assumed in by_language else (None, None)


def _earliest(dates: Mapping[str, Any]) -> str | None:
    """Return the language with the earliest date; None if any has no date, or two share the earliest."""
    if not dates or not all(dates.values()):
        return None
    earliest = min(map(str, dates.values()))
    first = [language for language, date in dates.items() if str(date) == earliest]
    return first[0] if len(first) == 1 else None


def _main(language: str | None) -> str:
    """Return the language without script and country, as detectors of languages give it."""
    return (language or "").split("-")[0].lower()


def story_schema(dataset: Dataset, stories: Stories, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a line of ``stories.jsonl``; ``record`` is the schema of the records."""
    fields = record["properties"]
    coded = {name: fields[name] for name in coded_fields(dataset) if name in fields}
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    name = dataset.name
    properties: dict[str, Any] = {
        "id": {"description": f"`{stories.group}`, or without one the item's `{dataset.key}`.", **text},
        stories.group: fields[stories.group],
        "source_language": {
            "description": "BCP 47 language in which it was written; null if it is not known.",
            "type": ["string", "null"],
        },
        "source_told_by": {
            "description": "How it is known: `only` (there is one language), `shown` (a page of another language shows "
            "this text because there is no translation), `date` (the others have later dates), `assumed` (none of "
            "these: the working language of the source). Null if it is not known.",
            "type": ["string", "null"],
        },
        "languages": {"description": "BCP 47 languages in which it can be read.", **texts},
        "title": {"description": "Title in the source language; when that is unknown, in the first of them.", **text},
        "titles": {
            "description": "Language -> title.",
            "type": "object",
            "additionalProperties": {"type": "string"},
        },
        "url": {"description": "Address of the item that `title` is of.", "type": ["string", "null"]},
    }
    if dataset.date and dataset.date in fields:
        description = f"The first `{dataset.date}` of its languages."
        properties[dataset.date] = {**fields[dataset.date], "type": ["string", "null"], "description": description}
    for field, schema in coded.items():
        description = f"{schema['description']} Those with a code, of all its languages, as the first printed them."
        properties[field] = {**schema, "description": description}
    properties["differs"] = {
        "description": "Field -> whether its languages have other codes in it; null when a value without code leaves "
        "that open.",
        "type": "object",
        "properties": {
            field: {
                "description": f"Whether the languages have other codes in `{field}`; empty: a value without code "
                "leaves it open.",
                "type": ["boolean", "null"],
            }
            for field in coded
        },
        "required": [*coded],
    }
    properties["items"] = {"description": f"`{dataset.key}` of its items, fallback pages too.", **texts}
    if stories.files:
        properties["files"] = {"description": "Files that it offers, each address once.", "type": "integer"}
    title = f"A line of {NAME}.jsonl: a story of {name}.jsonl"
    return {"$schema": DRAFT, "title": title, "type": "object", "properties": properties, "required": [*properties]}


def coded_fields(dataset: Dataset) -> list[str]:
    """Return the fields whose values have codes of a vocabulary."""
    return [name for vocabulary in dataset.vocabularies for name in vocabulary.fields]


def _terms(records: Iterable[Record], field: str) -> list[list[dict[str, Any]]]:
    """Return the terms of each record in ``field``."""
    return [record.get(field) or [] for record in records]


def _union(lists: Iterable[Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the terms with a code in any of ``lists``, without duplicates."""
    union: dict[str, dict[str, Any]] = {}
    for term in chain.from_iterable(lists):
        if term["id"] is not None:
            union.setdefault(term["id"], term)
    return [*union.values()]


def story(records: Sequence[Record], dataset: Dataset, stories: Stories) -> dict[str, Any]:
    """Return the story of ``records``; fields that the records' class lacks are left out."""
    name, heading = str(dataset.language), str(dataset.heading)
    voiced = voices(records, stories, name)
    language, reason = source(records, dataset, stories)
    ordered = _led(voiced or records, name, language)
    line: dict[str, Any] = {
        "id": story_id(records[0], dataset, stories),
        stories.group: records[0].get(stories.group),
        "source_language": language,
        "source_told_by": reason,
        "languages": [record[name] for record in voiced],
        "title": ordered[0][heading],
        "titles": {record[name]: record[heading] for record in voiced},
        "url": ordered[0].get("url"),
    }
    if dataset.date:
        line[dataset.date] = min(filter(None, (record.get(dataset.date) for record in ordered)), default=None)
    fields = coded_fields(dataset)
    line.update({field: _union(_terms(ordered, field)) for field in fields})
    line["differs"] = {field: _differs(_terms(voiced, field)) for field in fields}
    line["items"] = [record[dataset.key] for record in records]
    if stories.files:
        line["files"] = len({file["url"] for record in records for file in record.get(stories.files) or ()})
    return line


def _led(records: Sequence[Record], name: str, language: str | None) -> list[Record]:
    """Return ``records`` with the first one in the source language moved to the front."""
    lead = next((place for place, record in enumerate(records) if record[name] == language), 0)
    return [records[lead], *records[:lead], *records[lead + 1 :]]


def _differs(values: Sequence[Sequence[Record]]) -> bool | None:
    """Whether the lists of terms have different codes; None if a term without a code may be the one missing."""
    codes = [frozenset(term["id"] for term in terms if term["id"] is not None) for terms in values]
    if len(set(codes)) <= 1:
        return False
    union = frozenset().union(*codes)
    uncoded = [any(term["id"] is None for term in terms) for terms in values]
    return None if all(has_uncoded for code, has_uncoded in zip(codes, uncoded, strict=True) if code != union) else True
