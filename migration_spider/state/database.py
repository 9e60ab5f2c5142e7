"""The one SQLite file: its tables, how it is opened, and what happens when it is damaged or of an older version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from migration_spider.exceptions import StateError

VERSION = 2

INDEX_SCHEMA = """
DROP TABLE IF EXISTS item;
DROP TABLE IF EXISTS lines;
DROP TABLE IF EXISTS page;
DROP TABLE IF EXISTS record;
DROP TABLE IF EXISTS warc_file;
CREATE TABLE item (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, version INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
    first_seen TEXT NOT NULL, last_changed TEXT NOT NULL, published TEXT, tombstone TEXT,
    node_id INTEGER, language TEXT, title TEXT
) WITHOUT ROWID;
CREATE INDEX item_url ON item (url);
CREATE TABLE lines (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, tail TEXT NOT NULL);
CREATE TABLE page (
    url TEXT PRIMARY KEY, status INTEGER NOT NULL, etag TEXT, last_modified TEXT, checked TEXT NOT NULL,
    head_file TEXT NOT NULL, head_offset INTEGER NOT NULL, head_length INTEGER NOT NULL,
    body_file TEXT NOT NULL, body_offset INTEGER NOT NULL, body_length INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE record (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE warc_file (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
"""
"""Indexes of what stands in ``items/`` and ``warc/``: made again whenever they are lost."""

MEMORY_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id TEXT PRIMARY KEY, cycle TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, pid INTEGER NOT NULL,
    options TEXT NOT NULL, exit_code INTEGER, finish_reason TEXT, counts TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (
    id TEXT PRIMARY KEY, reason TEXT NOT NULL, status INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    cycle TEXT NOT NULL, first TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS again (url TEXT PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS named (url TEXT PRIMARY KEY, source TEXT NOT NULL, lastmod TEXT) WITHOUT ROWID;
"""
"""What only this file knows; without it the next run asks more, and counts confirmations anew."""

BUSY_SECONDS = 60.0


def open_database(path: Path) -> sqlite3.Connection:
    """The database in ``path``; one that is damaged is put aside as ``<name>.damaged``.

    Raises:
        StateError: it cannot be opened or written.
    """
    for attempt in ("as it is", "anew"):
        # The pipeline appends in a thread of its own, one line at a time.
        database = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_SECONDS)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            if database.execute("PRAGMA user_version").fetchone() != (VERSION,):
                database.executescript(f"BEGIN IMMEDIATE; {INDEX_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            database.executescript(MEMORY_SCHEMA)
            database.execute("SELECT count(*) FROM item").fetchone()
        except sqlite3.DatabaseError as error:
            database.close()
            if attempt == "anew" or isinstance(error, sqlite3.OperationalError):
                raise StateError(f"{path}: {error}: move it away and run again; it is made anew") from error
            path.replace(path.with_name(path.name + ".damaged"))
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        else:
            return database
    raise AssertionError(path)
