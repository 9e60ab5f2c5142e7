"""JSON lines, one per version of a record, read without holding them in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from archive.dataset.errors import DatasetError
from archive.disk import oddity

TOMBSTONE = "tombstone"
"""Key of a line that says that a record is gone from its source: its reason, its status, how often that was met."""


def is_tombstone(line: Mapping[str, Any]) -> bool:
    """Whether ``line`` says that a record is gone, and proves that."""
    return TOMBSTONE in line


def whole_lines(stream: BinaryIO, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) from ``offset`` on. What comes after the last line end is still being written, or torn."""
    stream.seek(offset)
    for line in stream:
        if not line.endswith(b"\n"):
            return
        yield offset, line
        offset += len(line)


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

    order: tuple[Any, ...]
    record: Span | None
    """The last line with the record itself."""


class Lines:
    """The lines of ``path`` up to its last whole one, and the last line of each record.

    Memory: some hundred bytes per record. The file may grow meanwhile; what comes later is not seen.

    Args:
        key: field that tells records apart.
        order: fields to sort by before ``key``; null last. With none, records come as they first came.
        seen: field with the time of capture.
        parse: a line -> the record, or a ValueError that says why it is none.

    Raises:
        DatasetError: the file is not there, or a whole line is not a record.
    """

    def __init__(
        self,
        path: Path,
        key: str,
        order: Sequence[str] = (),
        seen: str | None = None,
        parse: Callable[[bytes], Any] = json.loads,
    ) -> None:
        self.path = path
        self.key = key
        self._parse = parse
        self.last: dict[str, Last] = {}
        self.count = 0
        self.newest: str | None = None
        """The greatest value of ``seen`` in any line."""
        if odd := oddity(path):
            raise DatasetError(f"{path} {odd}: move it away")
        try:
            with path.open("rb") as stream:
                for offset, line in whole_lines(stream):
                    self._remember(line, offset, order, seen)
                    self.count += 1
        except FileNotFoundError as error:
            raise DatasetError(f"{path} does not exist: crawl first") from error
        except OSError as error:
            raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error

    def _remember(self, line: bytes, offset: int, order: Sequence[str], seen: str | None) -> None:
        try:
            record = self._parse(line)
            key = record[self.key]
            is_withdrawn = is_tombstone(record)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DatasetError(f"{self.path}: the line at byte {offset} is not a record ({error})") from error
        if seen and record.get(seen):
            self.newest = max(self.newest or "", record[seen])
        before, span = self.last.get(key), (offset, len(line))
        if is_withdrawn and before:
            # A tombstone need not have the fields to sort by.
            self.last[key] = Last(span, True, before.order, before.record)
        else:
            sort = [(record.get(name) is None, record.get(name) or 0) for name in order]
            self.last[key] = Last(span, is_withdrawn, (*sort, key) if order else (), None if is_withdrawn else span)

    def present(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The last line of each record that is not withdrawn, in order: parsed, and as it stands in the file."""
        with self.path.open("rb") as stream:
            for last in self._sorted(withdrawn=False):
                line = _read(stream, last.line)
                yield json.loads(line), line

    def withdrawn(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """The tombstones in order, each with the last line that has the record itself."""
        with self.path.open("rb") as stream:
            for last in self._sorted(withdrawn=True):
                tombstone = json.loads(_read(stream, last.line))
                yield tombstone, json.loads(_read(stream, last.record)) if last.record else None

    def all(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Every line as it stands in the file."""
        with self.path.open("rb") as stream:
            for _, line in islice(whole_lines(stream), self.count):
                yield json.loads(line), line

    def get(self, key: str) -> dict[str, Any] | None:
        """The last line of a record, or its tombstone."""
        last = self.last.get(key)
        if last is None:
            return None
        with self.path.open("rb") as stream:
            record: dict[str, Any] = json.loads(_read(stream, last.line))
        return record

    def _sorted(self, *, withdrawn: bool) -> list[Last]:
        return sorted((one for one in self.last.values() if one.is_withdrawn is withdrawn), key=lambda one: one.order)


def _read(stream: BinaryIO, span: Span) -> bytes:
    stream.seek(span[0])
    return stream.read(span[1])
