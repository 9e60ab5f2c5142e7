"""Small sound WARC files, and ways to read what is left of them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from archive import Draft, WarcWriter, iter_records
from archive.cdxj import WarcFile
from archive.verify import Fault, Verification
from archive.warc.record import new_record_id

DATE = "2026-01-02T03:04:05.678901Z"
URI = "http://127.0.0.1/page"
REQUEST = b"GET /page HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
HEADER = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:0f0f0f0f-0000-4000-8000-000000000000>\r\n"
    b"WARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Target-URI: urn:x:1\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 5\r\n\r\n"
)
"""Of a record that is sound with the block ``hello``."""


def plain_answer(body: bytes = b"hello world", *fields: str) -> bytes:
    """A response with ``Content-Length``, unless ``fields`` has one."""
    lines = fields if any("Length" in field for field in fields) else (*fields, f"Content-Length: {len(body)}")
    return ("HTTP/1.1 200 OK\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode() + body


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def payload_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def exchange(
    answer: bytes, *fields: tuple[str, str], request: bytes = REQUEST, uri: str = URI, **replaced: str | None
) -> list[Draft]:
    """The request and the response, linked both ways; ``fields`` are more fields of the response, ``replaced`` others
    than the usual ones (``payload_digest``)."""
    ids = [new_record_id(), new_record_id()]
    claimed = replaced.get("payload_digest", sha256(payload_of(answer)))

    def draft(kind: str, number: int, block: bytes, more: list[tuple[str, str]]) -> Draft:
        head = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", ids[number]),
            ("WARC-Date", DATE),
            ("WARC-Target-URI", uri),
            ("WARC-Concurrent-To", ids[1 - number]),
            ("Content-Type", f"application/http;msgtype={kind}"),
        ]
        return Draft(kind, head + more, block, ids[number])

    more = [("WARC-Payload-Digest", claimed)] if claimed else []
    return [draft("request", 0, request, []), draft("response", 1, answer, [*more, *fields])]


def write(directory: Path, *groups: list[Draft]) -> Path:
    """One finished file of these records behind a warcinfo record."""
    writer = WarcWriter(directory, info=[("software", "a test")])
    for group in groups:
        writer.write(group)
    writer.close()
    return next(directory.glob("*.warc.gz"))


def as_plain(path: Path) -> Path:
    """The same records in a plain file beside ``path``, which goes."""
    plain = path.with_name("plain.warc")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    return plain


@dataclass(frozen=True)
class Part:
    """A record as one sees it from outside."""

    offset: int
    length: int
    content: tuple


def parts(path: Path) -> list[Part]:
    """The records of a sound file."""
    return [Part(r.offset, r.length, (r.version, tuple(r.headers), r.block)) for r in iter_records(path)]


def contents(path: Path) -> list[tuple]:
    """Header and block of every record of a sound file."""
    return [part.content for part in parts(path)]


def verify(*paths: Path, notes: bool = False, **options) -> list[Fault]:
    """The faults of these files; with ``notes``, the notes too."""
    found = list(Verification([WarcFile(path) for path in paths], **options).run())
    return [fault for fault in found if notes or not fault.is_note]


def codes(*paths: Path, **options) -> list[str]:
    """The codes alone."""
    return [fault.code for fault in verify(*paths, **options)]
