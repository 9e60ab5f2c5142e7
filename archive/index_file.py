"""The SQLite file of an index: its tables, how it is opened, and the payloads that are added to it."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from archive.cdxj.files import WarcFile, stamp, warc_files
from archive.warc.payload import LONGEST_START, Met, PayloadFinder
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
"""``file``: size and time when its payloads were noted, NULL until then, and whether all else was, too. ``record``: the
responses, the key of the payload that one holds, and whether it is an answer that later revisits may go by. ``latest``:
the payload that an address served last with status 200. ``answer``: a `LastAnswer`."""

_NOTE_PAYLOAD = "INSERT INTO record VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET key = excluded.key"
_NOTE_LATEST = (
    "REPLACE INTO latest SELECT ?, ?, ?, ?, ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM latest WHERE uri = ? AND date > ? AND date <= ?)"
)


def open_index(directory: Path) -> sqlite3.Connection:
    """The index of the collection in ``directory``, whose lock the caller holds; made when it cannot be used.

    Raises:
        sqlite3.Error, OSError: it cannot be made either.
    """
    path = directory / INDEX_NAME
    path.with_name(_FORMER_NAME).unlink(missing_ok=True)
    for attempt in ("as it is", "anew"):
        # Made in one thread, used in another, never in two at once.
        db = sqlite3.connect(path, check_same_thread=False, timeout=_BUSY_SECONDS)
        # A damaged name is that of nothing; it must not be an error.
        db.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            # The writer adds while the crawl asks. Whatever a crash loses is found in the files again.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            if db.execute("PRAGMA user_version").fetchone() == (0,):
                db.executescript(_SCHEMA)
            if not _is_sound(db):
                raise sqlite3.DatabaseError("damaged, or of another version")
        except sqlite3.Error as error:
            db.close()
            if attempt == "anew" or isinstance(error, sqlite3.OperationalError):
                raise type(error)(f"{path}: {error}") from error
            logger.warning("%s is made again: %s", path, error)
            remove_index(directory)
        else:
            return db
    raise AssertionError(path)


def remove_index(directory: Path) -> None:
    """Have the next start make the index again."""
    for suffix in ("", "-wal", "-shm"):
        (directory / (INDEX_NAME + suffix)).unlink(missing_ok=True)


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether it can be read and has just our tables: what only looks well would fail in the middle of a run."""
    described = "SELECT sql FROM sqlite_master ORDER BY name"
    with closing(sqlite3.connect(":memory:")) as pattern:
        pattern.executescript(_SCHEMA)
        return (
            db.execute("PRAGMA user_version").fetchone() == (_VERSION,)
            and db.execute(described).fetchall() == pattern.execute(described).fetchall()
            and db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        )


def forget_changed(db: sqlite3.Connection, directory: Path) -> list[WarcFile]:
    """Forget the records of files that are gone or others by now; give the finished files of unknown payloads."""
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
    """The WARC files of ``directory`` that no writer is at, by name, which is by age."""
    return [file for file in warc_files(directory) if not file.is_open] if directory.is_dir() else []


def stamp_of(path: Path) -> tuple[int, ...]:
    """Size and time of change, by which a file that was replaced is known."""
    return tuple(stamp(path).values())


def number_of(db: sqlite3.Connection, name: str) -> int:
    """The number that stands for a file in the index."""
    db.execute("INSERT OR IGNORE INTO file (name) VALUES (?)", (name,))
    return int(db.execute("SELECT id FROM file WHERE name = ?", (name,)).fetchone()[0])


def note(db: sqlite3.Connection, number: int, met: Met) -> None:
    """Note a payload that was met in the file called ``number``."""
    payload, span = met.payload, met.span
    if met.is_original:
        db.execute(_NOTE_PAYLOAD, (span.record_id, number, span.offset, span.length, payload.key))
    if payload.status == 200:
        uri = uri_key(payload.target_uri)
        row = (uri, payload.key, payload.entity, payload.size, payload.etag, met.date)
        db.execute(_NOTE_LATEST, (*row, uri, *rank(met.date)))


def rank(date: str) -> tuple[str, str]:
    """What an answer of that ``WARC-Date`` gives way to: one that is later, and not later than now.

    A clock that was ahead once must not make its answers the last ones for years: they give way to all others.
    """
    now = format_date(datetime.now(timezone.utc))
    return "" if date > now else date, now


def uri_key(uri: str) -> bytes:
    """What stands for an address in ``latest``."""
    return hashlib.sha256(uri.encode()).digest()[:16]


def know(db: sqlite3.Connection, name: str, told: tuple[int, ...], *, is_read: bool = False) -> None:
    """Note that the index has the payloads of a file of this `stamp_of`, and whether it has all else too."""
    db.execute("UPDATE file SET size = ?, mtime_ns = ?, is_read = ? WHERE name = ?", (*told, is_read, name))


def noting(
    db: sqlite3.Connection, file: WarcFile, told: tuple[int, ...], records: Generator[StreamedRecord, None, None]
) -> Generator[StreamedRecord, None, None]:
    """Note the payloads of a file of the stamp ``told`` as its records pass, where they are not known yet."""
    number = number_of(db, file.name)
    query = "SELECT size IS ? AND mtime_ns IS ? FROM file WHERE id = ?"
    (is_known,) = db.execute(query, (*told, number)).fetchone()
    finder = PayloadFinder(file.path, file.name)
    with closing(records):
        try:
            for record in records:
                # First of all, since the other reader may want no more than the end of the block.
                record.start(LONGEST_START)
                yield record
                record.length()
                for met in () if is_known else finder.meet(record):
                    note(db, number, met)
        finally:
            for met in finder.rest():
                note(db, number, met)
