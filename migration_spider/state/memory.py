"""What a harvest knows when it starts, and the decisions that follow: which pages are due, what may be reused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive import ArchiveError
from archive.index import CollectionIndex, IsBlocked, IsCut, LastAnswer
from archive.warc.record import format_date
from migration_spider.addresses import canonical
from migration_spider.exceptions import StateError
from migration_spider.items import ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE
from migration_spider.state.database import open_database
from migration_spider.state.lines import parse
from migration_spider.state.places import HERE, URL, Places
from migration_spider.state.runs import MissedItems, Runs
from migration_spider.state.schedule import Policy, interval, is_due, moment, stamp, utcnow, young_since
from migration_spider.state.store import COLUMNS, Item

_SELECT = f"SELECT {COLUMNS.replace('url', URL, 1)} FROM item"  # noqa: S608

SURVEY_PREFIX = "survey"
"""ARCHIVE_PREFIX of surveys."""

AT_ONCE = 500
"""Items read at once."""

LONG_AGO = "1970-01-01T00:00:00Z"

ITEM_TYPES = frozenset((ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE))


@dataclass(frozen=True, slots=True)
class Rules:
    """When to look again; from the settings."""

    items: Policy
    """MIGRATION_REVISIT."""

    others: timedelta
    """MIGRATION_REVISIT_OTHERS: pages that are no items, and items that are gone."""

    requisites: timedelta
    """MIGRATION_REVISIT_REQUISITES: style sheets, scripts, images."""

    everything: bool = False
    """Whether all is due."""


class Memory:
    """The database in ``path`` for one run that is part of the cycle begun at ``began``.

    Raises:
        StateError: the database cannot be opened.
    """

    def __init__(self, path: Path, warc: Path, rules: Rules, is_blocked: IsBlocked, is_cut: IsCut) -> None:
        self._db: sqlite3.Connection = open_database(path)
        try:
            self.pages = CollectionIndex(warc, is_blocked, ITEM_TYPES, is_cut, parse)
        except ArchiveError as error:
            self._db.close()
            raise StateError(str(error)) from error
        self.runs = Runs(self._db)
        self.missed = MissedItems(self._db)
        self.places = Places(self._db)
        self.rules = rules
        self.cycle = ""
        self.began = ""
        """When the cycle began, as ``WARC-Date``: what was answered since then is not asked again."""
        self.now = moment(LONG_AGO)
        self._now = ""
        self._collection_began = ""
        self._again: dict[str, str] = {}
        self._missed: set[str] = set()
        self.named: Mapping[str, str | None] = {}
        """What the site named in the last whole run, with its ``lastmod``."""

    def begin(self, cycle: str, began: str, now: datetime) -> None:
        """Take up the run, after the indexes were brought up to date."""
        self.cycle, self.began, self.now, self._now = cycle, began, now, format_date(now)
        first = self._db.execute("SELECT min(first_seen) FROM item").fetchone()[0]
        self._collection_began = first or stamp(now)
        self._again = self.runs.again()
        self.named = self.runs.named()
        self._missed = {one.id for one in self.missed.all()}

    def close(self) -> None:
        """Close the databases."""
        self.pages.close()
        self._db.close()

    # ---- items; their address is that where they were met last

    def items(self) -> Iterator[Item]:
        """All items, by id; also those that have a tombstone."""
        last = ""
        # Some at a time, since the run changes them meanwhile, and there may be more than memory should hold.
        while rows := self._db.execute(f"{_SELECT} WHERE id > ? ORDER BY id LIMIT {AT_ONCE}", (last,)).fetchall():
            for row in rows:
                yield Item(*row)
            last = rows[-1][0]

    def item(self, item_id: str) -> Item | None:
        """The item called ``item_id``."""
        row = self._db.execute(f"{_SELECT} WHERE id = ?", (item_id,)).fetchone()
        return Item(*row) if row else None

    def filled(self) -> Iterator[tuple[str, str]]:
        """Id and `items.filled` of the items that have no tombstone."""
        yield from self._db.execute("SELECT id, filled FROM item WHERE tombstone IS NULL")

    def items_at(self, urls: Iterable[str], *, withdrawn: bool = False) -> list[Item]:
        """The items that were met last at one of these addresses; with a tombstone only when ``withdrawn``."""
        found: dict[str, Item] = {}
        for url in urls:
            for row in self._db.execute(f"{_SELECT} WHERE {HERE}", (url.partition("#")[0],) * 2):
                item = Item(*row)
                if withdrawn or not item.withdrawn:
                    found[item.id] = item
        return list(found.values())

    def is_withdrawn(self, urls: Iterable[str]) -> bool:
        """Whether these are addresses of items, and all of them have their tombstone."""
        found = self.items_at(urls, withdrawn=True)
        return bool(found) and all(item.withdrawn for item in found)

    def due_items(self) -> Iterator[Item]:
        """The items that it is time to look at, and those looked at in an earlier part of this cycle."""
        for item in self.items():
            page = self.page(item.url)
            if page is None or self.is_current(page) or self._is_due(page, item):
                yield item

    def moved(self) -> set[str]:
        """The addresses from which items have moved in this cycle."""
        query = "SELECT moved_from FROM item WHERE moved_from IS NOT NULL AND last_changed BETWEEN ? AND ?"
        seconds = len("YYYY-MM-DDThh:mm:ss")
        # What the run itself writes is later than its start.
        return {url for (url,) in self._db.execute(query, (self.began[:seconds], stamp(utcnow())))}

    def last_date(self) -> str:
        """The latest date of an answer, an item or a run; empty when there is none."""
        query = "SELECT coalesce(max(max(first_seen), max(last_changed)), '') FROM item UNION SELECT started FROM run"
        return max(self.pages.last_date(), *(str(date) for (date,) in self._db.execute(query)))

    # ---- pages

    def page(self, url: str) -> LastAnswer | None:
        """What ``url`` answered last. When that is dated later than now nobody knows when it was: long ago."""
        page = self.pages.get(url)
        return page if page is None or page.checked <= self._now else replace(page, checked=LONG_AGO)

    def is_current(self, page: LastAnswer) -> bool:
        """Whether ``page`` was answered in an earlier part of this cycle: then it is not asked again."""
        return self.began <= page.checked <= self._now

    def is_page_due(self, url: str, page: LastAnswer | None, lastmod: str | None) -> bool:
        """Whether a page of content is to be asked: for its age, or because the site says that it was changed."""
        if page is None or url in self._again or self.rules.everything:
            return True
        if lastmod and self.was_modified(url, lastmod):
            return True
        known = self.items_at([url], withdrawn=True)
        if known:
            # One that is gone and named all the same may be there again.
            return any(item.withdrawn or self._is_due(page, item) for item in known)
        # What the last whole harvest had no part in was perhaps never judged: a crawl of a few items leaves out many.
        # And an error that is named anew may be a page again; many a site names some of its errors for ever.
        return canonical(url) not in self.named or self.is_other_due(page)

    def was_modified(self, url: str, lastmod: str) -> bool:
        """Whether a sitemap says something else than last time; the site's clock is compared only when it must be."""
        if before := self.named.get(canonical(url)):
            return before != lastmod
        page = self.page(url)
        return page is None or _is_later(lastmod, page.checked)

    def was_told(self, url: str) -> bool:
        """Whether the last run settled a page that the site names without asking for it."""
        return canonical(url) in self.named and url not in self._again and self.pages.get(url) is None

    def was_no_page(self, url: str) -> bool:
        """Whether an address answered with an error or a redirect the last time."""
        page = self.pages.get(url)
        return page is not None and page.status != 200

    def is_other_due(self, page: LastAnswer | None) -> bool:
        """Whether a page that only leads to others is to be asked, whatever it answered."""
        # A survey stores no item: what it has seen may be one. Before the first harvest nothing was learned.
        if page is None or page.head.file.startswith(f"{SURVEY_PREFIX}-") or not self.named or self.rules.everything:
            return True
        return is_due(page.checked, self.rules.others, self.now)

    def is_requisite_due(self, page: LastAnswer | None) -> bool:
        """Whether a style sheet, script or image is to be asked."""
        return page is None or self.rules.everything or is_due(page.checked, self.rules.requisites, self.now)

    def _is_due(self, page: LastAnswer, item: Item) -> bool:
        if self.rules.everything or item.url in self._again or item.id in self._missed:
            return True
        if item.withdrawn:
            return is_due(page.checked, self.rules.others, self.now)
        if page.status >= 400:
            return True
        since = young_since(item.published, item.first_seen, item.last_changed, self._collection_began)
        return is_due(page.checked, interval(self.now - since, self.rules.items), self.now)


def _is_later(lastmod: str, checked: str) -> bool:
    """Whether a sitemap's ``lastmod`` (W3C-DTF) is after the last look; a day counts with its last moment."""
    try:
        when = moment(lastmod.strip())
    except ValueError:
        return False
    if "T" not in lastmod:
        when += timedelta(days=1)
    return when > moment(checked)
