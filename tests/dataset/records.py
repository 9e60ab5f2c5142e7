"""A small dataset of its own, so that the library is tried without the site."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from archive.dataset import Dataset, Example, Vocabulary


@dataclass(kw_only=True)
class Tag:
    """A term."""

    raw: str
    """As printed."""

    id: str | None = None
    """Code, or None."""

    label: str | None = None
    """Name."""


@dataclass(kw_only=True)
class Value:
    text: str
    """What stands there."""

    hidden: str | None = None


@dataclass(kw_only=True)
class Entry:
    label: str
    """What is asked."""

    values: list[Value] = field(default_factory=list)
    """What is answered."""


@dataclass(kw_only=True)
class Proof:
    file: str
    """Name of the file."""

    offset: int
    """Byte."""


@dataclass(kw_only=True)
class Note:
    id: str
    """Names the note."""

    number: int | None = None
    """Of the story."""

    url: str
    """Where it stood."""

    title: str = ""
    """First line."""

    done: bool = False
    """True when nothing is left to do."""

    day: str | None = None
    """Date on it."""

    text: str = ""
    """All lines."""

    tags: list[Tag] = field(default_factory=list)
    """What it is about."""

    block: list[Entry] = field(default_factory=list)
    """Questions and answers."""

    links: dict[str, str] = field(default_factory=dict)
    """Language -> address."""

    problems: list[str] = field(default_factory=list)
    """Codes."""

    version: int = 1
    """1, 2, ..."""

    fetched_at: str = ""
    """When it was read."""

    warc: Proof | None = None
    """Where it is kept."""


PLACES = Vocabulary(
    name="places",
    title="Places",
    fields=("tags",),
    source=("the map",),
    date="2024-01-01",
    terms=(
        {"id": "001", "label": {"en": "World", "fr": "Monde"}, "parent": None, "aliases": ["Globe"]},
        {"id": "011", "label": {"en": "West", "fr": "Ouest"}, "parent": "001", "aliases": []},
        {"id": "288", "label": {"en": "Gold Coast | Ghana"}, "parent": "011", "aliases": [], "note": "Read with care."},
    ),
    descriptions={"parent": "Holder", "note": "Note"},
)


def dataset(**changes):
    """The description of the notes."""
    said = {
        "name": "notes",
        "package": "notes",
        "title": 'Notes: "quoted"',
        "abstract": "All notes.",
        "rights": "Ask first.",
        "rights_title": "Terms 2.0 of use",
        "rights_url": "https://example.org/terms",
        "homepage": "https://example.org",
        "publisher": "The office",
        "compiler": "compiler 1.0",
        "keywords": ("notes",),
        "item": Note,
        "order": ("number",),
        "formats": {"day": "date", "fetched_at": "datetime"},
        "texts": ("text",),
        "searched": ("title", "text"),
        "provenance": ("version", "fetched_at", "warc"),
        "unexported": ("Value.hidden",),
        "value_names": {"links": ("language", "address")},
        "vocabularies": (PLACES,),
        "date": "day",
        "counted": ("tags",),
        "problems": "problems",
        "problem_meanings": {"bad": "something is wrong"},
        "examples": (
            Example(tool="A", language="sql", code="SELECT 1;"),
            Example(tool="B", language="sql", code="SELECT 2;", needs=("no.such.file",)),
        ),
    }
    return Dataset(**{**said, **changes})


def note(key, **fields):
    """A record as it stands in a line."""
    record = {
        "id": key,
        "number": None,
        "url": f"https://example.org/{key}",
        "title": f"Note {key}",
        "done": False,
        "day": None,
        "text": "Some text.",
        "tags": [],
        "block": [],
        "links": {},
        "problems": [],
        "version": 1,
        "fetched_at": "2024-05-01T12:00:00Z",
        "warc": {"file": "a.warc.gz", "offset": 0},
    }
    assert set(fields) <= set(record)
    return {**record, **fields}


def tombstone(key, version, **said):
    """A line that says that a record is gone."""
    return {
        "id": key,
        "url": f"https://example.org/{key}",
        "version": version,
        "tombstone": {"reason": "gone", "status": 404, "confirmed": 2, **said},
        "warc": {"file": "b.warc.gz", "offset": 7, "length": 99, "record_id": "<urn:uuid:1>"},
    }


def write(path, *records):
    """Write lines; returns ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path
