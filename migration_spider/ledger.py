"""The ledger of a run: for each address, which source named it and what the result was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from migration_spider.addresses import canonical
from migration_spider.kept import Keys, Room, Table

SETTLED = frozenset(("item", "not_news", "fallback", "redirected", "not_due", "before_since", "answered"))
"""Codes of addresses that need nothing more; every other code is a reason why an address is missing."""

NEWS = frozenset(("item", "held", "relaunched"))
"""Codes of news pages, stored or not."""

LISTS = frozenset(("sitemap", "news_listing", "listing", "rss"))
"""Sources that are lists of the site's pages."""

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
"""Reason of the report -> in words."""

UNSETTLED = frozenset(
    ("failed", "blocked", "not_reached", "unreadable", "attachment", "withheld", "held", "relaunched")
)
"""Reasons that make a run incomplete; the others are decisions of the site or of the options."""


MOST_HOPS = 5
"""Redirects in a row to a page; more are an error."""

MOST_LINKS = 20_000
"""Links to pages in no list that are kept from run to run."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The result for an address."""

    code: str
    detail: str = ""


@dataclass(slots=True)
class Tally:
    """Running counts of the results of a listing's rows, so that not all rows are counted again for each page."""

    revised: int
    """`Ledger.revised` when it was started."""
    open: list[str] = field(default_factory=list)
    """Rows whose result is not known."""
    news: int = 0
    read: int = 0
    """The same as in `Listing`."""
    size: int = 0
    """Rows that were counted."""
    pending: int = 0
    """Open rows that nevertheless have a fate."""
    plain: int = 0
    """Other rows that do not redirect."""
    targets: set[int] = field(default_factory=set)
    """Hashes of the targets of the rows that redirect."""


@dataclass(slots=True)
class Reach:
    """How far the pager of a listing goes: place of the number in ``?page=`` -> number, counted from 0."""

    named: dict[int, int] = field(default_factory=dict)
    """The largest number that a page links to, except that of the following page: endless pagers link only to that."""
    read: dict[int, int] = field(default_factory=dict)
    """The largest number of a page with new rows."""
    hidden: str = ""
    """How the last page with new rows hides further ones from a crawl, `ListingPage.out_of_reach`."""
    has_pages: bool = False
    """Whether a page of it links to another."""

    def note(self, here: tuple[int, ...], linked: Iterable[tuple[int, ...]], *, is_new: bool) -> None:
        """Note a page with the numbers ``here`` that links to pages with the numbers ``linked``."""
        for place, number in enumerate(here if is_new else ()):
            self.read[place] = max(number, self.read.get(place, 0))
        for numbers in linked:
            for place, number in enumerate(numbers):
                if number > (here[place] if place < len(here) else 0) + 1:
                    self.named[place] = max(number, self.named.get(place, 0))

    @property
    def gap(self) -> tuple[int, int] | None:
        """(Last page with new rows, last page of the pager), counted from 1; None if they are neighbours."""
        for place, number in self.named.items():
            if number > (read := self.read.get(place, 0)) + 1:
                return read + 1, number + 1
        return None


@dataclass(slots=True)
class Listing:
    """The state of one listing."""

    pages: int = 0
    rows: MutableMapping[str, str | None] = field(default_factory=dict)
    """Address -> the date printed beside it, of the rows that may be pages of this crawl."""
    shows: set[bytes] = field(default_factory=set)
    """Digests of the rows of each page, as printed."""
    seen: MutableSet[str] = field(default_factory=set)
    """Addresses of all rows, as printed."""
    barren: int = 0
    """Number of its latest pages in a row without another row that is news."""
    shown: int = 0
    """Number of rows, including repeated addresses: Views may show a story once for each translation."""
    total: int | None = None
    """Number of results that its pager announces; the largest one met."""
    problem: str | None = None
    is_cut: bool = False
    """Whether one of its pages has more elements than are read."""
    state: str = "walked"
    """``walked``: all rows are requested; ``trial``: a few of them decide; ``left``: none of those was news."""
    names_news: bool = False
    """Whether every row counts as news because it is in this listing."""
    origin: str = "settings"
    """How it was found: ``settings``, ``learned`` (earlier run), ``menu``, ``link``, ``named`` (a link called News)."""
    pager: dict[str, str] = field(default_factory=dict)
    """Address of a further page -> address of the listing, empty for a guess; while it is on trial."""
    brought: list[str] = field(default_factory=list)
    """Rows that no other list has; only of a listing found by a link in a text, which may be redundant."""
    sampled: int = 0
    """Further pages that were read before the decision."""
    facets: dict[str, dict[str, None]] = field(default_factory=dict)
    """Parameter -> addresses of the filtered views of the listing by it, for example ``year``."""
    parts: dict[str, bool] = field(default_factory=dict)
    """Parameter with a visited view -> whether the view had rows that the listing lacks."""
    apart: MutableMapping[str, str] = field(default_factory=dict)
    """Address of a row in a section of other content -> that section, see `Scope.section`."""
    is_hub: bool = False
    """Whether it is no listing of news, but its rows lead to some."""
    stale: int = 0
    """Number of pages in a row without a new row."""
    lost: dict[str, str] = field(default_factory=dict)
    """Address of a further page that the listing links to -> why its rows are not known."""
    reach: Reach = field(default_factory=Reach)
    """How far the pager goes, and how far it was followed."""
    news: int = 0
    """Rows that are news."""
    read: int = 0
    """Rows of which it is known whether they are news."""
    tally: Tally | None = None
    """Running counts of the rows, while its pages are walked."""


@dataclass(slots=True)
class Sitemap:
    """One sitemap or feed."""

    status: int | None = None
    size: int = 0
    """Number of pages that it names."""
    problem: str | None = None
    host: str = ""
    """Other host that it uses in the addresses of this site."""
    is_feed: bool = False
    links: list[str] = field(default_factory=list)
    """Of a feed: the first addresses that it names."""


class Ledger:
    """Written by the spider and the middlewares; read at the end to prove completeness.

    All addresses are stored in the form of `canonical`.
    """

    def __init__(self, room: Room | None = None) -> None:
        self.room = room = room or Room()
        self.named: MutableMapping[str, str] = Table(room)
        """Address -> source that named it: sitemap, news_listing, listing, rss, hreflang, canonical, link, state."""
        self.lastmods: MutableMapping[str, str] = Table(room)
        """Address -> ``lastmod`` as printed in a sitemap."""
        self.fates: MutableMapping[str, Fate] = Table(room, _dump, _load)
        self.revised = 0
        """How often the code of an address was replaced by another one."""
        self.listings: dict[str, Listing] = {}
        """By the address of the first page."""
        self.sitemaps: dict[str, Sitemap] = {}
        """By address."""
        self.doubts: dict[str, str] = {}
        """Address of a page -> in words why it may name news that were not found."""
        self.refused: dict[str, str] = {}
        """Address of a page that may be a listing -> why it was not read."""
        self.called_news: set[str] = set()
        """Addresses that a link calls a listing of news."""
        self.mapped: MutableSet[str] = Keys(room)
        """Addresses in sitemaps."""
        self.in_menus: set[str] = set()
        """Addresses in the menus of visited pages."""
        self.hosts: dict[str, str] = {}
        """Other host with translations of items -> address of the first item that names some."""
        self.absent: set[str] = set()
        """Start paths that the site does not have."""
        self.places: MutableMapping[str, str] = Table(room)
        """Address of a list or front page -> `gone.place` of that page, or of the target of its redirect."""
        self._translations = Keys(room)
        """Node ids of items; and "id address" for each address that an item names as a translation, itself included."""
        self.other_nodes: set[int] = set()
        """Node ids of pages that are not news, regardless of what names them."""
        self.plain_nodes: set[int] = set()
        """Node ids of pages that are not news unless a listing of news names them."""
        self.links: MutableMapping[str, str] = Table(room)
        """Address that an item or a listing links in its text -> the first page with the link; in a list or not."""
        self.older_links: MutableMapping[str, str] = Table(room)
        """The same for earlier runs, of addresses that no list named."""
        self.met: MutableSet[str] = Keys(room)
        """Ids of the items that were found, whether they are stored, held or left out."""
        self.merged: list[tuple[str, dict[str, Any]]] = []
        """(address, ``meta`` with ``redirect_urls`` and ``hops``) of redirects to a page that was visited before."""

    def name(self, url: str, source: str, lastmod: str | None = None) -> None:
        """Record that ``source`` names ``url``; a list takes precedence over a page, and a page over a text."""
        url = canonical(url)
        if lastmod:
            self.lastmods[url] = lastmod
        known = self.named.get(url)
        if known is None or _weight(source) > _weight(known):
            self.named[url] = source

    def settle(self, url: str, code: str, detail: str = "") -> None:
        """Record the result for ``url``; a settled result is not replaced by a worse one."""
        url = canonical(url)
        known = self.fates.get(url)
        # A page that is not news by itself may become news because a listing is found that names it.
        if (
            known is None
            or known.code not in SETTLED
            or known.code == "not_due"
            or (known.code, code) == ("not_news", "item")
        ):
            self.fates[url] = Fate(code, detail)
            self.revised += known is not None and known.code != code

    def listing(self, url: str, **how: Any) -> Listing:
        """Add the listing whose first page is at ``url``; ``how`` are its initial values."""
        listing = self.listings[url] = Listing(
            rows=Table(self.room), seen=Keys(self.room), apart=Table(self.room), **how
        )
        return listing

    def name_translations(self, node: int, urls: Iterable[str]) -> None:
        """Record ``urls`` as the addresses of the item ``node`` and its translations."""
        self._translations.update((f"{node}", *(f"{node} {canonical(url)}" for url in urls)))

    def lacks(self, node: int, url: str) -> bool:
        """Whether ``node`` is an item that names its translations, and ``url`` is not among them."""
        return f"{node}" in self._translations and f"{node} {canonical(url)}" not in self._translations

    def all_links(self) -> Iterator[tuple[str, str]]:
        """Links in texts with their page, the oldest first, each once; the page of this run takes precedence."""
        older = ((url, self.links.get(url, source)) for url, source in self.older_links.items())
        return chain(older, (link for link in self.links.items() if link[0] not in self.older_links))

    def fate(self, url: str) -> Fate | None:
        """The result for ``url``, if any."""
        return self.fates.get(canonical(url))

    def led_to(self, url: str) -> str:
        """The target of the redirects from ``url`` in this run, or ``url``."""
        for _ in range(MOST_HOPS):
            fate = self.fate(url)
            if fate is None or fate.code != "redirected" or not fate.detail:
                break
            url = canonical(fate.detail)
        return url

    def sizes(self) -> dict[str, int]:
        """Address -> number of pages that it names, of all requested listings of news, feeds and sitemaps."""
        rows = {path: len(listing.rows) for path, listing in self.listings.items() if listing.state == "walked"}
        sitemaps = {url: sitemap.size for url, sitemap in self.sitemaps.items()}
        return {**dict.fromkeys(self.absent, 0), **rows, **sitemaps}

    def news_listings(self) -> Iterator[tuple[str, bool, int, int, int]]:
        """Yield (address, whether it names news, pages, rows, rows of news) of the listings that no setting names."""
        for url, listing in self.listings.items():
            if listing.state == "walked" and listing.news and listing.origin != "settings":
                yield url, listing.names_news, listing.pages, len(listing.rows), listing.news

    def unnamed_links(self) -> Iterator[tuple[str, str]]:
        """Yield the links in texts that no list names and that are not known items, the oldest first."""
        for url, source in islice(self.all_links(), MOST_LINKS):
            fate = self.fates.get(url)
            if self.named.get(url, "link") == "link" and not (fate and fate.code == "item"):
                yield url, source

    def unlisted(self) -> Iterator[tuple[str, str]]:
        """Yield (address, page with the link) of the items that only texts link to."""
        for url, source in self.named.items():
            if source == "link" and (fate := self.fates.get(url)) and fate.code == "item":
                yield url, self.links.get(url) or self.older_links.get(url, "")

    def listed(self) -> int:
        """The number of addresses in feeds, sitemaps and walked listings.

        Rows of listings that were only tried are left out, because their number differs from run to run.
        """
        walked = [listing.rows for listing in self.listings.values() if listing.state == "walked"]
        tried = {row for listing in self.listings.values() if listing.state != "walked" for row in listing.rows}
        only_tried = {row for row in tried if not any(row in rows for rows in walked)}
        return sum(source in LISTS and url not in only_tried for url, source in self.named.items())

    def missing(self) -> Iterator[tuple[str, str, Fate]]:
        """Yield (address, source, result) of each named address that is missing."""
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
    """The precedence of a source."""
    return 3 if source in LISTS else {"state": 0, "link": 1}.get(source, 2)
