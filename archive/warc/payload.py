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
"""Bytes of a block that are kept in memory until the related records are read."""

SMALL = 256
"""Bytes; for smaller payloads at another URI, a revisit would take more space than it saves."""

STORED = "stored:"
"""Prefix of the key of an entity that cannot be decoded; the SHA-256 of the body as stored follows."""

_FORM = ("Content-Type", "Content-Encoding", "Transfer-Encoding", "Content-Length")
_PAGES = {"", "text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Payload:
    """An entity, with facts about its message."""

    entity: str
    """SHA-256 of the entity in hex; after `STORED`, that of the body as stored."""

    size: int
    """Size of the same in bytes."""

    target_uri: str
    status: int
    etag: str | None

    key: bytes
    """16 bytes, equal for payloads that may replace each other.

    Replay combines the head of a revisit with the body of the record that it refers to, so both must agree on type,
    codings and ``Content-Length``. A page only refers to records of its own URI: an item cites the record that contains
    its bytes, which must be of its own page. A file may be identical to a file at another URI.
    """

    @property
    def may_refer(self) -> bool:
        """Whether it may be stored as a revisit."""
        return self.size > 0


def payload_of(header: Fields, status: int, target_uri: str, entity: str, size: int) -> Payload:
    """Return the payload of a response with these ``header`` fields."""
    media_type = (header.get("Content-Type") or "").partition(";")[0].strip().lower()
    form = "\n".join(",".join(header.tokens(name)) for name in _FORM)
    is_bound = media_type in _PAGES or size < SMALL or 300 <= status < 400
    text = f"{entity}\n{status}\n{form}\n{target_uri if is_bound else ''}"
    key = hashlib.sha256(text.encode()).digest()[:16]
    return Payload(entity, size, target_uri, status, header.get("ETag"), key)


@dataclass(frozen=True, slots=True)
class FoundPayload:
    """A payload found in a file, and its record."""

    payload: Payload
    date: str
    span: Span
    is_original: bool
    """Whether the record contains the payload; a revisit only states that it was served again."""


class PayloadFinder:
    """Finds every complete payload in ``path`` that was requested with GET, from records that are passed one by one.

    The digest is that of the metadata record (``entitySha256``), else computed. One record is in memory at a time.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._response: StreamedRecord | None = None
        self._start = self._metadata = b""
        self._is_get = True
        self._request: tuple[StreamedRecord, bool] | None = None

    def meet(self, record: StreamedRecord) -> Iterator[FoundPayload]:
        """Take the next record, of which only `start` was read; yield the payload of an earlier one if it is known."""
        kind = record.headers.get("WARC-Type")
        if kind in {"response", "revisit"}:
            yield from self.rest()
            self._response, self._start, self._metadata = record, record.start(LONGEST_START), b""
            self._is_get = self._request is None or not _linked(self._request[0], record) or self._request[1]
        elif kind == "request":
            self._request = record, record.start(LONGEST_START).startswith(b"GET ")
            if self._response is not None and _linked(record, self._response):
                self._is_get = self._request[1]
        elif self._response is not None and _describes(record, self._response):
            self._metadata = record.start(LONGEST_START)

    def rest(self) -> Iterator[FoundPayload]:
        """Yield the payload of the last response or revisit, for which no further records follow."""
        record, self._response = self._response, None
        if record is None or not self._is_get:
            return
        uri, record_id = target_uri(record.headers), record.headers.get("WARC-Record-ID")
        head, body = split_head(self._start)
        status = status_of(head)
        if status is None or uri is None or not record_id:
            return
        header = parse_fields(head)
        is_original = record.headers.get("WARC-Type") == "response"
        entity = _stated_entity(self._metadata)
        if entity is None and is_original and "WARC-Truncated" not in record.headers and status != 304:
            entity = self._read_entity(record, header, body)
        if entity is None:
            return
        payload = payload_of(header, status, uri, *entity)
        span = Span(self._name, record.offset, record.length(), record_id)
        yield FoundPayload(payload, record.headers.get("WARC-Date") or "", span, is_original)

    def _read_entity(self, record: StreamedRecord, header: Fields, body: bytes) -> tuple[str, int] | None:
        """Return ``entity`` and ``size`` of a `Payload`; ``body`` is the part that was read."""
        if len(self._start) < record.size:
            try:
                body = read_record(self._path, record.offset, record.length()).body
            except ArchiveError:
                return None  # The file was changed or moved meanwhile.
        entity, size = _entity(header, body)
        return (entity, size) if size else None  # An empty body may be a response to HEAD.


def _stated_entity(metadata: bytes) -> tuple[str, int] | None:
    fields = parse_fields(b"\n" + metadata, "utf-8")
    entity, size = fields.get("entitySha256"), number_of_bytes(fields.get("entityLength") or "")
    return (entity, size) if entity and size is not None else None


def target_uri(headers: Fields) -> str | None:
    """Return ``WARC-Target-URI``, without the angle brackets that Wget puts around it."""
    uri = headers.get("WARC-Target-URI")
    return uri[1:-1] if uri and uri[:1] == "<" and uri[-1:] == ">" else uri


def _linked(first: StreamedRecord, second: StreamedRecord) -> bool:
    return any(
        a.headers.get("WARC-Record-ID") in b.headers.get_all("WARC-Concurrent-To")
        for a, b in ((first, second), (second, first))
    )


def _describes(record: StreamedRecord, other: StreamedRecord) -> bool:
    headers = record.headers
    is_metadata = headers.get("WARC-Type") == "metadata" and headers.get("Content-Type") == WARC_FIELDS
    return is_metadata and _linked(record, other)


def _entity(header: Fields, body: bytes) -> tuple[str, int]:
    """Return ``entity`` and ``size`` of a `Payload`."""
    try:
        return sha256(decode_entity(header, [body]))
    except UndecodableEntityError:
        return STORED + digest(body), len(body)
