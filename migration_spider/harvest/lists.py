"""What a run knows of the lists of a site's news: whether there are any, and which items only blocks name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

from migration_spider.addresses import canonical
from migration_spider.ledger import NEWS, Listing, Sitemap
from migration_spider.run import Run

SAME = 3
"""Listings of the settings with the same rows that are no listings, but what the site shows instead of an error."""

FEWEST = 2
"""Items of a block of which none is in a list, that show that a list is missing. One may be newer than all lists."""


class Lists:
    """The listings of news and the sitemaps of a run.

    A feed and the front page are none, because they show only the latest news.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        fronts = {canonical(url) for url in run.fronts}
        walked = {url: one for url, one in run.ledger.listings.items() if one.state == "walked" and one.news}
        self.blocks = {url: one for url, one in walked.items() if url in fronts and one.pages < 2}
        """The front pages with rows that are news."""
        walked = {url: one for url, one in walked.items() if url not in fronts}
        # The same rows at several guessed addresses are the answer of the site to every unknown address.
        names: defaultdict[frozenset[bytes], set[str]] = defaultdict(set)
        for url, one in walked.items():
            if one.origin == "settings":
                names[frozenset(one.shows)].add(url.rpartition("/")[2])
        self.listings: list[Listing] = [one for one in walked.values() if len(names[frozenset(one.shows)]) < SAME]

    def __bool__(self) -> bool:
        """Whether there is a listing of news, or a sitemap that names some."""
        ledger = self._run.ledger
        return bool(self.listings) or any(map(self._is_item, ledger.mapped))

    def left_out(self) -> Iterator[tuple[str, str]]:
        """Yield (address, front page or feed) of the items that only these name, and no list.

        The first ones of a block may be newer than the lists, so they count only if no row of the block is in a list.
        """
        feeds = {url: one.links for url, one in self._run.ledger.sitemaps.items() if one.is_feed}
        blocks: dict[str, Iterable[str]] = {url: one.rows for url, one in self.blocks.items()}
        found: dict[str, str] = {}
        for source, rows in (blocks | feeds).items():
            for row in self._left_out(rows):
                found.setdefault(row, source)
        nodes = self._nodes() if found else set()
        yield from ((row, source) for row, source in found.items() if self._node(row) not in nodes)

    def _left_out(self, rows: Iterable[str]) -> list[str]:
        """The items among ``rows`` that no list names."""
        above: list[str] = []
        below: list[str] | None = None
        for named in map(canonical, rows):
            row = self._run.ledger.led_to(named)
            if self._is_listed(row) or self._is_listed(named):
                below = below or []
            elif self._is_item(row):
                (above if below is None else below).append(row)
        return below or (above if below is None and len(above) >= FEWEST else [])

    def _is_item(self, url: str) -> bool:
        fate = self._run.ledger.fate(url)
        if fate is None:
            return False
        return fate.code in NEWS or (fate.code == "not_due" and self._run.was_item(url))

    def _is_listed(self, row: str) -> bool:
        return row in self._run.ledger.mapped or any(row in one.rows for one in self.listings)

    def _nodes(self) -> set[str]:
        """The nodes of the items in lists: a list names some of them in another language only."""
        rows = chain(self._run.ledger.mapped, *(one.rows for one in self.listings))
        return {node for row in rows if (node := self._node(self._run.ledger.led_to(row)))}

    def _node(self, url: str) -> str:
        fate = self._run.ledger.fate(url)
        if fate and fate.code == "fallback" and fate.detail:
            if (node := fate.detail.removeprefix("node ")) != fate.detail:
                return node
            fate = self._run.ledger.fate(fate.detail)
        return fate.detail.partition("@")[0] if fate and fate.code == "item" else ""


def no_list(run: Run, found: int) -> str:
    """The addresses that were tried, in words, if no listing of news and no sitemap was found; else empty.

    Args:
        found: the number of items that were found.
    """
    if Lists(run):
        return ""
    if not found and run.coverage and run.coverage.known and any(map(_is_sitemap, run.ledger.sitemaps.values())):
        # All news was withdrawn: the lists that named it have nothing left.
        return ""
    tried = f"{len(run.ledger.absent)} addresses that are not there, {run.counted('menus')} pages of menus"
    left = run.counted("menus/left")
    return tried + (f" ({left} more were left: raise MIGRATION_MENU_PAGES)" if left else "")


def _is_sitemap(account: Sitemap) -> bool:
    return bool(account.size) and not account.is_feed
