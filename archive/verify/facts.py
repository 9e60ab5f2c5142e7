"""The facts about a block that other checks need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive.verify.syntax import Finding

_REQUEST_LINE = re.compile(rb"\S+ +\S.* HTTP/\d")


@dataclass(slots=True)
class BlockFacts:
    """The findings and facts of a block."""

    findings: list[Finding] = field(default_factory=list)
    reading: str | None = None
    """The reading of the payload that its digest matches: ``stored``, ``entity`` (no transfer encodings), ``both``."""
    status: int | None = None
    """Status of an HTTP response."""
    method: str | None = None
    """Method of an HTTP request."""
    missing_body: str | None = None
    """Description of a missing body, which is a fault unless the request's method was HEAD."""
    json: bytes | None = None
    """The block of a metadata record with JSON."""
    lost: list[str] = field(default_factory=list)
    """Ids of records that a killed writer did not finish, from a warcinfo record."""


def method_of(head: bytes) -> str | None:
    """Return the method of a request head; None without a request line."""
    line = _REQUEST_LINE.match(head)
    return line.group().split(b" ", 1)[0].decode("latin-1") if line else None
