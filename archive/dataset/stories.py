"""Stories: records with the same content in several languages, combined.

A *story* is all present records that share a number (`Stories.group`); a record without a number is a story of its
own. A *voice* is a record of the story with its own text. A record that only shows the text of another language,
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
"""Of the table and of its files."""

ONLY, SHOWN, DATE, ASSUMED = "only", "shown", "date", "assumed"
"""What told the source language; see :func:`source`."""


def story_id(record: Record, dataset: Dataset, told: Stories) -> str:
    """The id of the story that ``record`` belongs to: the number, or without one the record's own key."""
    number = record.get(told.group)
    return str(record[dataset.key] if number is None else number)


def voices(records: Iterable[Record], told: Stories, language: str) -> list[Record]:
    """Those of ``records`` that have a text of their own, in their ``language`` (name of that field)."""
    return [one for one in records if not one.get(told.fallback) and not is_foreign(one, told, language)]


def is_foreign(one: Record, told: Stories, language: str) -> bool:
    """Whether the text is in another language than the page; of a short text nobody knows."""
    text = _main(one.get(told.text_language))
    return bool(text) and text != _main(one[language])


def source(records: Sequence[Record], dataset: Dataset, told: Stories) -> tuple[str | None, str | None]:
    """(the language that a story was written in, what told it); (None, None) when nothing does.

    The first of these that tells:

    - ``only``: one voice; nobody has translated it;
    - ``shown``: a page of another language shows the text of this one: what a site shows for want of a translation is
      the original;
    - ``date``: its date is before that of all others: no translation is older than its original;
    - ``assumed``: `Stories.assumed` is among the voices: the language in which the office works and its site begins.
    """
    name = str(dataset.language)
    heard = {str(one[name]): one for one in records if not one.get(told.fallback)}
    if len(heard) == 1:
        return next(iter(heard)), ONLY
    shown = {_main(one[told.text_language]) for one in records if is_foreign(one, told, name)}
    found = [language for language in heard if _main(language) in shown]
    if not heard and len(shown) == 1:
        return next(iter(shown)), SHOWN
    if len(found) == 1:
        return found[0], SHOWN
    if (first := _earliest({language: one.get(dataset.date or "") for language, one in heard.items()})) is not None:
        return first, DATE
    return (told.assumed, ASSUMED) if told.assumed in heard else (None, None)


def _earliest(dates: Mapping[str, Any]) -> str | None:
    """The language whose date is before those of all others; None when one has no date, or two have the first."""
    if not dates or not all(dates.values()):
        return None
    least = min(map(str, dates.values()))
    first = [language for language, date in dates.items() if str(date) == least]
    return first[0] if len(first) == 1 else None


def _main(language: str | None) -> str:
    """The language without script and country: a detector knows no more of a text."""
    return (language or "").split("-")[0].lower()


def story_schema(dataset: Dataset, told: Stories, record: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of a line of ``stories.jsonl``; ``record`` is that of the records."""
    own = record["properties"]
    coded = {name: own[name] for name in coded_fields(dataset) if name in own}
    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    name = dataset.name
    properties: dict[str, Any] = {
        "id": {"description": f"`{told.group}`, or without one the item's `{dataset.key}`.", **text},
        told.group: own[told.group],
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
    if dataset.date and dataset.date in own:
        about = f"The first `{dataset.date}` of its languages."
        properties[dataset.date] = {**own[dataset.date], "type": ["string", "null"], "description": about}
    for field, one in coded.items():
        about = f"{one['description']} Those with a code, of all its languages, as the first printed them."
        properties[field] = {**one, "description": about}
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
    if told.files:
        properties["files"] = {"description": "Files that it offers, each address once.", "type": "integer"}
    title = f"A line of {NAME}.jsonl: a story of {name}.jsonl"
    return {"$schema": DRAFT, "title": title, "type": "object", "properties": properties, "required": [*properties]}


def coded_fields(dataset: Dataset) -> list[str]:
    """The fields whose values have codes of a vocabulary."""
    return [name for one in dataset.vocabularies for name in one.fields]


def _terms(records: Iterable[Record], field: str) -> list[list[dict[str, Any]]]:
    """Those of each record in ``field``."""
    return [one.get(field) or [] for one in records]


def _union(lists: Iterable[Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The terms with a code that are in one of ``lists``, each once."""
    union: dict[str, dict[str, Any]] = {}
    for term in chain.from_iterable(lists):
        if term["id"] is not None:
            union.setdefault(term["id"], term)
    return [*union.values()]


def story(records: Sequence[Record], dataset: Dataset, told: Stories) -> dict[str, Any]:
    """The story that ``records`` tell, without the fields that the class of the records may lack."""
    name, heading = str(dataset.language), str(dataset.heading)
    heard = voices(records, told, name)
    language, by = source(records, dataset, told)
    speaking = _led(heard or records, name, language)
    made: dict[str, Any] = {
        "id": story_id(records[0], dataset, told),
        told.group: records[0].get(told.group),
        "source_language": language,
        "source_told_by": by,
        "languages": [one[name] for one in heard],
        "title": speaking[0][heading],
        "titles": {one[name]: one[heading] for one in heard},
        "url": speaking[0].get("url"),
    }
    if dataset.date:
        made[dataset.date] = min(filter(None, (one.get(dataset.date) for one in speaking)), default=None)
    fields = coded_fields(dataset)
    made.update({field: _union(_terms(speaking, field)) for field in fields})
    made["differs"] = {field: _differs(_terms(heard, field)) for field in fields}
    made["items"] = [one[dataset.key] for one in records]
    if told.files:
        made["files"] = len({file["url"] for one in records for file in one.get(told.files) or ()})
    return made


def _led(records: Sequence[Record], name: str, language: str | None) -> list[Record]:
    """``records`` with the first in the source language before the others."""
    lead = next((place for place, one in enumerate(records) if one[name] == language), 0)
    return [records[lead], *records[:lead], *records[lead + 1 :]]


def _differs(values: Sequence[Sequence[Record]]) -> bool | None:
    """Whether the lists of terms have other codes; None when a term without one may be the code that is missing."""
    codes = [frozenset(term["id"] for term in terms if term["id"] is not None) for terms in values]
    if len(set(codes)) <= 1:
        return False
    most = frozenset().union(*codes)
    opened = [any(term["id"] is None for term in terms) for terms in values]
    return None if all(open_ for code, open_ in zip(codes, opened, strict=True) if code != most) else True
