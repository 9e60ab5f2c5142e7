"""Completes the file of a killed writer: an ``.open`` file is truncated after its last complete record."""

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
    """The result of salvaging an ``.open`` file."""

    file: str
    """Name of the finished file."""

    records: int
    """Number of complete records, which are kept; if there are none, the file is deleted."""

    kept: int
    """Number of bytes kept."""

    dropped: int
    """Number of bytes after the last complete record, which are removed."""

    problem: str | None
    """Why these bytes are not a record; None if none were removed."""

    lost: tuple[str, ...]
    """Ids of missing records that kept records name as parts of their exchange."""

    tail: str | None
    """Name of the file with the removed bytes, if these contain complete records; else None."""


def unfinished(directory: Path) -> list[Path]:
    """Return the ``.open`` files of ``directory``, by name.

    Raises:
        ArchiveError: one is a link: its target may belong to another program, and would be truncated.
    """
    paths = [path for path in sorted(directory.iterdir()) if _LEFT_BEHIND.fullmatch(path.name)]
    for path in paths:
        if problem := linked(path):
            raise ArchiveError(f"{path} {problem}")
    return [path for path in paths if path.is_file()]


def examine(path: Path) -> Salvaged:
    """Return the result that `finish` would have for an ``.open`` file."""
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


def finish(directory: Path, salvaged: Salvaged) -> None:
    """Truncate an ``.open`` file as found by `examine`, and remove its suffix. The caller holds the lock."""
    final = directory / salvaged.file
    path = directory / (salvaged.file + OPEN_SUFFIX)
    if final.exists():
        raise FileExistsError(
            errno.EEXIST, "exists next to the finished file of this name: move one of them away", path
        )
    with path.open("r+b") as stream:
        if salvaged.tail:
            _copy_from(stream, salvaged.kept, directory / salvaged.tail)
        if salvaged.dropped:
            stream.truncate(salvaged.kept)
        os.fsync(stream.fileno())
    if salvaged.kept:
        path.rename(final)
    else:
        path.unlink()
    sync(directory)


def _has_records(name: str, stream: BinaryIO, start: int) -> bool:
    """Whether a complete record follows the damage at ``start``: not after a kill, but maybe after a disk error."""
    for part in walk(name, stream, start):
        if isinstance(part, FoundRecord):
            try:
                part.finish()
            except BrokenRecordError:
                continue
            return True
    return False


def _copy_from(stream: BinaryIO, start: int, target: Path) -> None:
    stream.seek(start)
    with replacing(target) as copy:  # does not follow an existing link
        shutil.copyfileobj(stream, copy, _PIECE)


def whole_records(
    name: str, stream: BinaryIO, note: Callable[[Fields], None] = lambda fields: None
) -> tuple[int, int, str | None]:
    """Return ``(records, bytes, problem)`` of the undamaged start of a gzip-per-record file; problem None if it is all.

    ``note`` is called with the named fields of each record. Memory does not depend on the size of records.
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
