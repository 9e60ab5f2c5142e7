"""The index of a collection: a SQLite file about its WARC files, so that no file has to be read twice.

For each response record it has the position and the payload, which revisit records refer to (ISO 28500:2017, 6.7). For
each address it has the last response. The index is made from the WARC files, and made again if it is missing, damaged,
outdated or of another version. So a killed run, files of other programs and a lost index need no special handling. It
exists beside ``index.cdxj`` because it is read and extended while a WARC file is open, which is not possible with a
sorted file.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.cdxj.files import WarcFile, find
from archive.disk import oddity, refusal
from archive.entity import entity_start
from archive.errors import ArchiveError, BrokenRecordError, UndecodableEntityError
from archive.index_file import (
    INDEX_NAME,
    add_payloads,
    finished_files,
    forget_changed,
    mark_known,
    number_of,
    open_index,
    rank,
    stamp_of,
)
from archive.message import Fields, head_length, parse_fields, split_head, status_of
from archive.warc.payload import LONGEST_START, target_uri
from archive.warc.reader import Advance, StreamedRecord, read_record, stream_file
from archive.warc.record import Span
from archive.warc.walk import FoundRecord, walk

logger = logging.getLogger(__name__)

_NOTE_RECORD = (
    "INSERT INTO record VALUES (?, ?, ?, ?, NULL, 1) ON CONFLICT (id) DO UPDATE SET is_answer = 1,"
    " file = excluded.file, offset = excluded.offset, length = excluded.length"
)
_NOTE_ANSWER = (
    "REPLACE INTO answer SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM answer WHERE url = ? AND checked > ? AND checked <= ?)"
)
_DAMAGE = "Reading stopped here: %s (see scrapy archive-repair)"
_NOT_MODIFIED = "server-not-modified"
_BUSY = frozenset((408, 425, 429))

LARGEST_ITEM = 1 << 25
"""Bytes of a record that is read as an item."""

IsBlocked = Callable[[int, Mapping[str, str], str], object]
"""Called with (status, header fields, text); truthy if the response is not the requested page but a block page."""

IsCut = Callable[["CollectionIndex", str, str], bool]
"""Called with (index, address, text); whether the page is truncated, compared with what the index knows."""


def _is_silent(status: int) -> bool:
    """Whether a response with this status has no information about the page (RFC 9110, section 15)."""
    return status == 304 or status in _BUSY or status >= 500


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last response of an address."""

    url: str
    status: int
    """200 also if a later 304 confirmed it."""

    etag: str | None
    last_modified: str | None
    checked: str
    """``WARC-Date`` of the response."""

    head: Span
    """The record with the HTTP head."""

    body: Span
    """The record with the body; differs from ``head`` if that is a revisit."""


class CollectionIndex:
    """The index of the collection in ``directory``, with the last response of every address. The caller must hold the
    lock of the collection.

    Responses for which ``is_blocked`` or ``is_cut`` is true are left out, as they are not the page. Metadata records
    with one of the content types ``item_types`` are parsed with ``parse_item`` and returned by `catch_up`; those for
    which it raises ValueError are skipped, as the archive is not trusted.

    Raises:
        ArchiveError: the index cannot be opened.
    """

    def __init__(
        self,
        directory: Path,
        is_blocked: IsBlocked = lambda status, fields, text: False,
        item_types: Collection[str] = (),
        is_cut: IsCut = lambda index, url, text: False,
        parse_item: Callable[[bytes], dict[str, Any]] = json.loads,
    ) -> None:
        self.directory = directory
        self._is_blocked = is_blocked
        self._is_cut = is_cut
        self._item_types = frozenset(item_types)
        self._parse_item = parse_item
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._db = open_index(directory)
        except (sqlite3.Error, OSError) as error:
            path = directory / INDEX_NAME
            odd = oddity(path)
            why = None if odd else refusal(error, path)
            raise ArchiveError(
                why or f"{path}: {odd or error}: move it away and run again; it is made again"
            ) from error

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    def get(self, url: str) -> LastAnswer | None:
        """Return the last response of ``url`` (its fragment is ignored); None without a usable response."""
        row = self._db.execute(
            "SELECT url, status, etag, last_modified, checked, h.name, head_offset, head_length,"
            " b.name, body_offset, body_length FROM answer JOIN file h ON h.id = head_file"
            " JOIN file b ON b.id = body_file WHERE url = ?",
            (url.partition("#")[0],),
        ).fetchone()
        if row is None:
            return None
        address, status, etag, last_modified, checked, *spans = row
        return LastAnswer(address, status, etag, last_modified, checked, Span(*spans[:3]), Span(*spans[3:]))

    def last_date(self) -> str:
        """Return the latest ``WARC-Date`` of all last responses; empty if there are none."""
        return str(self._db.execute("SELECT coalesce(max(checked), '') FROM answer").fetchone()[0])

    def unknown_files(self) -> list[WarcFile]:
        """Return the finished WARC files that the index does not contain yet, sorted by name, which is by age."""
        with self._db:
            forget_changed(self._db, self.directory)
        known = {name for (name,) in self._db.execute("SELECT name FROM file WHERE is_read")}
        return [file for file in finished_files(self.directory) if file.name not in known]

    def forget_files(self) -> None:
        """Make `catch_up` read all files again."""
        with self._db:
            self._db.execute("UPDATE file SET is_read = 0")

    def catch_up(self, advance: Advance = lambda size: None) -> Iterator[list[dict[str, Any]]]:
        """Read the new files, and yield for each the items that it contains, in order.

        Of a damaged file, all items that can be read, and the answers up to the damage, which is logged. ``advance``
        gets the numbers of bytes read.
        """
        for file in self.unknown_files():
            items: list[dict[str, Any]] = []
            stamp = stamp_of(file.path)
            try:
                for record in self._indexing(file, stamp, stream_file(file.path, advance)):
                    items += self._items_of(file, record)
            except BrokenRecordError as error:
                logger.warning(_DAMAGE, error)
                items += self._items_after(file, error.offset)
            # Outside of the transaction: the file is marked as read only after the caller has processed the items, so
            # that a kill in between loses nothing.
            yield items
            self._mark_read(file, stamp)

    def _items_of(self, file: WarcFile, record: StreamedRecord) -> list[dict[str, Any]]:
        """The item in a record, if it is one. Raises BrokenRecordError: It is damaged."""
        kind, content_type = map(record.headers.get, ("WARC-Type", "Content-Type"))
        if kind != "metadata" or content_type not in self._item_types:
            return []
        try:
            if record.size > LARGEST_ITEM:
                raise ValueError(f"{record.size} bytes, and no item has more than {LARGEST_ITEM}")  # noqa: TRY301
            block = record.start(record.size)
            record.length()  # Only its end tells whether all bytes before are right.
            return [self._parse_item(block)]
        except ValueError as error:
            logger.warning(
                "%s: the record at byte %d is not an item and is left out: %s", file.path, record.offset, error
            )
            return []

    def _items_after(self, file: WarcFile, damage: int) -> list[dict[str, Any]]:
        """The items in a file after the damage that begins at this byte, and after any further damage."""
        items: list[dict[str, Any]] = []
        # The walk finds the starts of records in a separate stream.
        with file.path.open("rb") as walked, file.path.open("rb") as stream:
            for part in walk(str(file.path), walked, damage):
                if part.offset > damage and isinstance(part, FoundRecord):
                    with suppress(BrokenRecordError):
                        record = StreamedRecord(str(file.path), stream, part.offset, is_gzipped=part.is_gzipped)
                        items += self._items_of(file, record)
        return items

    def passing(
        self, file: WarcFile, records: Generator[StreamedRecord, None, None], advance: Advance = lambda size: None
    ) -> Iterator[StreamedRecord]:
        """Yield ``records`` of ``file``, and add them to the index meanwhile, as `catch_up` does, without the items."""
        stamp = stamp_of(file.path)
        query = "SELECT 1 FROM file WHERE is_read AND name = ? AND size = ? AND mtime_ns = ?"
        if file.is_open or self._db.execute(query, (file.name, *stamp)).fetchone():
            yield from records
            return
        try:
            for record in self._indexing(file, stamp, records):
                yield record
                advance(record.length())
        except BrokenRecordError as error:
            logger.warning(_DAMAGE, error)
            self._mark_read(file, stamp)
            raise
        self._mark_read(file, stamp)

    def _mark_read(self, file: WarcFile, stamp: tuple[int, ...]) -> None:
        with self._db:
            mark_known(self._db, file.name, stamp, is_read=True)

    def _indexing(
        self, file: WarcFile, stamp: tuple[int, ...], records: Generator[StreamedRecord, None, None]
    ) -> Iterator[StreamedRecord]:
        """Yield the records of a file up to its first damage, and add them to the index."""
        number = number_of(self._db, file.name)
        try:
            with closing(add_payloads(self._db, file, stamp, records)) as passing:
                for record in passing:
                    yield record
                    if (kind := record.headers.get("WARC-Type")) in ("response", "revisit"):
                        self._add_answer(number, record, kind)
        finally:
            self._db.commit()

    def _add_answer(self, number: int, record: StreamedRecord, kind: str) -> None:
        headers = record.headers
        url, date = target_uri(headers) or "", headers.get("WARC-Date") or ""
        block = record.start(LONGEST_START)
        position = (number, record.offset, record.length())
        head, content = split_head(block)
        fields, status = parse_fields(head), status_of(head)
        body: tuple[int, int, int] | None = position
        if kind == "response":
            is_whole = head_length(block) is not None and len(block) == record.size
            if is_whole and self._is_not_the_page(url, status, fields, content):
                return
            if record_id := headers.get("WARC-Record-ID"):
                self._db.execute(_NOTE_RECORD, (record_id, *position))
            if "WARC-Truncated" in headers:
                return
        else:
            query = "SELECT file, offset, length FROM record WHERE id = ? AND is_answer"
            body = self._db.execute(query, (headers.get("WARC-Refers-To"),)).fetchone()
            if (headers.get("WARC-Profile") or "").rstrip("/").endswith(_NOT_MODIFIED):
                self._confirm(url, date, body)
                return
        if body is not None and status is not None and not _is_silent(status):
            self._store_answer(url, status, fields, date, position, body)

    def _is_not_the_page(self, url: str, status: int | None, fields: Fields, content: bytes) -> bool:
        """Whether the response is not the page itself; only texts are examined."""
        if status is None:
            return False
        text = ""
        if (fields.get("Content-Type") or "text/html").lower().startswith("text/"):
            try:
                text = entity_start(fields, [content], LONGEST_START).decode("utf-8", "replace")
            except UndecodableEntityError:
                return False
        if self._is_blocked(status, dict(fields), text):
            return True
        return status == 200 and self._is_cut(self, url, text)

    def _confirm(self, url: str, date: str, body: tuple[int, int, int] | None) -> None:
        """Process a 304: update the last response, or add the response that the revisit record refers to."""
        updated = self._db.execute(
            "UPDATE answer SET checked = iif(checked > ?, ?, max(checked, ?)) WHERE url = ? AND status = 200",
            (rank(date)[1], date, date, url),
        ).rowcount
        if updated or body is None:
            return
        (name,) = self._db.execute("SELECT name FROM file WHERE id = ?", body[:1]).fetchone()
        try:
            fields = read_record(find(self.directory, name), *body[1:]).http_headers
        except ArchiveError as error:
            logger.warning("The last answer of %s could not be read: %s", url, error)
            return
        self._store_answer(url, 200, fields, date, body, body)

    def _store_answer(
        self, url: str, status: int, fields: Fields, date: str, head: tuple[int, int, int], body: tuple[int, int, int]
    ) -> None:
        validators = fields.get("ETag"), fields.get("Last-Modified")
        self._db.execute(_NOTE_ANSWER, (url, status, *validators, date, *head, *body, url, *rank(date)))
