"""Writes and repairs ``items/news.jsonl``, and keeps an index of it in SQLite.

The file is the source of truth. The index is updated from it when the store is opened, so a deleted or outdated
database is repaired automatically. docs/harvest.md says how often a harvest reads the file, and why.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from archive.dataset.lines import TOMBSTONE, Span, dump
from archive.disk import linked, oddity
from migration_spider import life
from migration_spider.exceptions import StateError
from migration_spider.items import filled
from migration_spider.state.database import open_database
from migration_spider.state.lines import DRAFT, Record, read, require_file, written_anew

Key = tuple[str, int]
"""Id and version: there is one line of each."""

CHUNK = 1 << 20


class Stored(Protocol):
    """The values of the last stored version of an item that the next one depends on."""

    @property
    def version(self) -> int: ...
    @property
    def first_seen(self) -> str: ...
    @property
    def content_sha256(self) -> str: ...
    @property
    def withdrawn(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Item:
    """An item in the index."""

    id: str
    url: str
    version: int
    first_seen: str
    last_changed: str
    published: str | None
    withdrawn: str | None
    """Reason of its tombstone, if that is its last line."""

    node_id: int | None
    language: str | None
    title: str | None
    content_sha256: str
    """Digest of the last line that is not a tombstone."""


COLUMNS = "id, url, version, first_seen, last_changed, published, tombstone, node_id, language, title, content_sha256"
"""Columns of the table ``item`` for an `Item`."""

_REMEMBER = """
INSERT INTO item VALUES (:id, :url, :version, :content_sha256, :first_seen, :last_changed, :published, :tombstone,
    :node_id, :language, :title, NULL, :filled)
ON CONFLICT (id) DO UPDATE SET url = excluded.url,
    moved_from = CASE WHEN excluded.url = url THEN moved_from ELSE url END,
    version = excluded.version, last_changed = excluded.last_changed, tombstone = excluded.tombstone,
    node_id = excluded.node_id, language = excluded.language, title = excluded.title
"""
# A tombstone has no content, so the earlier digest is kept in case that the item comes back.
_REMEMBER_CONTENT = """,
    content_sha256 = excluded.content_sha256, published = excluded.published, filled = excluded.filled
"""


def life_of(content_sha256: str, before: Stored | None, *, is_missed: bool = False) -> life.Rule:
    """The rule for an item that was found with this content, by its last stored version."""
    is_withdrawn = before is not None and before.withdrawn is not None
    state = life.state_of(is_known=before is not None, is_missed=is_missed, is_withdrawn=is_withdrawn)
    return life.met(state, is_same=before is not None and before.content_sha256 == content_sha256)


def revise(item: MutableMapping[str, Any], before: Stored | None) -> bool:
    """Set version and times of ``item`` by the last stored version; return False if its content has not changed.

    After a tombstone, the item is always a new version.
    """
    if not life_of(item["content_sha256"], before).line:
        return False
    item["version"] = before.version + 1 if before else 1
    # The minimum, because a clock that was ahead once must not make it first seen after it changed.
    item["first_seen"] = min(before.first_seen, item["fetched_at"]) if before else item["fetched_at"]
    item["last_changed"] = item["fetched_at"]
    return True


class ItemStore:
    """The lines in ``path`` (which need not exist yet), with an index of them in ``database``.

    Opening removes an incomplete last line, because a line counts as stored only when it is complete and synced. The
    removed bytes are kept as ``<name>.torn``.

    Args:
        mending: Store the positions of all lines for `mend`.
        anew: Read all lines, as if the index was of another file.

    Raises:
        StateError: The file or the database cannot be opened or written.
        BadLineError: A complete line is not an item.
    """

    def __init__(self, database: Path, path: Path, *, mending: bool = False, anew: bool = False) -> None:
        self.path = path
        self.torn = 0
        """Number of bytes that were removed."""
        self.is_other_file = False
        """Whether the index was of another file: lines were lost or inserted, or the index is new."""
        self._spans: dict[Key, Span] | None = {} if mending else None
        require_file(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database.parent.mkdir(parents=True, exist_ok=True)
            self._open()
        except OSError as error:
            raise StateError(f"{path} cannot be written: {error.strerror}") from error
        try:
            self._db = open_database(database)
        except BaseException:
            self._file.close()
            raise
        try:
            self._catch_up(anew=anew)
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        # Unbuffered, so that after a failed write no data stays in memory and is written later.
        self._file = self.path.open("ab+", buffering=0)

    def close(self) -> None:
        self._db.close()
        self._file.close()

    def item(self, item_id: str) -> Item | None:
        """The item ``item_id``, if it is stored."""
        row = self._db.execute(f"SELECT {COLUMNS} FROM item WHERE id = ?", (item_id,)).fetchone()  # noqa: S608
        return Item(*row) if row else None

    def append(self, record: Record, *, sync: bool = True) -> None:
        """Write one line and sync it to disk; only then the item is stored. Raises OSError: It cannot be written.

        Without ``sync``, the caller has to close and sync the file.
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
            # Remove the part of a line that a full disk may leave, so that the next line is not appended to it.
            os.truncate(self.path, end)
            raise
        with self._db:
            self._remember(record)
            self._mark(end + len(line), line)

    def _catch_up(self, *, anew: bool) -> None:
        """Read the lines that are not in the index, or all if it is of another file; remove an incomplete line."""
        row = self._db.execute("SELECT size, digest FROM lines").fetchone()
        done = row[0] if row else 0
        self._digest = self._digest_of(done)
        self.is_other_file = anew or row is None or self._digest.hexdigest() != row[1]
        with self._db:
            if self.is_other_file:
                done, self._digest = 0, sha256()
                self._db.execute("DELETE FROM item")
            for offset, line, record in read(self.path, begin=done):
                self._remember(record)
                self._digest.update(line)
                done = offset + len(line)
                if self._spans is not None:
                    self._spans[record["id"], record["version"]] = offset, len(line)
            self._cut(done)
            self._mark(done)

    def _cut(self, end: int) -> None:
        """Move the bytes after ``end`` to ``<name>.torn``."""
        self.torn = self._file.seek(0, os.SEEK_END) - end
        if not self.torn:
            return
        path = self.path.with_name(self.path.name + ".torn")
        if odd := linked(path) or oddity(path):
            raise StateError(f"{path} {odd}: move it away")
        self._file.seek(end)
        with path.open("ab") as kept:
            shutil.copyfileobj(self._file, kept, CHUNK)
            kept.write(b"\n")
        os.truncate(self.path, end)

    def _digest_of(self, size: int) -> Any:
        """The digest of the first ``size`` bytes, which differs for a changed file, but not for one that only grew."""
        digest = sha256()
        with self.path.open("rb") as stream:
            while chunk := stream.read(min(CHUNK, size)):
                digest.update(chunk)
                size -= len(chunk)
        return digest

    def _remember(self, record: Record) -> None:
        gone = record.get(TOMBSTONE)
        self._db.execute(
            _REMEMBER if gone else _REMEMBER + _REMEMBER_CONTENT,
            {
                **{name: record[name] for name in ("id", "url", "version", "first_seen", "last_changed")},
                **{name: record.get(name) for name in ("node_id", "language", "title")},
                "content_sha256": record.get("content_sha256", ""),
                "published": record.get("publication_date"),
                "filled": filled(record.get),
                "tombstone": gone["reason"] if gone else None,
            },
        )

    def _mark(self, size: int, line: bytes = b"") -> None:
        self._digest.update(line)
        self._db.execute("INSERT OR REPLACE INTO lines VALUES (1, ?, ?)", (size, self._digest.hexdigest()))

    # ---- repair

    def mend(self, archived: Iterable[Sequence[Mapping[str, Any]]]) -> int:
        """Insert missing lines from the archive into the file; existing lines stay the same, byte for byte.

        ``archived`` are the items and tombstones in the order of the archive. Returns the number of missing lines.
        Raises StateError: The file cannot be written.
        """
        there, spans = self._spans or {}, dict[Key, Span]()
        try:
            with tempfile.TemporaryFile(dir=self.path.parent, prefix=DRAFT) as spool:
                for record in (record for records in archived for record in records):
                    line, key = dump(record), (record["id"], record["version"])
                    # If a version is archived twice, the first run was killed before it wrote the line.
                    spans.pop(key, None)
                    spans[key] = spool.tell(), len(line)
                    spool.write(line)
                lacking = spans.keys() - there.keys()
                if lacking:
                    with written_anew(self.path) as draft, self.path.open("rb") as old:
                        for key in _in_order(list(there), list(spans)):
                            stream, span = (old, there[key]) if key in there else (spool, spans[key])
                            stream.seek(span[0])
                            draft.write(stream.read(span[1]))
                    self._file.close()
                    self._open()
                    self._spans = None
                    self._catch_up(anew=True)
        except OSError as error:
            raise StateError(f"{self.path} cannot be repaired: {error.strerror}") from error
        return len(lacking)


def _in_order(there: Sequence[Key], archived: Sequence[Key]) -> Iterator[Key]:
    """Yield all keys in the order of the archive; those that are not in it come after the one that they followed."""
    known = set(archived)
    behind: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in there:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    yield from behind.get(None, ())
    for key in archived:
        yield key
        yield from behind.get(key, ())
