"""The state of earlier runs for a harvest, and the decisions by it: which pages are due, what may be reused."""

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
    """The schedule of visits, from the settings."""

    items: Policy
    """MIGRATION_REVISIT."""

    others: timedelta
    """MIGRATION_REVISIT_OTHERS: pages that are not items, and items that are gone."""

    requisites: timedelta
    """MIGRATION_REVISIT_REQUISITES: style sheets, scripts, images."""

    everything: bool = False
    """Whether everything is due."""


class Memory:
    """The database in ``path``, for one run.

    Raises:
        StateError: The database cannot be opened.
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
        """Start of the cycle, as ``WARC-Date``; pages with a response since then are not requested again."""
        self.now = moment(LONG_AGO)
        self._now = ""
        self._collection_began = ""
        self._again: dict[str, str] = {}
        self._missed: set[str] = set()
        self.named: Mapping[str, str | None] = {}
        """Addresses that the site named in the last complete run -> ``lastmod``."""

    def begin(self, cycle: str, began: str, now: datetime) -> None:
        """Start a run in the cycle ``cycle``, which began at ``began``; to be called after the indexes were updated."""
        self.cycle, self.began, self.now, self._now = cycle, began, now, format_date(now)
        first = self._db.execute("SELECT min(first_seen) FROM item").fetchone()[0]
        self._collection_began = first or stamp(now)
        self._again = self.runs.again()
        self.named = self.runs.named()
        self._missed = {missed.id for missed in self.missed.all()}

    def close(self) -> None:
        """Close the databases."""
        self.pages.close()
        self._db.close()

    # ---- items; their address is the one where they were last found

    def items(self) -> Iterator[Item]:
        """Yield all items by id, including those with a tombstone."""
        last = ""
        # In parts, because the run changes them meanwhile, and there may be more than fit into memory.
        while rows := self._db.execute(f"{_SELECT} WHERE id > ? ORDER BY id LIMIT {AT_ONCE}", (last,)).fetchall():
            for row in rows:
                yield Item(*row)
            last = rows[-1][0]

    def item(self, item_id: str) -> Item | None:
        """The item ``item_id``, if it is known."""
        row = self._db.execute(f"{_SELECT} WHERE id = ?", (item_id,)).fetchone()
        return Item(*row) if row else None

    def filled(self) -> Iterator[tuple[str, str]]:
        """Yield id and `items.filled` of the items without a tombstone."""
        yield from self._db.execute("SELECT id, filled FROM item WHERE tombstone IS NULL")

    def items_at(self, urls: Iterable[str], *, withdrawn: bool = False) -> list[Item]:
        """The items that were last found at one of these addresses; those with a tombstone only if ``withdrawn``."""
        found: dict[str, Item] = {}
        for url in urls:
            for row in self._db.execute(f"{_SELECT} WHERE {HERE}", (url.partition("#")[0],) * 2):
                item = Item(*row)
                if withdrawn or not item.withdrawn:
                    found[item.id] = item
        return list(found.values())

    def is_withdrawn(self, urls: Iterable[str]) -> bool:
        """Whether these are addresses of items, all with a tombstone."""
        found = self.items_at(urls, withdrawn=True)
        return bool(found) and all(item.withdrawn for item in found)

    def due_items(self) -> Iterator[Item]:
        """Yield the items that are due, and those visited in an earlier part of this cycle."""
        for item in self.items():
            page = self.page(item.url)
            if page is None or self.is_current(page) or self._is_due(page, item):
                yield item

    def moved(self) -> set[str]:
        """The addresses from which items have moved in this cycle."""
        query = "SELECT moved_from FROM item WHERE moved_from IS NOT NULL AND last_changed BETWEEN ? AND ?"
        seconds = len("YYYY-MM-DDThh:mm:ss")
        # Up to now, because the lines of this run are later than its start.
        return {url for (url,) in self._db.execute(query, (self.began[:seconds], stamp(utcnow())))}

    def last_date(self) -> str:
        """The latest date of a response, an item or a run; empty if there is none."""
        query = "SELECT coalesce(max(max(first_seen), max(last_changed)), '') FROM item UNION SELECT started FROM run"
        return max(self.pages.last_date(), *(str(date) for (date,) in self._db.execute(query)))

    # ---- pages

    def page(self, url: str) -> LastAnswer | None:
        """Last response of ``url``. If its date is in the future, it is not the real one, and `LONG_AGO` is used."""
        page = self.pages.get(url)
        return page if page is None or page.checked <= self._now else replace(page, checked=LONG_AGO)

    def is_current(self, page: LastAnswer) -> bool:
        """Whether the response is of an earlier part of this cycle, so that the page is not requested again."""
        return self.began <= page.checked <= self._now

    def is_page_due(self, url: str, page: LastAnswer | None, lastmod: str | None) -> bool:
        """Whether a page of content is to be requested, by its age, or because the site states that it has changed."""
        if page is None or url in self._again or self.rules.everything:
            return True
        if lastmod and self.was_modified(url, lastmod):
            return True
        known = self.items_at([url], withdrawn=True)
        if known:
            # An item that counts as gone but is named by the site may be back.
            return any(item.withdrawn or self._is_due(page, item) for item in known)
        # A page that was not named in the last complete harvest may never have been judged, for example after a crawl
        # of a few items, or may be a page again after an error. (Some sites name the same errors forever.)
        return canonical(url) not in self.named or self.is_other_due(page)

    def was_modified(self, url: str, lastmod: str) -> bool:
        """Whether ``lastmod`` differs from the last run; if that is not known, it is compared with the last visit."""
        if before := self.named.get(canonical(url)):
            return before != lastmod
        page = self.page(url)
        return page is None or _is_later(lastmod, page.checked)

    def was_told(self, url: str) -> bool:
        """Whether the last run settled the page without a request."""
        return canonical(url) in self.named and url not in self._again and self.pages.get(url) is None

    def was_no_page(self, url: str) -> bool:
        """Whether the last response of an address was an error or a redirect."""
        page = self.pages.get(url)
        return page is not None and page.status != 200

    def is_other_due(self, page: LastAnswer | None) -> bool:
        """Whether a page that only links to others is to be requested, regardless of its last response."""
        # A survey stores no items, so its pages may be items. Before the first harvest, nothing is known.
        if page is None or page.head.file.startswith(f"{SURVEY_PREFIX}-") or not self.named or self.rules.everything:
            return True
        return is_due(page.checked, self.rules.others, self.now)

    def is_requisite_due(self, page: LastAnswer | None) -> bool:
        """Whether a style sheet, script or image is to be requested."""
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
    """Whether a ``lastmod`` (W3C-DTF) is after the last visit; a day counts to its end."""
    try:
        when = moment(lastmod.strip())
    except ValueError:
        return False
    if "T" not in lastmod:
        when += timedelta(days=1)
    return when > moment(checked)
