"""What a project says about its dataset: everything here that is not in the items themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """A closed list of codes that item fields draw on; it becomes a table of its own."""

    name: str
    """Name of the table, for example ``places``."""

    title: str
    fields: Sequence[str]
    """Item fields whose terms are of this list: lists of objects with ``id``, ``label`` and ``raw``."""

    source: Sequence[str] = ()
    date: str | None = None
    licence: str | None = None
    notes: Sequence[str] = ()

    terms: Sequence[Mapping[str, Any]] = ()
    """Each with ``id`` and ``label`` (language -> name, with ``en``); ``parent`` is the id of the term that holds it.
    Other scalar values become columns, lists stand in the JSON file only."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Column -> meaning, for columns other than ``id``, ``label``, ``label_<language>`` and ``parent``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question to the data, answered in a few lines; printed in the README of each release."""

    tool: str
    """``pandas``, ``DuckDB``, ``SQLite``, ``R`` ..."""

    language: str
    """Of the code block: ``python``, ``sql``, ``r``."""

    code: str
    needs: Sequence[str] = ()
    """Files without which it cannot run: it is left out of a release that has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A dataset whose records are JSON lines of one class, and how it is to be published."""

    name: str
    """Name of the main table and of its files: ``news`` gives ``news.jsonl``, ``news.csv`` ..."""

    package: str
    """Name of the data package: lower case letters, digits, hyphens."""

    title: str
    abstract: str
    """A paragraph for people who never heard of it."""

    rights: str
    """What the source's terms allow and restrict; never blank."""

    rights_title: str
    rights_url: str
    homepage: str
    """Where the records come from."""

    publisher: str
    """Who made the texts that the records describe."""

    compiler: str
    """Who or what made the dataset, with its version."""

    keywords: Sequence[str]
    item: type
    """Dataclass, TypedDict or pydantic model of a record. Its fields are scalars, objects, lists of objects or of
    strings, and maps of strings; types and docstrings give the columns."""

    parse: Callable[[bytes], Any] = json.loads
    """A line -> the record, or a ValueError that says why it is none and what to do."""

    key: str = "id"
    order: Sequence[str] = ()
    """Fields by which records are sorted, before ``key``; numbers as numbers, null last."""

    formats: Mapping[str, Literal["date", "datetime"]] = field(default_factory=dict)
    """Fields of ``item`` that hold ISO 8601 dates or UTC times."""

    texts: Sequence[str] = ()
    """Fields that hold the works themselves: left out of a metadata-only release, in a table of their own as CSV."""

    searched: Sequence[str] = ()
    """Fields of the full-text index."""

    seen: str = "fetched_at"
    """Field with the time of capture; the newest one dates a release."""

    unexported: Sequence[str] = ()
    """``Class.field`` that records do not have although the class does."""

    value_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of the columns of lists of strings (one) and of maps (key and value), instead of ``key``, ``value``."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """``Class.field`` -> meaning, for fields without a docstring of their own."""

    heading: str | None = None
    """Field with the title of a record."""

    changed: str | None = None
    """Field with the time at which a version of a record was met."""

    provenance: Sequence[str] = ()
    """Fields that say where a record comes from, not what it says: no change is told of them."""

    markup: Sequence[str] = ()
    """Fields that have the text of another one with its markup: that they differ is told, not how."""

    vocabularies: Sequence[Vocabulary] = ()
    date: str | None = None
    """Field whose year the README counts by."""

    counted: Sequence[str] = ()
    """Fields whose values the README counts; of terms the ids."""

    language: str | None = None
    """Field with the BCP 47 language of a record; one of ``counted``."""

    problems: str | None = None
    """Field with codes of what could not be read: the known gaps."""

    problem_meanings: Mapping[str, str] = field(default_factory=dict)
    """Code, or code up to its colon -> meaning."""

    question: str = ""
    """What the examples answer."""

    examples: Sequence[Example] = ()

    def __post_init__(self) -> None:
        if not self.rights.strip():
            raise ValueError("the note on rights is blank: say what the source's terms allow and restrict")
