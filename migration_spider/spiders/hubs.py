"""Listings that no menu leads to: behind the rows of other lists, in archives by month, filtered, embedded.

They are tried when all menus have been visited, because only then it is known which news they have of their own. A list
without news is a *hub* if one of its rows or views is a listing of news, or has one below its own address (``/chad``,
``/chad/stories``): then all its rows are visited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import scrapy
from scrapy.http import Response

from migration_spider.addresses import canonical
from migration_spider.ledger import NEWS, Listing
from migration_spider.pages import ListingPage, NewsPage, Page, menu, pagers
from migration_spider.spiders.base import LISTING, ROW, addresses
from migration_spider.spiders.listings import MONTHS_OF_PATIENCE, ListingSpider, is_month

TRIED = 3
"""Rows, views and pages below rows of a list without news that are tried, of each kind."""

DEEPEST = 4
"""Links from the front page to a list that may be a hub."""

MOST_HUBS = 40
"""Lists without news that are tried as hubs in one run."""

MOST_LATER = 30
"""Filtered and embedded listings that are tried."""

MOST_BELOW = 5
"""Pages below one row of a hub that are visited if none has the address that is expected."""

_NO_FILTER = frozenset(
    ("language", "lang", "langcode", "destination", "sort", "order", "token", "q", "keys", "print", "page")
)
SEARCH = "/search"
"""A path that is excluded, but whose pages may be listings of news if a menu links to them."""


@dataclass(slots=True)
class Hub:
    """What the rows of a list without news lead to."""

    depth: int
    lists: dict[str, None] = field(default_factory=dict)
    """Rows that are lists themselves."""
    below: dict[str, list[str]] = field(default_factory=dict)
    """Address relative to that of a row -> pages there."""
    is_tried: bool = False


class HubSpider(ListingSpider):
    """A spider that finds listings of news behind other lists."""

    hubs: dict[str, Hub]
    """Address of a list without news -> what its rows lead to."""
    later: dict[str, str]
    """Address of a filtered or embedded listing -> the page that embeds it, or empty."""
    below: set[str]
    """Addresses of listings of news relative to rows of hubs: ``stories``."""
    sections: dict[tuple[str, bool], list[str]]
    """Section that is left out, and whether the listing of news has nothing else -> rows there that were read."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.hubs, spider.later, spider.below, spider.sections = {}, {}, set(), {}
        return spider

    # ---- what pages lead to

    def _leads(self, page: Page, request: Any) -> Iterator[scrapy.Request]:
        yield from super()._leads(page, request)
        if not self.options.urls and self._depth(page, request) is not None:
            self._offer_later(page)

    def _offer_later(self, page: Page) -> None:
        """Note the filtered listings that menus link to, and listings that are embedded in the page."""
        for url in menu.links(page)[0] if not isinstance(page, NewsPage) else ():
            if "?" in url or SEARCH in url:
                address, _ = self.scope.page(url, query=True, is_open=SEARCH in url)
                is_other = address is not None and self.scope.path(address) != self.scope.path(page.url)
                if address and is_other and _selects(address) and self.scope.page(url)[0] is None:
                    self.ledger.in_menus.add(canonical(address))
                    self._note_later(address, "")
        for url in menu.embedded(page):
            if address := self.scope.page(url, query=True)[0]:
                self._note_later(address, page.url)

    def _note_later(self, address: str, source: str) -> None:
        if len(self.later) < MOST_LATER and self.ledger.fate(address) is None:
            self.later.setdefault(address, source)

    def _empty_month(self, page: Page, request: Any) -> Iterator[scrapy.Request]:
        """Yield the month before one without rows, in the calendar of a listing of news."""
        gap, key = request.meta.get("gap", 0) + 1, request.meta.get("view_of")
        if key and page.main is not None and is_month(page.url) and gap < MONTHS_OF_PATIENCE:
            for url in self._months(pagers.earlier_months(page.main, page.url, page.base_url)):
                yield self.page(url, "listing", LISTING, discovery=True, view_of=key, gap=gap)

    def _embeds(self, response: Response) -> None:
        """Note a listing of news, or a page without rows, into which a script loads ``response``, which is no page."""
        source = self.later.get(response.request.url) if response.request else None
        listing = self.ledger.listings.get(canonical(source)) if source else None
        is_data = b"json" in (response.headers.get("Content-Type") or b"")
        if source and is_data and (listing is None or listing.news):
            self.ledger.doubts[source] = f"loads {response.url} with a script, which is not run"

    def _archive(self, page: Page) -> None:
        """Note the months of an archive on a page that is no list: their links have no titles."""
        for name, url in () if page.main is None else pagers.months(page.main, page.base_url, ()):
            if address := self.scope.page(url, month=True)[0]:
                key = canonical(page.url.partition("?")[0])
                listing = self.ledger.listings.get(key) or self.ledger.listing(
                    key, state="left", origin="menu", pages=1
                )
                listing.facets.setdefault(name, {})[address] = None

    def _row_of_list(self, page: Page, request: Any) -> None:
        """Note what a row, which is not news, of a list without news leads to."""
        keys = [canonical(url) for url in addresses(request)]
        for url, listing in self.ledger.listings.items():
            if not listing.news and (hub := self._hub(url)) and any(key in listing.rows for key in keys):
                break
        else:
            return
        if isinstance(page, ListingPage) and page.rows:
            hub.lists[page.url] = None
        for relative, link in islice(self._under(page), MOST_BELOW):
            hub.below.setdefault(relative, []).append(link)

    def _hub(self, url: str) -> Hub | None:
        """What is known of the list at ``url``; None if it is too far from the front page, or there are too many."""
        if url in self.hubs:
            return self.hubs[url]
        depth = self.explorer.depth_of(url)
        if depth is None or depth > DEEPEST or len(self.hubs) >= MOST_HUBS:
            return None
        return self.hubs.setdefault(url, Hub(depth))

    # ---- what is tried

    def _try_hubs(self) -> Iterator[scrapy.Request]:
        """Yield some pages behind lists without news, and the filtered and embedded listings."""
        for url in list(self.later):
            if self.explorer.depth_of(url) is None:
                yield self._try(url, 1)
        for url, listing in list(self.ledger.listings.items()):
            is_open = listing.state == "left" and not listing.news
            hub = self._hub(url) if is_open and (url in self.hubs or listing.facets) else None
            if hub is not None and not hub.is_tried:
                hub.is_tried = True
                views = (_some(list(values)) for values in islice(listing.facets.values(), TRIED))
                below = (_some(urls) for urls in islice(hub.below.values(), TRIED))
                for target in {url: None for urls in (_some(list(hub.lists)), *views, *below) for url in urls}:
                    yield self._try(target, hub.depth + 1)

    def _try(self, url: str, depth: int, origin: str = "link") -> scrapy.Request:
        self.explorer.at(url, depth)
        is_view = "?" in url or self.scope.page(url)[0] is None
        request = self.page(url, "menu", LISTING, origin=origin, is_view=is_view)
        return request.replace(dont_filter=self.ledger.fate(url) is not None)

    def _kin(self, url: str) -> Iterator[scrapy.Request]:
        """Yield all that the list leads to through which the listing of news at ``url`` was found."""
        for hub_url, hub in self.hubs.items():
            listing = self.ledger.listings[hub_url]
            below = [relative for relative, urls in hub.below.items() if url in map(canonical, urls)]
            is_row = url in listing.rows
            views = [one for values in listing.facets.values() for one in values if url in map(canonical, values)]
            if below or is_row or views:
                self.ledger.listings[url].origin = "menu"
            self.below.update(below)
            if (below or is_row) and not listing.is_hub:
                listing.is_hub, listing.state = True, "walked"
                yield from self._rows_of_hub(listing)
                yield from self._pager(listing, listing.pager)
            for one in views:
                if self.explorer.depth_of(one) is None:
                    yield self._try(one, hub.depth + 1, "menu")

    def _rows_of_hub(self, hub: Listing) -> Iterator[scrapy.Request]:
        """Yield all rows of a hub, also those that were read before it was known as one."""
        for row in hub.rows:
            is_read = self.ledger.fate(row) is not None
            for request in self.ask(row, "listing", ROW):
                yield request.replace(dont_filter=is_read)

    def _of_hub(self, page: Page, request: Any) -> Iterator[scrapy.Request]:
        """Yield what a row of a hub leads to: itself as a listing, or the pages below it."""
        keys = [canonical(url) for url in addresses(request)]
        hubs = (one for one in self.ledger.listings.values() if one.is_hub)
        if not any(key in hub.rows for hub in hubs for key in keys):
            return
        if isinstance(page, ListingPage) and page.rows:
            yield from self._listing(page, "menu", False, {"origin": "menu"})
        under = dict(self._under(page))
        expected = [link for relative, link in under.items() if relative in self.below]
        for link in expected or islice(under.values(), MOST_BELOW if self.below else 0):
            yield self._try(link, DEEPEST, "menu")

    def _under(self, page: Page) -> Iterator[tuple[str, str]]:
        """Yield (address relative to that of the page, address) of the linked pages below ``page``."""
        here = self.scope.path(page.url).rstrip("/") + "/"
        in_menus, in_text = menu.links(page)
        for link in self._unasked((*in_menus, *in_text)):
            if (path := self.scope.path(link)).startswith(here):
                yield path.removeprefix(here), link

    # ---- sections that are left out

    def _sections(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Yield the rows of a listing of news that are in sections of other content, once some of them were news."""
        if listing.state != "walked" or not listing.news:
            return
        for section in sorted(set(listing.apart.values())):
            rows = sorted(url for url, its in listing.apart.items() if its == section)
            # What is in a listing of nothing but news is more likely to be news.
            trial = (section, listing.names_news)
            if not self.scope.is_open(section) and trial not in self.sections:
                # Those that an earlier run has read need not be read again.
                known = [url for url in rows if self.memory and self.memory.page(url)]
                self.sections[trial] = _some(known or rows)
                for url in self.sections[trial]:
                    yield from self.ask(url, "listing", ROW)
            else:
                yield from self._tried_section(listing, section, rows)

    def _tried_section(self, listing: Listing, section: str, rows: list[str]) -> Iterator[scrapy.Request]:
        """Yield the rows of a listing in a section of which some pages were read, if the section has news."""
        if not self.scope.is_open(section) and self._has_news(self.sections[section, listing.names_news]):
            self.scope.open(section)
        for url in rows:
            del listing.apart[url]
        if self.scope.is_open(section):
            listing.rows.update(dict.fromkeys(rows))
            yield from self._rows(listing, dict.fromkeys(rows))

    def _has_news(self, urls: list[str]) -> bool:
        """Whether one of these pages is news by itself, not only because a listing names it."""
        fates = [self.ledger.fate(self.ledger.led_to(url)) for url in urls]
        return any(fate and fate.code in NEWS for fate in fates) or any(map(self.run.was_item, urls))


def _some(urls: list[str]) -> list[str]:
    """The first, the middle and the last of ``urls``."""
    last = len(urls) - 1
    return list(dict.fromkeys(urls[place * last // (TRIED - 1)] for place in range(TRIED))) if urls else []


def _selects(url: str) -> bool:
    """Whether ``url`` selects a part of a listing by its query, or has a path below that of a search."""
    parts = urlsplit(url)
    names = [name for name, _ in parse_qsl(parts.query)]
    is_part = bool(names) or f"{SEARCH}/" in parts.path
    return is_part and _NO_FILTER.isdisjoint(names) and parts.path.strip("/") != ""
