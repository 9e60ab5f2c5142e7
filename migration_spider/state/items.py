"""What is already stored: for every item id its version, digest and times, in SQLite beside the JSON lines.

``items/news.jsonl`` is the truth; the database is an index of it and is brought up to date from it when opened, so a
deleted or outdated database heals itself.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

from archive.dataset.lines import dump
from migration_spider.exceptions import StateError
from migration_spider.items import NewsItem
from migration_spider.state.database import open_database

TAIL = 4096


@dataclass(frozen=True, slots=True)
class Known:
    """The last stored version of an item."""

    version: int
    content_sha256: str
    first_seen: str
    last_changed: str
    withdrawn: str | None = None
    """Reason of the tombstone, when that is the last line."""


def revise(item: NewsItem, known: Known | None) -> bool:
    """Give ``item`` its version and times beside the last stored version; False when its content is as before.

    An item that had a tombstone says something new by being there.
    """
    if known and known.content_sha256 == item.content_sha256 and not known.withdrawn:
        return False
    item.version = known.version + 1 if known else 1
    item.first_seen = known.first_seen if known else item.fetched_at
    item.last_changed = item.fetched_at
    return True


class State:
    """Index of ``lines`` (a path to JSON lines, which need not exist yet) kept in ``database``.

    Opening cuts an incomplete last line off (a line counts as stored only once it is whole and synced; the torn
    bytes are kept beside it as ``<name>.torn``) and raises StateError when a whole line is not an item.
    """

    def __init__(self, database: Path, lines: Path) -> None:
        self.lines = lines
        try:
            lines.parent.mkdir(parents=True, exist_ok=True)
            database.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: after a failed write nothing may linger in memory and come out later.
            self._file = lines.open("ab+", buffering=0)
        except OSError as error:
            raise StateError(f"{lines} cannot be written: {error.strerror}") from error
        try:
            self._db = open_database(database)
        except BaseException:
            self._file.close()
            raise
        self.is_other_file = False
        """Whether the index was of another file: lines were lost or put there, or the index is new."""
        try:
            self.torn = self._cut_torn_line()
            self._catch_up()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> State:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()
        self._file.close()

    def known(self, item_id: str) -> Known | None:
        """The last stored version of ``item_id``."""
        row = self._db.execute(
            "SELECT version, content_sha256, first_seen, last_changed, tombstone FROM item WHERE id = ?", (item_id,)
        ).fetchone()
        return Known(*row) if row else None

    def count(self) -> int:
        """Number of items whose last line is no tombstone."""
        return int(self._db.execute("SELECT count(*) FROM item WHERE tombstone IS NULL").fetchone()[0])

    def is_empty(self) -> bool:
        """Whether there is no line at all."""
        return self._db.execute("SELECT 1 FROM item LIMIT 1").fetchone() is None

    def append(self, record: dict[str, Any], *, sync: bool = True) -> None:
        """Write one line and sync it to disk; only then is the item stored. Raises OSError when it cannot be.

        Without ``sync`` the line is durable when the file is closed and synced by the caller.
        """
        line = dump(record)
        end = self._file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]
            if sync:
                os.fsync(self._file.fileno())
        except OSError:
            # A full disk may leave half a line: take it off, so that the next line does not join it.
            os.truncate(self.lines, end)
            raise
        with self._db:
            self._remember(record)
            self._mark(end + len(line))

    def _cut_torn_line(self) -> int:
        size = self._file.seek(0, os.SEEK_END)
        end = size
        tail = b""
        while end > 0 and b"\n" not in tail:
            start = max(0, end - TAIL)
            self._file.seek(start)
            tail = self._file.read(end - start) + tail
            end = start
        whole = end + tail.rfind(b"\n") + 1
        if whole < size:
            self._file.seek(whole)
            with self.lines.with_name(self.lines.name + ".torn").open("ab") as kept:
                kept.write(self._file.read() + b"\n")
            os.truncate(self.lines, whole)
        return size - whole

    def _catch_up(self) -> None:
        size = self._file.seek(0, os.SEEK_END)
        row = self._db.execute("SELECT size, tail FROM lines").fetchone()
        done = row[0] if row and row[0] <= size and row[1] == self._tail(row[0]) else 0
        self.is_other_file = row is None or done < row[0]
        with self._db:
            if done == 0:
                self._db.execute("DELETE FROM item")
            offset = done
            with self.lines.open("rb") as lines:
                lines.seek(done)
                for line in lines:
                    try:
                        self._remember(json.loads(line))
                    except (ValueError, KeyError, TypeError, sqlite3.Error) as error:
                        raise StateError(
                            f"{self.lines}: the line at byte {offset} is not an item ({error}): "
                            "`scrapy harvest` mends the file from the archive"
                        ) from error
                    offset += len(line)
            self._mark(offset)

    def _remember(self, record: dict[str, Any]) -> None:
        tombstone = record.get("tombstone")
        self._db.execute(
            "INSERT INTO item VALUES (:id, :url, :version, :content_sha256, :first_seen, :last_changed, :published,"
            " :tombstone, :node_id, :language, :title, NULL) ON CONFLICT (id) DO UPDATE SET url = excluded.url,"
            " moved_from = CASE WHEN excluded.url = url THEN moved_from ELSE url END,"
            " version = excluded.version, last_changed = excluded.last_changed, tombstone = excluded.tombstone,"
            " node_id = excluded.node_id, language = excluded.language, title = excluded.title,"
            # A tombstone says nothing of the content, which stays known for the day when the item is back.
            " content_sha256 = CASE WHEN excluded.tombstone IS NULL"
            " THEN excluded.content_sha256 ELSE content_sha256 END,"
            " published = CASE WHEN excluded.tombstone IS NULL THEN excluded.published ELSE published END",
            {
                "content_sha256": "",
                **{name: record[name] for name in ("id", "url", "version", "first_seen", "last_changed")},
                **({} if tombstone else {"content_sha256": record["content_sha256"]}),
                "published": record.get("publication_date"),
                "tombstone": tombstone["reason"] if tombstone else None,
                **{name: record.get(name) for name in ("node_id", "language", "title")},
            },
        )

    def _mark(self, size: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO lines VALUES (1, ?, ?)", (size, self._tail(size)))

    def _tail(self, size: int) -> str:
        """Digest of the last bytes before ``size``: tells a file that was replaced from one that grew."""
        start = max(0, size - TAIL)
        self._file.seek(start)
        return sha256(self._file.read(size - start)).hexdigest()
