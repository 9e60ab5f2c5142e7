"""Which payloads the collection holds already, and where: what revisit records refer to (ISO 28500:2017, 6.7).

An index of its own, beside ``index.cdxj``: it is asked and added to by the writer while a file is open, which a sorted
file cannot be, and it may be lost at any moment, which an index that others read may not.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, BrokenRecordError
from archive.message import Fields
from archive.warc.learn import learn, warc_files
from archive.warc.payload import STORED, Payload
from archive.warc.reader import check_record
from archive.warc.record import Span
from archive.warc.salvage import OPEN_SUFFIX

logger = logging.getLogger(__name__)

INDEX_NAME = ".digests.sqlite"

_VERSION = 2
_BATCH = 500

_SCHEMA = f"""
DROP TABLE IF EXISTS file;
DROP TABLE IF EXISTS original;
DROP TABLE IF EXISTS latest;
CREATE TABLE file (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, size INTEGER);
CREATE TABLE original (key BLOB PRIMARY KEY, file INTEGER, offset INTEGER, length INTEGER, record_id TEXT)
    WITHOUT ROWID;
CREATE TABLE latest (uri BLOB PRIMARY KEY, key BLOB, entity TEXT, size INTEGER, etag TEXT, date TEXT) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True, slots=True)
class Original:
    """A response record that holds a payload, as read back from the disk."""

    span: Span
    target_uri: str
    date: str
    payload_digest: str | None
    entity_sha256: str | None
    entity_length: int | None
    """None when the entity cannot be decoded."""


class _Filter:
    """Says of most keys that were not added that they were not, in two megabytes.

    In a first crawl no payload is known, and to ask SQLite for each costs as much as to compress it.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 21)

    def add(self, key: bytes) -> None:
        self._bits[int.from_bytes(key[:3], "little") >> 3] |= 1 << (key[0] & 7)

    def __contains__(self, key: bytes) -> bool:
        return bool(self._bits[int.from_bytes(key[:3], "little") >> 3] & (1 << (key[0] & 7)))


class Originals:
    """The payloads of the collection in ``directory``, whose lock the caller holds.

    An index in SQLite, made of the WARC files and made again from them whenever it is missing, damaged or behind. It is
    a hint, never believed: the record that it names is read back, whole and with its checksum, before it is handed
    out, so that no crash and no hand on the files can make a revisit refer to a record that is not there.

    What the disk or SQLite refuses ends the use of the index, not that of the archive: payloads are then stored again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / INDEX_NAME
        self._files: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._unfinished: list[str] = []
        self._new_originals: dict[bytes, tuple[bytes, int, int, int, str]] = {}
        self._new_latest: dict[bytes, tuple[bytes, bytes, str, int, str | None, str]] = {}
        self._opened: tuple[str, BinaryIO] | None = None
        self._known = _Filter()
        self._db: sqlite3.Connection | None = None
        for _ in range(2):
            with self._failing("is made again"):
                self._db = self._connect()
                self._catch_up(self._db)
            if self._db is not None:
                break

    def find(self, payload: Payload) -> Original | None:
        """The record that a revisit of ``payload`` may refer to; None when it has to be stored."""
        if not payload.may_refer or self._db is None or payload.key not in self._known:
            return None
        with self._failing("is given up"):
            return self._read_back(self._db, payload.key, payload.entity, payload.size)
        return None

    def find_unmodified(self, target_uri: str, etags: list[str]) -> Original | None:
        """The record that holds what a 304 of ``target_uri`` calls unmodified: the last answer with status 200.

        None when there is none, or when its ETag is none of ``etags``, those of the exchange (compared weakly, RFC
        9110, 8.8.3.2): then the 304 speaks of an earlier answer.
        """
        if self._db is None:
            return None
        with self._failing("is given up"):
            uri = _uri_key(target_uri)
            row = self._new_latest.get(uri) or self._db.execute("SELECT * FROM latest WHERE uri = ?", (uri,)).fetchone()
            if row is None:
                return None
            _, key, entity, size, etag, _ = row
            known = {tag.removeprefix("W/") for tag in etags}
            if known and "*" not in known and (etag or "").removeprefix("W/") not in known:
                return None
            original = self._read_back(self._db, key, entity, size)
            # A 304 does not tell the digest that the record leaves out.
            return original if original and original.payload_digest else None
        return None

    def add(self, payload: Payload, span: Span, date: str, *, is_original: bool) -> None:
        """Note that ``payload`` was served at ``date``, and whether the record at ``span`` holds it."""
        if self._db is None:
            return
        with self._failing("is given up"):
            if span.file not in self._files:
                self._settle(self._db)
                self._new_file(self._db, span.file)
            self._insert(self._db, payload, self._files[span.file], span, date, is_original)

    def close(self) -> None:
        """Keep what was noted; call when the last file is finished."""
        self._close_file()
        if self._db is not None:
            with self._failing("is made again at the next start"):
                self._settle(self._db)
                self._db.close()
                self._db = None

    # ---- the index ------------------------------------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        # Made in one thread, used in another, never in two at once.
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            # Durability would be for nothing: whatever is lost is found in the files again.
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA journal_mode = DELETE")
            if db.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                db.executescript(_SCHEMA)
            db.execute("BEGIN")
        except BaseException:
            db.close()
            raise
        return db

    def _catch_up(self, db: sqlite3.Connection) -> None:
        """Forget files that are gone or changed, read those that are not known."""
        sizes = {entry.name: entry.stat().st_size for entry in warc_files(self._directory)}
        for number, name, size in db.execute("SELECT id, name, size FROM file").fetchall():
            if sizes.get(name) == size:
                self._files[name] = number
            else:
                db.execute("DELETE FROM original WHERE file = ?", (number,))
                db.execute("DELETE FROM file WHERE id = ?", (number,))
        unknown = [name for name in sizes if name not in self._files]
        if unknown:
            logger.info("Reading %d WARC files for deduplication", len(unknown))
        for name in unknown:
            number = self._new_file(db, name)
            try:
                for met in learn(self._directory / name):
                    span = Span(name, met.offset, met.length, met.record_id)
                    self._insert(db, met.payload, number, span, met.date, met.is_original)
            except ArchiveError as error:
                logger.warning("Not read for deduplication: %s", error)
            db.execute("UPDATE file SET size = ? WHERE id = ?", (sizes[name], number))
        self._flush(db)
        for (key,) in db.execute("SELECT key FROM original"):
            self._known.add(key)
        self._unfinished.clear()
        self._names = {number: name for name, number in self._files.items()}
        db.execute("COMMIT")
        db.execute("BEGIN")

    def _new_file(self, db: sqlite3.Connection, name: str) -> int:
        number = db.execute("INSERT INTO file (name) VALUES (?)", (name,)).lastrowid
        assert number is not None  # noqa: S101  (after an INSERT it is a number)
        self._files[name] = number
        self._names[number] = name
        self._unfinished.append(name)
        return number

    def _insert(
        self, db: sqlite3.Connection, payload: Payload, file: int, span: Span, date: str, is_original: bool
    ) -> None:
        if is_original:
            row = (payload.key, file, span.offset, span.length, span.record_id)
            self._new_originals.setdefault(payload.key, row)
            self._known.add(payload.key)
        if payload.status == 200:
            uri = _uri_key(payload.target_uri)
            known = self._new_latest.get(uri)
            if known is None or known[-1] <= date:
                latest = (uri, payload.key, payload.entity, payload.size, payload.etag, date)
                self._new_latest[uri] = latest
        if len(self._new_originals) + len(self._new_latest) >= _BATCH:
            self._flush(db)

    def _flush(self, db: sqlite3.Connection) -> None:
        db.executemany("INSERT OR IGNORE INTO original VALUES (?, ?, ?, ?, ?)", self._new_originals.values())
        db.executemany(
            "INSERT INTO latest VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (uri) DO UPDATE SET key = excluded.key,"
            " entity = excluded.entity, size = excluded.size, etag = excluded.etag, date = excluded.date"
            " WHERE excluded.date >= date",
            self._new_latest.values(),
        )
        self._new_originals.clear()
        self._new_latest.clear()

    def _settle(self, db: sqlite3.Connection) -> None:
        """Keep the entries of the files that are finished by now."""
        self._flush(db)
        for name in self._unfinished:
            # One that is still open changes yet: without a size it is read again at the next start.
            with suppress(FileNotFoundError):
                size = (self._directory / name).stat().st_size
                db.execute("UPDATE file SET size = ? WHERE name = ?", (size, name))
        self._unfinished.clear()
        db.execute("COMMIT")
        db.execute("BEGIN")

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            logger.warning("%s %s: %s", self._path, what, error)
            self._close_file()
            if self._db is not None:
                self._db.close()
                self._db = None
            self._files.clear()
            self._new_originals.clear()
            self._new_latest.clear()
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
                self._path.with_name(INDEX_NAME + "-journal").unlink(missing_ok=True)

    # ---- the records ----------------------------------------------------------------------------------------------

    def _read_back(self, db: sqlite3.Connection, key: bytes, entity: str, size: int) -> Original | None:
        row = self._new_originals.get(key) or db.execute("SELECT * FROM original WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        _, number, offset, length, record_id = row
        span = Span(self._names.get(number, ""), offset, length, record_id)
        try:
            fields = self._fields(span)
        except (BrokenRecordError, FileNotFoundError) as error:
            logger.warning("A payload is stored again, the record that held it is not whole: %s", error)
            self._new_originals.pop(key, None)
            db.execute("DELETE FROM original WHERE key = ?", (key,))
            return None
        told = [fields.get(f"WARC-{name}") for name in ("Target-URI", "Date", "Payload-Digest")]
        target_uri, date, payload_digest = told
        if not (target_uri and date):
            return None  # Replay tools find it by these.
        known = (None, None) if entity.startswith(STORED) else (entity, size)
        return Original(span, target_uri.strip("<>"), date, payload_digest, *known)

    def _fields(self, span: Span) -> Fields:
        fields = check_record(span.file, self._open(span.file), span.offset, span.length)
        if fields.get("WARC-Record-ID") != span.record_id:
            raise BrokenRecordError(span.file, span.offset, f"this is not the record {span.record_id}")
        return fields

    def _open(self, name: str) -> BinaryIO:
        """The file, kept open for the next record: a second crawl reads one file in order."""
        if self._opened is None or self._opened[0] != name:
            self._close_file()
            path = self._directory / name
            try:
                stream = path.open("rb")
            except FileNotFoundError:
                stream = path.with_name(name + OPEN_SUFFIX).open("rb")
            self._opened = (name, stream)
        return self._opened[1]

    def _close_file(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None


def _uri_key(uri: str) -> bytes:
    return hashlib.sha256(uri.encode()).digest()[:16]
