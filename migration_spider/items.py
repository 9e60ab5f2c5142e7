"""The records of the dataset, one class per kind, with the fields in the order of the JSON lines.

A page fills the fields as printed, and the pipelines fill the normalized fields; see docs/data-format.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any

from itemadapter import ItemAdapter

from migration_spider.vocabularies import label_field

ITEM_MEDIA_TYPE = "application/vnd.migration-spider.item+json"
"""``Content-Type`` of the WARC metadata record that holds an item."""

PROFILE_MEDIA_TYPE = "application/vnd.migration-spider.site-profile+json"
"""``Content-Type`` of the WARC metadata record that holds the site profile in force."""

TOMBSTONE_MEDIA_TYPE = "application/vnd.migration-spider.tombstone+json"
"""``Content-Type`` of the WARC metadata record that says that an item is gone."""


@dataclass(kw_only=True, slots=True)
class Value:
    """One value of the metadata block, as printed."""

    text: str
    """Text with white space folded; the alt text when the value is an icon."""

    url: str | None = None
    """Absolute URL when the value is a link, else None."""

    datetime: str | None = None
    """``datetime`` attribute of a ``<time>``; helps to read the date, not exported."""

    day_first: bool | None = None
    """Order of the other numeric dates on the page, where one of them tells; helps to read the date, not exported."""


@dataclass(kw_only=True, slots=True)
class Entry:
    """One label of the metadata block with its values, in page order."""

    label: str
    """As printed, white space folded, without a closing colon."""

    values: list[Value] = field(default_factory=list)

    field_name: str | None = None
    """Item field that the label, or without one the site's own name of the field, stands for; not exported."""

    unread: bool = False
    """Whether the page prints something below the label that is no text, link or date; not exported."""

    def __post_init__(self) -> None:
        if self.field_name is None and self.label:
            self.field_name = label_field(self.label)


@dataclass(kw_only=True, slots=True)
class Term:
    """A value of a closed vocabulary; ``id`` and ``label`` are None when the vocabulary does not know ``raw``."""

    raw: str
    """As printed."""

    id: str | None = None
    """Code in the vocabulary of the field."""

    label: str | None = None
    """English label in the vocabulary."""


@dataclass(kw_only=True, slots=True)
class Place(Term):
    """A term of ``geographic_scope``; ``id`` is the three-digit UN M49 code, ``XKX`` for Kosovo (see its note)."""

    type: str | None = None
    """``global``, ``region``, ``subregion`` or ``country``."""

    iso3: str | None = None
    """ISO 3166-1 alpha-3 code of a country."""


@dataclass(kw_only=True, slots=True)
class Attachment:
    """A file that the item offers."""

    url: str
    """Absolute URL."""

    filename: str
    """Last part of the URL's path, percent-decoded, with ``_`` for what is no part of a file's name."""

    title: str | None = None
    """Link text as printed."""

    media_type: str | None = None
    """``Content-Type`` of the file fetched, or the one the page states."""

    size: int | None = None
    """Bytes of the file fetched; None when it was not."""

    sha256: str | None = None
    """SHA-256 of the file fetched, in hex; None when it was not."""


@dataclass(kw_only=True, slots=True)
class Image:
    """An image of the article."""

    url: str
    alt: str | None = None


@dataclass(kw_only=True, slots=True)
class Evidence:
    """Where the archived bytes are that prove the record: the ``response`` record in the WARC."""

    file: str
    """File name below ``warc/``."""

    offset: int
    """Byte offset of the record's gzip member."""

    length: int
    """Bytes of the record's gzip member."""

    record_id: str
    """``WARC-Record-ID``."""

    target_uri: str
    """``WARC-Target-URI``."""

    date: str
    """``WARC-Date``."""

    payload_digest: str
    """``WARC-Payload-Digest``."""


@dataclass(kw_only=True, slots=True)
class NewsItem:
    """One version of one news item in one language."""

    id: str = ""
    """``<node id>@<language>``; without a node id the first 16 hex digits of the canonical URL's SHA-256 instead."""

    node_id: int | None = None
    """Drupal node id."""

    url: str
    """The URL that answered."""

    canonical_url: str | None = None
    """``rel=canonical``, absolute."""

    language: str = ""
    """BCP 47 language of the page (``<html lang>``)."""

    content_language: str | None = None
    """BCP 47 language of the body text, detected; None when too short to tell."""

    is_fallback: bool = False
    """True when the page shows the source language's text because this translation does not exist."""

    translations: dict[str, str] = field(default_factory=dict)
    """Language -> absolute URL of the other real translations."""

    title: str = ""
    """As printed, white space folded."""

    summary: str | None = None
    """Teaser or lead, when the page has one of its own."""

    body_text: str = ""
    """The article's text: paragraphs parted by an empty line, list items one per line, table cells by a tab."""

    body_html: str = ""
    """The article's HTML, sanitised, URLs absolute."""

    publication_date: str | None = None
    """ISO 8601 date from the metadata block."""

    publication_date_raw: str | None = None
    """As printed."""

    material_type: list[Term] = field(default_factory=list)
    """Type of material, for example ``news`` or ``statement``."""

    target_audience: list[Term] = field(default_factory=list)
    """Audience the item is meant for."""

    source_publisher: list[Term] = field(default_factory=list)
    """Publishing bodies."""

    other_source_publisher: list[Term] = field(default_factory=list)
    """Publishers in free text; ``id`` is always None."""

    geographic_scope: list[Place] = field(default_factory=list)
    """Places, as UN M49 codes."""

    working_group: list[Term] = field(default_factory=list)
    """Working group or workstream of the Network."""

    regional_review_process: list[Term] = field(default_factory=list)
    """Regional review that the item belongs to."""

    gcm_objectives: list[Term] = field(default_factory=list)
    """Objectives of the Global Compact for Migration: ``1`` to ``23`` or ``general``."""

    cross_cutting_themes: list[Term] = field(default_factory=list)
    """Guiding principles of the Global Compact for Migration."""

    metadata: list[Entry] = field(default_factory=list)
    """The whole metadata block as printed, in page order, known and unknown labels alike."""

    attachments: list[Attachment] = field(default_factory=list)
    """Files the item offers."""

    images: list[Image] = field(default_factory=list)
    """Images of the article."""

    problems: list[str] = field(default_factory=list)
    """Stable codes of what could not be read or recognized."""

    content_sha256: str = ""
    """SHA-256 of the extracted content, free of render noise: decides what "changed" means."""

    version: int = 1
    """1, 2, ... per ``id``."""

    first_seen: str = ""
    """UTC time of the first capture of ``id``, ISO 8601 with Z."""

    last_changed: str = ""
    """UTC time of the capture in which the content last changed, ISO 8601 with Z."""

    fetched_at: str = ""
    """UTC time of this capture, ISO 8601 with Z."""

    run_id: str = ""
    """The run that made this line."""

    extractor: str = ""
    """The code version that made this line."""

    site_profile: str | None = None
    """SHA-256 of the site profile in the archive that told the order of day and month; None when it decided nothing."""

    warc: Evidence | None = None
    """The archived bytes that prove this line."""


TERM_FIELDS = tuple(field.name for field in fields(NewsItem) if field.type in ("list[Term]", "list[Place]"))
"""Fields that are lists of terms, in the order of the item."""

BLOCK_FIELDS = ("publication_date", *TERM_FIELDS)
"""Fields that are read from the metadata block."""


def filled(get: Callable[[str], Any]) -> str:
    """The names of those fields that are not empty, in one text; ``get`` returns the value of a field."""
    return " ".join(name for name in BLOCK_FIELDS if get(name))


PROVENANCE = frozenset(
    ("version", "first_seen", "last_changed", "fetched_at", "run_id", "extractor", "warc", "content_sha256")
) | {"site_profile"}
"""Fields about the origin of a line, not about the content of the page."""

UNEXPORTED = {Value: ("datetime", "day_first"), Entry: ("field_name", "unread")}
"""Attributes that only help in reading and are not exported."""


@cache
def _names(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        return ()
    return tuple(field.name for field in fields(kind) if field.name not in UNEXPORTED.get(kind, ()))


def to_record(value: Any) -> Any:
    """Return an item or a part of it as JSON value: keys in the order of the fields, without `UNEXPORTED`.

    Other kinds of items are read through ``ItemAdapter``. It could read all of them, but takes eight times as long
    (``dataclasses.asdict``: 2.5 times), and this is a large part of the time of a reparse.
    """
    kind = value.__class__
    if kind is str or value is None:
        return value
    if kind is list:
        return [to_record(entry) for entry in value]
    if kind is dict:
        return {name: to_record(entry) for name, entry in value.items()}
    if names := _names(kind):
        return {name: to_record(getattr(value, name)) for name in names}
    if ItemAdapter.is_item(value):
        return {name: to_record(entry) for name, entry in ItemAdapter(value).items()}
    return value
