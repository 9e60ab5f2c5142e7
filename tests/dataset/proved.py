"""Files of notes, and their records in the archive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.archive.records import record

PDF = b"%PDF-1.7 a file"
FILE = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def labelled(data):
    return f"sha256:{sha256(data)}"


@dataclass(kw_only=True)
class File:
    url: str
    """Where it is."""

    sha256: str | None = None
    """Digest."""


def file(url, body=PDF, digest=True, **fields):
    """A response record with a file."""
    head = fields.pop("head", FILE)
    told = {"WARC_Payload_Digest": labelled(body)} if digest else {}
    return record(url, body, head=head, **told, **fields)
