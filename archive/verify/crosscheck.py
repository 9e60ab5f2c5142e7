"""Checks the index and the items against the records that they cite."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from archive.cdxj.line import IndexEntry, parse_line
from archive.errors import ArchiveError
from archive.verify.faults import Fault
from archive.verify.table import RecordTable, bare, digest_key, key, seconds


def object_key(record_id: str, value: Any) -> int:
    """Return the key of a JSON object of the record ``record_id``, regardless of the order of its keys."""
    return key((record_id, json.dumps(value, sort_keys=True)))


class CrossCheck:
    """Checks the lines of one file that cite records of ``table``. It must be created before the records are read, and
    checks only the lines of that time: later lines of a running crawl may cite records that were not read.

    ``names`` are the WARC files checked. If these are the complete collection, a line about another file is a fault;
    else it is only counted.
    """

    def __init__(self, path: Path, table: RecordTable, names: set[str], *, is_whole: bool) -> None:
        self._path, self._table, self._names, self._is_whole = path, table, names, is_whole
        self._elsewhere: Counter[str] = Counter()
        self._stream: BinaryIO | None = None
        self._error: OSError | None = None
        try:
            self._stream = path.open("rb")
            self._size = os.fstat(self._stream.fileno()).st_size
        except OSError as error:
            self._error = error
        self.lines = 0
        """Number of lines checked."""

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        if self._stream is None:
            raise self._error or OSError(f"{self._path}: not there")
        offset = 0
        with self._stream as stream:
            for line in stream:
                if offset >= self._size:
                    break
                if line.strip():
                    self.lines += 1
                    yield offset, line
                offset += len(line)

    def _fault(self, offset: int, code: str, words: str) -> Fault:
        return Fault(str(self._path), offset, code, words)

    def _find(self, file: str, offset: int) -> int | None:
        return self._table.find(file, offset)

    def check_index(self) -> Iterator[Fault]:
        """Compare every line of a CDXJ with its record, and every record with the index.

        Raises:
            OSError: the index cannot be read.
        """
        indexed = bytearray(len(self._table))
        previous = b""
        for offset, line in self._lines():
            if line < previous:
                yield self._fault(offset, "index-unsorted", f"{line[:80]!r}")
            previous = line
            if line.startswith((b"!", b" CDX")):
                continue
            try:
                capture = parse_line(line)
            except ArchiveError:
                yield self._fault(offset, "index-syntax", f"{line[:80]!r}")
                continue
            number = self._find(capture.filename, capture.offset)
            if number is not None:
                indexed[number] = 1
                if differing := list(self._differing(capture, number)):
                    words = f"{capture.filename}, offset {capture.offset}: the record has another "
                    yield self._fault(offset, "index-mismatch", words + ", ".join(differing))
            elif capture.filename in self._names or self._is_whole:
                words = f"no record in {capture.filename} at offset {capture.offset}"
                yield self._fault(offset, "index-stray", words)
            else:
                self._elsewhere[capture.filename] += 1
        yield from self._elsewhere_notes()
        yield from self._unindexed(indexed)

    def _unindexed(self, indexed: Sequence[int]) -> Iterator[Fault]:
        with_lines = {self._table.file(number) for number, is_indexed in enumerate(indexed) if is_indexed}
        # File without a line -> its first record that belongs in the index, and how many there are.
        without_lines: dict[int, list[int]] = {}
        for number in self._left_out(indexed):
            if (file := self._table.file(number)) in with_lines:
                yield self._table.fault(number, "index-missing", f"{self._path.name} has no line for this record")
            else:
                without_lines.setdefault(file, [number, 0])[1] += 1
        for first, count in without_lines.values():
            captures = "1 capture" if count == 1 else f"{count} captures"
            words = f"{self._path.name} has no line for this file ({captures}): scrapy archive-index adds it"
            yield self._table.fault(first, "index-missing", words)

    def _left_out(self, indexed: Sequence[int]) -> Iterator[int]:
        """The records that belong in the index and are not in it; an index only covers finished files."""
        for number, row in enumerate(self._table):
            if row.kind and not indexed[number] and row.uri and row.length and not self._table.is_open(number):
                yield number

    def _differing(self, capture: IndexEntry, number: int) -> Iterator[str]:
        row = self._table[number]
        # In an uncompressed file, the length in an index excludes the two line ends after the block.
        if row.length not in (0, capture.length, capture.length + 4):
            yield f"length ({row.length}, not {capture.length})"
        if row.uri != key(bare(capture.url)):
            yield f"address (not {capture.url[:200]})"
        if row.seconds and row.seconds != seconds(capture.timestamp):
            yield f"time (not {capture.timestamp})"
        if row.digest and capture.digest and row.digest != digest_key(capture.digest):
            yield f"payload digest (not {capture.digest})"
        if row.status and capture.status and row.status != capture.status:
            yield f"status ({row.status}, not {capture.status})"

    def _elsewhere_notes(self) -> Iterator[Fault]:
        for file, count in sorted(self._elsewhere.items()):
            words = f"{count} {'line is' if count == 1 else 'lines are'} about {file}, which is not checked"
            yield self._fault(0, "lines-elsewhere", words)

    def check_items(self) -> Iterator[Fault]:
        """Compare JSON lines, with file, offset, length, record id etc. of a record in ``warc``, with the records.

        Raises:
            OSError: the file cannot be read.
        """
        for offset, line in self._lines():
            if not line.endswith(b"\n"):
                words = "the last line is unfinished: a run is writing it, or was killed; the next run repairs it"
                yield self._fault(offset, "item-syntax", words)
                continue
            try:
                item = json.loads(line)
                where = item["warc"]
                file, place, record_id = str(where["file"]), where["offset"], where["record_id"]
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                yield self._fault(offset, "item-syntax", f"{error}: {line[:80]!r}")
                continue
            name = item.get("id") or f"line {self.lines}"
            number = self._find(file, place)
            if number is None and file not in self._names and not self._is_whole:
                self._elsewhere[file] += 1
                continue
            if number is None:
                yield self._fault(offset, "item-stray", f"{name}: no record in {file} at offset {place}")
                continue
            if differing := self._differing_citation(where, number):
                words = f"{name}: the record in {file} at offset {place} has another {', '.join(differing)}"
                yield self._fault(offset, "item-mismatch", words)
            # The record of `archive.capture.ItemRecordPipeline` was written before the item got its evidence.
            archived = (
                {name: value for name, value in item.items() if name != "warc"} if "item_record" in where else item
            )
            if object_key(str(record_id), archived) not in self._table.archived:
                yield self._fault(offset, "item-not-archived", f"{name}: no metadata record contains this item")
        yield from self._elsewhere_notes()

    def _differing_citation(self, where: dict[str, Any], number: int) -> list[str]:
        row = self._table[number]
        comparisons = (
            ("length", where.get("length"), row.length),
            ("record_id", key(str(where["record_id"])), self._table.id[number]),
            ("target_uri", key(bare(str(where.get("target_uri") or ""))), row.uri),
            ("date", key(str(where.get("date") or "")), row.date),
            # A record may lack the digest that the item has (if its head ends in bare line feeds).
            ("payload_digest", digest_key(str(where.get("payload_digest") or "")), row.digest or None),
        )
        return [name for name, claimed, actual in comparisons if actual is not None and claimed != actual]
