"""The ledger of a run: for each address, which source named it and what the result was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from migration_spider.addresses import canonical
from migration_spider.kept import Keys, Room, Table

SETTLED = frozenset(("item", "not_news", "fallback", "redirected", "not_due", "before_since", "answered"))
"""What leaves nothing to be done; every other code is a reason why an address is missing."""

NEWS = frozenset(("item", "held", "relaunched"))
"""What pages of news became, stored or not."""

LISTS = frozenset(("sitemap", "news_listing", "listing", "rss"))
"""What the site names its pages in."""

REASONS = {
    "failed": "could not be fetched",
    "blocked": "a challenge, login, error or similar page came instead",
    "robots": "robots.txt forbids it",
    "max_items": "max_items was reached",
    "not_reached": "the run ended first",
    "unreadable": "the page could not be read: too large, or an error in the code",
    "attachment": "an attachment could not be fetched, and the item waits for it",
    "held": "the run ended before other pages showed how to read its date",
    "withheld": "changed like most others: probably a fault of the site",
    "relaunched": "the same content under another node id, like most others: probably a relaunch of the site",
    "gone": "the page does not exist",
    "forbidden": "access is denied",
}
"""Reasons in the report -> in words."""

UNSETTLED = frozenset(
    ("failed", "blocked", "not_reached", "unreadable", "attachment", "withheld", "held", "relaunched")
)
"""Reasons that make a run incomplete; the others are the site's own answers, or were asked for."""


MOST_HOPS = 5
"""Redirects, one after the other, that lead to a page; more are a fault."""

MOST_LINKS = 20_000
"""Links without a list that are kept from run to run."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an address."""

    code: str
    detail: str = ""


@dataclass(slots=True)
class Tally:
    """What rows of a listing turned out to be, counted as they come: a listing has as many pages as rows by tens."""

    revised: int
    """`Ledger.revised` when it was begun."""
    open: list[str] = field(default_factory=list)
    """Rows of which nothing is known."""
    news: int = 0
    read: int = 0
    """As those of `Listing`."""
    size: int = 0
    """Rows that were counted."""
    pending: int = 0
    """Those of the open ones that have a fate all the same."""
    plain: int = 0
    """Those of the others that lead nowhere else."""
    targets: set[int] = field(default_factory=set)
    """Hashes of the addresses to which the rest lead."""


@dataclass(slots=True)
class Listing:
    """What the pages of one listing showed."""

    pages: int = 0
    rows: MutableMapping[str, str | None] = field(default_factory=dict)
    """Address -> the date printed beside it, of the rows that may be pages of this crawl."""
    shows: set[bytes] = field(default_factory=set)
    """Digests of the rows of each page, as printed."""
    seen: MutableSet[str] = field(default_factory=set)
    """Addresses of all rows, as printed."""
    barren: int = 0
    """Its last pages, one after the other, after which no row had turned out to be news that was none before."""
    shown: int = 0
    """Rows, also those whose address an earlier row has: Views may show a story once for each translation."""
    total: int | None = None
    """Results that its pager announces; the largest number met."""
    problem: str | None = None
    is_cut: bool = False
    """Whether one of its pages has more elements than are read."""
    state: str = "walked"
    """``walked``: all rows are asked for; ``trial``: a few of them decide; ``left``: none of those was news."""
    names_news: bool = False
    """Whether a row is news for standing here."""
    origin: str = "settings"
    """Who led here: ``settings``, ``learned`` (an earlier run), ``menu``, ``link``, ``named`` (a link called News)."""
    pager: dict[str, None] = field(default_factory=dict)
    """Addresses of further pages, while it is on trial."""
    brought: list[str] = field(default_factory=list)
    """Rows that no other list had named before; of a listing that a text links to, which may be a spare one."""
    sampled: int = 0
    """Further pages that were read before it was decided."""
    facets: dict[str, dict[str, None]] = field(default_factory=dict)
    """Parameter -> addresses of the views that the listing has of itself by it, as ``year``."""
    parts: dict[str, bool] = field(default_factory=dict)
    """Parameter of which one view was looked at -> whether that had rows which the listing itself lacks."""
    stale: int = 0
    """Pages one after the other that showed no new row."""
    news: int = 0
    """Rows that turned out to be news."""
    read: int = 0
    """Rows of which that is known."""
    tally: Tally | None = None
    """What is known of the rows so far, while its pages are walked."""


@dataclass(slots=True)
class Sitemap:
    """One sitemap or feed."""

    status: int | None = None
    size: int = 0
    """How many pages it names."""
    problem: str | None = None
    host: str = ""
    """Other host under which it names the pages of this site."""
    is_feed: bool = False


class Ledger:
    """Kept by the spider and the middlewares; read at the end for the proof of completeness.

    Addresses are kept in one spelling, that of `canonical`, whatever they come in.
    """

    def __init__(self, room: Room | None = None) -> None:
        self.room = room = room or Room()
        self.named: MutableMapping[str, str] = Table(room)
        """Address -> where it was named: sitemap, news_listing, listing, rss, hreflang, canonical, link, state."""
        self.lastmods: MutableMapping[str, str] = Table(room)
        """Address -> ``lastmod`` as a sitemap prints it."""
        self.fates: MutableMapping[str, Fate] = Table(room, _dump, _load)
        self.revised = 0
        """How often the outcome of an address was replaced by another code."""
        self.listings: dict[str, Listing] = {}
        """By the address of the first page."""
        self.sitemaps: dict[str, Sitemap] = {}
        """By address."""
        self.chains: dict[str, str] = {}
        """Address of a page -> what it leads to and was left, since others before it led on in the same way."""
        self.absent: set[str] = set()
        """Start paths that the site does not have."""
        self.places: MutableMapping[str, str] = Table(room)
        """Address of a list or front page -> `gone.place` of the page that it was or led to."""
        self._translations = Keys(room)
        """Node ids of items; and id, a blank, and an address that it names for its translations, itself among them."""
        self.other_nodes: set[int] = set()
        """Node ids of pages that are no news, whatever names them."""
        self.plain_nodes: set[int] = set()
        """Node ids of pages that are none unless a listing of news names them."""
        self.links: MutableMapping[str, str] = Table(room)
        """Address that an item or a listing links in its text -> who links it first; named by a list or not."""
        self.older_links: MutableMapping[str, str] = Table(room)
        """The same of earlier runs, as far as no list named them."""
        self.met: MutableSet[str] = Keys(room)
        """Ids of the items that pages were, whether they are stored or wait or are left out."""
        self.merged: list[tuple[str, dict[str, Any]]] = []
        """(address, ``meta`` with ``redirect_urls`` and ``hops``) of redirects that led where the run had been."""

    def name(self, url: str, source: str, lastmod: str | None = None) -> None:
        """``url`` is wanted, since ``source`` names it; a list counts before a page, this before a text and memory."""
        url = canonical(url)
        if lastmod:
            self.lastmods[url] = lastmod
        known = self.named.get(url)
        if known is None or _weight(source) > _weight(known):
            self.named[url] = source

    def settle(self, url: str, code: str, detail: str = "") -> None:
        """What became of ``url``; a better outcome replaces a worse one, never the other way round."""
        url = canonical(url)
        known = self.fates.get(url)
        # What was no news for itself may be so for the listing that is found to name it.
        if (
            known is None
            or known.code not in SETTLED
            or known.code == "not_due"
            or (known.code, code) == ("not_news", "item")
        ):
            self.fates[url] = Fate(code, detail)
            self.revised += known is not None and known.code != code

    def listing(self, url: str, **how: Any) -> Listing:
        """A new account of the listing whose first page is at ``url``, with ``how`` it begins."""
        made = self.listings[url] = Listing(rows=Table(self.room), seen=Keys(self.room), **how)
        return made

    def name_translations(self, node: int, urls: Iterable[str]) -> None:
        """The item ``node`` names ``urls`` for its translations, or is there."""
        self._translations.update((f"{node}", *(f"{node} {canonical(url)}" for url in urls)))

    def lacks(self, node: int, url: str) -> bool:
        """Whether ``node`` is an item that names its translations, and ``url`` is none of them."""
        return f"{node}" in self._translations and f"{node} {canonical(url)}" not in self._translations

    def all_links(self) -> Iterator[tuple[str, str]]:
        """Links of texts with who has them, the oldest first, each once: what this run saw counts."""
        older = ((url, self.links.get(url, source)) for url, source in self.older_links.items())
        return chain(older, (one for one in self.links.items() if one[0] not in self.older_links))

    def fate(self, url: str) -> Fate | None:
        """What became of ``url``."""
        return self.fates.get(canonical(url))

    def led_to(self, url: str) -> str:
        """The address to which ``url`` redirects, as far as the run went there; else ``url``."""
        for _ in range(MOST_HOPS):
            fate = self.fate(url)
            if fate is None or fate.code != "redirected" or not fate.detail:
                break
            url = canonical(fate.detail)
        return url

    def sizes(self) -> dict[str, int]:
        """Address -> how many pages it names, of all listings of news, feeds and sitemaps that were asked."""
        found = {path: len(listing.rows) for path, listing in self.listings.items() if listing.state == "walked"}
        return {**dict.fromkeys(self.absent, 0), **found, **{url: one.size for url, one in self.sitemaps.items()}}

    def news_listings(self) -> Iterator[tuple[str, bool, int, int, int]]:
        """Address, whether it names news, pages, rows, rows that were news, of the listings that no setting names."""
        for url, one in self.listings.items():
            if one.state == "walked" and one.news and one.origin != "settings":
                yield url, one.names_news, one.pages, len(one.rows), one.news

    def unnamed_links(self) -> Iterator[tuple[str, str]]:
        """Links of texts that no list names and that are not known to be items, the oldest first."""
        for url, source in islice(self.all_links(), MOST_LINKS):
            fate = self.fates.get(url)
            if self.named.get(url, "link") == "link" and not (fate and fate.code == "item"):
                yield url, source

    def unlisted(self) -> Iterator[tuple[str, str]]:
        """(address, who links it) of the items that only texts lead to."""
        for url, source in self.named.items():
            if source == "link" and (fate := self.fates.get(url)) and fate.code == "item":
                yield url, self.links.get(url) or self.older_links.get(url, "")

    def listed(self) -> int:
        """How many addresses feeds, sitemaps and those listings name that were walked.

        The rows by which others were tried are left out: how many these are depends on what had to be looked at.
        """
        walked = [one.rows for one in self.listings.values() if one.state == "walked"]
        tried = {row for one in self.listings.values() if one.state != "walked" for row in one.rows}
        only_tried = {row for row in tried if not any(row in rows for rows in walked)}
        return sum(source in LISTS and url not in only_tried for url, source in self.named.items())

    def missing(self) -> Iterator[tuple[str, str, Fate]]:
        """(address, who named it, why it is missing) of everything named that left something to be done."""
        for url, source in self.named.items():
            fate = self.fates.get(url, Fate("not_reached"))
            if fate.code not in SETTLED:
                yield url, source, fate


def _dump(fate: Fate) -> str:
    return f"{fate.code} {fate.detail}"


def _load(text: str | None) -> Fate:
    code, _, detail = (text or "").partition(" ")
    return Fate(code, detail)


def _weight(source: str) -> int:
    """How much it says that an address was named there."""
    return 3 if source in LISTS else {"state": 0, "link": 1}.get(source, 2)
