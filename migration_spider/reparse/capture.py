"""The entries of a catalogue: one for each response of the site, and one for each line to make again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from migration_spider.addresses import netloc
from migration_spider.reparse.notes import Note
from migration_spider.reparse.source import Source


@dataclass(frozen=True, slots=True)
class Capture:
    """One response of the site with status 200, or only its text."""

    place: int
    """Number of the record, over all files."""

    source: Source
    """With ``offset``, ``length`` and ``record_id``: the record that contains the bytes."""

    offset: int
    length: int
    record_id: str
    target_uri: str
    """``WARC-Target-URI`` of that record; a revisit may refer to another URL."""

    written: str
    """``WARC-Date`` of that record."""

    payload_digest: str
    url: str
    date: str
    """``WARC-Date`` of the response, later than ``written`` if it has a revisit record."""

    run_id: str
    """``isPartOf`` of the file's warcinfo record; see :meth:`Catalogue.run_of`."""

    media_type: str

    is_text: bool = False
    """Whether the record is a ``conversion`` to plain text, without markup and HTTP head."""

    @property
    def is_page(self) -> bool:
        return self.is_text or "html" in self.media_type


@dataclass(frozen=True, slots=True)
class Step:
    """One line to make again: for a page, or for an item that is gone."""

    capture: Capture | None
    """None for a tombstone, and for a page that is not in the archive."""

    note: Note | None
    """The note of the crawl; None for pages that were not items for it, and in archives of other programs."""


def host_of(url: str) -> str:
    """Host and port as :class:`Scope` compares them; empty if ``url`` has none."""
    try:
        return netloc(urlsplit(url))
    except ValueError:
        return ""


def is_same(first: Capture, second: Capture) -> bool:
    """Whether two records of the same URL and date are about one response."""
    if first.record_id and first.record_id == second.record_id:
        return True
    return bool(first.payload_digest) and first.payload_digest == second.payload_digest
