"""The SQLite file of the state: its tables, how it is opened, and what happens if it is damaged or of an older
version.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from archive.disk import oddity, refusal
from migration_spider.exceptions import StateError

logger = logging.getLogger(__name__)

VERSION = 5

INDEX_SCHEMA = """
DROP TABLE IF EXISTS item;
DROP TABLE IF EXISTS lines;
DROP TABLE IF EXISTS page;
DROP TABLE IF EXISTS record;
DROP TABLE IF EXISTS warc_file;
CREATE TABLE item (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, version INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
    first_seen TEXT NOT NULL, last_changed TEXT NOT NULL, published TEXT, tombstone TEXT,
    node_id INTEGER, language TEXT, title TEXT, moved_from TEXT, filled TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX item_url ON item (url);
CREATE TABLE lines (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, digest TEXT NOT NULL);
"""
"""Index of the files in ``items/``, which is made again if it is lost. Until version 4 it also indexed ``warc/``."""

MEMORY_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY, cycle TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, pid INTEGER NOT NULL,
    options TEXT NOT NULL, exit_code INTEGER, finish_reason TEXT, counts TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (
    id TEXT PRIMARY KEY, reason TEXT NOT NULL, status INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    cycle TEXT NOT NULL, first TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (url TEXT PRIMARY KEY, id TEXT NOT NULL, is_here INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS place_id ON place (id);
CREATE TABLE IF NOT EXISTS again (url TEXT PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS named (url TEXT PRIMARY KEY, source TEXT NOT NULL, lastmod TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listing (
    url TEXT PRIMARY KEY, names_news INTEGER NOT NULL, pages INTEGER NOT NULL, rows INTEGER NOT NULL,
    news INTEGER NOT NULL, run TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (url TEXT PRIMARY KEY, source TEXT NOT NULL) WITHOUT ROWID;
"""
"""Data that only this file has; without it, the next run requests more, and counts confirmations from 0."""

BUSY_SECONDS = 60.0


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database in ``path``; one that is damaged or of a newer version is renamed to ``<name>.damaged``.

    Raises:
        StateError: It cannot be opened or written.
    """
    if odd := oddity(path):
        raise StateError(f"{path} {odd}: move it away and run again; it is made again")
    for attempt in ("as it is", "anew"):
        # The pipeline appends in a separate thread, one line at a time.
        try:
            database = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_SECONDS)
        except sqlite3.Error as error:
            raise _cannot(path, error) from error
        # Invalid bytes in a damaged database must not raise an error here.
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise sqlite3.DatabaseError("of a newer version")  # noqa: TRY301  (put aside below)
            if version < VERSION:
                database.executescript(f"BEGIN IMMEDIATE; {INDEX_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            database.executescript(MEMORY_SCHEMA)
            if not _is_sound(database):
                raise sqlite3.DatabaseError("damaged, or of another version")  # noqa: TRY301  (put aside below)
            # Check that it can be written, because a run that finds this out later has requested pages in vain.
            database.executescript("BEGIN IMMEDIATE; ROLLBACK;")
        except sqlite3.DatabaseError as error:
            database.close()
            if attempt == "anew" or isinstance(error, sqlite3.OperationalError):
                raise _cannot(path, error) from error
            aside = free_name(path)
            logger.warning("%s cannot be used (%s) and is made again; the original file is %s", path, error, aside)
            path.replace(aside)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        else:
            return database
    raise AssertionError(path)


def free_name(path: Path) -> Path:
    """``<name>.damaged``, with a number if that exists, so that earlier files are kept."""
    return next(name for n in count() if not (name := path.with_name(f"{path.name}.damaged{n or ''}")).exists())


def _cannot(path: Path, error: sqlite3.Error) -> StateError:
    return StateError(refusal(error, path) or f"{path}: {error}: move it away and run again; it is made again")


def _is_sound(database: sqlite3.Connection) -> bool:
    """Whether it can be read and has exactly these tables; otherwise a run could fail in the middle."""
    if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        return False
    with closing(sqlite3.connect(":memory:")) as pattern:
        pattern.executescript(INDEX_SCHEMA + MEMORY_SCHEMA)
        tables = _tables(pattern)
        if any(_columns(database, table) != _columns(pattern, table) for table in tables):
            return False
    bad = [_odd_values(database, table) for table in tables]
    bad.append(
        "SELECT 1 FROM run WHERE NOT json_valid(options) OR NOT json_valid(coalesce(counts, '{}'))"
        " OR json_type(options) != 'object' OR json_type(coalesce(counts, '{}')) != 'object' LIMIT 1"
    )
    return all(database.execute(query).fetchone() is None for query in bad)


def _odd_values(database: sqlite3.Connection, table: str) -> str:
    """A query for values that do not have the type of their column, which SQLite allows (sqlite.org/datatype3.html)."""
    odd = " OR ".join(f"typeof({name}) NOT IN ('null', '{kind.lower()}')" for name, kind in _columns(database, table))
    return f"SELECT 1 FROM {table} WHERE {odd} LIMIT 1"  # noqa: S608


def _tables(database: sqlite3.Connection) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _columns(database: sqlite3.Connection, table: str) -> list[tuple[str, ...]]:
    return database.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
