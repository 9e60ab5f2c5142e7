"""The description of a dataset by its project: everything that is not in the items themselves."""

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
    """Each with ``id`` and ``label`` (language -> name that a source prints, with ``en``), and where it has them

    * ``parent``: id of the term that holds it; ``number``: its place in the source's order;
    * ``note``: to be read with it;
    * ``short``: language -> short title; ``acronyms``, ``aliases``: other spellings in any language;
    * ``unofficial``: language -> name that no source was found for: found by it, never shown;
    * ``seen``: language -> where the label was read;
    * ``exact_match``, ``close_match``: addresses of the same and of nearly the same concept in other vocabularies.

    Other scalar values become columns, lists and maps stand in the JSON file only."""

    languages: Sequence[str] = ()
    """BCP 47 languages in which each term should have a name; a name that is not there is listed as a gap."""

    notations: Sequence[str] = ()
    """Keys of a term that hold its code in another list, such as ``iso3``."""

    descriptions: Mapping[str, str] = field(default_factory=dict)
    """Column -> meaning, for columns other than ``id``, ``label``, ``label_<language>`` and ``parent``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question to the data, answered in a few lines; printed in the README of each release, question by question."""

    question: str = ""

    tool: str
    """``pandas``, ``DuckDB``, ``SQLite``, ``R`` ..."""

    language: str
    """Of the code block: ``python``, ``sql``, ``r``."""

    code: str
    needs: Sequence[str] = ()
    """Files without which it cannot run: it is left out of a release that has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stories:
    """How records tell that they are one story in several languages: the fields that say so."""

    group: str
    """The number that its records share; the first field of `Dataset.order`, so that they come one after the other."""

    fallback: str
    """True when the record shows another language's text, because there is no translation."""

    translations: str
    """Language -> ``url`` of the other records; made again from the existing records."""

    text_language: str
    """BCP 47 language of the text itself, detected, or null."""

    files: str | None = None
    """List of objects with the ``url`` of a file."""

    assumed: str | None = None
    """BCP 47 language in which a story was written when nothing tells and this is one of its languages."""


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

    parse: Callable[[bytes], Any] | None = None
    """A line -> the record, or a ValueError that says why it is none and what to do; with None any object is one."""

    key: str = "id"
    first: Sequence[str] = ()
    """Fields whose columns stand first in a table, after ``key``; those of ``provenance`` stand last."""

    order: Sequence[str] = ()
    """Fields by which records are sorted, before ``key``; numbers as numbers, null last."""

    formats: Mapping[str, Literal["date", "datetime"]] = field(default_factory=dict)
    """Fields of ``item`` that hold ISO 8601 dates or UTC times."""

    texts: Sequence[str] = ()
    """Fields that hold the works themselves: left out of a metadata-only release, in a table of their own as CSV."""

    searched: Sequence[str] = ()
    """Fields of the full-text index."""

    text_language: Sequence[str] = ()
    """Fields with the BCP 47 language of these; the first that is not null counts."""

    sought: Mapping[str, str] = field(default_factory=dict)
    """Language -> a word that one may look for; the README of each release shows how."""

    seen: str = "fetched_at"
    """Field with the time of capture; the newest one dates a release."""

    added: Mapping[str, Added] = field(default_factory=dict)
    """Field -> columns that its linked table has beyond what the records say."""

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

    stories: Stories | None = None
    """How records make stories; needs ``language`` and ``heading``."""

    digest: str | None = None
    """Field with the digest of what a record says, the same in versions that say the same."""

    problems: str | None = None
    """Field with codes of what could not be read: the known gaps."""

    problem_meanings: Mapping[str, str] = field(default_factory=dict)
    """Code, or code up to its colon -> meaning."""

    parallel: str | None = None
    """Field with the text, its paragraphs parted by empty lines, of which the languages of a story are aligned; needs
    ``stories``."""

    parts: Sequence[Callable[[Draft], Part]] = ()
    """What a release holds besides the records, their tables and vocabularies."""

    themes: Mapping[str, str] = field(default_factory=dict)
    """What it is about: code of the list ``data-theme`` of the European Union's Publications Office -> its name."""

    places: Sequence[str] = ()
    """What it is about: countries as ISO 3166-1 alpha-3 in lower case, or ``world``; groups of a CKAN catalogue."""

    collection: Collection = field(default_factory=Collection)
    """How the records were collected: answers of the datasheet."""

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
