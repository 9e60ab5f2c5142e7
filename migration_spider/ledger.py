"""The run's account of addresses: who named them, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SETTLED = frozenset(("item", "not_news", "fallback", "redirected", "not_due", "before_since", "answered"))
"""What leaves nothing to be done; every other code is a reason why an address is missing."""

LISTS = frozenset(("sitemap", "news_listing", "listing", "rss"))
"""What the site names its pages in."""

REASONS = {
    "failed": "could not be fetched",
    "blocked": "a challenge, login, error or the like stood in its place",
    "robots": "robots.txt forbids it",
    "max_items": "enough items were taken",
    "not_reached": "the run ended before",
    "unreadable": "the page could not be read: an error in the code",
    "attachment": "an attachment could not be fetched, and the item waits for it",
    "withheld": "not what it was, like most others: taken for a fault of the site",
    "gone": "answers that there is no such page",
    "forbidden": "answers that it may not be read",
}
"""Reasons in the report -> in words."""

UNSETTLED = frozenset(("failed", "blocked", "not_reached", "unreadable", "attachment", "withheld"))
"""Reasons that make a run incomplete; the others are the site's own answers, or were asked for."""


@dataclass(slots=True)
class Fate:
    """What became of an address."""

    code: str
    detail: str = ""


@dataclass(slots=True)
class Listing:
    """What the pages of one listing showed."""

    pages: int = 0
    rows: set[str] = field(default_factory=set)
    total: int | None = None
    """Results that its pager promises; the largest number met."""
    problem: str | None = None


@dataclass(slots=True)
class Sitemap:
    """One sitemap or feed."""

    status: int | None = None
    size: int = 0
    """How many pages it names."""
    problem: str | None = None


class Ledger:
    """Kept by the spider and the middlewares; read at the end for the proof of completeness."""

    def __init__(self) -> None:
        self.named: dict[str, str] = {}
        """Address -> where it was first named: sitemap, news_listing, listing, rss, hreflang, canonical, state."""
        self.lastmods: dict[str, str] = {}
        """Address -> ``lastmod`` as a sitemap prints it."""
        self.fates: dict[str, Fate] = {}
        self.listings: dict[str, Listing] = {}
        """By path."""
        self.sitemaps: dict[str, Sitemap] = {}
        """By address."""
        self.absent: set[str] = set()
        """Start paths that the site does not have."""
        self.merged: list[tuple[str, dict[str, Any]]] = []
        """(address, ``meta`` with ``redirect_urls`` and ``hops``) of redirects that led where the run had been."""

    def name(self, url: str, source: str, lastmod: str | None = None) -> None:
        """``url`` is wanted, since ``source`` names it; a listing counts before a page, and that before memory."""
        if lastmod:
            self.lastmods[url] = lastmod
        known = self.named.get(url, "state")
        if known == "state" or (source in LISTS and known not in LISTS):
            self.named[url] = source

    def settle(self, url: str, code: str, detail: str = "") -> None:
        """What became of ``url``; a better outcome replaces a worse one, never the other way round."""
        known = self.fates.get(url)
        if known is None or known.code not in SETTLED or known.code == "not_due":
            self.fates[url] = Fate(code, detail)

    def sizes(self) -> dict[str, int]:
        """Address -> how many pages it names, of all listings, feeds and sitemaps that were asked."""
        found = {path: len(listing.rows) for path, listing in self.listings.items()}
        return {**dict.fromkeys(self.absent, 0), **found, **{url: one.size for url, one in self.sitemaps.items()}}

    def listed(self) -> int:
        """How many addresses listings, feeds and sitemaps name."""
        return sum(source in LISTS for source in self.named.values())

    def missing(self) -> Iterator[tuple[str, str, Fate]]:
        """(address, who named it, why it is missing) of everything named that left something to be done."""
        for url, source in self.named.items():
            fate = self.fates.get(url, Fate("not_reached"))
            if fate.code not in SETTLED:
                yield url, source, fate
