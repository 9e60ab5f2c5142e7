"""The collection that is browsed: the database of a release, with the order and facets of its stories in memory."""

from __future__ import annotations

import sqlite3
import threading
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archive.dataset import DatasetError
from archive.dataset.edition import NOT_KNOWN
from archive.dataset.search import connect
from archive.dataset.shelf import descriptor
from migration_spider.browse import facets, needed
from migration_spider.browse.archived import Archive

DATABASE = "news.sqlite"

MOST_REMEMBERED = 8
"""Queries whose results are cached."""

Ranks = Mapping[int, tuple[float, int]]
"""Position of a story -> (rank of its best text, row of that text in the full-text index); the best match first."""


@dataclass(frozen=True, slots=True)
class About:
    """The description of a collection."""

    name: str
    """``Release 2026-11-26``, or ``Items as of 2026-11-26``."""

    whole: str
    """Completeness: one sentence without its full stop."""

    complete: bool | None
    """None: not known."""

    created: str
    """UTC time of its newest information, ISO 8601 with Z."""

    is_release: bool


class Collection:
    """The stories of a release, or of the items in a data folder. Read-only.

    Thread-safe: each thread has its own connection.

    Args:
        folder: Folder of the release, with ``news.sqlite``, ``news.jsonl``, ``stories.jsonl``, ``history.jsonl``.
        archive: The archive that it cites; None if it is not available.
        data_dir: The data folder that it was made of; None for a release.

    Raises:
        DatasetError: The database is missing or cannot be browsed.
    """

    def __init__(self, folder: Path, archive: Archive | None = None, data_dir: Path | None = None) -> None:
        self.folder, self.archive, self.data_dir = folder, archive, data_dir
        self.database = folder / DATABASE
        self._of_thread = threading.local()
        self.ranks: dict[tuple[str, str | None], Ranks] = {}
        """(query, its language) -> the matching stories, for the last queries."""
        try:
            self._load()
        except sqlite3.Error as error:
            raise DatasetError(f"{self.database}: {error}: this release cannot be browsed") from error

    def connect(self) -> sqlite3.Connection:
        """The read-only connection of this thread, with rows by name and the SQL function ``search_terms``."""
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = connect(self.database)
            connection.row_factory = sqlite3.Row
            self._of_thread.connection = connection
        return connection

    def remember(self, query: str, language: str | None, ranks: Ranks) -> None:
        """Cache the result of a query, because its facets and next page are usually requested next."""
        while len(self.ranks) >= MOST_REMEMBERED:
            with suppress(KeyError, StopIteration):  # another thread removed it first
                del self.ranks[next(iter(self.ranks))]
        self.ranks[query, language] = ranks

    def without_paths(self, sentence: str) -> str:
        """``sentence`` without the paths of this machine, which are private."""
        names = {self.folder: "the collection"}
        if self.archive:
            names |= {self.archive.index.parent: "the archive", self.archive.folder: "the archive"}
        if self.data_dir:
            names[self.data_dir] = "the data folder"
        names |= {path.resolve(): name for path, name in names.items()}
        for path in sorted(names, key=lambda path: len(path.parts), reverse=True):
            if path.parts[1:]:  # "/" and "data" also occur in other words
                sentence = sentence.replace(f"{path}/", "").replace(str(path), names[path])
        return sentence

    def _load(self) -> None:
        db = connect(self.database)
        try:
            needed.require(db, self.database)
            rows = db.execute(
                "SELECT s.id, s.publication_date, max(n.last_changed) FROM stories s JOIN news n ON n.story_id = s.id"
                " GROUP BY s.id ORDER BY s.publication_date IS NULL, s.publication_date DESC, s.id"
            ).fetchall()
            self.ids: Sequence[str] = [row[0] for row in rows]
            """By date, newest first; stories without a date come last."""

            self.position = {story: place for place, story in enumerate(self.ids)}
            self.dates: Sequence[str] = [row[1] for row in rows if row[1] is not None]
            """Dates of publication of the first stories; the others have none."""

            self.changed: Sequence[str] = [row[2] for row in rows]
            """Time of the last change of an item of each story; UTC, ISO 8601 with Z."""

            self.everything = (1 << len(self.ids)) - 1
            """The set of all stories."""

            indexed = db.execute("SELECT fts_row, story_id FROM news").fetchall()
            self.story_of_row = array("l", [-1]) * (max((row for row, _ in indexed), default=0) + 1)
            """Row of the full-text index -> position of its story."""
            for row, story in indexed:
                self.story_of_row[row] = self.position.get(story, -1)
            self.facets = facets.read(db, self.position)
        finally:
            db.close()

    @cached_property
    def by_change(self) -> Sequence[int]:
        """Positions of the stories, by last change, newest first."""
        return sorted(range(len(self.ids)), key=lambda place: self.changed[place], reverse=True)

    @cached_property
    def about(self) -> About:
        """The description in ``datapackage.json``."""
        package = descriptor(self.folder)
        created = str(package.get("created", ""))
        is_release = self.data_dir is None
        return About(
            name=f"Release {package.get('version')}"
            if is_release
            else f"Items as of {created[:16].replace('T', ' ')} UTC",
            whole=str(package.get("whole") or NOT_KNOWN.sentence),
            complete=package.get("complete"),
            created=created,
            is_release=is_release,
        )
