"""The entries of a catalogue: one for each response of the site, and one for each line to make again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from migration_spider.addresses import netloc
from migration_spider.reparse.notes import Note
from migration_spider.reparse.source import Source


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of the site with status 200, or the text that is left of one."""

    place: int
    """Number of the record, over all files."""

    source: Source
    """With ``offset``, ``length`` and ``record_id``: the record that holds the bytes."""

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
    """``WARC-Date`` of the answer, later than ``written`` when a revisit record tells of it."""

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
    """One line to make again: of a page, or of an item that is gone."""

    capture: Capture | None
    """None of a tombstone, and of a page that is not in the archive."""

    note: Note | None
    """What the crawl noted; None of pages that it took for no item, and in archives of other programs."""


def host_of(url: str) -> str:
    """Host and port as :class:`Scope` compares them; empty when ``url`` has none."""
    try:
        return netloc(urlsplit(url))
    except ValueError:
        return ""


def is_same(one: Capture, other: Capture) -> bool:
    """Whether two records tell of one answer, of the same URL and date."""
    if one.record_id and one.record_id == other.record_id:
        return True
    return bool(one.payload_digest) and one.payload_digest == other.payload_digest
