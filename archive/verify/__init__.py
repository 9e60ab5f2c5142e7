"""Verifies an archive: every byte of every file, and the references between files. It is stricter than `warcio check`.

The files are read once, from start to end. Memory does not depend on the size of records; each record needs 16 to 24
bytes in memory and 64 in a temporary file (in ``TMPDIR``).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from archive.cdxj.files import WarcFile, current
from archive.message import Fields
from archive.verify.block import check_block
from archive.verify.crosscheck import CrossCheck, object_key
from archive.verify.facts import BlockFacts
from archive.verify.faults import FAULTS, NOTES, Fault
from archive.verify.syntax import check_header
from archive.verify.table import Links, RecordTable
from archive.verify.usual import UsualFields, is_usual_json, usual_block, usual_fields
from archive.warc.walk import DamageError, FoundRecord, Gap, WholeRecord, walk

__all__ = ["FAULTS", "NOTES", "Fault", "Verification"]

_BUFFER = 1 << 18
_RECORD_END = b"\r\n\r\n"


class Verification:
    """A verification of ``files``; call `run` once, then read the counts.

    Args:
        files: WARC files of any writer, gzipped or plain.
        index: their CDXJ index.
        items: files of JSON lines that cite records of them.
        is_whole: whether ``files`` are the complete collection, so that no reference may lead elsewhere.
        advance: called with the number of bytes read since the last call.
    """

    def __init__(
        self,
        files: Sequence[WarcFile],
        *,
        index: str | os.PathLike[str] | None = None,
        items: Sequence[str | os.PathLike[str]] = (),
        is_whole: bool = False,
        advance: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._files = list(files)
        self._index = [Path(index)] if index is not None else []
        self._items = [Path(path) for path in items]
        self._is_whole = is_whole
        self._advance = advance
        self._table = RecordTable()
        self._links = Links(self._table)
        self.records: Counter[str] = Counter()
        """Number of complete records by type."""
        self.readings: Counter[str] = Counter()
        """Number of correct payload digests by reading: ``stored``, ``entity``, or ``both`` if these are equal."""
        self.codes: Counter[str] = Counter()
        """Number of faults and notes by code."""
        self.lines: dict[str, int] = {}
        """Number of lines of the index and the items that were checked, by file name."""

    @property
    def faults(self) -> int:
        """Number of faults, without notes."""
        return sum(count for code, count in self.codes.items() if code in FAULTS)

    def run(self) -> Iterator[Fault]:
        """Yield every fault and note, in the order of discovery."""
        for fault in self._run():
            self.codes[fault.code] += 1
            yield fault

    def _run(self) -> Iterator[Fault]:
        names = {file.name for file in self._files}
        checks = {
            path: CrossCheck(path, self._table, names, is_whole=self._is_whole) for path in self._index + self._items
        }
        for file in map(current, self._files):
            try:
                yield from self._check_file(file)
            except OSError as error:
                yield Fault(str(file.path), 0, "unreadable", error.strerror or str(error))
        yield from self._links.finish()
        for path, check in checks.items():
            try:
                yield from check.check_index() if path in self._index else check.check_items()
            except OSError as error:
                yield Fault(str(path), 0, "unreadable", error.strerror or str(error))
            self.lines[path.name] = check.lines

    def _check_file(self, file: WarcFile) -> Iterator[Fault]:
        shown = str(file.path)
        self._table.begin(file.name, shown)
        reported_offset = 0
        with file.path.open("rb", buffering=_BUFFER) as stream:
            size = os.fstat(stream.fileno()).st_size
            if not size and not file.is_open:
                yield Fault(shown, 0, "file-empty", "no bytes")
            crowded = -1
            for part in walk(shown, stream):
                if isinstance(part, Gap):
                    unfinished = file.is_open and part.end >= size  # The file may have grown meanwhile.
                    yield Fault(shown, part.offset, "unfinished" if unfinished else part.code, part.problem)
                    continue
                if part.inner and part.offset != crowded:
                    crowded = part.offset
                    yield Fault(shown, crowded, "member-several-records", "more than one record in a gzip member")
                yield from self._check_record(shown, part, size if file.is_open else -1)
                self._advance(part.offset - reported_offset)
                reported_offset = part.offset
        self._advance(size - reported_offset)

    def _check_record(self, shown: str, record: FoundRecord, unfinished_end: int) -> Iterator[Fault]:
        usual = usual_fields(record.head)
        fields = record.fields if usual is None else usual
        if isinstance(fields, Fields):
            for code, words in check_header(record.head, fields):
                yield Fault(shown, record.offset, code, words)
        number = self._table.add(record, fields)
        yield from self._links.add(number, fields)
        try:
            facts = _block_facts(record, usual)
        except DamageError:
            return  # The gap that follows reports it.
        for code, words in facts.findings:
            yield Fault(shown, record.offset, code, words)
        if record.ending != _RECORD_END:
            unfinished = 0 <= unfinished_end <= record.offset + (record.length or 0)
            words = f"{record.ending!r} after the block, not two line ends"
            yield Fault(shown, record.offset, "unfinished" if unfinished else "record-end", words)
        self.records[fields.get("WARC-Type") or "?"] += 1
        if facts.reading:
            self.readings[facts.reading] += 1
        self._links.add_block(number, fields, facts)
        self._table.add_block(record.length, facts.status)
        if facts.json is not None and (refers_to := fields.get("WARC-Refers-To")):
            try:
                self._add_json(refers_to, facts.json)
            except (ValueError, RecursionError):
                yield Fault(shown, record.offset, "block-json", "the block says it is JSON, and is not")

    def _add_json(self, refers_to: str, block: bytes) -> None:
        if self._items:
            self._table.add_object(object_key(refers_to, json.loads(block)))
        elif not is_usual_json(block):
            json.loads(block)


def _block_facts(record: FoundRecord, usual: UsualFields | None) -> BlockFacts:
    """Return the facts of a block, by the fast check if it has ``usual`` fields. Raises `DamageError`."""
    if usual is not None and isinstance(record, WholeRecord) and (facts := usual_block(usual, record.block)):
        return facts
    block_facts = check_block(record)
    record.finish()
    return block_facts
