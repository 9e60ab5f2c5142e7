"""The description of a dataset that its project gives: everything that the items themselves do not contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from archive.dataset.collection import Collection
from archive.dataset.stewardship import Stewardship

if TYPE_CHECKING:
    from archive.dataset.draft import Draft, Part
    from archive.dataset.tables import Added


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """A closed list of codes that item fields draw on; it becomes a separate table."""

    name: str
    """Name of the table, for example ``places``."""

    title: str
    fields: Sequence[str]
    """Item fields that contain terms of this list: lists of objects with ``id``, ``label`` and ``raw``."""

    source: Sequence[str] = ()
    date: str | None = None
    licence: str | None = None
    notes: Sequence[str] = ()

    terms: Sequence[Mapping[str, Any]] = ()
    """Each term has ``id`` and ``label`` (language -> name that a source prints; ``en`` is required). Optional keys:

    * ``parent``: id of the next broader term; ``number``: its place in the source's order;
    * ``note``: a remark for readers;
    * ``short``: language -> short title; ``acronyms``, ``aliases``: other spellings in any language;
    * ``unofficial``: language -> name for which no source was found: used for searching, never shown;
    * ``seen``: language -> where the label was read;
    * ``exact_match``, ``close_match``: addresses of the same and of nearly the same concept in other vocabularies.

    Other scalar values become columns; lists and maps are in the JSON file only."""

    languages: Sequence[str] = ()
    """BCP 47 languages in which each term should have a name; a name that is not there is listed as a gap."""

    notations: Sequence[str] = ()
    """Keys of a term with its code in another list, such as ``iso3``."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Column -> meaning, for columns other than ``id``, ``label``, ``label_<language>`` and ``parent``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question to the data, answered in a few lines of code; the README of each release prints all examples."""

    question: str = ""

    tool: str
    """``pandas``, ``DuckDB``, ``SQLite``, ``R`` ..."""

    language: str
    """Language of the code block: ``python``, ``sql``, ``r``."""

    code: str
    needs: Sequence[str] = ()
    """Files that it reads: a release that lacks one leaves the example out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stories:
    """Names of the fields by which records are known to be one story in several languages."""

    group: str
    """The number that its records share; the first field of `Dataset.order`, so that they are adjacent."""

    fallback: str
    """True when the record shows another language's text, because there is no translation."""

    translations: str
    """Language -> ``url`` of the other records; a release recomputes it from the existing records."""

    text_language: str
    """BCP 47 language of the text itself, detected, or null."""

    files: str | None = None
    """List of objects with the ``url`` of a file."""

    assumed: str | None = None
    """BCP 47 language that a story is taken to be written in, if it is among its languages and nothing else decides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """A dataset whose records are JSON lines of one class, and how to publish it."""

    name: str
    """Name of the main table and of its files: ``news`` gives ``news.jsonl``, ``news.csv`` ..."""

    package: str
    """Name of the data package: lower case letters, digits, hyphens."""

    title: str
    abstract: str
    """A paragraph for people who do not know the dataset."""

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

    parse: Callable[[bytes], Any] | None = None
    """Called with a line, returns the record; raises ValueError, with the reason and the remedy, when the line is not a
    record. With None, every JSON object is a record."""

    key: str = "id"
    first: Sequence[str] = ()
    """Fields whose columns come first in a table, after ``key``; those of ``provenance`` come last."""

    order: Sequence[str] = ()
    """Fields by which records are sorted, before ``key``; numbers as numbers, null last."""

    formats: Mapping[str, Literal["date", "datetime"]] = field(default_factory=dict)
    """Fields of ``item`` with ISO 8601 dates or UTC times."""

    texts: Sequence[str] = ()
    """Fields with the works themselves: a metadata-only release lacks them, in CSV they are in a separate table."""

    searched: Sequence[str] = ()
    """Fields that the full-text index contains."""

    text_language: Sequence[str] = ()
    """Fields with the BCP 47 language of ``searched``; the first that is not null is used."""

    sought: Mapping[str, str] = field(default_factory=dict)
    """Language -> a word to search for, in the examples of the README of each release."""

    seen: str = "fetched_at"
    """Field with the time of capture; the newest value is the date of a release."""

    added: Mapping[str, Added] = field(default_factory=dict)
    """Field -> additional columns of its linked table, which are not in the records."""

    unexported: Sequence[str] = ()
    """``Class.field`` of the class that the records lack."""

    value_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of the columns of lists of strings (one) and of maps (key and value), instead of ``key``, ``value``."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """``Class.field`` -> meaning, for fields without a docstring."""

    heading: str | None = None
    """Field with the title of a record."""

    changed: str | None = None
    """Field with the time at which a version of a record was first seen."""

    provenance: Sequence[str] = ()
    """Fields that state where a record comes from: a difference in them is not reported as a change."""

    markup: Sequence[str] = ()
    """Fields with the text of another field and its markup: reported as changed, without the old and new values."""

    vocabularies: Sequence[Vocabulary] = ()
    date: str | None = None
    """Field by whose year the README counts the records."""

    counted: Sequence[str] = ()
    """Fields whose values, or the ids of their terms, the README counts."""

    language: str | None = None
    """Field with the BCP 47 language of a record; one of ``counted``."""

    stories: Stories | None = None
    """How records form stories; needs ``language`` and ``heading``."""

    digest: str | None = None
    """Field with the digest of the content of a record: equal in versions of equal content."""

    problems: str | None = None
    """Field with codes of what could not be read: the known gaps."""

    problem_meanings: Mapping[str, str] = field(default_factory=dict)
    """Code, or code up to its colon -> meaning."""

    parallel: str | None = None
    """Field with the text whose translations are aligned, paragraphs separated by empty lines; needs ``stories``."""

    parts: Sequence[Callable[[Draft], Part]] = ()
    """Makers of additional parts of a release, beside the records, their tables and vocabularies."""

    themes: Mapping[str, str] = field(default_factory=dict)
    """Subjects of the dataset: code of the list ``data-theme`` of the Publications Office of the EU -> its name."""

    places: Sequence[str] = ()
    """Places that it covers: ISO 3166-1 alpha-3 in lower case, or ``world``; groups of a CKAN catalogue."""

    collection: Collection = field(default_factory=Collection)
    """How the records were collected: answers for the datasheet."""

    stewardship: Stewardship = field(default_factory=Stewardship)
    """Who is responsible for the dataset."""

    examples: Sequence[Example] = ()

    def __post_init__(self) -> None:
        if not self.rights.strip():
            raise ValueError("the note on rights is empty: state what the terms of the source allow and restrict")
        if self.parallel and not self.stories:
            raise ValueError("parallel texts need stories")
        if self.stories and (tuple(self.order[:1]) != (self.stories.group,) or not self.language or not self.heading):
            raise ValueError(f"stories need language and heading, and order begins with {self.stories.group}")
