"""Decides whether two payloads are the same for replay, so that a revisit record may refer to the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.entity import decode_entity
from archive.errors import ArchiveError, UndecodableEntityError
from archive.message import Fields, number_of_bytes, parse_fields, split_head, status_of
from archive.warc.file import digest, sha256
from archive.warc.reader import StreamedRecord, read_record
from archive.warc.record import WARC_FIELDS, Span

LONGEST_START = 1 << 20
"""Bytes of a block that are held until the records around it are read."""

SMALL = 256
"""Bytes; to refer to the same few bytes at another URI would take more room than it saves."""

STORED = "stored:"
"""What an entity is known by when it cannot be decoded: this and the SHA-256 of the body as stored."""

_FORM = ("Content-Type", "Content-Encoding", "Transfer-Encoding", "Content-Length")
_PAGES = {"", "text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Payload:
    """An entity and the message that carried it."""

    entity: str
    """SHA-256 of the entity in hex; behind `STORED`, that of the body as stored."""

    size: int
    """Bytes of the same."""

    target_uri: str
    status: int
    etag: str | None

    key: bytes
    """16 bytes, equal for payloads that may stand for each other.

    Replay puts the head of a revisit before the body of the record it refers to, so both must tell the same of it:
    type, codings, ``Content-Length``. A page refers to records of its own URI only: an item cites the record that
    holds its bytes, and what it cites must be its own page. A file may be the same file at another URI.
    """

    @property
    def may_refer(self) -> bool:
        """Whether a revisit may stand for it."""
        return self.size > 0


def payload_of(header: Fields, status: int, target_uri: str, entity: str, size: int) -> Payload:
    """The payload of a response with these ``header`` fields."""
    media_type = (header.get("Content-Type") or "").partition(";")[0].strip().lower()
    form = "\n".join(",".join(header.tokens(name)) for name in _FORM)
    is_bound = media_type in _PAGES or size < SMALL or 300 <= status < 400
    told = f"{entity}\n{status}\n{form}\n{target_uri if is_bound else ''}"
    key = hashlib.sha256(told.encode()).digest()[:16]
    return Payload(entity, size, target_uri, status, header.get("ETag"), key)


@dataclass(frozen=True, slots=True)
class Met:
    """A payload met in a file, and the record it was met in."""

    payload: Payload
    date: str
    span: Span
    is_original: bool
    """Whether the record holds the payload; a revisit only tells that it was served again."""


class PayloadFinder:
    """Finds every payload in ``path`` that is known whole and was asked for with GET, in records given one by one.

    The digest is that of the metadata record (``entitySha256``), else computed. Memory holds one record at a time.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._held: StreamedRecord | None = None
        self._start = self._told = b""
        self._is_get = True
        self._request: tuple[StreamedRecord, bool] | None = None

    def meet(self, record: StreamedRecord) -> Iterator[Met]:
        """Take the next record, whose block nobody has read but by its `start`; give what the ones before it hold."""
        kind = record.headers.get("WARC-Type")
        if kind in {"response", "revisit"}:
            yield from self.rest()
            self._held, self._start, self._told = record, record.start(LONGEST_START), b""
            self._is_get = self._request is None or not _linked(self._request[0], record) or self._request[1]
        elif kind == "request":
            self._request = record, record.start(LONGEST_START).startswith(b"GET ")
            if self._held is not None and _linked(record, self._held):
                self._is_get = self._request[1]
        elif self._held is not None and _tells_of(record, self._held):
            self._told = record.start(LONGEST_START)

    def rest(self) -> Iterator[Met]:
        """What the last response or revisit holds, when no more is told of it."""
        record, self._held = self._held, None
        if record is None or not self._is_get:
            return
        uri, record_id = target_uri(record.headers), record.headers.get("WARC-Record-ID")
        head, body = split_head(self._start)
        status = status_of(head)
        if status is None or uri is None or not record_id:
            return
        header = parse_fields(head)
        is_original = record.headers.get("WARC-Type") == "response"
        entity = _told_entity(self._told)
        if entity is None and is_original and "WARC-Truncated" not in record.headers and status != 304:
            entity = self._read_entity(record, header, body)
        if entity is None:
            return
        payload = payload_of(header, status, uri, *entity)
        span = Span(self._name, record.offset, record.length(), record_id)
        yield Met(payload, record.headers.get("WARC-Date") or "", span, is_original)

    def _read_entity(self, record: StreamedRecord, header: Fields, body: bytes) -> tuple[str, int] | None:
        """As `Payload` has it; ``body`` is what is known of it."""
        if len(self._start) < record.size:
            try:
                body = read_record(self._path, record.offset, record.length()).body
            except ArchiveError:
                return None  # The file was changed or moved meanwhile.
        entity, size = _entity(header, body)
        return (entity, size) if size else None  # Without a byte it may be the answer to HEAD.


def _told_entity(metadata: bytes) -> tuple[str, int] | None:
    told = parse_fields(b"\n" + metadata, "utf-8")
    entity, size = told.get("entitySha256"), number_of_bytes(told.get("entityLength") or "")
    return (entity, size) if entity and size is not None else None


def target_uri(headers: Fields) -> str | None:
    """``WARC-Target-URI``, without the angle brackets that Wget puts around it."""
    uri = headers.get("WARC-Target-URI")
    return uri[1:-1] if uri and uri[:1] == "<" and uri[-1:] == ">" else uri


def _linked(one: StreamedRecord, other: StreamedRecord) -> bool:
    return any(
        a.headers.get("WARC-Record-ID") in b.headers.get_all("WARC-Concurrent-To")
        for a, b in ((one, other), (other, one))
    )


def _tells_of(record: StreamedRecord, other: StreamedRecord) -> bool:
    told = record.headers
    is_told = told.get("WARC-Type") == "metadata" and told.get("Content-Type") == WARC_FIELDS
    return is_told and _linked(record, other)


def _entity(header: Fields, body: bytes) -> tuple[str, int]:
    """As `Payload` has it."""
    try:
        return sha256(decode_entity(header, [body]))
    except UndecodableEntityError:
        return STORED + digest(body), len(body)
