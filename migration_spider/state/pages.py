"""What every address answered last, and where that stands in the archive: an index of the WARC files.

It is brought up to date from the files themselves, at the start and at the end of a run, so a killed run, a plain
``scrapy crawl`` and a lost database all heal in the same way.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import ArchiveError, BrokenRecordError, Span, UndecodableEntityError
from archive.cdxj.files import WarcFile, warc_files
from archive.entity import decode_entity
from archive.message import Fields, head_length, parse_fields, status_of
from archive.warc.reader import StreamedRecord, read_record, stream_file
from migration_spider.items import ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE

logger = logging.getLogger(__name__)

_LONGEST_HEAD = 1 << 20
_NOT_MODIFIED = "server-not-modified"
_BUSY = frozenset((408, 425, 429))
"""Answers that say nothing of the page; so do those from 500 on (RFC 9110, section 15)."""

ITEM_TYPES = frozenset((ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE))


@dataclass(frozen=True, slots=True)
class Page:
    """The last answer of an address."""

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


IsBlocked = Callable[[int, Mapping[str, str], str], object]
"""(status, header fields, text) -> something true when the answer is none of the page that was asked for."""


class Pages:
    """The index in ``database`` (an open connection) of the collection in ``directory``.

    Answers that ``is_blocked`` says nothing good of are left out: the page behind them was not seen.
    """

    def __init__(
        self, database: sqlite3.Connection, directory: Path, is_blocked: IsBlocked = lambda status, fields, text: False
    ) -> None:
        self._db = database
        self.directory = directory
        self._is_blocked = is_blocked

    def get(self, url: str) -> Page | None:
        """What ``url`` (without fragment) answered last; None when it never gave an answer worth knowing."""
        row = self._db.execute("SELECT * FROM page WHERE url = ?", (url.partition("#")[0],)).fetchone()
        if row is None:
            return None
        address, status, etag, last_modified, checked, *spans = row
        return Page(address, status, etag, last_modified, checked, Span(*spans[:3]), Span(*spans[3:]))

    def count(self) -> int:
        """Number of addresses."""
        return int(self._db.execute("SELECT count(*) FROM page").fetchone()[0])

    def unknown_files(self) -> list[WarcFile]:
        """Finished WARC files that the index does not hold yet, by name, which is by age."""
        if not self.directory.is_dir():
            return []
        known = dict(self._db.execute("SELECT name, size FROM warc_file"))
        files = [file for file in warc_files(self.directory) if not file.is_open]
        return [file for file in files if known.get(file.name) != file.path.stat().st_size]

    def forget_files(self) -> None:
        """Have `catch_up` read all files again."""
        with self._db:
            self._db.execute("DELETE FROM warc_file")

    def catch_up(self, advance: Callable[[int], None] = lambda size: None) -> Iterator[list[dict[str, Any]]]:
        """Read the files that are new, and yield for each the items and tombstones that stand in it, in order.

        A damaged file is read up to the damage, which is logged. ``advance`` gets the numbers of bytes read.
        """
        for file in self.unknown_files():
            size = file.path.stat().st_size
            items: list[dict[str, Any]] = []
            with self._db:
                try:
                    for record in stream_file(file.path, advance):
                        self._learn(file.name, record)
                        if _is_item(record):
                            items.append(json.loads(b"".join(record.chunks())))
                except BrokenRecordError as error:
                    logger.warning("Read no further than this: %s (see scrapy archive-repair)", error)
            # Outside of the transaction: whoever takes them writes to the same database. The file is known only when
            # that is done, so that a kill in between loses nothing.
            yield items
            self._know(file, size)

    def passing(
        self, file: WarcFile, records: Iterator[StreamedRecord], advance: Callable[[int], None] = lambda size: None
    ) -> Iterator[StreamedRecord]:
        """Learn from the records of ``file`` as they pass to another reader: what `catch_up` does of a file whose items
        are written already."""
        if file not in self.unknown_files():
            yield from records
            return
        size = file.path.stat().st_size
        with self._db:
            for record in records:
                # First of all, since the other reader may want no more than the end of the block.
                record.start(_LONGEST_HEAD)
                yield record
                self._learn(file.name, record)
                advance(record.length())
        self._know(file, size)

    def _know(self, file: WarcFile, size: int) -> None:
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO warc_file VALUES (?, ?)", (file.name, size))

    def _learn(self, file: str, record: StreamedRecord) -> None:
        kind = record.headers.get("WARC-Type")
        if kind in ("response", "revisit"):
            self._learn_answer(file, record, kind)

    def _learn_answer(self, file: str, record: StreamedRecord, kind: str) -> None:
        told = record.headers
        url, date = (told.get("WARC-Target-URI") or "").strip("<>"), told.get("WARC-Date") or ""
        block = record.start(_LONGEST_HEAD)
        here = Span(file, record.offset, record.length())
        head = head_length(block)
        fields = parse_fields(block[:head]) if head else Fields()
        status = status_of(block)
        body: Span | None = here
        if kind == "response":
            text = _text(fields, block[head:]) if status is not None and head and len(block) == record.size else None
            if status is not None and text is not None and self._is_blocked(status, dict(fields), text):
                return
            self._db.execute(
                "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
                (told.get("WARC-Record-ID"), here.file, here.offset, here.length),
            )
            if "WARC-Truncated" in told:
                return
        else:
            body = self._span(told.get("WARC-Refers-To"))
            if (told.get("WARC-Profile") or "").rstrip("/").endswith(_NOT_MODIFIED):
                self._unmodified(url, date, body)
                return
        if body is None or status is None or status == 304 or status in _BUSY or status >= 500:
            return
        self._remember(Page(url, status, fields.get("ETag"), fields.get("Last-Modified"), date, here, body))

    def _span(self, record_id: str | None) -> Span | None:
        row = self._db.execute("SELECT file, offset, length FROM record WHERE id = ?", (record_id,)).fetchone()
        return Span(*row) if row else None

    def _unmodified(self, url: str, date: str, body: Span | None) -> None:
        """A 304: what was known of the page holds on; without that, what the record tells that it refers to."""
        known = self._db.execute(
            "UPDATE page SET checked = max(checked, ?) WHERE url = ? AND status = 200", (date, url)
        ).rowcount
        if known or body is None:
            return
        try:
            fields = read_record(self.directory / body.file, body.offset, body.length).http_headers
        except ArchiveError as error:
            logger.warning("Not known what %s answered: %s", url, error)
            return
        self._remember(Page(url, 200, fields.get("ETag"), fields.get("Last-Modified"), date, body, body))

    def _remember(self, page: Page) -> None:
        head, body = page.head, page.body
        self._db.execute(
            "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET"
            " status = excluded.status, etag = excluded.etag, last_modified = excluded.last_modified,"
            " checked = excluded.checked, head_file = excluded.head_file, head_offset = excluded.head_offset,"
            " head_length = excluded.head_length, body_file = excluded.body_file, body_offset = excluded.body_offset,"
            " body_length = excluded.body_length WHERE excluded.checked >= checked",
            (
                page.url, page.status, page.etag, page.last_modified, page.checked,
                head.file, head.offset, head.length, body.file, body.offset, body.length,
            ),
        )  # fmt: skip


def _is_item(record: StreamedRecord) -> bool:
    fields = record.headers
    return fields.get("WARC-Type") == "metadata" and fields.get("Content-Type") in ITEM_TYPES


def _text(fields: Fields, body: bytes) -> str | None:
    """The text of a page; nothing of other files, None when it cannot be decoded."""
    if not (fields.get("Content-Type") or "text/html").lower().startswith("text/"):
        return ""
    try:
        return b"".join(decode_entity(fields, [body])).decode("utf-8", "replace")
    except UndecodableEntityError:
        return None
