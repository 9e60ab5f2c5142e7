"""Finds payloads that are already in the collection; revisit records refer to them (ISO 28500:2017, 6.7)."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.cdxj.files import WarcFile, find
from archive.errors import ArchiveError, BrokenRecordError
from archive.index_file import (
    INDEX_NAME,
    forget_changed,
    know,
    note,
    noting,
    number_of,
    open_index,
    remove_index,
    stamp_of,
    uri_key,
)
from archive.message import Fields
from archive.warc.payload import STORED, Met, Payload
from archive.warc.reader import check_record, stream_file
from archive.warc.record import Span

logger = logging.getLogger(__name__)


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
    """The payloads of the collection in ``directory``, whose lock the caller holds; for the writer's thread.

    The index is opened when it is first asked, and gets what it does not know yet. It is a hint, never believed: the
    record that it names is read back, whole and with its checksum, before it is handed out, so that no crash and no
    hand on the files can make a revisit refer to a record that is not there.

    What the disk or SQLite refuses ends the use of the index, not that of the archive: payloads are then stored again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._was_opened = False
        self._db: sqlite3.Connection | None = None
        self._file: str | None = None
        """The one that is being written, and its number in the index."""
        self._number = 0
        self._opened: tuple[str, BinaryIO] | None = None
        self._known = _Filter()

    def find(self, payload: Payload) -> Original | None:
        """The record that a revisit of ``payload`` may refer to; None when it has to be stored."""
        db = self._index()
        if db is None or not payload.may_refer or payload.key not in self._known:
            return None
        with self._failing("is given up"):
            return self._read_back(db, payload.key, payload.entity, payload.size)
        return None

    def find_unmodified(self, target_uri: str, etags: list[str]) -> Original | None:
        """The record that holds what a 304 of ``target_uri`` calls unmodified: the last answer with status 200.

        None when there is none, or when its ETag is none of ``etags``, those of the exchange (compared weakly, RFC
        9110, 8.8.3.2): then the 304 speaks of an earlier answer.
        """
        db = self._index()
        if db is None:
            return None
        with self._failing("is given up"):
            uri = uri_key(target_uri)
            row = db.execute("SELECT key, entity, size, etag FROM latest WHERE uri = ?", (uri,)).fetchone()
            if row is None:
                return None
            key, entity, size, etag = row
            known = {tag.removeprefix("W/") for tag in etags}
            if known and "*" not in known and (etag or "").removeprefix("W/") not in known:
                return None
            original = self._read_back(db, key, entity, size)
            # A 304 does not tell the digest that the record leaves out.
            return original if original and original.payload_digest else None
        return None

    def add(self, payload: Payload, span: Span, date: str, *, is_original: bool) -> None:
        """Note that ``payload`` was served at ``date``, and whether the record at ``span`` holds it."""
        db = self._index()
        if db is None:
            return
        with self._failing("is given up"):
            if span.file != self._file:
                self._settle(db)
                self._file, self._number = span.file, number_of(db, span.file)
            note(db, self._number, Met(payload, date, span, is_original))
            if is_original:
                self._known.add(payload.key)

    def close(self) -> None:
        """Keep what was noted; call when the last file is finished."""
        self._close_file()
        if self._db is not None:
            with self._failing("is made again at the next start"):
                self._settle(self._db)
                self._db.close()
                self._db = None

    # ---- the index ------------------------------------------------------------------------------------------------

    def _index(self) -> sqlite3.Connection | None:
        if not self._was_opened:
            self._was_opened = True
            with self._failing("cannot be used"):
                self._db = open_index(self._directory)
                if unknown := forget_changed(self._db, self._directory):
                    logger.info("Reading %d WARC files for deduplication", len(unknown))
                for file in unknown:
                    self._read(self._db, file)
                for (key,) in self._db.execute("SELECT key FROM record WHERE key IS NOT NULL"):
                    self._known.add(key)
                self._db.commit()
        return self._db

    def _read(self, db: sqlite3.Connection, file: WarcFile) -> None:
        """Note the payloads of a finished file, of a damaged one up to the damage."""
        told = stamp_of(file.path)
        try:
            for _ in noting(db, file, told, stream_file(file.path)):
                pass
        except ArchiveError as error:
            logger.warning("Reading for deduplication stopped here: %s", error)
        know(db, file.name, told)

    def _settle(self, db: sqlite3.Connection) -> None:
        """Keep the entries of the file that is finished by now."""
        if self._file is not None:
            # One that is still open changes yet: without a size it is read again at the next start.
            with suppress(FileNotFoundError):
                know(db, self._file, stamp_of(self._directory / self._file))
        db.commit()

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            logger.warning("%s %s: %s", self._directory / INDEX_NAME, what, error)
            self._close_file()
            if self._db is not None:
                self._db.close()
                self._db = None
            with suppress(OSError):
                remove_index(self._directory)

    # ---- the records ----------------------------------------------------------------------------------------------

    def _read_back(self, db: sqlite3.Connection, key: bytes, entity: str, size: int) -> Original | None:
        query = (
            "SELECT name, offset, length, record.id FROM record JOIN file ON file.id = file"
            " WHERE key = ? ORDER BY file, offset LIMIT 1"
        )
        row = db.execute(query, (key,)).fetchone()
        if row is None:
            return None
        span = Span(*row)
        try:
            fields = self._fields(span)
        except (ArchiveError, FileNotFoundError) as error:
            logger.warning("A payload is stored again, because its record is damaged: %s", error)
            db.execute("UPDATE record SET key = NULL WHERE id = ?", (span.record_id,))
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
            self._opened = (name, find(self._directory, name).open("rb"))
        return self._opened[1]

    def _close_file(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None
