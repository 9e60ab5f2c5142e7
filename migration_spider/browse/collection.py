"""The collection that is browsed: the database of a release; in memory, the order of its stories and their facets."""

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
"""Questions whose answers are kept."""

Ranks = Mapping[int, tuple[float, int]]
"""Position of a story -> (how well its best text fits, row of that text in the full-text index), best match first."""


@dataclass(frozen=True, slots=True)
class About:
    """What a collection says of itself."""

    name: str
    """``Release 2026-11-26``, or ``Items as of 2026-11-26``."""

    whole: str
    """Completeness: one sentence without its full stop."""

    complete: bool | None
    """None: not known."""

    created: str
    """UTC time of the last thing known in it, ISO 8601 with Z."""

    is_release: bool


class Collection:
    """The stories of a release, or of the items in a data folder, ready to be asked.

    Handlers run in threads: each has a connection of its own. Nothing of it changes.

    Args:
        folder: of the release; has ``news.sqlite``, ``news.jsonl``, ``stories.jsonl``, ``history.jsonl``.
        archive: the records that it cites; None where they are not at hand.
        data_dir: the data folder that it was made of; None for a release.

    Raises:
        DatasetError: there is no such database, or none that can be browsed.
    """

    def __init__(self, folder: Path, archive: Archive | None = None, data_dir: Path | None = None) -> None:
        self.folder, self.archive, self.data_dir = folder, archive, data_dir
        self.database = folder / DATABASE
        self._here = threading.local()
        self.ranks: dict[tuple[str, str | None], Ranks] = {}
        """(words, their language) -> the stories that have them: of the last questions."""
        try:
            self._load()
        except sqlite3.Error as error:
            raise DatasetError(f"{self.database}: {error}: this release cannot be browsed") from error

    def connect(self) -> sqlite3.Connection:
        """The connection of this thread: for reading, rows by name, with the SQL function ``search_terms``."""
        held: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if held is None:
            held = connect(self.database)
            held.row_factory = sqlite3.Row
            self._here.connection = held
        return held

    def remember(self, query: str, language: str | None, ranks: Ranks) -> None:
        """Keep the answer to a question: its next page and its facets are asked for next."""
        while len(self.ranks) >= MOST_REMEMBERED:
            with suppress(KeyError, StopIteration):  # another thread was first
                del self.ranks[next(iter(self.ranks))]
        self.ranks[query, language] = ranks

    def unplaced(self, sentence: str) -> str:
        """``sentence`` without the folders of this machine: where they lie is nobody's business."""
        told = {self.folder: "the collection"}
        if self.archive:
            told |= {self.archive.index.parent: "the archive", self.archive.folder: "the archive"}
        if self.data_dir:
            told[self.data_dir] = "the data folder"
        told |= {path.resolve(): what for path, what in told.items()}
        for path in sorted(told, key=lambda path: len(path.parts), reverse=True):
            if path.parts[1:]:  # "/" and "data" stand in other words too
                sentence = sentence.replace(f"{path}/", "").replace(str(path), told[path])
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
            """The newest first, those without date last."""

            self.position = {story: place for place, story in enumerate(self.ids)}
            self.dates: Sequence[str] = [row[1] for row in rows if row[1] is not None]
            """Of publication, of the first stories; the others have none."""

            self.changed: Sequence[str] = [row[2] for row in rows]
            """When one of the story's items last changed; UTC, ISO 8601 with Z."""

            self.everything = (1 << len(self.ids)) - 1
            """The set of all stories."""

            places = db.execute("SELECT fts_row, story_id FROM news").fetchall()
            self.story_of_row = array("l", [-1]) * (max((row for row, _ in places), default=0) + 1)
            """Row of the full-text index -> position of its story."""
            for row, story in places:
                self.story_of_row[row] = self.position.get(story, -1)
            self.facets = facets.read(db, self.position)
        finally:
            db.close()

    @cached_property
    def by_change(self) -> Sequence[int]:
        """Positions of the stories, the last change first."""
        return sorted(range(len(self.ids)), key=lambda place: self.changed[place], reverse=True)

    @cached_property
    def about(self) -> About:
        """What it says of itself."""
        told = descriptor(self.folder)
        created = str(told.get("created", ""))
        is_release = self.data_dir is None
        return About(
            name=f"Release {told.get('version')}"
            if is_release
            else f"Items as of {created[:16].replace('T', ' ')} UTC",
            whole=str(told.get("whole") or NOT_KNOWN.said),
            complete=told.get("complete"),
            created=created,
            is_release=is_release,
        )
