"""Decides which pages may lead to news, and what their rows show. It makes no requests.

A listing is recognized by the pages of its rows, not by its address, label or language. A page that menus link to is
visited. If it has rows, a few of them are read (its *trial*). If one of them is news, the page is a listing of news,
and all its rows and pages are requested; if none is, the page is left. There is no trial for listings of the settings,
for links with the text "News", and for listings that earlier runs have learned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from migration_spider.addresses import canonical
from migration_spider.ledger import NEWS, Ledger, Listing, Tally
from migration_spider.pages.listing import page_numbers

SAMPLE = 8
"""Rows that are read before a listing is decided; of one that news share with as much else, 255 in 256 are found."""

FEWEST = 3
"""Rows that are news, and none that is something else, from which any other row is news for standing there."""

BIG = 10
"""Rows from which a listing of news is taken for one that was looked for, not for a block of the latest."""


class Candidate(NamedTuple):
    """A page that may lead to news."""

    depth: int
    """Links from the front page."""
    rank: int
    """0: its link or address says news; 1: in a menu; 2: elsewhere."""
    order: int
    url: str


class Explorer:
    """What is to be looked at next.

    Args:
        ledger: of the run.
        depth: links from the front page that are followed, MIGRATION_MENU_DEPTH.
        most: pages that are looked at, MIGRATION_MENU_PAGES.
        is_item: whether an address that was not due is one of an item.
        path: an address -> its path without a language, which is the same in all of them.
    """

    def __init__(
        self, ledger: Ledger, depth: int, most: int, is_item: Callable[[str], bool], path: Callable[[str], str]
    ) -> None:
        self.ledger = ledger
        self.depth = depth
        self.left = self._left_named = most
        self.is_item = is_item
        self.path = path
        self.would_be: set[str] = set()
        """Addresses of pages that are news if a listing of news names them."""
        self._depths: dict[str, int] = {}
        self._waiting: dict[str, Candidate] = {}
        self._looked: set[str] = set()
        self._sampled: set[str] = set()

    # ---- pages

    @property
    def waiting(self) -> int:
        """Pages that were not looked at, for there were too many or all was found."""
        return len(self._waiting)

    def offer(self, urls: Iterable[str], depth: int, rank: int) -> None:
        """Pages that a page at ``depth - 1`` links to."""
        for url in urls if depth <= self.depth else ():
            key = canonical(url)
            before = self._waiting.get(key)
            if key not in self._depths and (before is None or (depth, rank) < before[:2]):
                self._waiting[key] = Candidate(depth, rank, before.order if before else len(self._waiting), url)

    def depth_of(self, *urls: str) -> int | None:
        """How far from the front page a page is that was looked at, by any of its addresses."""
        return min((self._depths[key] for key in map(canonical, urls) if key in self._depths), default=None)

    def at(self, url: str, depth: int = 0) -> None:
        """``url`` is looked at, whoever asked for it."""
        self._depths.setdefault(canonical(url), depth)
        self._looked.add(self.path(url))
        self._waiting.pop(canonical(url), None)

    def named(self, urls: Iterable[str], depth: int) -> tuple[list[str], str | None]:
        """Of the listings of news that a page at ``depth - 1`` names in so many words, those to be looked at, and the
        first that is not: a link further than others it may be, but a site that names ever new ones has no end."""
        chosen: list[str] = []
        refused: str | None = None
        for url in urls:
            if canonical(url) not in self._depths:
                if depth > self.depth + 1 or not self._left_named:
                    refused = refused or url
                    continue
                self._left_named -= 1
            self.at(url, depth)
            chosen.append(url)
        return chosen, refused

    def take(self) -> list[str]:
        """The pages to look at next: the nearest ones, and of these the likeliest first.

        One language of a page at a time: what is no listing of news in one is looked at in others only while none is
        known. Those of the settings say themselves under which prefixes they stand.
        """
        first, last = self._likeliest()
        chosen: dict[str, Candidate] = {}
        for one in first or ([] if self.has_listing else last):
            if chosen and one.depth > min(chosen.values()).depth:
                break
            if len(chosen) < self.left:
                chosen.setdefault(self.path(one.url), one)
        for one in chosen.values():
            self.at(one.url, one.depth)
        self.left -= len(chosen)
        return [one.url for one in chosen.values()]

    def _likeliest(self) -> tuple[list[Candidate], list[Candidate]]:
        """The pages that wait, nearest first: those worth a look, and those that are only while no listing is known."""
        listings = self.ledger.listings.items()
        walked = {self.path(url) for url, one in listings if one.state == "walked" and one.origin != "settings"}
        first: list[Candidate] = []
        last: list[Candidate] = []
        for one in sorted(self._waiting.values()):
            path = self.path(one.url)
            (last if one.rank > 1 or (path in self._looked and path not in walked) else first).append(one)
        return first, last

    @property
    def has_listing(self) -> bool:
        """Whether a listing of news was found, and not only a block of the latest."""
        return any(one.news and len(one.rows) >= BIG for one in self.ledger.listings.values() if one.state == "walked")

    # ---- listings on trial

    def trials(self) -> Iterator[tuple[str, Listing]]:
        """The listings that are to be decided."""
        return ((url, one) for url, one in list(self.ledger.listings.items()) if one.state == "trial")

    def rows_to_read(self, listing: Listing) -> list[str]:
        """The rows that decide: evenly from the first to the last, those of which the outcome is known left out."""
        rows = list(listing.rows)
        known = sum(self._outcome(row) is not None for row in rows)
        open_ones = [row for row in rows if self.ledger.fate(row) is None and row not in self._sampled]
        wanted = min(len(open_ones), max(0, SAMPLE - known))
        chosen = [open_ones[i * len(open_ones) // wanted] for i in range(wanted)]
        self._sampled.update(chosen)
        return chosen

    def further_page(self, listing: Listing) -> str | None:
        """The last page that its pager knows of: to be read where the first one does not decide; None when it was."""
        last = max(listing.pager, key=lambda url: page_numbers(url) or (), default=None)
        if last is None or last in self._sampled:
            return None
        self._sampled.add(last)
        return last

    def count(self, listing: Listing, new: Collection[str] = ()) -> None:
        """Count what its rows turned out to be; ``new``: those that came since the last time.

        Looked at are these and those of which nothing was known; all when an outcome was replaced since. A listing has
        a page for every ten rows, and is counted after each.
        """
        known, rows = listing.tally, new
        if known is None or (known.revised, known.size + len(new)) != (self.ledger.revised, len(listing.rows)):
            known, rows = Tally(self.ledger.revised), listing.rows
            listing.tally = known
        known.size += len(rows)
        again, known.open, known.pending = known.open, [], 0
        for row in chain(again, rows):
            if self.ledger.fate(row) is None:
                known.open.append(row)
                continue
            target = self.ledger.led_to(row)
            if (outcome := self._outcome_at(target)) is None:
                known.open.append(row)
                known.pending += 1
                continue
            known.news += outcome
            known.read += 1
            if target == row:
                known.plain += 1
            else:
                known.targets.add(hash(target))
        listing.news, listing.read = known.news, known.read

    def decide(self, listing: Listing) -> None:
        """By these counts: whether a listing on trial is walked or left, and whether its rows are news by name."""
        self.count(listing)
        # A row without a sign of its own says nothing for or against.
        others = listing.read - listing.news - sum(row in self.would_be for row in listing.rows)
        if listing.state == "trial":
            listing.state = "walked" if listing.news else "left"
        if listing.news >= FEWEST and not others:
            listing.names_news = True

    def brings_news(self, listing: Listing) -> bool:
        """Whether an item was found that no other list names."""
        fates = (self.ledger.fate(self.ledger.led_to(row)) for row in listing.brought)
        return any(fate is not None and fate.code in NEWS for fate in fates)

    def _outcome(self, url: str) -> bool | None:
        """Whether the page to which ``url`` leads turned out to be news; None when that is not known."""
        return self._outcome_at(self.ledger.led_to(url))

    def _outcome_at(self, url: str) -> bool | None:
        fate = self.ledger.fate(url)
        if fate is None:
            return None
        if fate.code == "not_due":
            return self.is_item(url)
        return {
            "item": True,
            "held": True,
            "relaunched": True,
            "fallback": True,
            "attachment": True,
            "before_since": True,
            "not_news": False,
        }.get(fate.code)
