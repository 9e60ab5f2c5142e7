"""Reads a WARC file that may be damaged: all readable records, and the gaps between them.

The file is plain or gzip, with one or more records per member (ISO 28500:2017, annex D; RFC 1952). Memory does not
depend on the size of a record, a member or the damage.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.warc.walk.readers import DamageError, MemberReader, PlainReader, Source, check_sum_is_damaged
from archive.warc.walk.record import FoundRecord, WholeRecord, describe
from archive.warc.walk.search import LONGEST_VERSION_LINE, MEMBER_START, VERSION_LINE, next_member, next_record
from archive.warc.whole import whole_record

__all__ = ["DamageError", "FoundRecord", "Gap", "WholeRecord", "check_sum_is_damaged", "found_at", "walk"]

_PIECE = 1 << 16

_MOST_REREADS = 8
_LEAST_REREAD_BYTES = 1 << 24
_START = 1 << 13


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes ``offset`` to ``end`` of the file that are not, or not only, complete records."""

    offset: int
    end: int
    code: str
    problem: str


class _LookAhead:
    """Decides where to search for the next record after a damaged one.

    The search starts at its second byte, since its length may be wrong. So bytes are read again, up to `_MOST_REREADS`
    times the size of the file: reading a file of nothing but starts of records would otherwise take quadratic time.
    After that, bytes that were read are skipped.
    """

    def __init__(self, size: int) -> None:
        self._left = max(_MOST_REREADS * size, _LEAST_REREAD_BYTES)

    def start(self, offset: int, reached: int) -> int:
        """Return where to search after a record at ``offset`` that was read up to ``reached``; short reads are free."""
        self._left -= max(0, reached - offset - _START)
        return offset + 1 if self._left > 0 else max(offset + 1, reached)


def walk(name: str, stream: BinaryIO, start: int = 0) -> Iterator[FoundRecord | Gap]:
    """Yield the records and gaps of a WARC file in file order, from a record at ``start`` on; ``name`` is for messages.

    A record is read by the caller, or skipped when the next one is requested. If reading it raises `DamageError`,
    continue with the next: a `Gap` reports the damage again, with the offset at which the walk continues.
    """
    size = stream.seek(0, os.SEEK_END)
    if start >= size:
        return
    gzipped = _is_gzip(stream, size)
    if gzipped is None:
        stream.seek(0)
        what = describe(stream.read(LONGEST_VERSION_LINE))
        yield Gap(0, size, "garbage", f"{size} bytes, but no WARC record ({what})")
    elif gzipped:
        yield from _walk_members(name, stream, start, size)
    else:
        yield from _walk_plain(name, stream, start, size)


def found_at(name: str, stream: BinaryIO, offset: int, *, is_gzipped: bool) -> FoundRecord:
    """Return the record at ``offset``, to be read by the caller.

    Raises:
        DamageError: no record starts there.
    """
    if is_gzipped:
        member = MemberReader(name, Source(stream, offset))
        try:
            return FoundRecord(name, offset, member)
        except DamageError:
            member.end()  # If it cannot be decompressed, raise that error, which is more specific.
            raise
    size = stream.seek(0, os.SEEK_END)
    return FoundRecord(name, offset, PlainReader(Source(stream, offset), size))


def _is_gzip(stream: BinaryIO, size: int) -> bool | None:
    stream.seek(0)
    start = stream.read(LONGEST_VERSION_LINE)
    if start.startswith(MEMBER_START) or VERSION_LINE.match(start):
        return start.startswith(MEMBER_START)
    member, record = next_member(stream, 0, size), next_record(stream, 0, size)
    return member < record if min(member, record) < size else None


def _walk_members(name: str, stream: BinaryIO, start: int, size: int) -> Iterator[FoundRecord | Gap]:
    source = Source(stream, start)
    offset = start
    ahead = _LookAhead(size)
    damage: DamageError | None = None
    while offset < size:
        # Not after damage: bytes that only look like a record must not be read twice.
        whole = whole_record(stream, offset) if damage is None else None
        if whole is not None:
            yield WholeRecord(name, offset, whole)
            offset += whole.length
            continue
        source.seek(offset)
        member = MemberReader(name, source)
        damage = None
        try:
            yield from _records_of(name, member)
            if not member.position:
                damage = DamageError(name, offset, "member-empty", "a gzip member without a record")
        except DamageError as error:
            damage = error
        try:
            end = member.end()
        except DamageError as error:
            damage = damage or error
            end = next_member(stream, ahead.start(offset, source.offset), size)
            source.seek(end)
        if damage:
            lost = _words(stream, offset, end, size)
            source.seek(end)
            yield Gap(offset, end, damage.code, f"{damage.problem}; {lost}")
        offset = end


def _records_of(name: str, member: MemberReader) -> Iterator[FoundRecord]:
    """Yield the records of one gzip member."""
    while not member.at_end():
        record = FoundRecord(name, member.offset, member)
        yield record
        record.finish()


def _walk_plain(name: str, stream: BinaryIO, start: int, size: int) -> Iterator[FoundRecord | Gap]:
    reader = PlainReader(Source(stream, start), size)
    ahead = _LookAhead(size)
    while not reader.at_end():
        offset = reader.position
        try:
            record = FoundRecord(name, offset, reader)
            yield record
            record.finish()
        except DamageError as damage:
            end = next_record(stream, ahead.start(offset, reader.position), size)
            yield Gap(offset, end, damage.code, f"{damage.problem}; {_words(stream, offset, end, size)}")
            source = Source(stream, end)
            source.seek(end)
            reader = PlainReader(source, size)


def _words(stream: BinaryIO, offset: int, end: int, size: int) -> str:
    stream.seek(offset)
    zeros = "" if any(stream.read(min(end - offset, _PIECE))) else " (zeros)"
    return f"{end - offset} bytes{zeros} up to {'the end of the file' if end == size else f'byte {end}'} are lost"
