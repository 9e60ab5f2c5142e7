"""What decides that two payloads are the same one for replay, and which payloads may refer to others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from archive.message import Fields

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
