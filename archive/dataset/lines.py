"""JSON lines, one per version of a record, read without holding them in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.dataset.errors import DatasetError

TOMBSTONE = "tombstone"
"""Key of a line that says that a record is gone from its source."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last line of a record stands."""

    offset: int
    length: int
    gone: bool
    """The line is a tombstone."""

    order: tuple[Any, ...]
    text: tuple[int, int] | None
    """Offset and length of the last line with the record itself."""


class Lines:
    """The lines of ``path`` up to its last whole one, and the last line of each record.

    Memory: some hundred bytes per record. The file may grow meanwhile; what comes later is not seen.

    Args:
        key: field that tells records apart.
        order: fields to sort by before ``key``; null last.
        seen: field with the time of capture.

    Raises:
        DatasetError: the file is not there, or a whole line is not a record.
    """

    def __init__(self, path: Path, key: str, order: Sequence[str] = (), seen: str | None = None) -> None:
        self.path = path
        self.key = key
        self.places: dict[str, Place] = {}
        self.count = 0
        self.newest: str | None = None
        """The greatest value of ``seen`` in any line."""
        offset = 0
        try:
            with path.open("rb") as stream:
                for line in stream:
                    if not line.endswith(b"\n"):
                        break  # still being written
                    self._remember(line, offset, order, seen)
                    offset += len(line)
                    self.count += 1
        except FileNotFoundError as error:
            raise DatasetError(f"{path} does not exist: there is nothing to publish yet") from error
        self.size = offset

    def _remember(self, line: bytes, offset: int, order: Sequence[str], seen: str | None) -> None:
        try:
            record = json.loads(line)
            key = record[self.key]
            gone = TOMBSTONE in record
        except (ValueError, KeyError, TypeError) as error:
            raise DatasetError(f"{self.path}: the line at byte {offset} is not a record ({error})") from error
        if seen and record.get(seen):
            self.newest = max(self.newest or "", record[seen])
        before = self.places.get(key)
        sort = (*((record.get(name) is None, record.get(name) or 0) for name in order), key)
        if gone:
            # A tombstone need not have the fields to sort by.
            self.places[key] = Place(
                offset, len(line), True, before.order if before else sort, before.text if before else None
            )
        else:
            self.places[key] = Place(offset, len(line), False, sort, (offset, len(line)))

    def present(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """The last line of each record that is not gone, in order: parsed, and as it stands in the file."""
        with self.path.open("rb") as stream:
            for place in self._sorted(gone=False):
                stream.seek(place.offset)
                line = stream.read(place.length)
                yield json.loads(line), line

    def present_count(self) -> int:
        """Number of records that are not gone."""
        return sum(not place.gone for place in self.places.values())

    def gone(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """The tombstones in order, each with the last line that has the record itself."""
        with self.path.open("rb") as stream:
            for place in self._sorted(gone=True):
                stream.seek(place.offset)
                tombstone = json.loads(stream.read(place.length))
                record = None
                if place.text:
                    stream.seek(place.text[0])
                    record = json.loads(stream.read(place.text[1]))
                yield tombstone, record

    def all(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Every line as it stands in the file."""
        with self.path.open("rb") as stream:
            for _ in range(self.count):
                line = stream.readline()
                yield json.loads(line), line

    def get(self, key: str) -> dict[str, Any] | None:
        """The last line of a record, or its tombstone."""
        place = self.places.get(key)
        if place is None:
            return None
        with self.path.open("rb") as stream:
            stream.seek(place.offset)
            record: dict[str, Any] = json.loads(stream.read(place.length))
        return record

    def _sorted(self, *, gone: bool) -> list[Place]:
        return sorted((place for place in self.places.values() if place.gone is gone), key=lambda place: place.order)


def dump(record: Any) -> bytes:
    """``record`` as one JSON line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
