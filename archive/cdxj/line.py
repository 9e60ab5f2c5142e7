"""The lines of a CDXJ index (https://specs.webrecorder.net/cdxj/0.1.0/).

They are byte for byte the same as those of cdxj-indexer 1.5 without options, so that indexes of both programs can be
compared and mixed. This module also reads HTTP heads exactly as cdxj-indexer does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quoted

from archive.cdxj.surt import surt
from archive.errors import ArchiveError
from archive.message import plain_field
from archive.warc.reader import StreamedRecord
from archive.warc.record import WARC_FIELDS

_TYPES = {"response", "revisit", "resource", "metadata"}
_RESPONSE = b"\r\nWARC-Type: response\r\n"
LONGEST = 1 << 60
"""More bytes than any file has: greater offsets and lengths are rejected."""
_NEVER = {b"request", b"warcinfo"}
_NOTES = WARC_FIELDS.encode("ascii")
_HTTP_TYPES = {"response", "revisit"}
_LONGEST_HEAD = 1 << 20
_RECORD_END = b"\r\n\r\n"
_AFTER_MIME = re.compile(r"[;\s]")
_USUAL_HEAD = re.compile(rb"[!-~]+ +(?P<status>[!-~]+)[ -~]*\r\n(?:[!-9;-~]+:[\t -~]*\r\n)*\r\n", re.ASCII)
_USUAL_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
READ = ("WARC-Type", "Content-Type", "WARC-Target-URI", "WARC-Payload-Digest", "WARC-Date")
_IN_ANY_CASE = frozenset(map(str.lower, READ))
_PLAIN_HEADER = re.compile(rb"WARC/1\.[01]\r\n(?:[!-9;-~]+: (?:[!-~][ -~]*(?<! ))?\r\n)*\r\n")
_TYPE_LINE = re.compile(rb"\ncontent-type:([^\r]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One line of an index: the position of the record of a URL."""

    key: str
    """SURT form of ``url``."""

    timestamp: str
    """``WARC-Date`` in UTC, 14 digits."""

    url: str
    """``WARC-Target-URI``."""

    mime: str | None
    """Media type without parameters; ``warc/revisit`` for a revisit record."""

    status: int | None
    """HTTP status code; None if the record is not an HTTP response."""

    digest: str | None
    """``WARC-Payload-Digest`` as written, or the SHA-1 (base 32) of the body as stored."""

    length: int
    """Bytes in the file; in an uncompressed file without the two line ends after the block."""

    offset: int
    """Byte offset in the file."""

    filename: str
    """Name of the finished WARC file, without its folder."""


def parse_line(line: bytes) -> IndexEntry:
    """Parse one line.

    Raises:
        ArchiveError: it is not a CDXJ line, or lacks the position of the record.
    """
    try:
        key, timestamp, text = line.decode().split(" ", 2)
        facts = json.loads(text)
        status = facts.get("status", "")
        texts = (facts.get("url", ""), facts["filename"], facts.get("mime"), facts.get("digest"))
        if not all(isinstance(text, str) or (text is None and place > 1) for place, text in enumerate(texts)):
            raise TypeError("no text")  # noqa: TRY301  (one way out)
        offset, length = int(facts["offset"]), int(facts["length"])
        if not (0 <= offset < LONGEST and 0 <= length < LONGEST):
            raise ValueError("no place")  # noqa: TRY301
        return IndexEntry(
            key=key,
            timestamp=timestamp,
            url=facts.get("url", ""),
            mime=facts.get("mime"),
            status=int(status) if status.isascii() and status.isdigit() else None,
            digest=facts.get("digest"),
            length=length,
            offset=offset,
            filename=facts["filename"],
        )
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError, RecursionError) as error:
        raise ArchiveError(f"no CDXJ line: {line[:80]!r}; delete the index, and make it again") from error


def timestamp_of(date: str) -> str:
    """Return the 14 digits of a W3C-DTF date, of any precision (WARC/1.1, section 5.4).

    Raises:
        ValueError: it is not a date.
    """
    if _USUAL_DATE.fullmatch(date):
        datetime.fromisoformat(date[:19])
        return date[:4] + date[5:7] + date[8:10] + date[11:13] + date[14:16] + date[17:19]
    parts = [int(part) for part in re.split(r"\D+", date) if part][:6]
    year, month, day, hour, minute, second = [*parts, *(0, 1, 1, 0, 0, 0)[len(parts) :]]
    try:
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (only checks whether the date exists)
    except OverflowError as error:
        raise ValueError(f"{date!r} is not a date") from error
    return f"{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"


def line_of(record: StreamedRecord, filename: str) -> bytes | None:
    """Return the line of ``record``, which is read to its end; None if its type is not indexed.

    Raises:
        BrokenRecordError: the record is damaged.
        ValueError: its ``WARC-Date`` is not a date.
    """
    if _is_left_out(record.head):
        return None
    fields = plain_fields(record.head) or record.headers
    kind, content_type = fields.get("WARC-Type"), fields.get("Content-Type")
    if not _is_indexed(kind, content_type):
        return None
    url = _target_uri(fields.get("WARC-Target-URI"))
    address = url or ""
    status: str | None = None
    head_size = 0
    if kind in _HTTP_TYPES:
        status, content_type, head_size = _answer(record, address)
    digest = fields.get("WARC-Payload-Digest")
    if kind == "revisit":
        content_type = "warc/revisit"
    elif not digest:
        digest = _sha1(record, head_size)
    mime = None if content_type is None else _AFTER_MIME.split(content_type, maxsplit=1)[0]
    facts = (('"url": ', url), ('"mime": ', mime), ('"status": ', status), ('"digest": ', digest or None))
    # The output of json.dumps, in half the time.
    text = "".join([f"{name}{_quoted(value)}, " for name, value in facts if value is not None])
    length = record.length() if record.is_gzipped else record.length() - len(_RECORD_END)
    place = f'"length": "{length}", "offset": "{record.offset}", "filename": {_quoted(filename)}'
    moment = timestamp_of(fields.get("WARC-Date") or "")
    return f"{surt(address)} {moment} {{{text}{place}}}\n".encode("ascii")


def _is_indexed(kind: str | None, content_type: str | None) -> bool:
    return kind in _TYPES and (kind in _HTTP_TYPES or content_type != WARC_FIELDS)


def _is_left_out(head: bytes) -> bool:
    """Whether a quick look shows that a record is not indexed, as two of three in a crawl: saves parsing its fields."""
    if _RESPONSE in head:
        return False
    kind = plain_field(head, b"WARC-Type")
    return kind in _NEVER or (kind == b"metadata" and plain_field(head, b"Content-Type") == _NOTES)


def _answer(record: StreamedRecord, url: str) -> tuple[str | None, str | None, int]:
    """Return the result of `_http_head` if the record is of HTTP."""
    if not record.size or not url.startswith(("http:", "https:")):
        return None, None, 0
    return _http_head(record.start(_LONGEST_HEAD))


def plain_fields(head: bytes) -> dict[str, str] | None:
    """Return the first field of each name in `READ`, from a header of the usual form; None for any other header, for
    which `parse_fields` takes three times as long.

    In the usual form, only the first colon of each line has a space after it, so all lines are split at once.
    """
    if not _PLAIN_HEADER.fullmatch(head):
        return None
    parts = head.decode("ascii").replace("\r\n", ": ").split(": ")
    names = parts[1:-2:2]
    if len(parts) != 2 * head.count(b"\n") - 1 or not _are_spelt_alike(tuple(names)):
        return None
    return dict(zip(reversed(names), reversed(parts[2:-2:2]), strict=True))


@lru_cache(maxsize=256)  # Most headers of a writer have the same names as another one.
def _are_spelt_alike(names: tuple[str, ...]) -> bool:
    return all(name in READ or name.lower() not in _IN_ANY_CASE for name in names)


def _target_uri(uri: str | None) -> str | None:
    if uri and uri[:1] == "<" and uri[-1:] == ">":  # as Wget writes it
        uri = uri[1:-1]
    return uri.replace(" ", "%20") if uri else uri


def _sha1(record: StreamedRecord, head_size: int) -> str:
    digester = hashlib.sha1(memoryview(record.start(0))[head_size:], usedforsecurity=False)
    for chunk in record.chunks():
        digester.update(chunk)
    return "sha1:" + base64.b32encode(digester.digest()).decode("ascii")


def _http_head(block: bytes) -> tuple[str | None, str | None, int]:
    """Return ``(status, Content-Type, bytes of the head)``, parsed as by warcio.

    The second word of any first line is the status.
    """
    if usual := _USUAL_HEAD.match(block):
        # Takes a fifth of the time of `_odd_head`.
        type_line = _TYPE_LINE.search(block, 0, usual.end())
        return usual["status"].decode(), type_line[1].decode().strip() if type_line else None, usual.end()
    return _odd_head(block)


def _odd_head(block: bytes) -> tuple[str | None, str | None, int]:
    lines = _lines(block)
    first, size = next(lines, ("", 0))
    if not first:
        return None, None, size
    content_type: str | None = None
    wanted = any_field = False
    for number, (line, end) in enumerate(lines):
        size = end
        if not line:
            break
        if number and line[0] in " \t":
            if wanted and content_type is not None:
                content_type += line
            continue
        name, colon, value = line.partition(":")
        any_field = any_field or bool(colon)
        wanted = bool(colon) and content_type is None and name.rstrip(" \t").lower() == "content-type"
        if wanted:
            content_type = value.lstrip()
    status = first.partition(" ")[2].strip().split(" ", 1)[0]
    return status if status or any_field else None, content_type, size


def _lines(block: bytes) -> Iterator[tuple[str, int]]:
    start = 0
    while start < len(block):
        end = block.find(b"\n", start) + 1 or len(block)
        raw = block[start:end]
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            line = raw.decode("iso-8859-1")
        yield line.rstrip(), end
        start = end
