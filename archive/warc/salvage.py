"""Completes the file of a killed writer: an ``.open`` file is cut after its last whole record."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.disk import linked, replacing, sync
from archive.errors import ArchiveError, BrokenRecordError
from archive.message import Fields
from archive.warc.reader import stream_records
from archive.warc.walk import FoundRecord, walk

OPEN_SUFFIX = ".open"
TAIL_SUFFIX = ".tail"
_LEFT_BEHIND = re.compile(r".+-\d{17}-\d{5}-.+\.warc\.gz\.open")
_PIECE = 1 << 18


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
    """The ``.open`` files of ``directory``, by name.

    Raises:
        ArchiveError: one is a link: what it points to was written by nobody knows whom, and would be cut.
    """
    found = [path for path in sorted(directory.iterdir()) if _LEFT_BEHIND.fullmatch(path.name)]
    for path in found:
        if odd := linked(path):
            raise ArchiveError(f"{path} {odd}")
    return [path for path in found if path.is_file()]


def examine(path: Path) -> Salvaged:
    """What `finish` will make of an ``.open`` file."""
    named: set[str] = set()
    ids: set[str] = set()

    def note(fields: Fields) -> None:
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
        raise FileExistsError(
            errno.EEXIST, "exists next to the finished file of this name: move one of them away", path
        )
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
    sync(directory)


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
    with replacing(target) as copy:  # not through a link that stands there
        shutil.copyfileobj(stream, copy, _PIECE)


def whole_records(
    name: str, stream: BinaryIO, note: Callable[[Fields], None] = lambda fields: None
) -> tuple[int, int, str | None]:
    """``(records, bytes, problem)``: how far a gzip-per-record file is whole; the problem ends it, None at its end.

    ``note`` gets the named fields of each record. Memory stays flat whatever the size of a record.
    """
    records = end = 0
    try:
        for record in stream_records(name, stream):
            if not record.is_gzipped:
                raise BrokenRecordError(name, end, "this is not a gzip file")  # noqa: TRY301  (one way out)
            end = record.end
            note(record.headers)
            records += 1
    except BrokenRecordError as error:
        return records, end, error.problem
    return records, end, None
