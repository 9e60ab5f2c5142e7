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
"""Key of a line that says that a record is gone from its source: its reason, its status, how often that was met."""


def is_tombstone(line: Mapping[str, Any]) -> bool:
    """Whether ``line`` says that a record is gone, and proves that."""
    return TOMBSTONE in line


LONGEST_LINE = 1 << 26
"""Bytes of a line that are held. An item has some ten thousand; one of a page as large as is read, some ten million."""


def whole_lines(stream: BinaryIO, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) from ``offset`` on. What comes after the last line end is still being written, or torn.

    Of a line that is longer than `LONGEST_LINE` its start is given, without a line end, which is no record.
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
    """The record of a line that was found to be one: twice as fast as `json`."""
    record: dict[str, Any] = _decode(line)
    return record


def dump(record: Any) -> bytes:
    """``record`` as one JSON line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


Span = tuple[int, int]
"""Offset and length of a line."""


@dataclass(frozen=True, slots=True)
class Last:
    """Where the last line of a record stands."""

    line: Span
    is_withdrawn: bool
    """The line is a tombstone."""

    record: Span | None
    """The last line with the record itself."""


class Lines:
    """The lines of ``path`` up to its last whole one, and the last line of each record.

    Memory: some 200 bytes per record. The file may grow meanwhile, or be mended by a harvest, which puts another in
    its place: what comes later is not seen.

    Args:
        key: field that tells records apart.
        order: fields to sort by before ``key``; null last. With none, records come as they first came.
        seen: field with the time of capture.
        parse: a line -> the record, or a ValueError that says why it is none. With None, any object of JSON is one.

    Raises:
        DatasetError: the file is not there, or a whole line is not a record.
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
        """Key -> where the next four say something of it."""
        # Arrays, because objects would take four times as much.
        self._lines, self._lengths = array("q"), array("q")
        """Of the last line."""
        self._records, self._record_lengths = array("q"), array("q")
        """Of the last line with the record itself; -1 where there is none."""
        orders: list[tuple[Any, ...]] = []
        self._parts: dict[Any, Any] = {}
        """Values to sort by, each once."""
        self.count = 0
        self.newest: str | None = None
        """The greatest value of ``seen`` in any line."""
        digest = sha256()
        self.files: set[str] = set()
        """WARC files that the lines cite, tombstones and versions before the last among them."""
        if odd := oddity(path):
            raise DatasetError(f"{path} {odd}: move it away")
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
        """Of the records, in order."""
        self._parts.clear()
        self.sha256 = digest.hexdigest()
        """Of these lines."""

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
        elif is_withdrawn:  # it need not have the fields to sort by
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
        """Of all records, those that are gone among them, in order."""
        return self._keys

    def last(self, key: str) -> Last:
        """Where the last line of a record stands. Raises KeyError: there is no such record."""
        place = self._places[key]
        line = self._lines[place], self._lengths[place]
        record = (self._records[place], self._record_lengths[place]) if self._records[place] >= 0 else None
        return Last(line, line != record, record)

    def present(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The last line of each record that is not withdrawn, in order: parsed, and as it stands in the file."""
        for last in self._sorted(withdrawn=False):
            line = self.read(last.line)
            yield load(line), line

    def withdrawn(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """The tombstones in order, each with the last line that has the record itself."""
        for last in self._sorted(withdrawn=True):
            tombstone = load(self.read(last.line))
            yield tombstone, load(self.read(last.record)) if last.record else None

    def all(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Every line as it stands in the file."""
        for line in self._all():
            yield load(line), line

    def past(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The lines that :meth:`present` does not have, in order of the file: earlier versions, tombstones."""
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
            self._stream.seek(offset)  # others read meanwhile
            line = self._stream.readline()
            yield line
            offset += len(line)

    def line(self, key: str) -> bytes | None:
        """The last line of a record, or its tombstone, as it stands in the file."""
        return self.read(self.last(key).line) if key in self._places else None

    def get(self, key: str) -> dict[str, Any] | None:
        """The last line of a record, or its tombstone."""
        line = self.line(key)
        return load(line) if line is not None else None

    def read(self, span: Span) -> bytes:
        """The line at a place."""
        self._stream.seek(span[0])
        return self._stream.read(span[1])

    def _sorted(self, *, withdrawn: bool) -> Iterator[Last]:
        return (last for key in self._keys if (last := self.last(key)).is_withdrawn is withdrawn)


class _Head:
    """A line -> some of its keys, as far as it has them; the rest is skipped, which takes a tenth of the time."""

    def __init__(self, *names: str) -> None:
        # Names of Python, whatever the keys are.
        self._names = {f"k{number}": name for number, name in enumerate(dict.fromkeys(names))}
        fields = [(name, Any, msgspec.UNSET) for name in self._names]
        struct = msgspec.defstruct("Head", fields, rename=self._names, gc=False)
        self._decode = msgspec.json.Decoder(struct).decode

    def __call__(self, line: bytes) -> dict[str, Any]:
        found = self._decode(line)
        values = ((key, getattr(found, name)) for name, key in self._names.items())
        return {key: value for key, value in values if value is not msgspec.UNSET}
