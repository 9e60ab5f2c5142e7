"""The facts of a block that other checks need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive.verify.syntax import Finding

_REQUEST_LINE = re.compile(rb"\S+ +\S.* HTTP/\d")


@dataclass(slots=True)
class BlockFacts:
    """What was found in a block."""

    findings: list[Finding] = field(default_factory=list)
    reading: str | None = None
    """Which reading of the payload its digest has: ``stored``, ``entity`` (without transfer encodings) or ``both``."""
    status: int | None = None
    """Of an HTTP response."""
    method: str | None = None
    """Of an HTTP request."""
    missing_body: str | None = None
    """What to say of a body that is not there, unless the request's method was HEAD."""
    json: bytes | None = None
    """The block of a metadata record with JSON."""
    lost: list[str] = field(default_factory=list)
    """Ids of records that a killed writer did not finish, as a warcinfo record tells."""


def method_of(head: bytes) -> str | None:
    """The method of a request head; None without a request line."""
    line = _REQUEST_LINE.match(head)
    return line.group().split(b" ", 1)[0].decode("latin-1") if line else None
