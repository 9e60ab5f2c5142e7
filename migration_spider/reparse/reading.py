"""Reads WARC files of any origin: every record that can be read, and a message for the others.

A scan reads a file once from start to end; pages are read later by their position. The scan uses FastWARC if it is
installed (extra ``fast``), which is three times as fast as warcio. Where they fail, :mod:`archive.warc.walk` reads the
file, and the result is the same.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from archive import BrokenRecordError, Record
from archive.message import Fields, head_length, parse_fields, status_of
from archive.warc.reader import LARGEST_BLOCK, stream_records
from archive.warc.reader import record_at as read_at
from archive.warc.walk import DamageError, Gap, walk
from migration_spider.addresses import led_to
from migration_spider.reparse.notes import KINDS, essence
from migration_spider.reparse.source import Source

fastwarc: Any
try:
    import fastwarc
except ImportError:
    fastwarc = None

_TYPES = {"warcinfo", "response", "revisit", "conversion", "metadata"}
_REDIRECTS = {301, 302, 303, 307, 308}
LONGEST_HEAD = 1 << 20
_SMALL = 1 << 20
# An item has some KB, and a million characters of HTML at most.
_LONGEST_NOTE = 1 << 23
_SAME_PAYLOAD = "identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Seen:
    """The values of a record that a scan keeps."""

    type: str
    """``warcinfo``, ``answer`` (status 200), ``redirect``, ``refusal`` (any other status), ``revisit``, ``text`` (WET),
    ``item``, ``tombstone`` or ``profile``."""

    offset: int
    length: int
    record_id: str = ""
    url: str = ""
    """``WARC-Target-URI`` without angle brackets."""

    date: str = ""
    media_type: str = ""
    digest: str = ""
    """``WARC-Payload-Digest``; for a record without HTTP head that of the block, which is its payload."""

    refers_to: str = ""
    refers_to_url: str = ""
    refers_to_date: str = ""
    told: str = ""
    """The target of a redirect; the fields of a warcinfo record; the essence of a note."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a file that could not be read, with a remedy."""

    offset: int
    problem: str


def scan_file(source: Source) -> list[Seen | Damage]:
    """The records and damages of one file, in file order. An unreadable file is one damage."""
    return list(records_of(source))


def records_of(source: Source) -> Iterator[Seen | Damage]:
    """Yield the same while the file is read."""
    try:
        with source.open() as stream:
            yield from _scan(source.name, stream)
    except OSError as error:
        yield Damage(0, str(error.strerror or error))


def record_at(source: Source, offset: int, length: int, largest: int = LARGEST_BLOCK) -> Record:
    """Return the record in ``length`` bytes at ``offset``.

    Raises:
        BrokenRecordError: The bytes are not exactly one record, or cannot be read, or its block has more than
            ``largest`` bytes.
    """
    try:
        with opened(source, offset, length) as (stream, start):
            record = read_at(str(source), stream, start, length, largest)
    except OSError as error:
        raise BrokenRecordError(str(source), offset, str(error.strerror or error)) from error
    except BrokenRecordError as error:
        raise BrokenRecordError(str(source), offset, error.problem) from error
    return replace(record, offset=offset)


@contextmanager
def opened(source: Source, offset: int, length: int) -> Iterator[tuple[BinaryIO, int]]:
    """Yield a stream, and the offset of the record in it; a small record has its own stream. Raises OSError."""
    if length > _SMALL:
        with source.open() as stream:
            yield stream, offset
    else:
        yield io.BytesIO(source.read(offset, length)), 0


def _scan(name: str, stream: BinaryIO) -> Iterator[Seen | Damage]:
    start = (yield from _scan_fast(stream)) if fastwarc is not None and _is_usual(name, stream) else 0
    start = yield from _scan_healthy(name, stream, start)
    several = False
    for found in walk(name, stream, start):
        if isinstance(found, Gap):
            yield Damage(found.offset, found.problem)
            continue
        try:
            head = _head(found.fields, found.pieces())
            found.finish()
        except DamageError:
            continue  # the following gap reports it
        if found.length is not None:
            yield from _seen(found.fields, head, found.offset, found.length)
        elif not several:
            several = True
            problem = "several records in one gzip member: `scrapy archive-repair` makes a readable file of it"
            yield Damage(found.offset, problem)


def _scan_healthy(name: str, stream: BinaryIO, start: int) -> Generator[Seen | Damage, None, int]:
    """Yield all records up to the first damage; return its offset."""
    try:
        for record in stream_records(name, stream, start):
            head = _head(record.headers, record.chunks())
            length = record.length()
            yield from _seen(record.headers, head, record.offset, length)
            start = record.end
    except BrokenRecordError:
        pass  # the other reader reports it
    return start


def _is_usual(name: str, stream: BinaryIO) -> bool:
    """Whether the first gzip member of a file has exactly one record; else FastWARC's offsets cannot give lengths."""
    try:
        for record in stream_records(name, stream):
            record.length()
            return True
    except BrokenRecordError:
        return False
    finally:
        stream.seek(0)
    return False


def _scan_fast(stream: BinaryIO) -> Generator[Seen | Damage, None, int]:
    """Yield all records except the last one; return the offset from which a strict reader has to continue.

    FastWARC does not report a truncated file, and gives no lengths.
    """
    last = 0
    is_first = True
    pending: tuple[Fields, bytes] | None = None
    records = iter(fastwarc.ArchiveIterator(stream, parse_http=False))
    while True:
        try:
            record = next(records, None)
            if record is None:
                return last
            offset: int = record.stream_pos
            if offset if is_first else offset <= last:
                return last
            if pending is not None:
                yield from _seen(*pending, last, offset - last)
            is_first, last = False, offset
            if not record.headers.get("Content-Length", "").isdigit():
                return last  # FastWARC would read such a record as empty, without an error
            pending = _fast_parts(record) if _matters(record) else None
        except (OSError, ValueError, RuntimeError):
            # Its errors differ between versions; the other reader reports the problem, or can read the record.
            return last


def _matters(record: Any) -> bool:
    """Whether a record is needed; this skips half of an own archive before the headers are converted to Python."""
    kinds = fastwarc.WarcRecordType
    if record.record_type == kinds.metadata:
        return record.headers.get("Content-Type", "").lower() in KINDS
    return record.record_type not in (kinds.request, kinds.resource)


def _fast_parts(record: Any) -> tuple[Fields, bytes]:
    fields = Fields([(name.decode("utf-8", "replace"), _text(value)) for name, value in record.headers.items_bytes()])
    kind = fields.get("WARC-Type")
    head = b""
    if kind == "warcinfo" or _note_kind(fields):
        head = record.reader.read(_LONGEST_NOTE)
    elif kind in ("response", "revisit"):
        while head_length(head) is None and len(head) < LONGEST_HEAD and (piece := record.reader.read(4096)):
            head += piece
    return fields, head


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip()


def _head(fields: Fields, block: Iterable[bytes]) -> bytes:
    """The part of the block that the catalogue needs."""
    kind = fields.get("WARC-Type")
    is_whole = kind == "warcinfo" or _note_kind(fields)
    if not is_whole and kind not in ("response", "revisit"):
        return b""
    longest = _LONGEST_NOTE if is_whole else LONGEST_HEAD
    pieces, size = [], 0
    for piece in block:
        pieces.append(piece)
        size += len(piece)
        if size >= longest or (not is_whole and head_length(b"".join(pieces)) is not None):
            break
    return b"".join(pieces)


def _note_kind(fields: Fields) -> str:
    """The kind of a note of the crawl; empty for other records."""
    return KINDS.get((fields.get("Content-Type") or "").lower(), "") if fields.get("WARC-Type") == "metadata" else ""


def _noted(fields: Fields, head: bytes, offset: int, length: int) -> Iterator[Seen | Damage]:
    """Yield a note of the crawl; nothing for metadata of other programs."""
    if not (kind := _note_kind(fields)):
        return
    if text := essence(kind, head):
        ids = (fields.get("WARC-Record-ID") or "", fields.get("WARC-Refers-To") or "")
        yield Seen(kind, offset, length, ids[0], refers_to=ids[1], told=text)
    else:
        yield Damage(offset, f"this record is no {kind} of the crawl")


def _seen(fields: Fields, head: bytes, offset: int, length: int) -> Iterator[Seen | Damage]:
    kind = fields.get("WARC-Type")
    if kind not in _TYPES:
        return
    content_type = (fields.get("Content-Type") or "").lower()
    if kind == "metadata":
        yield from _noted(fields, head, offset, length)
        return
    if kind == "warcinfo":
        yield Seen("warcinfo", offset, length, told=head.decode("utf-8", "replace"))
        return
    url = _bare(fields.get("WARC-Target-URI"))
    if not url:
        return
    target, media_type = "", content_type
    if kind == "conversion":
        kind = "text" if content_type.startswith("text/plain") and "WARC-Truncated" not in fields else ""
    else:
        kind, media_type, target = _answer(kind, url, fields, content_type, head)
    if kind:
        digests = ("WARC-Payload-Digest", "WARC-Block-Digest") if kind == "text" else ("WARC-Payload-Digest",)
        yield Seen(
            kind,
            offset,
            length,
            _first(fields, "WARC-Record-ID"),
            url,
            _first(fields, "WARC-Date"),
            media_type.split(";")[0].strip().lower(),
            _first(fields, *digests),
            _first(fields, "WARC-Refers-To"),
            _bare(fields.get("WARC-Refers-To-Target-URI")),
            _first(fields, "WARC-Refers-To-Date"),
            target,
        )


def _first(fields: Fields, *names: str) -> str:
    """The first of these fields that is not empty, or an empty text."""
    return next(filter(None, map(fields.get, names)), "")


def _answer(kind: str, url: str, fields: Fields, content_type: str, head: bytes) -> tuple[str, str, str]:
    """(kind or an empty text, media type, target of a redirect) of a response or revisit."""
    end = head_length(head)
    http = parse_fields(head[:end]) if end else Fields()
    status = status_of(head)
    if kind == "revisit":
        # A revisit may omit the HTTP head; a 304, or the profile server-not-modified, did not return a page.
        same = status is None and (fields.get("WARC-Profile") or "").rstrip("/").endswith(_SAME_PAYLOAD)
        return "revisit" if status == 200 or same else "", "", ""
    if not content_type.startswith("application/http"):
        return "", "", ""
    if status == 200:
        return "" if "WARC-Truncated" in fields else "answer", http.get("Content-Type") or "", ""
    location = http.get("Location") if status in _REDIRECTS else None
    try:
        return ("redirect", "", led_to(url, location.encode("latin-1"))) if location else ("refusal", "", "")
    except ValueError:
        return "refusal", "", ""


def _bare(uri: str | None) -> str:
    """``uri`` without the angle brackets that Wget puts around it."""
    return uri[1:-1] if uri and uri[:1] == "<" and uri[-1:] == ">" else uri or ""
