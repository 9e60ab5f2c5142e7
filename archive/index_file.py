"""The SQLite file of an index: its tables, how it is opened, and how payloads are added."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from archive.cdxj.files import WarcFile, stamp, warc_files
from archive.warc.payload import LONGEST_START, FoundPayload, PayloadFinder
from archive.warc.reader import StreamedRecord
from archive.warc.record import format_date

logger = logging.getLogger(__name__)


INDEX_NAME = ".index.sqlite"
_FORMER_NAME = ".digests.sqlite"
_VERSION = 1
_BUSY_SECONDS = 60.0
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, size INTEGER, mtime_ns INTEGER,
    is_read INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE record (
    id TEXT PRIMARY KEY, file INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    key BLOB, is_answer INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX record_key ON record (key) WHERE key IS NOT NULL;
CREATE TABLE latest (uri BLOB PRIMARY KEY, key BLOB, entity TEXT, size INTEGER, etag TEXT, date TEXT) WITHOUT ROWID;
CREATE TABLE answer (
    url TEXT PRIMARY KEY, status INTEGER NOT NULL, etag TEXT, last_modified TEXT, checked TEXT NOT NULL,
    head_file INTEGER NOT NULL, head_offset INTEGER NOT NULL, head_length INTEGER NOT NULL,
    body_file INTEGER NOT NULL, body_offset INTEGER NOT NULL, body_length INTEGER NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
"""``file``: size and time when its payloads were added, NULL before, and whether all other facts were. ``record``: the
responses, each with the key of its payload, and whether later revisits may refer to it. ``latest``: the last payload of
an address with status 200. ``answer``: a `LastAnswer`."""

_NOTE_PAYLOAD = "INSERT INTO record VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET key = excluded.key"
_NOTE_LATEST = (
    "REPLACE INTO latest SELECT ?, ?, ?, ?, ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM latest WHERE uri = ? AND date > ? AND date <= ?)"
)


def open_index(directory: Path) -> sqlite3.Connection:
    """Open the index of the collection in ``directory``, whose lock the caller holds; recreate it if it is not usable.

    Raises:
        sqlite3.Error, OSError: it cannot be recreated.
    """
    path = directory / INDEX_NAME
    path.with_name(_FORMER_NAME).unlink(missing_ok=True)
    for is_new in (False, True):
        # Opened in one thread, used in another, never in both at the same time.
        db = sqlite3.connect(path, check_same_thread=False, timeout=_BUSY_SECONDS)
        # A damaged name matches nothing; it must not be an error.
        db.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            # The writer adds rows while the crawl reads. Rows that a crash loses are read from the files again.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            if db.execute("PRAGMA user_version").fetchone() == (0,):
                db.executescript(_SCHEMA)
            if not _is_sound(db):
                raise sqlite3.DatabaseError("damaged, or of another version")
        except sqlite3.Error as error:
            db.close()
            if is_new or isinstance(error, sqlite3.OperationalError):
                raise
            logger.warning("%s is made again: %s", path, error)
            remove_index(directory)
        else:
            return db
    raise AssertionError(path)


def remove_index(directory: Path) -> None:
    """Delete the index, so that the next start recreates it."""
    for suffix in ("", "-wal", "-shm"):
        (directory / (INDEX_NAME + suffix)).unlink(missing_ok=True)


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether it is readable and has exactly our tables: otherwise it would fail in the middle of a run."""
    described = "SELECT sql FROM sqlite_master ORDER BY name"
    with closing(sqlite3.connect(":memory:")) as pattern:
        pattern.executescript(_SCHEMA)
        return (
            db.execute("PRAGMA user_version").fetchone() == (_VERSION,)
            and db.execute(described).fetchall() == pattern.execute(described).fetchall()
            and db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        )


def forget_changed(db: sqlite3.Connection, directory: Path) -> list[WarcFile]:
    """Delete the records of removed and changed files; return the finished files whose payloads are not indexed."""
    files = {file.name: file for file in finished_files(directory)}
    query = "SELECT id, name, size, mtime_ns FROM file WHERE size IS NOT NULL"
    for number, name, *known in db.execute(query).fetchall():
        if name in files and tuple(known) == stamp_of(files[name].path):
            del files[name]
        else:
            db.execute("DELETE FROM record WHERE file = ?", (number,))
            db.execute("UPDATE file SET size = NULL, is_read = 0 WHERE id = ?", (number,))
    return list(files.values())


def finished_files(directory: Path) -> list[WarcFile]:
    """Return the WARC files of ``directory`` that are not being written, sorted by name, which is by age."""
    return [file for file in warc_files(directory) if not file.is_open] if directory.is_dir() else []


def stamp_of(path: Path) -> tuple[int, ...]:
    """Return size and time of change, which detect that a file was replaced."""
    return tuple(stamp(path).values())


def number_of(db: sqlite3.Connection, name: str) -> int:
    """Return the id of a file in the index."""
    db.execute("INSERT OR IGNORE INTO file (name) VALUES (?)", (name,))
    return int(db.execute("SELECT id FROM file WHERE name = ?", (name,)).fetchone()[0])


def add_payload(db: sqlite3.Connection, number: int, found: FoundPayload) -> None:
    """Add a payload from the file with the id ``number``."""
    payload, span = found.payload, found.span
    if found.is_original:
        db.execute(_NOTE_PAYLOAD, (span.record_id, number, span.offset, span.length, payload.key))
    if payload.status == 200:
        uri = uri_key(payload.target_uri)
        row = (uri, payload.key, payload.entity, payload.size, payload.etag, found.date)
        db.execute(_NOTE_LATEST, (*row, uri, *rank(found.date)))


def rank(date: str) -> tuple[str, str]:
    """Return the bounds of the dates that have priority over ``date``: later, but not later than now.

    Responses dated in the future, from a wrong clock, must not remain the last ones for years: all others replace them.
    """
    now = format_date(datetime.now(timezone.utc))
    return "" if date > now else date, now


def uri_key(uri: str) -> bytes:
    """Return the key of an address in ``latest``."""
    return hashlib.sha256(uri.encode()).digest()[:16]


def mark_known(db: sqlite3.Connection, name: str, stamp: tuple[int, ...], *, is_read: bool = False) -> None:
    """Note that the index has the payloads of a file with this `stamp_of`, and whether it has all other facts."""
    db.execute("UPDATE file SET size = ?, mtime_ns = ?, is_read = ? WHERE name = ?", (*stamp, is_read, name))


def add_payloads(
    db: sqlite3.Connection, file: WarcFile, stamp: tuple[int, ...], records: Generator[StreamedRecord, None, None]
) -> Generator[StreamedRecord, None, None]:
    """Yield ``records`` of a file with this `stamp_of`, and add their payloads unless these are known."""
    number = number_of(db, file.name)
    query = "SELECT size IS ? AND mtime_ns IS ? FROM file WHERE id = ?"
    (is_known,) = db.execute(query, (*stamp, number)).fetchone()
    finder = PayloadFinder(file.path, file.name)
    with closing(records):
        try:
            for record in records:
                # Before the yield, since the other reader may read to the end of the block.
                record.start(LONGEST_START)
                yield record
                record.length()
                for found in () if is_known else finder.meet(record):
                    add_payload(db, number, found)
        finally:
            for found in finder.rest():
                add_payload(db, number, found)
