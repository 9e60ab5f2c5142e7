"""Finish what a killed writer left: cut an ``.open`` file to its last whole record."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from archive.errors import BrokenRecordError
from archive.message import head_length, parse_fields
from archive.warc.reader import check_flags, content_length
from archive.warc.walk import FoundRecord, walk

OPEN_SUFFIX = ".open"
TAIL_SUFFIX = ".tail"
_LEFT_BEHIND = re.compile(r".+-\d{17}-\d{5}-.+\.warc\.gz\.open")
_ZipError: Any = isal_zlib.error  # The stubs take the class for an instance.
_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 18
_LONGEST_HEADER = 1 << 20
_RECORD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of one ``.open`` file."""

    file: str
    """Name of the finished file."""

    records: int
    """Whole records kept; without any, the file is gone."""

    kept: int
    """Bytes kept."""

    dropped: int
    """Bytes after the last whole record, cut off."""

    problem: str | None
    """What was wrong with them; None when nothing was dropped."""

    lost: tuple[str, ...]
    """Ids of records that records kept name as parts of their exchange, and that are not among them."""

    tail: str | None
    """Name of the file to which the dropped bytes went, when there are whole records in them; else None."""


def unfinished(directory: Path) -> list[Path]:
    """The ``.open`` files of ``directory``, by name."""
    return [path for path in sorted(directory.iterdir()) if _LEFT_BEHIND.fullmatch(path.name)]


def examine(path: Path) -> Salvaged:
    """What `finish` will make of an ``.open`` file."""
    named: set[str] = set()
    ids: set[str] = set()

    def note(header: bytes) -> None:
        fields = parse_fields(header, "utf-8")
        named.update(fields.get_all("WARC-Concurrent-To"))
        ids.update(fields.get_all("WARC-Record-ID"))

    final = path.name.removesuffix(OPEN_SUFFIX)
    with path.open("rb") as stream:
        records, kept, problem = whole_records(path.name, stream, note)
        tail = final + TAIL_SUFFIX if problem and _has_records(path.name, stream, kept) else None
        dropped = stream.seek(0, os.SEEK_END) - kept
    return Salvaged(final, records, kept, dropped, problem, tuple(sorted(named - ids)), tail)


def finish(directory: Path, found: Salvaged) -> None:
    """Cut an ``.open`` file to what `examine` found whole, and take its suffix away. The caller holds the lock."""
    final = directory / found.file
    path = directory / (found.file + OPEN_SUFFIX)
    if final.exists():
        raise FileExistsError(errno.EEXIST, "stands beside the finished file of this name: move one of them away", path)
    with path.open("r+b") as stream:
        if found.tail:
            _copy_from(stream, found.kept, directory / found.tail)
        if found.dropped:
            stream.truncate(found.kept)
        os.fsync(stream.fileno())
    if found.kept:
        path.rename(final)
    else:
        path.unlink()
    sync_directory(directory)


def _has_records(name: str, stream: BinaryIO, start: int) -> bool:
    """Whether a whole record follows on the damage at ``start``: a kill leaves none, a damaged disk may."""
    for found in walk(name, stream, start):
        if isinstance(found, FoundRecord):
            try:
                found.finish()
            except BrokenRecordError:
                continue
            return True
    return False


def _copy_from(stream: BinaryIO, start: int, target: Path) -> None:
    stream.seek(start)
    with target.open("wb") as copy:
        shutil.copyfileobj(stream, copy, _PIECE)
        copy.flush()
        os.fsync(copy.fileno())
    sync_directory(target.parent)


def whole_records(
    name: str, stream: BinaryIO, note: Callable[[bytes], None] = lambda header: None
) -> tuple[int, int, str | None]:
    """``(records, bytes, problem)``: how far a gzip-per-record file is whole; the problem ends it, None at its end.

    ``note`` gets the header of each record. Memory stays flat whatever the size of a record.
    """
    stream.seek(0)
    records = end = 0
    data = stream.read(_PIECE)
    try:
        while data:
            data, length, header = _check_member(name, end, stream, data)
            note(header)
            records += 1
            end += length
    except BrokenRecordError as error:
        return records, end, error.problem
    return records, end, None


def check_record(name: str, stream: BinaryIO, offset: int, length: int) -> bytes:
    """The header of the record in ``length`` bytes at ``offset``, read to its end and, in a gzip member, checked.

    Raises:
        BrokenRecordError: this is not one whole record.
    """
    stream.seek(offset)
    data = stream.read(min(length, _PIECE))
    if data[:2] == _GZIP_MAGIC:
        _, found, header = _check_member(name, offset, stream, data)
    else:
        header = data[: head_length(data) or 0]
        found = len(header) + content_length(name, offset, header) + 4
        if stream.seek(0, os.SEEK_END) < offset + found:
            raise BrokenRecordError(name, offset, "the file ends inside a record")
    if found != length:
        raise BrokenRecordError(name, offset, f"the record has {found} bytes, not {length}")
    return header


def _check_member(name: str, offset: int, stream: BinaryIO, data: bytes) -> tuple[bytes, int, bytes]:
    """Read one member to its end: ``(data read beyond it, its length, the record's header)``."""
    if len(data) < 4:
        data += stream.read(_PIECE)
    check_flags(name, offset, data)
    unzip: Any = isal_zlib.decompressobj(31)
    head = ending = b""
    size = length = 0
    while not unzip.eof:
        if not data:
            raise BrokenRecordError(name, offset, "the file ends inside a gzip member")
        before = len(data)
        try:
            # Bounded, since zeros are packed a thousand to one.
            piece = unzip.decompress(data, _PIECE)
        except _ZipError as error:
            raise BrokenRecordError(name, offset, f"the gzip member is damaged ({error})") from error
        size += len(piece)
        ending = (ending + piece[-4:])[-4:]
        if len(head) < _LONGEST_HEADER:
            head += piece
        data = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
        length += before - len(data)
        data = data or stream.read(_PIECE)
    header = head_length(head)
    whole = header is not None and size == header + content_length(name, offset, head[:header]) + len(_RECORD_END)
    if not whole or ending != _RECORD_END:
        raise BrokenRecordError(name, offset, "the gzip member is not one whole record")
    return data, length, head[:header]


def sync_directory(directory: Path) -> None:
    """Make names created, renamed or removed in ``directory`` durable (fsync(2), notes)."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
