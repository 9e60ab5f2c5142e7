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
    add_payload,
    add_payloads,
    forget_changed,
    mark_known,
    number_of,
    open_index,
    remove_index,
    stamp_of,
    uri_key,
)
from archive.message import Fields
from archive.warc.payload import STORED, FoundPayload, Payload
from archive.warc.reader import check_record, stream_file
from archive.warc.record import Span

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Original:
    """A response record that contains a payload, as read back from disk."""

    span: Span
    target_uri: str
    date: str
    payload_digest: str | None
    entity_sha256: str | None
    entity_length: int | None
    """None if the entity cannot be decoded."""


class _Filter:
    """Excludes most keys that were not added, in two megabytes of memory.

    In a first crawl no payload is known, and an SQLite query for each takes as long as compressing it.
    """

    def __init__(self) -> None:
        self._bits = bytearray(1 << 21)

    def add(self, key: bytes) -> None:
        self._bits[int.from_bytes(key[:3], "little") >> 3] |= 1 << (key[0] & 7)

    def __contains__(self, key: bytes) -> bool:
        return bool(self._bits[int.from_bytes(key[:3], "little") >> 3] & (1 << (key[0] & 7)))


class Originals:
    """The payloads of the collection in ``directory``, whose lock the caller holds; for the writer's thread.

    The index is opened on first use, and missing files are added. It is only a hint: before a record is returned, it is
    read back completely and its checksum is verified. So neither a crash nor changed files can make a revisit refer to
    a missing record.

    After an error of the disk or SQLite, the index is no longer used, and payloads are stored again.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._was_opened = False
        self._db: sqlite3.Connection | None = None
        self._file: str | None = None
        """The file that is being written; `_number` is its id in the index."""
        self._number = 0
        self._opened: tuple[str, BinaryIO] | None = None
        self._known = _Filter()

    def find(self, payload: Payload) -> Original | None:
        """Return the record that a revisit of ``payload`` may refer to; None if the payload must be stored."""
        db = self._index()
        if db is None or not payload.may_refer or payload.key not in self._known:
            return None
        with self._failing("is given up"):
            return self._read_back(db, payload.key, payload.entity, payload.size)
        return None

    def find_unmodified(self, target_uri: str, etags: list[str]) -> Original | None:
        """Return the record that a 304 of ``target_uri`` refers to: that of the last response with status 200.

        None if there is none, or if its ETag is not in ``etags``, those of the exchange (weak comparison, RFC 9110,
        8.8.3.2): then the 304 refers to an earlier response.
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
            # If the record lacks the digest, the 304 does not have it either.
            return original if original and original.payload_digest else None
        return None

    def add(self, payload: Payload, span: Span, date: str, *, is_original: bool) -> None:
        """Note that ``payload`` was served at ``date``, and whether the record at ``span`` contains it."""
        db = self._index()
        if db is None:
            return
        with self._failing("is given up"):
            if span.file != self._file:
                self._settle(db)
                self._file, self._number = span.file, number_of(db, span.file)
            add_payload(db, self._number, FoundPayload(payload, date, span, is_original))
            if is_original:
                self._known.add(payload.key)

    def close(self) -> None:
        """Commit and close the index; to be called after the last file is finished."""
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
        """Add the payloads of a finished file; of a damaged one, those before the damage."""
        stamp = stamp_of(file.path)
        try:
            for _ in add_payloads(db, file, stamp, stream_file(file.path)):
                pass
        except ArchiveError as error:
            logger.warning("Reading for deduplication stopped here: %s", error)
        mark_known(db, file.name, stamp)

    def _settle(self, db: sqlite3.Connection) -> None:
        """Commit the entries of the previous file."""
        if self._file is not None:
            # A file that is still open will change: without a size, it is read again at the next start.
            with suppress(FileNotFoundError):
                mark_known(db, self._file, stamp_of(self._directory / self._file))
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
        values = [fields.get(f"WARC-{name}") for name in ("Target-URI", "Date", "Payload-Digest")]
        target_uri, date, payload_digest = values
        if not (target_uri and date):
            return None  # Replay tools need these to find it.
        known = (None, None) if entity.startswith(STORED) else (entity, size)
        return Original(span, target_uri.strip("<>"), date, payload_digest, *known)

    def _fields(self, span: Span) -> Fields:
        fields = check_record(span.file, self._open(span.file), span.offset, span.length)
        if fields.get("WARC-Record-ID") != span.record_id:
            raise BrokenRecordError(span.file, span.offset, f"this is not the record {span.record_id}")
        return fields

    def _open(self, name: str) -> BinaryIO:
        """Return the open file, which is kept open for the next record: a second crawl reads each file in order."""
        if self._opened is None or self._opened[0] != name:
            self._close_file()
            self._opened = (name, find(self._directory, name).open("rb"))
        return self._opened[1]

    def _close_file(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None
