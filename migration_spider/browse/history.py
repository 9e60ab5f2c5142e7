"""Earlier versions of an item: the lines of ``history.jsonl`` of a release, found by id."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import finalize

import msgspec

from archive.dataset.lines import load, whole_lines
from archive.dataset.versions import HISTORY


class _Identified(msgspec.Struct):
    """The part of a line that is read to find it again."""

    id: str


class History:
    """The lines of the file at ``path``, by item.

    The first call of `lines` makes an index of the positions of all lines, in a temporary database that SQLite moves
    to disk when it grows. So memory does not depend on the length of the file. Thread-safe.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._places: sqlite3.Connection | None = None

    def lines(self, item_id: str) -> list[dict[str, Any]]:
        """The lines of the item in the order of the file: its versions before the last, and its tombstone.

        Empty if there is no such file, or if it does not have the item. Raises OSError: It cannot be read.
        """
        with self._lock:
            self._places = self._places or self._indexed()
            rows = self._places.execute("SELECT place FROM line WHERE id = ? ORDER BY place", (item_id,)).fetchall()
        if not rows:
            return []
        with self._path.open("rb") as stream:
            lines = []
            for (place,) in rows:
                stream.seek(place)
                lines.append(load(stream.readline()))
            return lines

    def _indexed(self) -> sqlite3.Connection:
        places = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        finalize(self, places.close)
        places.execute("PRAGMA journal_mode = OFF")
        places.execute("CREATE TABLE line (id TEXT, place INTEGER, PRIMARY KEY (id, place)) WITHOUT ROWID")
        places.execute("BEGIN")
        places.executemany("INSERT OR IGNORE INTO line VALUES (?, ?)", self._ids())
        places.execute("COMMIT")
        return places

    def _ids(self) -> Iterator[tuple[str, int]]:
        decode = msgspec.json.Decoder(_Identified).decode
        if not self._path.is_file():  # a release without a past, or one whose history was left out
            return
        with closing(self._path.open("rb")) as stream:
            for place, line in whole_lines(stream):
                try:
                    yield decode(line).id, place
                except msgspec.MsgspecError:
                    continue  # `scrapy verify-release` reports it


def history_of(release: Path) -> History:
    """The history of the release in ``release``; read again if the file has changed."""
    path = release / HISTORY
    try:
        status = path.stat()
    except OSError:
        return _history(path, 0, 0)
    return _history(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=2)  # the current release, and its successor
def _history(path: Path, _size: int, _time: int) -> History:
    return History(path)
