"""Finds the lines of a story and its items in the files of a release, without reading the other lines.

A release has its items in the order of the full-text index, the items of one story together, and its stories in the
order of their first items. So it is enough to know where the lines of a file start.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from archive.dataset import DatasetError
from migration_spider.browse.collection import Collection

FILES = {
    ("stories", "csv"): "stories.csv",
    ("stories", "jsonl"): "stories.jsonl",
    ("items", "csv"): "news.csv",
    ("items", "jsonl"): "news.jsonl",
}
"""Kind of record, format -> file of the release."""


class Lines:
    """The lines of stories and items of one collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lines: dict[str, array[int]] = {}
        self._lock = Lock()
        self._row = array("q", [0]) * len(collection.ids)
        """Position of a story -> the first of its rows in the full-text index."""

        self._number = array("q", [0]) * len(collection.ids)
        """Position of a story -> number of stories before it in the file."""

        previous = -1
        number = 0
        for row, place in enumerate(collection.story_of_row):
            if place >= 0 and place != previous:
                self._row[place], self._number[place] = row, number
                previous, number = place, number + 1

    def head(self, what: str) -> bytes:
        """The first line of the CSV file of ``what`` (``stories`` or ``items``): the names of its columns.

        Raises:
            DatasetError: The collection has no such file.
        """
        name = FILES[what, "csv"]
        starts = self._starts(name)
        with self._open(name) as stream:
            return stream.read(starts[1])

    def read(self, what: str, kind: str, ids: Iterable[str]) -> Iterator[bytes]:
        """Yield the lines of the stories ``ids`` in that order, with their line ends; items of a story are adjacent.

        Args:
            what: ``stories`` or ``items``.
            kind: ``csv`` or ``jsonl``.

        Raises:
            DatasetError: The collection has no such file, or the file does not match its database.
        """
        name = FILES[what, kind]
        starts = self._starts(name)
        first = 1 if kind == "csv" else 0
        position = self._collection.position
        with self._open(name) as stream:
            for story in ids:
                place = position[story]
                numbers = range(self._number[place], self._number[place] + 1)
                if what == "items":
                    numbers = range(self._row[place] - 1, self._end(place) - 1)
                stream.seek(starts[numbers.start + first])
                yield from (
                    stream.read(starts[number + first + 1] - starts[number + first]) for number in numbers
                )  # fmt: skip

    def _end(self, place: int) -> int:
        """The row after the last one of a story."""
        rows, row = self._collection.story_of_row, self._row[place]
        while row < len(rows) and rows[row] == place:
            row += 1
        return row

    def _open(self, name: str) -> BinaryIO:
        path = self._collection.folder / name
        try:
            return path.open("rb")
        except OSError as error:
            raise DatasetError(f"{path}: {error.strerror or error}") from error

    def _starts(self, name: str) -> array[int]:
        """The offsets of the lines of a file, and its length; read once."""
        with self._lock:
            if name not in self._lines:
                with self._open(name) as stream:
                    starts = line_starts(stream, quoted=name.endswith(".csv"))
                rows = self._collection.story_of_row
                records = len(self._number) if name.startswith("stories") else sum(place >= 0 for place in rows)
                if len(starts) - 1 - name.endswith(".csv") != records:
                    path = self._collection.folder / name
                    raise DatasetError(f"{path} has {len(starts) - 1} lines, and {Path(name).stem} {records} records")
                self._lines[name] = starts
            return self._lines[name]


@lru_cache(maxsize=1)
def lines_of(collection: Collection) -> Lines:
    """The lines of ``collection``; only those of the current collection are cached."""
    return Lines(collection)


def line_starts(stream: Iterable[bytes], *, quoted: bool) -> array[int]:
    """The offsets in bytes at which the lines of a file start, and the end of the last one.

    Args:
        quoted: Whether quoted values can contain line ends (RFC 4180, section 2.6).
    """
    starts, end, is_open = array("q", [0]), 0, False
    for line in stream:
        end += len(line)
        if quoted and line.count(b'"') % 2:
            is_open = not is_open
        if not is_open:
            starts.append(end)
    return starts
