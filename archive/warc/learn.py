"""Find the payloads in a WARC file that revisit records may refer to."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.entity import decode_entity
from archive.errors import BrokenRecordError, UndecodableEntityError
from archive.message import number_of_bytes, parse_fields
from archive.warc.file import digest, sha256
from archive.warc.payload import STORED, Payload, payload_of
from archive.warc.reader import iter_records
from archive.warc.record import WARC_FIELDS, Record

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Learned:
    """A payload met in a file, and the record it was met in."""

    payload: Payload
    date: str
    offset: int
    length: int
    record_id: str
    is_original: bool
    """Whether the record holds the payload; a revisit only tells that it was served again."""


@dataclass(slots=True)
class _Held:
    """A response or revisit, until the records around it have told what they know of it."""

    record: Record
    is_get: bool
    told: str | None = None
    """Block of its metadata record."""


def learn(path: Path) -> Iterator[Learned]:
    """Every payload in ``path`` that is known whole and was asked for with GET; a damaged file up to the damage.

    The digest is that of the metadata record (``entitySha256``), else computed. Memory holds one record at a time.

    Raises:
        ArchiveError: the file cannot be opened.
    """
    held: _Held | None = None
    request: Record | None = None
    try:
        for record in iter_records(path):
            if record.type in {"response", "revisit"}:
                yield from _release(held)
                held = _Held(record, request is None or not _linked(request, record) or _is_get(request))
            elif record.type == "request":
                request = record
                if held and _linked(record, held.record):
                    held.is_get = _is_get(record)
            elif held and _tells_of(record, held.record):
                held.told = record.block.decode("utf-8", "replace")
    except BrokenRecordError as error:
        logger.warning("For deduplication read no further than this: %s", error)
    yield from _release(held)


def _linked(one: Record, other: Record) -> bool:
    return other.record_id in one.headers.get_all("WARC-Concurrent-To") or (
        one.record_id in other.headers.get_all("WARC-Concurrent-To")
    )


def _tells_of(record: Record, other: Record) -> bool:
    return record.type == "metadata" and record.content_type == WARC_FIELDS and _linked(record, other)


def _is_get(request: Record) -> bool:
    return request.block.startswith(b"GET ")


def _release(held: _Held | None) -> Iterator[Learned]:
    if held is None or not held.is_get:
        return
    record = held.record
    if record.status is None or record.target_uri is None or not record.record_id:
        return
    is_original = record.type == "response"
    fields = parse_fields(b"\n" + (held.told or "").encode(), "utf-8")
    told, size = fields.get("entitySha256"), number_of_bytes(fields.get("entityLength") or "")
    entity = (told, size) if told and size is not None else None
    if entity is None and is_original and "WARC-Truncated" not in record.headers and record.status != 304:
        entity = _entity(record)
    if entity is None:
        return
    payload = payload_of(record.http_headers, record.status, record.target_uri, *entity)
    yield Learned(payload, record.date, record.offset, record.length, record.record_id, is_original)


def _entity(record: Record) -> tuple[str, int] | None:
    """As `Payload` has it; None without a body, which may be the answer to HEAD."""
    try:
        found, size = sha256(decode_entity(record.http_headers, [record.body]))
    except UndecodableEntityError:
        return (STORED + digest(record.body), len(record.body)) if record.body else None
    return (found, size) if size else None


def warc_files(directory: Path) -> Iterator[os.DirEntry[str]]:
    """The finished WARC files of ``directory``, by name."""
    with os.scandir(directory) as entries:
        found = [entry for entry in entries if entry.name.endswith((".warc.gz", ".warc")) and entry.is_file()]
    yield from sorted(found, key=lambda entry: entry.name)
