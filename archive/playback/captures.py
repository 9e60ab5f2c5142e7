"""Finds the captures of an address in a collection, and reads archived responses of any size in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from archive.cdxj import IndexEntry, lookup
from archive.cdxj.files import find
from archive.cdxj.line import timestamp_of
from archive.entity import decode_entity
from archive.errors import ArchiveError, EntityTooLargeError
from archive.message import Fields, parse_fields, split_head, status_of
from archive.warc.payload import target_uri
from archive.warc.reader import StreamedRecord, is_gzip
from archive.warc.record import starts_with_chunk

REVISIT = "warc/revisit"
LARGEST_FILE = 2 << 30
"""Maximum bytes of a decoded file; it is never completely in memory."""

_LONGEST_HEAD = 1 << 20
_START = 1 << 16
_MOST_STEPS = 5
"""Maximum length of a chain of revisits that is followed; our revisits refer directly to the record with the body."""
_WEB = ("http://", "https://")


@dataclass(frozen=True)
class Answer:
    """An archived response."""

    capture: IndexEntry
    """Its entry in the index."""
    holder: IndexEntry
    """The record with the body; differs from ``capture`` if that is a revisit."""
    status: int
    fields: Fields
    """Header fields of the response, including its codings."""
    archive: Archive

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; empty if none was sent."""
        return (self.fields.get("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def location(self) -> str | None:
        """The target of a redirect, as sent."""
        return self.fields.get("Location") if 300 <= self.status < 400 else None

    def pieces(self, limit: int = LARGEST_FILE) -> Iterator[bytes]:
        """Yield the entity, piece by piece; the file stays open until the end, or until the iterator is closed.

        Raises:
            ArchiveError: it cannot be read or decoded, or has more than ``limit`` bytes.
        """
        path = find(self.archive.directory, self.holder.filename)
        with path.open("rb") as stream:
            record, fields, body = _opened(path, stream, self.holder)
            size = 0
            for piece in decode_entity(fields, chain([body], record.chunks()), limit):
                size += len(piece)
                if size > limit:
                    raise EntityTooLargeError(f"{self.capture.url} is larger than {limit / 1e6:.0f} MB")
                yield piece

    def whole(self, limit: int) -> bytes:
        """Return the entity in one piece; raises as `pieces`."""
        return b"".join(self.pieces(limit))


@dataclass(frozen=True)
class Archive:
    """A collection: a folder of WARC files and their index. It keeps nothing in memory and no file open."""

    directory: Path
    index: Path

    def captures(self, url: str) -> list[IndexEntry]:
        """Return all captures of ``url``, sorted by time.

        Raises:
            ArchiveError: the index cannot be read.
        """
        return [capture for capture in lookup(self.index, url) if capture.url.startswith(_WEB)]

    def nearest(self, url: str, timestamp: str | None, *, shown: bool = False) -> IndexEntry | None:
        """Return the capture nearest to ``timestamp`` (14 digits), or the last one without it; None if there is none.

        A redirect only counts for exactly its address: ``http://`` redirects to ``https://``, and both have the same
        key in the index.

        Args:
            shown: prefer captures without an error status.
        """
        captures = [c for c in lookup(self.index, url, timestamp) if c.url.startswith(_WEB)]
        if timestamp is None:
            captures.reverse()
        wanted = unquote(url)
        usable = [c for c in captures if not 300 <= (c.status or 200) < 400 or unquote(c.url) == wanted] or captures
        if shown:
            usable.sort(key=lambda capture: (capture.status or 200) >= 400)
        if not usable:
            return None
        return min(usable, key=lambda c: (c.timestamp != usable[0].timestamp, unquote(c.url) != wanted))

    def address_at(self, filename: str, offset: int) -> str:
        """Return the target URI of the record at ``offset`` of a file.

        Raises:
            ArchiveError: there is no such record.
        """
        path = find(self.directory, filename)
        with path.open("rb") as stream:
            record = StreamedRecord(str(path), stream, offset, is_gzipped=is_gzip(stream, offset))
            return (target_uri(record.headers) or "").replace(" ", "%20")

    def answer(self, capture: IndexEntry) -> Answer:
        """Return the response of ``capture``.

        Raises:
            ArchiveError: it is not at the position in the index, or the record with its body is missing.
        """
        headers, head = self._head(capture)
        holder, holder_head, holder_headers = capture, head, headers
        for _ in range(_MOST_STEPS):
            if holder_headers.get("WARC-Type") != "revisit":
                break
            holder = self._referred(holder_headers, holder)
            holder_headers, holder_head = self._head(holder)
        else:
            raise ArchiveError(f"{capture.url}: too long a chain of revisit records: its body was not found")
        status = status_of(head)
        if not head or status == 304:  # the revisit of an unmodified page
            head, status = holder_head, status_of(holder_head)
        if status is None and holder_headers.get("WARC-Type") == "response":
            raise ArchiveError(f"{capture.url}: no HTTP response at byte {capture.offset} of {capture.filename}")
        fields = parse_fields(head) if head else Fields([("Content-Type", holder_headers.get("Content-Type") or "")])
        return Answer(capture, holder, status or 200, fields, self)

    def _head(self, capture: IndexEntry) -> tuple[Fields, bytes]:
        """Return the fields of a record, and its HTTP head, which may be empty."""
        path = find(self.directory, capture.filename)
        with path.open("rb") as stream:
            record = _record(path, stream, capture)
            return record.headers, _split(record)[0]

    def _referred(self, revisit: Fields, capture: IndexEntry) -> IndexEntry:
        """Return the record that a revisit refers to (ISO 28500:2017, 6.7): by its id, else by time or digest."""
        url = (revisit.get("WARC-Refers-To-Target-URI") or capture.url).strip("<>")
        others = [c for c in self.captures(url) if (c.filename, c.offset) != (capture.filename, capture.offset)]
        moment, wanted = revisit.get("WARC-Refers-To-Date"), revisit.get("WARC-Refers-To")
        timestamp = _timestamp(moment)
        at_that_time = [c for c in others if c.timestamp == timestamp]
        for other in at_that_time:
            if len(at_that_time) == 1 or not wanted or self._head(other)[0].get("WARC-Record-ID") == wanted:
                return other
        digest = revisit.get("WARC-Payload-Digest")
        same = [c for c in others if digest and c.digest == digest and c.mime != REVISIT]
        if not same:
            raise ArchiveError(f"{capture.url}: its body is in a record of {url}, which is not in this archive")
        return min(same, key=lambda c: (c.timestamp > capture.timestamp, -int(c.timestamp)))


def _timestamp(date: str | None) -> str:
    """Return the timestamp of a date in a record; empty if it is not valid."""
    try:
        return timestamp_of(date or "")
    except ValueError:
        return ""


def _record(path: Path, stream: BinaryIO, capture: IndexEntry) -> StreamedRecord:
    record = StreamedRecord(str(path), stream, capture.offset, is_gzipped=is_gzip(stream, capture.offset))
    if (target_uri(record.headers) or "").replace(" ", "%20") != capture.url:
        raise ArchiveError(
            f"{path}: the record at byte {capture.offset} is not the one in the index: make the index again"
        )
    return record


def _split(record: StreamedRecord) -> tuple[bytes, bytes]:
    """Return the HTTP head of a record, empty if it has none, and the start of the body."""
    start = record.start(_START)
    if not start.startswith(b"HTTP/"):
        return b"", start
    head, body = split_head(start)
    return (head, body) if body or len(start) >= record.size else split_head(record.start(_LONGEST_HEAD))


def _opened(path: Path, stream: BinaryIO, capture: IndexEntry) -> tuple[StreamedRecord, Fields, bytes]:
    """Return a record, the fields with the codings of its body, and the start of the body."""
    record = _record(path, stream, capture)
    head, body = _split(record)
    fields = parse_fields(head)
    if "Transfer-Encoding" in fields and not starts_with_chunk(body):
        # Some writers remove the chunks from the body and keep the header.
        fields = Fields([pair for pair in fields if pair[0].lower() != "transfer-encoding"])
    return record, fields, body
