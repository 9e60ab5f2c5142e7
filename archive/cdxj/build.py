"""Makes a CDXJ index of WARC files, or updates an existing one."""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from archive.cdxj.files import Damage, Stamp, WarcFile, current, read_manifest, stamp, write_manifest
from archive.cdxj.line import line_of
from archive.cdxj.sort import LineSorter
from archive.disk import replacing
from archive.errors import ArchiveError, BrokenRecordError
from archive.warc.reader import Advance, StreamedRecord, stream_file
from archive.warc.walk import Gap, walk

Passing = Callable[[WarcFile, Generator[StreamedRecord, None, None]], Iterator[StreamedRecord]]
"""Called with a file and its records, yields the records; it may process them, so that a file is read only once."""

_FILENAME = b'"filename": '

_MOST_DAMAGES = 100
"""Damaged places of one file that are reported; the file is not read after the last of them."""


@dataclass(slots=True)
class Indexed:
    """The result of building an index."""

    lines: int = 0
    """Lines in the index."""
    read: list[str] = field(default_factory=list)
    """Names of the files that were read."""
    reused: list[str] = field(default_factory=list)
    """Names of the files whose lines were copied from the previous index."""
    whole_bytes: dict[str, int] = field(default_factory=dict)
    """Name of each file that was read -> bytes from its start that are complete records."""
    faults: list[BrokenRecordError] = field(default_factory=list)
    """The damaged places, in the order of files."""
    damage: list[Damage] = field(default_factory=list)
    """The same for programs. A line of the index at such a place is from before the damage."""

    @property
    def sentences(self) -> list[str]:
        """A sentence without its full stop per damaged file."""
        first: dict[str, list[BrokenRecordError]] = {}
        for fault in self.faults:
            first.setdefault(fault.path, []).append(fault)
        rest = "; what can be read around it is indexed: `scrapy archive-repair` saves it"
        return [
            f"{faults[0]}{f', and in {len(faults) - 1} more places' if faults[1:] else ''}{rest}"
            for faults in first.values()
        ]


def index_path(directory: str | os.PathLike[str]) -> Path:
    """Return the path of the index of the collection in ``directory``: ``index.cdxj`` beside the folder."""
    return Path(os.path.abspath(directory)).parent / "index.cdxj"  # noqa: PTH100 (does not follow links)


def build_index(
    files: Sequence[WarcFile],
    output: str | os.PathLike[str],
    advance: Advance = lambda size: None,
    passing: Passing = lambda file, records: records,
) -> Indexed:
    """Write the index of exactly these files to ``output``, sorted in the order of bytes.

    Lines of files that have not changed since ``output`` was made are copied. The records of other files are passed
    through ``passing``, up to the first damage. Open files are indexed up to their last complete record, damaged ones
    around the damage. Lines that ``output`` had for records that are damaged now are kept, so that readers can report
    the damage. Memory does not depend on the size of the archive.

    Raises:
        ArchiveError: a file cannot be opened.
        OSError: the index cannot be written.
    """
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    result = Indexed()
    files = [current(file) for file in files]
    stamps = {file.name: _stamp(file) for file in files}
    old_stamps = read_manifest(path)
    result.reused = [name for name in stamps if stamps[name] == old_stamps.get(name)]
    with LineSorter(path.parent) as sorter:
        for file in files:
            if file.name in result.reused:
                advance(stamps[file.name]["bytes"])
            else:
                index_file(file, sorter.add, result, advance, passing)
        if not result.read and set(old_stamps) == set(stamps):
            result.lines = _count(path)
            return result
        for line in _damaged_lines(path, result.damage):
            sorter.add(line)
        with replacing(path) as stream:
            result.lines = _write(heapq.merge(_reused_lines(path, result.reused), sorter.sorted()), stream)
    broken = {fault.path for fault in result.faults}
    final = {file.name: stamps[file.name] for file in files if _is_final(file, broken)}
    write_manifest(path, final, [(damage, stamps[damage.file]["bytes"]) for damage in result.damage])
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
    """Pass the lines of one file to ``add``, in file order, and note in ``result`` how far it was readable.

    Raises:
        ArchiveError: the file cannot be opened.
    """
    name = file.name
    result.read.append(name)
    result.whole_bytes[name] = 0
    try:
        if not file.is_open and not file.path.stat().st_size:
            _index_after(file, BrokenRecordError(str(file.path), 0, "the file is empty"), add, result, advance)
        for record in passing(file, stream_file(file.path, advance)):
            result.whole_bytes[name] = record.offset
            _index_record(record, file, name, add)
            result.whole_bytes[name] = record.end
    except BrokenRecordError as error:
        if not file.is_open:
            _index_after(file, error, add, result, advance)
    except OSError as error:
        raise ArchiveError(f"{file.path}: {error.strerror}") from error


def _index_record(record: StreamedRecord, file: WarcFile, name: str, add: Callable[[bytes], None]) -> None:
    try:
        line = line_of(record, name)
    except ValueError as error:
        date = (record.headers.get("WARC-Date") or "")[:40]
        raise BrokenRecordError(str(file.path), record.offset, f"WARC-Date {date!r} is not a date") from error
    record.length()
    if line is not None:
        add(line)


def _index_after(
    file: WarcFile, fault: BrokenRecordError, add: Callable[[bytes], None], result: Indexed, advance: Advance
) -> None:
    """Note the damage ``fault``, and index the records after it and after any further damage."""
    path, reported_offset = str(file.path), fault.offset
    lost = [Damage(file.name, fault.offset, None, fault.problem)]
    # The walk finds the starts of records in a separate stream; the records are read as usual.
    with file.path.open("rb") as walked, file.path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        for part in walk(path, walked, fault.offset):
            if part.offset <= lost[-1].offset:
                continue
            if lost[-1].end is None:
                lost[-1] = replace(lost[-1], end=part.offset)
            if len(lost) == _MOST_DAMAGES:
                lost.append(Damage(file.name, part.offset, None, "damaged too often: it was not read from here on"))
                break
            advance(part.offset - reported_offset)
            reported_offset = part.offset
            if isinstance(part, Gap):
                lost.append(Damage(file.name, part.offset, None, part.problem))
                continue
            try:
                _index_record(
                    StreamedRecord(path, stream, part.offset, is_gzipped=part.is_gzipped), file, file.name, add
                )
            except BrokenRecordError as error:
                lost.append(Damage(file.name, part.offset, None, error.problem))
    result.damage += lost
    result.faults += [fault, *(BrokenRecordError(path, damage.offset, damage.problem) for damage in lost[1:])]
    advance(size - reported_offset)


def _stamp(file: WarcFile) -> Stamp:
    if not file.path.is_file():
        raise ArchiveError(f"{file.path}: no such file")
    return stamp(file.path)


def _is_final(file: WarcFile, broken: set[str]) -> bool:
    """Whether the lines of ``file`` may be reused: an open file will grow, and a damaged one must be reported again."""
    return not file.is_open and str(file.path) not in broken


def _reused_lines(index: Path, names: Collection[str]) -> Iterator[bytes]:
    """Yield the lines that ``index`` has for these files."""
    if not names:
        return
    endings = {json.dumps(name).encode("ascii") + b"}\n" for name in names}
    with index.open("rb") as stream:
        for line in stream:
            if line[line.rfind(_FILENAME) + len(_FILENAME) :] in endings:
                yield line


def _damaged_lines(index: Path, damage: Sequence[Damage]) -> Iterator[bytes]:
    """Yield the lines that ``index`` had for records that are damaged now."""
    places: dict[bytes, list[Damage]] = {}
    for place in damage:
        places.setdefault(json.dumps(place.file).encode("ascii") + b"}\n", []).append(place)
    if not places or not index.is_file():
        return
    with index.open("rb") as stream:
        for line in stream:
            in_file = places.get(line[line.rfind(_FILENAME) + len(_FILENAME) :])
            if in_file and any(place.holds(_offset(line)) for place in in_file):
                yield line


def _offset(line: bytes) -> int:
    """Return the offset of the record of a line; -1 if the line has none."""
    try:
        return int(json.loads(line.split(b" ", 2)[2])["offset"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return -1


def _write(lines: Iterable[bytes], stream: BinaryIO) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        count += 1
    return count


def _count(index: Path) -> int:
    with index.open("rb") as stream:
        return sum(1 for _ in stream)
