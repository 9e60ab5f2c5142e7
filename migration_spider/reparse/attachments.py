"""Size, digest and media type of the attached files, from the archive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from urllib.parse import urlsplit

from archive import ArchiveError, BrokenRecordError
from archive.entity import decode_entity
from archive.errors import UndecodableEntityError
from archive.message import Fields, parse_fields, split_head
from archive.warc.file import sha256
from archive.warc.reader import StreamedRecord, is_gzip
from archive.warc.record import starts_with_chunk
from migration_spider.items import NewsItem
from migration_spider.reparse.capture import Capture, host_of
from migration_spider.reparse.catalogue import Catalogue
from migration_spider.reparse.notes import File, Note
from migration_spider.reparse.reading import LONGEST_HEAD, opened
from migration_spider.reparse.source import Source
from migration_spider.spiders.scope import Scope

ELSEWHERE = "elsewhere"
"""Marks a file on another site, whose values stay as the page has them."""

Files = Mapping[str, File | str | None]
"""URL of an attachment -> the file in the archive, `ELSEWHERE`, or None if it is not in the archive."""


def fill(item: NewsItem, files: Files) -> None:
    """Fill in the attachments of ``item``, all of which are in ``files``."""
    for attachment in item.attachments:
        facts = files[attachment.url]
        if facts is None:
            item.problems.append("attachment-not-fetched")
        elif not isinstance(facts, str):
            attachment.sha256, attachment.size = facts[0], facts[1]
            attachment.media_type = facts[2] or attachment.media_type


class Attachments:
    """The files of an archive. The digest of each is computed once, in pieces, as a file may be larger than memory."""

    def __init__(self, catalogue: Catalogue, scope: Scope) -> None:
        self.catalogue = catalogue
        self.scope = scope
        self._scopes = {host_of(scope.site.geturl()): scope}

    def _scope_of(self, page: str) -> Scope:
        """The scope of the site at the address that it had when it sent ``page``: its files are there."""
        host, scope = host_of(page), self.scope
        if host not in self._scopes:
            site = f"{urlsplit(page).scheme}://{host}"
            self._scopes[host] = Scope(site, scope.languages, scope.known_languages, ())
        return self._scopes[host]

    def noted(self, note: Note) -> Files:
        """The files of a note, as far as the archive confirms them."""
        file = self._scope_of(note.url).file
        urls = {printed: file(printed) for printed in note.files}
        return {printed: self._noted(url, note.files[printed]) if url else ELSEWHERE for printed, url in urls.items()}

    def found(self, item: NewsItem, page: Capture, note: Note | None) -> Files:
        """The files of ``item``: those of the note, and for others, what the run of ``page`` fetched."""
        file = self._scope_of(page.url).file
        urls = {attachment.url: file(attachment.url) for attachment in item.attachments}
        run_id = note.run_id if note else self.catalogue.run_of(page)
        fetched = {printed: self._fetched(url, page, run_id) if url else ELSEWHERE for printed, url in urls.items()}
        return {**fetched, **(self.noted(note) if note else {})}

    def _noted(self, url: str, noted: File) -> File | None:
        """``noted`` if an archived file has that digest, perhaps from an earlier run and not sent again; else None."""
        if noted[0] is None:
            return None
        other = self.catalogue.by_digest(f"sha256:{noted[0]}")
        captures = [*reversed(self._captures(url)), *([other] if other else [])]
        return noted if any((facts := self._facts(capture)) and facts[0] == noted[0] for capture in captures) else None

    def _fetched(self, url: str, page: Capture, run_id: str) -> File | None:
        """The file as that run fetched it; of several captures, the one closest to the time of the page."""
        captures = [capture for capture in self._captures(url) if self.catalogue.run_of(capture) == run_id]
        return self._facts(min(captures, key=lambda capture: _between(capture.date, page.date))) if captures else None

    def _captures(self, url: str) -> list[Capture]:
        return self.catalogue.by_url(self.catalogue.final_url(url))

    def _facts(self, capture: Capture) -> File | None:
        digest = self.catalogue.file(capture)
        if digest is None:
            try:
                digest = entity_digest(capture.source, capture.offset, capture.length)
            except ArchiveError:
                digest = None, None
            self.catalogue.keep_file(capture, *digest)
        return (*digest, capture.media_type or None) if digest[0] is not None else None


def entity_digest(source: Source, offset: int, length: int) -> tuple[str, int]:
    """SHA-256, in hex, and size of the entity in a record; the memory used does not depend on its size.

    Raises:
        ArchiveError: The record is damaged or cannot be read, or its entity cannot be decoded.
    """
    try:
        with opened(source, offset, length) as (stream, start):
            name, is_gzipped = str(source), is_gzip(stream, start)
            try:
                return _digest_of(StreamedRecord(name, stream, start, is_gzipped=is_gzipped), length)
            except UndecodableEntityError:
                # Some writers remove the chunking but keep the header; then the body does not begin with a chunk size.
                record = StreamedRecord(name, stream, start, is_gzipped=is_gzipped)
                if starts_with_chunk(_split(record)[1]):
                    raise
                return _digest_of(record, length, "transfer-encoding")
    except OSError as error:
        raise BrokenRecordError(str(source), offset, str(error.strerror or error)) from error


def _digest_of(record: StreamedRecord, length: int, unless: str = "") -> tuple[str, int]:
    """As :func:`entity_digest`; the header field ``unless`` is ignored."""
    head, body = _split(record)
    fields = Fields([pair for pair in parse_fields(head) if pair[0].lower() != unless])
    digest = sha256(decode_entity(fields, chain([body], record.chunks())))
    if record.length() != length:
        raise BrokenRecordError("", record.offset, f"the record has {record.length()} bytes, not {length}")
    return digest


def _split(record: StreamedRecord) -> tuple[bytes, bytes]:
    """The HTTP head and the beginning of the body; the head is empty if the block is not an HTTP message."""
    start = record.start(LONGEST_HEAD)
    return split_head(start) if start.startswith(b"HTTP/") else (b"", start)


def _between(first: str, second: str) -> float:
    """Seconds between two ``WARC-Date``; 0.0 if one is not valid, so that it does not matter."""
    try:
        # A WARC-Date may be as short as a year.
        moments = [datetime.fromisoformat(date[:19].removesuffix("Z")) for date in (first, second)]
    except ValueError:
        return 0.0
    return abs((moments[0] - moments[1]).total_seconds())
