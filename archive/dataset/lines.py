"""Reads JSON lines, one per version of a record, without keeping them in memory."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from weakref import finalize

import msgspec

from archive.dataset.errors import DatasetError
from archive.disk import oddity

TOMBSTONE = "tombstone"
"""Key of a line that states that a record is gone from its source; its value has the reason, status and count."""


def is_tombstone(line: Mapping[str, Any]) -> bool:
    """Whether ``line`` states, with evidence, that a record is gone."""
    return TOMBSTONE in line


LONGEST_LINE = 1 << 26
"""Bytes of a line that are kept in memory. An item has some 10,000; one of the largest page, some 10,000,000."""


def whole_lines(stream: BinaryIO, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (byte offset, line) from ``offset`` on, up to the last line end: the rest is still being written, or torn.

    A line longer than `LONGEST_LINE` is cut there. It then has no line end, and is no valid record.
    """
    stream.seek(offset)
    while line := stream.readline(LONGEST_LINE):
        length, rest = len(line), line
        while not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)
            if not rest:
                return
            length += len(rest)
        yield offset, line
        offset += length


_decode = msgspec.json.Decoder().decode


def load(line: bytes) -> dict[str, Any]:
    """Return the record of a line that was checked before: twice as fast as `json`."""
    record: dict[str, Any] = _decode(line)
    return record


def dump(record: Any) -> bytes:
    """Return ``record`` as one JSON line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


Span = tuple[int, int]
"""Offset and length of a line."""


@dataclass(frozen=True, slots=True)
class Last:
    """The position of the last line of a record."""

    line: Span
    is_withdrawn: bool
    """Whether the line is a tombstone."""

    record: Span | None
    """Position of the last line with the record itself."""


class Lines:
    """The lines of ``path`` up to its last complete one, and the last line of each record.

    Memory: some 200 bytes per record. The file may grow meanwhile, or be repaired by a harvest, which replaces it:
    later changes are not seen.

    Args:
        key: field that identifies a record.
        order: fields to sort by before ``key``; null last. Without any, records keep the order of their first lines.
        seen: field with the time of capture.
        parse: called with a line, returns the record or raises ValueError. With None, every JSON object is a record.

    Raises:
        DatasetError: the file does not exist, or a complete line is not a record.
    """

    def __init__(
        self,
        path: Path,
        key: str,
        order: Sequence[str] = (),
        seen: str | None = None,
        parse: Callable[[bytes], Any] | None = None,
    ) -> None:
        self.path = path
        self.key = key
        self._parse = parse or _Head(key, *order, *([seen] if seen else []), TOMBSTONE, "warc")
        self._places: dict[str, int] = {}
        """Key -> index into the next four arrays."""
        # Arrays, because objects would take four times as much memory.
        self._lines, self._lengths = array("q"), array("q")
        """Offsets and lengths of the last lines."""
        self._records, self._record_lengths = array("q"), array("q")
        """Those of the last lines with the record itself; offset -1 where there is none."""
        orders: list[tuple[Any, ...]] = []
        self._parts: dict[Any, Any] = {}
        """The values to sort by, each stored once."""
        self.count = 0
        self.newest: str | None = None
        """The greatest value of ``seen`` in any line."""
        digest = sha256()
        self.files: set[str] = set()
        """WARC files that any line cites, tombstones and earlier versions included."""
        if problem := oddity(path):
            raise DatasetError(f"{path} {problem}: move it away")
        try:
            self._stream = path.open("rb")
            finalize(self, self._stream.close)
            for offset, line in whole_lines(self._stream):
                self._remember(line, offset, order, seen, orders)
                digest.update(line)
                self.count += 1
        except FileNotFoundError as error:
            raise DatasetError(f"{path} does not exist: crawl first") from error
        except OSError as error:
            raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error
        self._keys = sorted(self._places, key=lambda key: orders[self._places[key]])
        """Keys of the records, in order."""
        self._parts.clear()
        self.sha256 = digest.hexdigest()
        """SHA-256 of these lines."""

    def _remember(
        self, line: bytes, offset: int, order: Sequence[str], seen: str | None, orders: list[tuple[Any, ...]]
    ) -> None:
        try:
            record = self._parse(line)
            key = record[self.key]
            is_withdrawn = is_tombstone(record)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DatasetError(f"{self.path}: the line at byte {offset} is not a record ({error})") from error
        if seen and record.get(seen):
            self.newest = max(self.newest or "", record[seen])
        proof = record.get("warc")
        if isinstance(proof, Mapping) and isinstance(proof.get("file"), str):
            self.files.add(proof["file"])
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(orders)
            for numbers in (self._lines, self._lengths, self._records, self._record_lengths):
                numbers.append(-1)
            orders.append(())
        elif is_withdrawn:  # a tombstone may lack the fields to sort by
            self._lines[place], self._lengths[place] = offset, len(line)
            return
        sort = ((value is None, 0 if value is None else value) for value in map(record.get, order))
        orders[place] = (*(self._parts.setdefault(part, part) for part in sort), key) if order else ()
        self._lines[place], self._lengths[place] = offset, len(line)
        if is_withdrawn:
            offset = -1
        self._records[place], self._record_lengths[place] = offset, len(line)

    @property
    def keys(self) -> Collection[str]:
        """Keys of all records in order, withdrawn ones included."""
        return self._keys

    def last(self, key: str) -> Last:
        """Return the position of the last line of a record. Raises KeyError: there is no such record."""
        place = self._places[key]
        line = self._lines[place], self._lengths[place]
        record = (self._records[place], self._record_lengths[place]) if self._records[place] >= 0 else None
        return Last(line, line != record, record)

    def present(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield the last line of each record that is not withdrawn, in order, as (parsed, bytes of the file)."""
        for last in self._sorted(withdrawn=False):
            line = self.read(last.line)
            yield load(line), line

    def withdrawn(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Yield the tombstones in order, each with the record of the last line that has it, or None."""
        for last in self._sorted(withdrawn=True):
            tombstone = load(self.read(last.line))
            yield tombstone, load(self.read(last.record)) if last.record else None

    def all(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield every line, as (parsed, bytes of the file)."""
        for line in self._all():
            yield load(line), line

    def past(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield the lines that :meth:`present` leaves out, in the order of the file: earlier versions, tombstones."""
        offset = 0
        for line in self._all():
            record = load(line)
            last = self.last(record[self.key])
            if last.is_withdrawn or last.line[0] != offset:
                yield record, line
            offset += len(line)

    def _all(self) -> Iterator[bytes]:
        offset = 0
        for _ in range(self.count):
            self._stream.seek(offset)  # another method may have moved the position
            line = self._stream.readline()
            yield line
            offset += len(line)

    def line(self, key: str) -> bytes | None:
        """Return the bytes of the last line of a record, which may be its tombstone; None if there is none."""
        return self.read(self.last(key).line) if key in self._places else None

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the last line of a record, which may be its tombstone, parsed; None if there is none."""
        line = self.line(key)
        return load(line) if line is not None else None

    def read(self, span: Span) -> bytes:
        """Return the line at ``span``."""
        self._stream.seek(span[0])
        return self._stream.read(span[1])

    def _sorted(self, *, withdrawn: bool) -> Iterator[Last]:
        return (last for key in self._keys if (last := self.last(key)).is_withdrawn is withdrawn)


class _Head:
    """Parses some keys of a line, those that it has; the rest is skipped, which takes a tenth of the time."""

    def __init__(self, *names: str) -> None:
        # Valid Python names, regardless of the keys.
        self._names = {f"k{number}": name for number, name in enumerate(dict.fromkeys(names))}
        fields = [(name, Any, msgspec.UNSET) for name in self._names]
        struct = msgspec.defstruct("Head", fields, rename=self._names, gc=False)
        self._decode = msgspec.json.Decoder(struct).decode

    def __call__(self, line: bytes) -> dict[str, Any]:
        head = self._decode(line)
        values = ((key, getattr(head, name)) for name, key in self._names.items())
        return {key: value for key, value in values if value is not msgspec.UNSET}
