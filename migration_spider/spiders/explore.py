"""Decides which pages may lead to news, by the results of their rows. It makes no requests.

A listing is recognized by the pages of its rows, not by its address, label or language. A page that menus link to is
visited. If it has rows, a few of them are read (its *trial*). If one of them is news, the page is a listing of news,
and all its rows and pages are requested; if none is, the page is left. There is no trial for listings of the settings,
for links with the text "News", and for listings that earlier runs have learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from migration_spider.addresses import canonical
from migration_spider.ledger import NEWS, Ledger, Listing, Tally
from migration_spider.pages import is_likely_type
from migration_spider.pages.listing import page_numbers

SAMPLE = 8
"""Rows that are read before a listing is decided. If half of all rows are news, 255 of 256 listings are found."""

FEWEST = 3
"""Rows that are news, without any that are not, from which all other rows count as news, too."""

BIG = 10
"""Rows from which a listing of news counts as a real listing, not a block with the latest news."""


class Candidate(NamedTuple):
    """A page that may lead to news."""

    depth: int
    """Links from the front page."""
    rank: int
    """0: its link or address contains "news"; 1: in a menu; 2: elsewhere."""
    order: int
    url: str


class Explorer:
    """Decides which pages to visit next.

    Args:
        ledger: The ledger of the run.
        depth: Links from the front page that are followed, MIGRATION_MENU_DEPTH.
        most: Pages that are visited, MIGRATION_MENU_PAGES.
        is_item: Whether an address that was not due is one of an item.
        path: Returns the path of an address without language, which is the same in all languages.
    """

    def __init__(
        self, ledger: Ledger, depth: int, most: int, is_item: Callable[[str], bool], path: Callable[[str], str]
    ) -> None:
        self.ledger = ledger
        self.depth = depth
        self.left = self._left_named = most
        self.is_item = is_item
        self.path = path
        self.would_be: dict[str, str | None] = {}
        """Address of a page that is news only if a listing of news names it -> its content type."""
        self.types: Counter[str] = Counter()
        """Content type -> number of its pages that are news because a listing names them."""
        self._depths: dict[str, int] = {}
        self._waiting: dict[str, Candidate] = {}
        self._looked: set[str] = set()
        self._sampled: set[str] = set()

    # ---- pages

    @property
    def waiting(self) -> int:
        """Number of pages that were not visited, because there were too many or everything was found."""
        return len(self._waiting)

    @property
    def left_out(self) -> int:
        """Number of those that the menus of the front page link to, without other languages of visited pages."""
        return sum(candidate.depth <= 1 for candidate in self._likeliest()[0])

    def offer(self, urls: Iterable[str], depth: int, rank: int) -> None:
        """Add the pages that a page at ``depth - 1`` links to."""
        for url in urls if depth <= self.depth else ():
            key = canonical(url)
            before = self._waiting.get(key)
            if key not in self._depths and (before is None or (depth, rank) < before[:2]):
                self._waiting[key] = Candidate(depth, rank, before.order if before else len(self._waiting), url)

    def depth_of(self, *urls: str) -> int | None:
        """The number of links from the front page to a visited page, by any of its addresses; None if not visited."""
        return min((self._depths[key] for key in map(canonical, urls) if key in self._depths), default=None)

    def at(self, url: str, depth: int = 0) -> None:
        """Record that ``url`` is visited, regardless of what requested it."""
        self._depths.setdefault(canonical(url), depth)
        self._looked.add(self.path(url))
        self._waiting.pop(canonical(url), None)

    def named(self, urls: Iterable[str], depth: int) -> tuple[list[str], str | None]:
        """From the listings called news on a page at ``depth - 1``, return those to visit, and the first refused one.

        They may be one link farther than other pages, but their number is limited, because a site could name ever new
        ones.
        """
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
        """Return the pages to visit next: the nearest ones, the most likely first.

        Only one language of a page at a time: a page that is not a listing of news in one language is visited in others
        only while no listing is known. Listings of the settings do not count for this, as they are requested in all
        languages.
        """
        first, last = self._likeliest()
        chosen: dict[str, Candidate] = {}
        for candidate in first or ([] if self.has_listing else last):
            if chosen and candidate.depth > min(chosen.values()).depth:
                break
            if len(chosen) < self.left:
                chosen.setdefault(self.path(candidate.url), candidate)
        for candidate in chosen.values():
            self.at(candidate.url, candidate.depth)
        self.left -= len(chosen)
        return [candidate.url for candidate in chosen.values()]

    def _likeliest(self) -> tuple[list[Candidate], list[Candidate]]:
        """The waiting pages, nearest first: those to visit, and those to visit only while no listing is known."""
        listings = self.ledger.listings.items()
        walked = {
            self.path(url) for url, listing in listings if listing.state == "walked" and listing.origin != "settings"
        }
        first: list[Candidate] = []
        last: list[Candidate] = []
        for candidate in sorted(self._waiting.values()):
            path = self.path(candidate.url)
            is_last = candidate.rank > 1 or (path in self._looked and path not in walked)
            (last if is_last else first).append(candidate)
        return first, last

    @property
    def has_listing(self) -> bool:
        """Whether a listing of news was found, not only a block with the latest news."""
        walked = (listing for listing in self.ledger.listings.values() if listing.state == "walked")
        return any(listing.news and len(listing.rows) >= BIG for listing in walked)

    # ---- listings on trial

    def trials(self) -> Iterator[tuple[str, Listing]]:
        """Yield the listings on trial."""
        return ((url, listing) for url, listing in list(self.ledger.listings.items()) if listing.state == "trial")

    def rows_to_read(self, listing: Listing) -> list[str]:
        """Return the rows that decide, evenly from the first to the last, without those whose result is known."""
        rows = list(listing.rows)
        known = sum(self._outcome(row) is not None for row in rows)
        open_ones = [row for row in rows if self.ledger.fate(row) is None and row not in self._sampled]
        wanted = min(len(open_ones), max(0, SAMPLE - known))
        chosen = [open_ones[i * len(open_ones) // wanted] for i in range(wanted)]
        self._sampled.update(chosen)
        return chosen

    def further_page(self, listing: Listing) -> str | None:
        """The last page in its pager, to be read if the first page does not decide; None if it was read before."""
        last = max(listing.pager, key=lambda url: page_numbers(url) or (), default=None)
        if last is None or last in self._sampled:
            return None
        self._sampled.add(last)
        return last

    def count(self, listing: Listing, new: Collection[str] = ()) -> None:
        """Count the results of the rows of ``listing``; ``new`` are the rows since the last call.

        Only these and the open rows are examined, because a listing is counted after each of its pages; all rows are
        examined if a result was replaced since.
        """
        tally, rows = listing.tally, new
        if tally is None or (tally.revised, tally.size + len(new)) != (self.ledger.revised, len(listing.rows)):
            tally, rows = Tally(self.ledger.revised), listing.rows
            listing.tally = tally
        tally.size += len(rows)
        again, tally.open, tally.pending = tally.open, [], 0
        for row in chain(again, rows):
            if self.ledger.fate(row) is None:
                tally.open.append(row)
                continue
            target = self.ledger.led_to(row)
            if (outcome := self._outcome_at(target)) is None:
                tally.open.append(row)
                tally.pending += 1
                continue
            tally.news += outcome
            tally.read += 1
            if target == row:
                tally.plain += 1
            else:
                tally.targets.add(hash(target))
        listing.news, listing.read = tally.news, tally.read

    def decide(self, listing: Listing) -> None:
        """Decide by these counts whether a listing on trial is walked or left, and whether all its rows are news."""
        self.count(listing)
        # A page that would be news only by name is no evidence against the listing.
        others = listing.read - listing.news - sum(row in self.would_be for row in listing.rows)
        likely = sum(is_likely_type(self.would_be.get(row)) for row in listing.rows)
        is_of_news = bool(listing.news) or (likely >= FEWEST and likely == listing.read)
        if listing.state == "trial":
            listing.state = "walked" if is_of_news else "left"
        if max(listing.news, likely) >= FEWEST and not others and is_of_news:
            listing.names_news = True

    def of_known_types(self) -> list[str]:
        """Take the pages whose content type is one of news by what is known of other pages of this type."""
        likely = Counter(kind for kind in self.would_be.values() if is_likely_type(kind))
        counts = (self.types + likely).items()
        known = {kind for kind, number in counts if number >= (FEWEST if is_likely_type(kind) else SAMPLE)}
        found = [url for url, kind in self.would_be.items() if kind in known]
        for url in found:
            del self.would_be[url]
        return found

    def brings_news(self, listing: Listing) -> bool:
        """Whether a row that no other list names is news."""
        fates = (self.ledger.fate(self.ledger.led_to(row)) for row in listing.brought)
        return any(fate is not None and fate.code in NEWS for fate in fates)

    def _outcome(self, url: str) -> bool | None:
        """Whether the page at ``url``, after redirects, is news; None if not known."""
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
