"""The index of a collection: a SQLite file about its WARC files, so that no file has to be read twice.

For each response record it has the position and the payload, which revisit records refer to (ISO 28500:2017, 6.7). For
each address it has the last response. The index is made from the WARC files, and made again if it is missing, damaged,
out of date or of another version. So a killed run, files of other programs and a lost index need no special handling.
It exists beside ``index.cdxj`` because it is read and extended while a WARC file is open, which is not possible with a
sorted file.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.cdxj.files import WarcFile, find
from archive.entity import entity_start
from archive.errors import ArchiveError, BrokenRecordError, UndecodableEntityError
from archive.index_file import (
    INDEX_NAME,
    finished_files,
    forget_changed,
    know,
    noting,
    number_of,
    open_index,
    rank,
    stamp_of,
)
from archive.message import Fields, head_length, parse_fields, split_head, status_of
from archive.warc.payload import LONGEST_START, target_uri
from archive.warc.reader import Advance, StreamedRecord, read_record, stream_file
from archive.warc.record import Span

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
"""(status, header fields, text) -> something true when the answer is none of the page that was asked for."""

IsCut = Callable[["CollectionIndex", str, str], bool]
"""(index, address, text) -> whether the answer is not all of the page, as what was known before tells."""


def _is_silent(status: int) -> bool:
    """Whether an answer says nothing of the page that is there (RFC 9110, section 15)."""
    return status == 304 or status in _BUSY or status >= 500


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """What an address answered last."""

    url: str
    status: int
    """200 also where a 304 said that it is as before."""

    etag: str | None
    last_modified: str | None
    checked: str
    """``WARC-Date`` of the answer."""

    head: Span
    """The record with the HTTP head."""

    body: Span
    """The record with the body; another one when ``head`` is that of a revisit."""


class CollectionIndex:
    """The index of the collection in ``directory``, whose lock the caller holds, for one who wants to know what every
    address answered last.

    Answers that ``is_blocked`` or ``is_cut`` say nothing good of are left out: the page behind them was not seen.
    Metadata records of one of ``item_types`` are the caller's own, and given to him as they are met, as ``parse_item``
    makes them; what it refuses with a ValueError is left out: the archive may come from anybody.

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
            raise ArchiveError(f"{path}: {error}: move it away and run again; it is made again") from error

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    def get(self, url: str) -> LastAnswer | None:
        """What ``url`` (without fragment) answered last; None when it never gave an answer worth knowing."""
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
        """The latest ``WARC-Date`` of a last answer; empty when there is none."""
        return str(self._db.execute("SELECT coalesce(max(checked), '') FROM answer").fetchone()[0])

    def unknown_files(self) -> list[WarcFile]:
        """Finished WARC files that the index does not hold yet, by name, which is by age."""
        with self._db:
            forget_changed(self._db, self.directory)
        known = {name for (name,) in self._db.execute("SELECT name FROM file WHERE is_read")}
        return [file for file in finished_files(self.directory) if file.name not in known]

    def forget_files(self) -> None:
        """Have `catch_up` read all files again."""
        with self._db:
            self._db.execute("UPDATE file SET is_read = 0")

    def catch_up(self, advance: Advance = lambda size: None) -> Iterator[list[dict[str, Any]]]:
        """Read the files that are new, and yield for each the items that stand in it, in order.

        A damaged file is read up to the damage, which is logged. ``advance`` gets the numbers of bytes read.
        """
        for file in self.unknown_files():
            items: list[dict[str, Any]] = []
            told = stamp_of(file.path)
            try:
                for record in self._learning(file, told, stream_file(file.path, advance)):
                    kind, content_type = map(record.headers.get, ("WARC-Type", "Content-Type"))
                    if kind == "metadata" and content_type in self._item_types:
                        items += self._items_of(file, record)
            except BrokenRecordError as error:
                logger.warning(_DAMAGE, error)
            # Outside of the transaction: the file is known only when whoever takes them is done, so that a kill in
            # between loses nothing.
            yield items
            self._know(file, told)

    def _items_of(self, file: WarcFile, record: StreamedRecord) -> Iterator[dict[str, Any]]:
        try:
            if record.size > LARGEST_ITEM:
                raise ValueError(f"{record.size} bytes, and no item has more than {LARGEST_ITEM}")  # noqa: TRY301
            yield self._parse_item(record.start(record.size))
        except ValueError as error:
            logger.warning(
                "%s: the record at byte %d is not an item and is left out: %s", file.path, record.offset, error
            )

    def passing(
        self, file: WarcFile, records: Generator[StreamedRecord, None, None], advance: Advance = lambda size: None
    ) -> Iterator[StreamedRecord]:
        """Learn from the records of ``file`` as they pass to another reader: what `catch_up` does of a file whose items
        are taken already."""
        told = stamp_of(file.path)
        query = "SELECT 1 FROM file WHERE is_read AND name = ? AND size = ? AND mtime_ns = ?"
        if file.is_open or self._db.execute(query, (file.name, *told)).fetchone():
            yield from records
            return
        try:
            for record in self._learning(file, told, records):
                yield record
                advance(record.length())
        except BrokenRecordError as error:
            logger.warning(_DAMAGE, error)
            self._know(file, told)
            raise
        self._know(file, told)

    def _know(self, file: WarcFile, told: tuple[int, ...]) -> None:
        with self._db:
            know(self._db, file.name, told, is_read=True)

    def _learning(
        self, file: WarcFile, told: tuple[int, ...], records: Generator[StreamedRecord, None, None]
    ) -> Iterator[StreamedRecord]:
        """Learn all that the index holds of a file from its records, up to where it is damaged."""
        number = number_of(self._db, file.name)
        try:
            with closing(noting(self._db, file, told, records)) as passing:
                for record in passing:
                    yield record
                    if (kind := record.headers.get("WARC-Type")) in ("response", "revisit"):
                        self._learn_answer(number, record, kind)
        finally:
            self._db.commit()

    def _learn_answer(self, number: int, record: StreamedRecord, kind: str) -> None:
        told = record.headers
        url, date = target_uri(told) or "", told.get("WARC-Date") or ""
        block = record.start(LONGEST_START)
        here = (number, record.offset, record.length())
        head, content = split_head(block)
        fields, status = parse_fields(head), status_of(head)
        body: tuple[int, int, int] | None = here
        if kind == "response":
            is_whole = head_length(block) is not None and len(block) == record.size
            if is_whole and self._is_none(url, status, fields, content):
                return
            if record_id := told.get("WARC-Record-ID"):
                self._db.execute(_NOTE_RECORD, (record_id, *here))
            if "WARC-Truncated" in told:
                return
        else:
            query = "SELECT file, offset, length FROM record WHERE id = ? AND is_answer"
            body = self._db.execute(query, (told.get("WARC-Refers-To"),)).fetchone()
            if (told.get("WARC-Profile") or "").rstrip("/").endswith(_NOT_MODIFIED):
                self._unmodified(url, date, body)
                return
        if body is not None and status is not None and not _is_silent(status):
            self._remember(url, status, fields, date, here, body)

    def _is_none(self, url: str, status: int | None, fields: Fields, content: bytes) -> bool:
        """Whether this is no answer of the page; files other than text are what they are."""
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

    def _unmodified(self, url: str, date: str, body: tuple[int, int, int] | None) -> None:
        """A 304: what was known of the page holds on; without that, what the record tells that it refers to."""
        known = self._db.execute(
            "UPDATE answer SET checked = iif(checked > ?, ?, max(checked, ?)) WHERE url = ? AND status = 200",
            (rank(date)[1], date, date, url),
        ).rowcount
        if known or body is None:
            return
        (name,) = self._db.execute("SELECT name FROM file WHERE id = ?", body[:1]).fetchone()
        try:
            fields = read_record(find(self.directory, name), *body[1:]).http_headers
        except ArchiveError as error:
            logger.warning("The last answer of %s could not be read: %s", url, error)
            return
        self._remember(url, 200, fields, date, body, body)

    def _remember(
        self, url: str, status: int, fields: Fields, date: str, head: tuple[int, int, int], body: tuple[int, int, int]
    ) -> None:
        told = fields.get("ETag"), fields.get("Last-Modified")
        self._db.execute(_NOTE_ANSWER, (url, status, *told, date, *head, *body, url, *rank(date)))
