"""One WARC record (ISO 28500:2017, sections 4 to 6)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from typing import Protocol

from archive.entity import LARGEST, entity_of
from archive.errors import UndecodableEntityError
from archive.message import Fields, parse_fields, split_head, status_of

VERSION = "WARC/1.1"
READABLE = frozenset(("1.0", "1.1"))
"""Supported versions: ISO 28500:2009 and ISO 28500:2017."""

HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"
WARC_FIELDS = "application/warc-fields"


class Stream(Protocol):
    """A block too large for memory."""

    size: int
    """Size in bytes."""

    def chunks(self) -> Iterator[bytes]:
        """Return the bytes from the start; may be called again."""


Block = bytes | Stream


@dataclass(slots=True)
class Draft:
    """A record to be written: its named fields and its block.

    The writer adds WARC-Warcinfo-ID, WARC-Block-Digest and Content-Length.
    """

    type: str
    fields: list[tuple[str, str]]
    block: Block
    record_id: str


@dataclass(frozen=True, slots=True)
class Span:
    """The position of a record: the gzip member of ``length`` bytes at ``offset`` of ``file`` in the collection."""

    file: str
    offset: int
    length: int
    record_id: str = field(default="", compare=False)
    """Empty if it is not known."""


def new_record_id() -> str:
    """Return a new ``WARC-Record-ID``."""
    # A UUID of version 4 (RFC 9562, 5.4), without uuid.UUID, which takes as long as a digest.
    random = secrets.token_bytes(16)
    digits = random.hex()
    variant = "89ab"[random[8] & 3]
    return f"<urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}>"


def format_date(moment: datetime) -> str:
    """Return ``WARC-Date`` in UTC with microseconds (W3C-DTF profile, ISO 28500:2017, 5.4)."""
    return f"{moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def format_fields(pairs: Sequence[tuple[str, str]]) -> bytes:
    """Return a block of ``application/warc-fields``; line ends inside values become spaces."""
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in pairs).encode()


@dataclass(eq=False)
class Record:
    """A record as read from a file."""

    version: str
    """``1.0`` or ``1.1``."""

    headers: Fields
    """The named fields of the record's header."""

    block: bytes
    """The exact bytes of the block."""

    offset: int
    """Byte offset in the file: of the gzip member, or of the record in a plain file."""

    length: int
    """Bytes in the file."""

    @property
    def type(self) -> str:
        """``WARC-Type``."""
        return self.headers.get("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        """``WARC-Record-ID`` as written, with its angle brackets."""
        return self.headers.get("WARC-Record-ID") or ""

    @property
    def date(self) -> str:
        """``WARC-Date`` as written."""
        return self.headers.get("WARC-Date") or ""

    @property
    def target_uri(self) -> str | None:
        """``WARC-Target-URI``, without the angle brackets that Wget puts around it."""
        uri = self.headers.get("WARC-Target-URI")
        return uri[1:-1] if uri and uri[:1] == "<" and uri[-1:] == ">" else uri

    @property
    def content_type(self) -> str | None:
        """``Content-Type`` of the block."""
        return self.headers.get("Content-Type")

    @property
    def is_http(self) -> bool:
        """Whether the block is an HTTP message."""
        return (self.content_type or "").lower().startswith("application/http")

    @cached_property
    def _http(self) -> tuple[bytes, bytes]:
        if not self.is_http or (self.type != "request" and not self.block.startswith(b"HTTP/")):
            return b"", self.block
        return split_head(self.block)

    @property
    def http_head(self) -> bytes:
        """The exact head of the HTTP message with its blank line; empty if there is none."""
        return self._http[0]

    @property
    def body(self) -> bytes:
        """The bytes after the HTTP head, still encoded; the complete block if there is no head."""
        return self._http[1]

    @cached_property
    def http_headers(self) -> Fields:
        """The header fields of the HTTP message."""
        return parse_fields(self.http_head)

    @property
    def status(self) -> int | None:
        """The HTTP status code; None if the block is not an HTTP response."""
        return status_of(self.http_head)

    @property
    def payload(self) -> bytes:
        """The `entity`, with the default limit."""
        return self.entity()

    def entity(self, limit: int = LARGEST) -> bytes:
        """Return the body without transfer and content encodings; the limit of each when decoded is ``limit`` bytes.

        Raises:
            UndecodableEntityError: an encoding is unknown, broken, cut off or too large.
        """
        if not self.http_head:
            return self.block
        fields = self.http_headers
        try:
            return entity_of(fields, self.body, limit)
        except UndecodableEntityError:
            # Some writers remove the chunks and keep the header: then the body does not start with a chunk size.
            if "Transfer-Encoding" not in fields or starts_with_chunk(self.body):
                raise
        remaining = [pair for pair in fields if pair[0].lower() != "transfer-encoding"]
        return entity_of(Fields(remaining), self.body, limit)


def starts_with_chunk(body: bytes) -> bool:
    """Whether ``body`` starts with a chunk size."""
    size = body[:40].split(b"\n", 1)[0].split(b";", 1)[0].strip()
    return bool(size) and all(byte in b"0123456789abcdefABCDEF" for byte in size)
