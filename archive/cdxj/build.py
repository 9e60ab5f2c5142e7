"""Make a CDXJ index of WARC files, or bring one up to date."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archive.cdxj.files import WarcFile, current, read_manifest, stamp, write_manifest
from archive.cdxj.line import line_of
from archive.cdxj.sort import LineSorter
from archive.disk import replacing
from archive.errors import ArchiveError, BrokenRecordError
from archive.warc.reader import Advance, StreamedRecord, stream_file

Passing = Callable[[WarcFile, Generator[StreamedRecord, None, None]], Iterator[StreamedRecord]]
"""Gives on the records of a file, and may learn from them what it wants: so a file is read once for several ends."""

_FILENAME = b'"filename": '


@dataclass(slots=True)
class Indexed:
    """What an index holds and where it came from."""

    lines: int = 0
    """Lines in the index."""
    read: list[str] = field(default_factory=list)
    """Names of the files that were read."""
    reused: list[str] = field(default_factory=list)
    """Names of the files whose lines were taken over."""
    whole_bytes: dict[str, int] = field(default_factory=dict)
    """Of each file that was read: how many bytes from its start are whole records."""
    faults: list[BrokenRecordError] = field(default_factory=list)
    """Where files are damaged; the records after that are not in the index."""


def index_path(directory: str | os.PathLike[str]) -> Path:
    """Where the index of the collection in ``directory`` stands: ``index.cdxj`` beside the folder."""
    return Path(os.path.abspath(directory)).parent / "index.cdxj"  # noqa: PTH100 (a link is not followed)


def build_index(
    files: Sequence[WarcFile],
    output: str | os.PathLike[str],
    advance: Advance = lambda size: None,
    passing: Passing = lambda file, records: records,
) -> Indexed:
    """Make ``output`` the index of exactly these files, sorted in the order of bytes.

    Lines of files that have not changed since ``output`` was made are taken over; the records of the others go through
    ``passing``. Open files are indexed up to their
    last whole record. Memory does not depend on the size of the archive.

    Raises:
        ArchiveError: a file cannot be opened.
        OSError: the index cannot be written.
    """
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    result = Indexed()
    files = [current(file) for file in files]
    stamps = {file.name: stamp(file.path) for file in files if _there(file)}
    known = read_manifest(path)
    result.reused = [name for name in stamps if stamps[name] == known.get(name)]
    with LineSorter(path.parent) as sorter:
        for file in files:
            if file.name in result.reused:
                advance(stamps[file.name]["bytes"])
            else:
                index_file(file, sorter.add, result, advance, passing)
        if not result.read and set(known) == set(stamps):
            result.lines = _count(path)
            return result
        old = _kept(path, result.reused) if result.reused else iter(())
        with replacing(path) as stream:
            result.lines = _write(heapq.merge(old, sorter.sorted()), stream)
    broken = {fault.path for fault in result.faults}
    write_manifest(path, {file.name: stamps[file.name] for file in files if _lasting(file, broken)})
    return result


def write_index(
    files: Iterable[WarcFile], stream: BinaryIO, directory: Path, advance: Advance = lambda size: None
) -> Indexed:
    """Write the sorted index of ``files`` to ``stream``; temporary files go to ``directory``."""
    result = Indexed()
    with LineSorter(directory) as sorter:
        for file in files:
            index_file(current(file), sorter.add, result, advance)
        result.lines = _write(sorter.sorted(), stream)
    return result


def index_file(
    file: WarcFile,
    add: Callable[[bytes], None],
    result: Indexed,
    advance: Advance,
    passing: Passing = lambda file, records: records,
) -> None:
    """Give the lines of one file to ``add``, in file order, and note in ``result`` how far it was readable.

    Raises:
        ArchiveError: the file cannot be opened.
    """
    name = file.name
    result.read.append(name)
    result.whole_bytes[name] = 0
    try:
        for record in passing(file, stream_file(file.path, advance)):
            result.whole_bytes[name] = record.offset
            try:
                line = line_of(record, name)
            except ValueError as error:
                date = (record.headers.get("WARC-Date") or "")[:40]
                raise BrokenRecordError(str(file.path), record.offset, f"WARC-Date {date!r} is no date") from error
            record.length()
            result.whole_bytes[name] = record.end
            if line is not None:
                add(line)
    except BrokenRecordError as error:
        if not file.is_open:
            result.faults.append(error)


def _there(file: WarcFile) -> bool:
    if file.path.is_file():
        return True
    raise ArchiveError(f"{file.path}: no such file")


def _lasting(file: WarcFile, broken: set[str]) -> bool:
    """An open file will grow, and a damaged one shall be reported again."""
    return not file.is_open and str(file.path) not in broken


def _kept(index: Path, names: Iterable[str]) -> Iterator[bytes]:
    endings = {json.dumps(name).encode("ascii") + b"}\n" for name in names}
    with index.open("rb") as stream:
        for line in stream:
            if line[line.rindex(_FILENAME) + len(_FILENAME) :] in endings:
                yield line


def _write(lines: Iterable[bytes], stream: BinaryIO) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        count += 1
    return count


def _count(index: Path) -> int:
    with index.open("rb") as stream:
        return sum(1 for _ in stream)
