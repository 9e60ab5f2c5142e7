"""Reads a WARC file that may be damaged: every record that can be reached, and every gap between them.

The file is plain or gzip, with one or several records per member (ISO 28500:2017, annex D; RFC 1952). Memory does not
grow with the size of a record, a member or the damage.
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

_AGAIN = 8
_AGAIN_AT_LEAST = 1 << 24
_START = 1 << 13


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes ``offset`` to ``end`` of the file that hold no whole record, or not only whole ones."""

    offset: int
    end: int
    code: str
    problem: str


class _LookAhead:
    """Where to look for the next record when one turned out to be damaged.

    At its second byte, for its length may be what is wrong. Bytes that were read in vain are so read again, in all
    `_AGAIN` times the file; one made of nothing but starts of records would have each of its bytes read as often as it
    has bytes. After that, what was read is left.
    """

    def __init__(self, size: int) -> None:
        self._left = max(_AGAIN * size, _AGAIN_AT_LEAST)

    def start(self, offset: int, reached: int) -> int:
        """For a record that began at ``offset`` and was read up to ``reached``; a start of one is read in no time."""
        self._left -= max(0, reached - offset - _START)
        return offset + 1 if self._left > 0 else max(offset + 1, reached)


def walk(name: str, stream: BinaryIO, start: int = 0) -> Iterator[FoundRecord | Gap]:
    """The records and gaps of a WARC file in file order, from the record at ``start`` on; ``name`` is for messages.

    A record is read by the caller, or skipped when the next one is asked for. When reading it raises `DamageError`, go
    on with the next: a `Gap` tells the damage once more, with the place where the walk goes on.
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
    """The record at ``offset``, to be read by the caller.

    Raises:
        DamageError: none begins there.
    """
    if is_gzipped:
        member = MemberReader(name, Source(stream, offset))
        try:
            return FoundRecord(name, offset, member)
        except DamageError:
            member.end()  # What cannot be unpacked says more than what it was unpacked to.
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
        # Not behind damage: what only looks like a record is read no more than once in vain.
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
    """The records of one gzip member."""
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
