"""The positions of the lines of each item in ``items/news.jsonl``: an index file, for reading one item quickly.

The index may be missing, old or for another file: it is checked before it is used, and made again if it does not
match. A run does not use it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from archive.dataset.lines import whole_lines

SUFFIX = ".index"
"""Suffix of the name of the index."""

_SCHEMA = """
CREATE TABLE line (
    id TEXT NOT NULL, url TEXT NOT NULL, canonical TEXT, offset INTEGER NOT NULL, length INTEGER NOT NULL
);
CREATE TABLE origin (origin TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE odd (offset INTEGER NOT NULL, length INTEGER NOT NULL);
CREATE TABLE file (
    state TEXT NOT NULL, size INTEGER NOT NULL, edges TEXT NOT NULL, grown INTEGER NOT NULL, rows TEXT NOT NULL
);
PRAGMA user_version = 2;
"""
"""``file`` has one row: the state of the file, the number of indexed bytes, a digest of the first and last of them,
whether lines were added since the complete file was read, and a digest of the other tables. ``odd`` has the lines that
are not items.

No column has an index, because all rows are read first for a check, after which a query costs little.
"""

_EDGE = 4096


class _Indexed(msgspec.Struct):
    """The values that are read of a line."""

    id: str
    url: str
    canonical_url: str | None = None


class Positions:
    """The lines of the file at ``path``, found by id and address.

    The index is read from ``<path>.index``, updated, and stored there if the folder can be written.

    Raises:
        OSError: The file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb")
        try:
            self._kept = path.with_name(path.name + SUFFIX)
            self._db = self._opened(self._kept)
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> Positions:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._stream.close()

    def ids(self, name: str) -> list[str]:
        """Ids of the items whose id or address, with or without the host, is or was ``name``, in order of the file."""
        found = self._ids(name)
        is_correct = all(_id_of(line) == item_id for item_id in found for _, line in self.lines(item_id))
        if is_correct and (found or not self._has_grown()):
            return found
        self._db.close()  # the file was changed, or may have been, but looked the same or only longer
        self._db = self._made(self._kept)
        return self._ids(name)

    def _ids(self, name: str) -> list[str]:
        rows = self._db.execute(
            "SELECT id, offset FROM line WHERE id = ? UNION SELECT id, offset FROM line WHERE canonical = ? "
            "UNION SELECT id, offset FROM line WHERE url = ? OR url IN (SELECT origin || ? FROM origin) "
            "ORDER BY offset",
            [name.encode("utf-8", "replace").decode()] * 4,
        )
        return list(dict.fromkeys(item_id for item_id, _ in rows))

    def _has_grown(self) -> bool:
        return bool(self._db.execute("SELECT grown FROM file").fetchone()[0])

    def like(self, name: str) -> list[str]:
        """Ids that begin with ``name`` and ``@``."""
        rows = self._db.execute("SELECT DISTINCT id FROM line WHERE id >= ? AND id < ?", (f"{name}@", f"{name}A"))
        return sorted(item_id for (item_id,) in rows)

    def lines(self, item_id: str) -> Iterator[tuple[int, bytes]]:
        """Yield (byte offset, line) of the item, in order of the file."""
        yield from self._read("SELECT offset, length FROM line WHERE id = ? ORDER BY offset", item_id)

    def odd(self) -> Iterator[tuple[int, bytes]]:
        """Yield (byte offset, line) of all lines that are not items."""
        yield from self._read("SELECT offset, length FROM odd ORDER BY offset")

    def _read(self, query: str, *values: Any) -> Iterator[tuple[int, bytes]]:
        for offset, length in self._db.execute(query, values).fetchall():
            self._stream.seek(offset)
            yield offset, self._stream.read(length)

    # ---- the index file

    def _opened(self, kept: Path) -> sqlite3.Connection:
        """The index of the file in its current state."""
        if kept.is_file() and not kept.is_symlink():
            with suppress(sqlite3.Error):
                database = sqlite3.connect(f"{kept.resolve().as_uri()}?mode=rw", uri=True)
                try:
                    if self._is_brought_up_to_date(database):
                        return database
                except sqlite3.Error:  # damaged, locked, or read-only
                    pass
                database.close()
        return self._made(kept)

    def _made(self, kept: Path) -> sqlite3.Connection:
        """A new index, in memory if it cannot be stored."""
        with suppress(OSError, sqlite3.Error):
            self._make(kept)
            return sqlite3.connect(f"{kept.resolve().as_uri()}?mode=ro", uri=True)
        database = sqlite3.connect(":memory:")
        database.executescript(_SCHEMA)
        self._add(database, 0)
        return database

    def _make(self, kept: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=kept.parent, prefix=f".{kept.name}-")
        os.close(descriptor)
        draft = Path(name)
        try:
            database = sqlite3.connect(draft)
            try:
                database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}")
                self._add(database, 0)
            finally:
                database.close()
            shutil.copymode(self._path, draft)  # its content is as private as the file
            for tail in ("-journal", "-wal", "-shm"):  # of the previous index; SQLite would apply them to this one
                kept.with_name(kept.name + tail).unlink(missing_ok=True)
            draft.replace(kept)
        finally:
            draft.unlink(missing_ok=True)

    def _is_brought_up_to_date(self, database: sqlite3.Connection) -> bool:
        """Whether the index is of this file, which may have grown since; new lines are added."""
        if not _has_schema(database):
            return False
        rows = database.execute("SELECT state, size, edges, rows FROM file LIMIT 2").fetchall()
        if len(rows) != 1:
            return False
        state, size, edges, digest = rows[0]
        if type(size) is not int or digest != _digest(database, size):
            return False
        if state == self._state():
            return True
        now = os.fstat(self._stream.fileno()).st_size
        # The file has the same size but another state: it was changed in the middle, or is a copy.
        if now <= size or edges != self._edges(size):
            return False
        self._add(database, size)
        return True

    def _add(self, database: sqlite3.Connection, begin: int) -> None:
        state, end = self._state(), begin
        decode = msgspec.json.Decoder(_Indexed).decode
        odd: list[tuple[int, int]] = []
        origins: dict[str, None] = {}

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal end
            for offset, line in whole_lines(self._stream, begin):
                end = offset + len(line)
                try:
                    item = decode(line)
                except (msgspec.MsgspecError, RecursionError):
                    odd.append((offset, len(line)))
                    continue
                parts = item.url.split("/", 3)
                origins["/".join(parts[:3])] = None
                other = item.canonical_url if item.canonical_url != item.url else None
                yield item.id, item.url, other, offset, len(line)

        with database:
            database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", rows())
            database.executemany("INSERT INTO odd VALUES (?, ?)", odd)
            database.executemany("INSERT OR IGNORE INTO origin VALUES (?)", [(origin,) for origin in origins])
            database.execute("DELETE FROM file")
            row = (state, end, self._edges(end), begin > 0, _digest(database, end))
            database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?)", row)

    def _state(self) -> str:
        """The state of the file, which changes when it is written or replaced."""
        status = os.fstat(self._stream.fileno())
        return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"

    def _edges(self, size: int) -> str:
        """The digest of the first and last bytes of the first ``size`` bytes."""
        digest = sha256()
        for offset in (0, max(0, size - _EDGE)):
            self._stream.seek(offset)
            digest.update(self._stream.read(min(_EDGE, size)))
        return digest.hexdigest()


def _has_schema(database: sqlite3.Connection) -> bool:
    """Whether it has exactly the tables of `_SCHEMA`; a view, for example, may take forever to read."""
    with closing(sqlite3.connect(":memory:")) as pattern:
        pattern.executescript(_SCHEMA)
        return all(
            database.execute(query).fetchall() == pattern.execute(query).fetchall()
            for query in ("PRAGMA user_version", "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
        )


def _digest(database: sqlite3.Connection, size: int) -> str | None:
    """The digest of all rows; None if these are not consecutive lines of ``size`` bytes."""
    digest, end = sha256(), 0
    for item_id, url, canonical, offset, length in database.execute(
        "SELECT id, url, canonical, offset, length FROM line "
        "UNION ALL SELECT '', '', NULL, offset, length FROM odd ORDER BY offset"
    ):
        if type(item_id) is not str or type(length) is not int or offset != end or not 0 < length <= size - end:
            return None
        end += length
        digest.update(f"{item_id} {url} {canonical} {length}\n".encode())
    for (origin,) in database.execute("SELECT origin FROM origin ORDER BY origin"):
        digest.update(f"{origin}\n".encode())
    return digest.hexdigest() if end == size else None


def _id_of(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Indexed).id
    except (msgspec.MsgspecError, RecursionError):
        return None
