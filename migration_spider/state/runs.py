"""The runs of `scrapy harvest`: which run continues which, what they found, and what they could not settle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run."""

    id: str
    cycle: str
    """Id of the first run of a harvest in several parts: an interrupted run and those that continued it."""

    started: str
    ended: str | None
    """None for a run that is still running, or was killed."""

    pid: int
    options: dict[str, Any]
    exit_code: int | None
    finish_reason: str | None
    counts: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether it finished, with any result."""
        return self.finish_reason == "finished"


class Named(Mapping[str, "str | None"]):
    """The addresses stored with `Runs.set_named`, read from the table each time, as they may not fit into memory."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def __getitem__(self, url: str) -> str | None:
        row = self._db.execute("SELECT lastmod FROM named WHERE url = ?", (url,)).fetchone()
        if row is None:
            raise KeyError(url)
        lastmod: str | None = row[0]
        return lastmod

    def __iter__(self) -> Iterator[str]:
        last = ""
        query = "SELECT url FROM named WHERE url > ? ORDER BY url LIMIT 500"
        while rows := self._db.execute(query, (last,)).fetchall():
            yield from (url for (url,) in rows)
            last = rows[-1][0]

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM named").fetchone()[0])

    def __bool__(self) -> bool:
        return self._db.execute("SELECT 1 FROM named LIMIT 1").fetchone() is not None


class Runs:
    """The table of runs in ``database`` (an open connection)."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def begin(self, run_id: str, cycle: str, started: str, pid: int, options: Mapping[str, Any]) -> None:
        """Record the start of a run."""
        with self._db:
            self._db.execute(
                "INSERT INTO run (id, cycle, started, pid, options) VALUES (?, ?, ?, ?, ?)",
                (run_id, cycle, started, pid, json.dumps(options, sort_keys=True)),
            )

    def end(
        self, run_id: str, ended: str, exit_code: int | None, finish_reason: str | None, counts: Mapping[str, Any]
    ) -> None:
        """Record the end of a run."""
        with self._db:
            self._db.execute(
                "UPDATE run SET ended = ?, exit_code = ?, finish_reason = ?, counts = ? WHERE id = ?",
                (ended, exit_code, finish_reason, json.dumps(counts), run_id),
            )

    def bring_back(self, now: str) -> None:
        """Date runs from the future, when the clock was ahead, to ``now``, so that they do not stay the last ones."""
        with self._db:
            self._db.execute("UPDATE run SET started = ? WHERE started > ?", (now, now))

    def last(self) -> PastRun | None:
        """The run that started last."""
        return next(iter(self.history(1)), None)

    def first_of(self, cycle: str) -> PastRun | None:
        """The run that began ``cycle``."""
        row = self._db.execute("SELECT * FROM run WHERE id = ?", (cycle,)).fetchone()
        return _run(row) if row else None

    def history(self, most: int) -> list[PastRun]:
        """The last ``most`` runs, the latest first. Raises ValueError: The table has other values."""
        rows = self._db.execute("SELECT * FROM run ORDER BY started DESC, id DESC LIMIT ?", (most,))
        return [_run(row) for row in rows]

    # ---- pages to request again, regardless of the schedule

    def again(self) -> dict[str, str]:
        """Address -> why the next run has to request it again."""
        return dict(self._db.execute("SELECT url, why FROM again"))

    def set_again(self, urls: Mapping[str, str]) -> None:
        """Replace that list."""
        with self._db:
            self._db.execute("DELETE FROM again")
            self._db.executemany("INSERT INTO again VALUES (?, ?)", urls.items())

    # ---- addresses in listings and sitemaps

    def named(self) -> Named:
        """Address -> ``lastmod`` of the sitemap, if any, of all that the site named in the last complete run."""
        return Named(self._db)

    def set_named(self, sources: Mapping[str, str], lastmods: Mapping[str, str]) -> None:
        """Replace that list; ``sources``: address -> the source that named it."""
        with self._db:
            self._db.execute("DELETE FROM named")
            self._db.executemany(
                "INSERT INTO named VALUES (?, ?, ?)",
                ((url, source, lastmods.get(url)) for url, source in sources.items()),
            )

    # ---- learned listings and links

    def listings(self) -> dict[str, bool]:
        """Address of the first page of each listing of news -> whether all its rows count as news."""
        return {url: bool(news) for url, news in self._db.execute("SELECT url, names_news FROM listing ORDER BY url")}

    def add_listings(self, run_id: str, listings: Iterable[tuple[str, bool, int, int, int]]) -> None:
        """Store the listings of a complete run: address, whether it names news, pages, rows, rows that were news.

        Those of earlier runs are kept, because a listing that has no more news has to be reported.
        """
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?, ?)", [(*listing, run_id) for listing in listings]
            )

    def links(self) -> dict[str, str]:
        """Address that texts link to and no list names -> page with the link; without known items."""
        return dict(self._db.execute("SELECT url, source FROM link"))

    def set_links(self, links: Iterable[tuple[str, str]]) -> None:
        """Replace that list."""
        with self._db:
            self._db.execute("DELETE FROM link")
            self._db.executemany("INSERT OR IGNORE INTO link VALUES (?, ?)", links)


@dataclass(frozen=True, slots=True)
class Missed:
    """An item that was not found at its address, and has no tombstone yet."""

    id: str
    reason: str
    status: int
    confirmed: int
    """Number of harvests in a row that did not find it."""

    cycle: str
    """The last harvest that did not find it."""

    first: str
    """Time of the first absence."""


class MissedItems:
    """The table of missed items; see `migration_spider.gone` for the rules."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    def get(self, item_id: str) -> Missed | None:
        """The item ``item_id``; None if it is not missed."""
        row = self._db.execute("SELECT * FROM missing WHERE id = ?", (item_id,)).fetchone()
        return Missed(*row) if row else None

    def put(self, missed: Missed) -> None:
        """Store a missed item, or replace it."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO missing VALUES (?, ?, ?, ?, ?, ?)", astuple(missed))

    def forget(self, item_id: str) -> None:
        """Delete an item that was found, or has its tombstone."""
        with self._db:
            self._db.execute("DELETE FROM missing WHERE id = ?", (item_id,))

    def all(self) -> list[Missed]:
        """All missed items, by id."""
        return [Missed(*row) for row in self._db.execute("SELECT * FROM missing ORDER BY id")]


def _run(row: Sequence[Any]) -> PastRun:
    """Raises ValueError: the row has other values than `Runs` writes."""
    values = list(row)
    values[5], values[8] = json.loads(row[5] or ""), json.loads(row[8] or "{}")
    kinds: tuple[Any, ...] = (str, str, str, str | None, int, dict, int | None, str | None, dict)
    if not all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise ValueError(f"no run: {row!r:.200}")
    return PastRun(*values)
