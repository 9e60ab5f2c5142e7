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


class _Named(msgspec.Struct):
    """What is read of a line to find it again."""

    id: str


class History:
    """The lines of the file at ``path``; where each stands is noted the first time that one is asked for.

    The notes are a database that SQLite keeps on the disk as soon as they are many: memory does not depend on the
    length of the file. May be asked by several threads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._places: sqlite3.Connection | None = None

    def lines(self, item_id: str) -> list[dict[str, Any]]:
        """The lines of the item in the order of the file: versions before the last, and that it is gone.

        None where there is no such file, or where it does not hold the item. Raises OSError: it cannot be read.
        """
        with self._lock:
            self._places = self._places or self._noted()
            rows = self._places.execute("SELECT place FROM line WHERE id = ? ORDER BY place", (item_id,)).fetchall()
        if not rows:
            return []
        with self._path.open("rb") as stream:
            found = []
            for (place,) in rows:
                stream.seek(place)
                found.append(load(stream.readline()))
            return found

    def _noted(self) -> sqlite3.Connection:
        places = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        finalize(self, places.close)
        places.execute("PRAGMA journal_mode = OFF")
        places.execute("CREATE TABLE line (id TEXT, place INTEGER, PRIMARY KEY (id, place)) WITHOUT ROWID")
        places.execute("BEGIN")
        places.executemany("INSERT OR IGNORE INTO line VALUES (?, ?)", self._named())
        places.execute("COMMIT")
        return places

    def _named(self) -> Iterator[tuple[str, int]]:
        decode = msgspec.json.Decoder(_Named).decode
        if not self._path.is_file():  # a release without a past, or one whose history was left out
            return
        with closing(self._path.open("rb")) as stream:
            for place, line in whole_lines(stream):
                try:
                    yield decode(line).id, place
                except msgspec.MsgspecError:
                    continue  # `scrapy verify-release` says so


def history_of(release: Path) -> History:
    """The history of the release in ``release``, as the file is now."""
    path = release / HISTORY
    try:
        status = path.stat()
    except OSError:
        return _history(path, 0, 0)
    return _history(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=2)  # the release of today, and the one that takes its place
def _history(path: Path, _size: int, _time: int) -> History:
    return History(path)
