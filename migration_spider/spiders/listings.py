"""Listings: their rows, their pagers, and other links of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit

import scrapy

from migration_spider.addresses import canonical
from migration_spider.ledger import Listing, Reach
from migration_spider.pages import ListingPage, NewsPage, Page, menu
from migration_spider.pages.listing import page_numbers
from migration_spider.spiders.base import FEED, KNOWN, LISTING, NEWS_LISTING, ROW, addresses
from migration_spider.spiders.explore import FEWEST, Explorer
from migration_spider.spiders.lists import ListSpider
from migration_spider.spiders.scope import CALENDAR

FOUND = {"listing": "settings", "menu": "menu", "link": "link", "facet": "link"}
"""How a listing was found -> its `Listing.origin`, if the request has none."""

FIRST_ITEMS = 2
"""Items of each language whose menus are read, because the front page may have other menus or none."""

MOST_VALUES = 200
"""Values of one parameter of a listing that are kept."""

MANY, FEW_OF_MANY = 60, 5
"""A listing has no end if at least so many rows redirect to the same pages, with more than five rows for each page."""

ENDS = frozenset(("answer 404", "answer 410", "has no rows"))
"""Reasons in `Listing.lost` that a page after the last one has, too."""

MONTHS_OF_PATIENCE = 12
"""The same for the months of a calendar."""

PATIENCE = 2
"""Pages in a row without a new row after which a listing has ended, regardless of its pager."""


class ListingSpider(ListSpider):
    """A spider that reads listings, and collects links that may lead to others."""

    explorer_class = Explorer
    explorer: Explorer
    feeds: set[str]
    """Feeds in the heads of pages."""
    from_items: Counter[str]
    """Language -> number of items whose menus were read."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        run, config = spider.run, spider.run.config
        spider.explorer = cls.explorer_class(
            run.ledger, config.menu_depth, config.menu_pages, run.was_item, spider.scope.path
        )
        spider.feeds = set()
        spider.from_items = Counter()
        return spider

    def _listing(
        self, page: ListingPage, found: str, names_news: bool, meta: Mapping[str, Any]
    ) -> Iterator[scrapy.Request]:
        key, origin = meta.get("view_of") or _key(page.url, meta), meta.get("origin")
        account = self.ledger.listings.get(key)
        if account is None:
            state = "walked" if found == "listing" else "trial"
            account = self.ledger.listing(key, state=state, origin=origin or FOUND[found])
        account.pages += found != "facet"
        account.total = max((n for n in (account.total, page.total) if n is not None), default=None)
        account.names_news |= names_news
        account.is_cut |= page.is_cut
        if found == "facet":
            yield from self._facet(page, account, origin or "", key)
            return
        fresh = self._fresh(page, account)
        self._links(page)
        pages = self._further(page, account, key, is_view=bool(meta.get("is_view")))
        if account.state == "walked":
            yield from self._rows(account, fresh)
            if self._is_barren(account, fresh):
                account.problem = f"brought no news on {account.barren} pages in a row: its pager was left"
            elif self._leads_nowhere(account):
                account.problem = (
                    "always has new rows, which lead to the same few pages: its pager was not followed further"
                )
            elif account.stale < _patience(page, account):
                yield from self._pager(account, pages)
        elif found == "listing":
            # It was on trial or left, and is now named as a listing.
            account.state = "walked"
            yield from self._rows(account, account.rows)
            yield from self._pager(account, {**account.pager, **pages})
        else:
            account.pager |= pages

    def _fresh(self, page: ListingPage, account: Listing) -> dict[str, str | None]:
        """Add the rows of a page, and return the new ones: address -> date."""
        new = [row for row in page.rows if canonical(row.url) not in account.seen]
        account.seen |= {canonical(row.url) for row in new}
        fresh: dict[str, str | None] = {}
        # A row may be a briefing with the day as its address; those of a calendar lead to other months and days.
        places = self.scope.pages([row.url for row in new], month=not is_month(page.url))
        for row, (address, reason) in zip(new, places, strict=True):
            if address is None:
                self.count(f"skipped/{reason}")
                self._apart(account, row.url)
            elif canonical(address) not in account.rows:
                fresh[canonical(address)] = row.date
        # A pager without end repeats known rows. `is_told` must be called for each row, because it also settles it.
        brought = [row for row in fresh if row not in self.ledger.named and not self.is_told(row)]
        is_new = bool(new)
        if account.origin == "link":
            account.brought += brought
            is_new = bool(brought)
        account.stale = 0 if is_new else account.stale + 1
        _measure(page, account.reach, is_new=bool(new))
        # A page with the same rows as another one is the same page: the listing ignores `page`, or has ended.
        rows = md5("\n".join(row.url for row in page.rows).encode("utf-8", "replace"), usedforsecurity=False).digest()
        account.shown += page.shown if rows not in account.shows else 0
        account.shows.add(rows)
        account.rows.update(fresh)
        return fresh

    def _apart(self, account: Listing, url: str) -> None:
        """Keep a row that is left out because it is in a section of other content."""
        section = self.scope.section(url)
        if section and (address := self.scope.page(url, month=True, is_open=True)[0]):
            account.apart[canonical(address)] = section

    def _facet(self, page: ListingPage, listing: Listing, name: str, key: str) -> Iterator[scrapy.Request]:
        """Yield the new rows of a filtered view of a listing, and its further pages while there are new rows."""
        urls = [address for address, _ in self.scope.pages([row.url for row in page.rows]) if address]
        if new := [url for url in urls if canonical(url) not in self.ledger.named]:
            listing.parts[name] = True
            for url in new:
                yield from self.ask(url, "listing", ROW, news=listing.names_news)
            for url in page.pager_links:
                if address := self.scope.page(url, query=True, month=True)[0]:
                    yield self.page(address, "facet", KNOWN, origin=name, view_of=key)

    def _further(self, page: ListingPage, listing: Listing, key: str, *, is_view: bool = False) -> dict[str, str]:
        """Address of a further page of the listing at ``key`` -> ``key``, or an empty text if no link names that page.

        Other links of the listing to itself are added to its ``facets``. With ``is_view`` the query of the listing
        selects its rows.
        """
        if not is_view:
            self._note_facets(page, listing)
        linked = self._linked_pages(page, is_view=is_view)
        found = {url: key for url in linked if canonical(url) != canonical(page.url)}
        if listing.stale or len(listing.rows) < FEWEST or key in map(canonical, self.run.fronts):
            return found
        number = page_numbers(page.url) or (0,)
        following = page_numbers(page.next_url or "")
        if not found or (following and following <= number):
            # There may be a button that loads more by script, or the pager leads back: the pages after this one are
            # known by their number only. Views counts pages from 0 (Drupal core, PagerManager).
            found.setdefault(f"{key}{'&' if '?' in key else '?'}page={number[-1] + 1}", "")
        return found

    def _linked_pages(self, page: ListingPage, *, is_view: bool) -> Iterator[str]:
        """Yield the addresses of the further pages that a page links to."""
        for url in page.pager_links:
            address, reason = self.scope.page(url, query=True if is_view else None, month=is_view, is_open=is_view)
            if address is None:
                self.count(f"skipped/{reason}")
            else:
                yield address
        yield from self._months(page.earlier_months)
        # The link to the next page may use another parameter, for example ``offset``.
        for url in page.further_links:
            if address := self.scope.page(url, query=True, month=is_view, is_open=is_view)[0]:
                yield address

    def _months(self, urls: Iterable[str]) -> Iterator[str]:
        return (address for url in urls if (address := self.scope.page(url, month=True)[0]))

    def _note_facets(self, page: ListingPage, listing: Listing) -> None:
        for name, value in page.facets:
            values = listing.facets.setdefault(name, {})
            if len(values) < MOST_VALUES and (address := self.scope.page(value, query=True, month=True)[0]):
                values[address] = None

    def _is_barren(self, listing: Listing, rows: Mapping[str, str | None]) -> bool:
        """Whether its last pages had no news, so that its pager is left; called for each page with its new ``rows``."""
        before = listing.news
        self.explorer.count(listing, rows)
        is_skipped = self.has_enough or any(map(self._is_before_since, rows.values()))
        listing.barren = 0 if is_skipped or listing.news > before else listing.barren + 1
        return listing.barren >= self.run.config.max_barren

    def _leads_nowhere(self, listing: Listing) -> bool:
        """Whether many rows redirect to the same few pages."""
        if tally := listing.tally:
            least = max(tally.plain, len(tally.targets))
            if least * FEW_OF_MANY >= tally.read + tally.pending:
                return False
        reached = [self.ledger.led_to(row) for row in listing.rows if self.ledger.fate(row)]
        return len(reached) >= MANY and len(set(reached)) * FEW_OF_MANY < len(reached)

    def _rows(self, listing: Listing, rows: Mapping[str, str | None]) -> Iterator[scrapy.Request]:
        named = "news_listing" if listing.names_news else "listing"
        for url, date in rows.items():
            if self._is_before_since(date):
                self.count("skipped/before_since")
            else:
                yield from self.ask(url, named, ROW, news=listing.names_news)

    def _pager(self, listing: Listing, pages: Mapping[str, str]) -> Iterator[scrapy.Request]:
        """Yield the requests of the further pages from `_further`."""
        priority = NEWS_LISTING if listing.names_news else LISTING
        for url, key in pages.items():
            how: dict[str, Any] = {"names_news": listing.names_news, "origin": listing.origin, "page_of": key}
            how["is_view"] = "?" in key
            if is_month(url):
                how |= {"view_of": key, "page_of": ""}
            yield from self.ask(url, "listing", priority, discovery=True, **how)

    def _excuse(self) -> None:
        """Forget missing pages of a listing that was read completely in another language: items name translations."""
        walked = [
            (self.scope.path(url), listing)
            for url, listing in self.ledger.listings.items()
            if listing.state == "walked"
        ]
        complete = {path for path, listing in walked if listing.news and not (listing.lost or listing.reach.gap)}
        for path, listing in walked:
            if path in complete and ENDS.issuperset(listing.lost.values()):
                listing.lost.clear()

    def _check_further(self, page: Page, request: Any) -> None:
        """Record a further page of a listing without rows, or that redirects to the front page or the first page."""
        if key := request.meta.get("page_of"):
            here = canonical(page.url)
            if here in (key, *map(canonical, self.run.fronts)):
                self.lose(request, f"leads to {page.url}")
            elif not (isinstance(page, ListingPage) and page.rows):
                self.lose(request, "has no rows")

    def _leads(self, page: Page, request: Any) -> Iterator[scrapy.Request]:
        """Offer the pages in the menus of a visited page or of a first item; yield its listings of news and feeds."""
        if self.options.urls or page_numbers(page.url):
            return
        depth = self._depth(page, request)
        if depth is None:
            return
        in_menus, in_text = menu.links(page)
        unasked = list(self._unasked(in_menus))
        self.ledger.in_menus.update(map(canonical, unasked))
        self.explorer.offer(unasked, depth + 1, 1)
        if not isinstance(page, NewsPage):
            # Blocks of the front page link to "all updates", like menus.
            is_front = not set(self.run.fronts).isdisjoint(addresses(request))
            self.explorer.offer(self._unasked(in_text), depth + 1, 1 if is_front else 2)
            self._links(page)
            yield from self._named(page, depth + 1)
            if depth == 0:  # The feed of another page has no more than its listing.
                yield from self._feeds(page)

    def _depth(self, page: Page, request: Any) -> int | None:
        """The number of links from the front page to a visited page, 0 for the first items; None for all others."""
        depth = self.explorer.depth_of(*addresses(request))
        if depth is not None or not isinstance(page, NewsPage):
            return depth
        if self.from_items[page.language] >= FIRST_ITEMS and request.cb_kwargs.get("found") != "link":
            return None
        self.from_items[page.language] += 1
        return 0

    def _named(self, page: Page, depth: int) -> Iterator[scrapy.Request]:
        """Yield the listings that a page calls news."""
        named = (address for url in menu.news_listings(page) if (address := self.scope.page(url)[0]))
        chosen, refused = self.explorer.named(named, depth)
        self.ledger.called_news.update(map(canonical, chosen))
        for address in chosen:
            yield from self.follow(address, "listing", NEWS_LISTING, names_news=True, discovery=True, origin="named")
        if refused:
            self.ledger.doubts[page.url] = (
                f"names one more listing of news, {refused}, {depth} links from the front page: it is not "
                "requested (MIGRATION_MENU_DEPTH, MIGRATION_MENU_PAGES)"
            )

    def _feeds(self, page: Page) -> Iterator[scrapy.Request]:
        for url in menu.feeds(page):
            if (file := self.scope.file(url)) and self.run.counted("sitemaps") < self.run.config.max_sitemaps:
                self.run.count("sitemaps", file not in self.feeds)
                self.feeds.add(file)
                yield self.start_page(file, FEED, callback=self.parse_feed)

    def _unasked(self, urls: Iterable[str]) -> Iterator[str]:
        """Yield those in scope that no list names as pages and whose result is not known."""
        for url in urls:
            address = self.scope.page(url)[0]
            if address is None or canonical(address) in self.ledger.named or self.ledger.fate(address):
                continue
            if not (self.run.was_item(address) or self.is_told(address)):
                yield address

    def _links(self, page: Page) -> None:
        """Add the links in the text of a page to the ledger."""
        for url, where in page.links:
            address = self.scope.page(url)[0] if where == "content" else None
            if address is not None:
                self.ledger.links.setdefault(canonical(address), page.url)


def _key(url: str, meta: Mapping[str, Any]) -> str:
    """The address of the listing with the page ``url``: without its query, or only without its number if it is a view.

    The further pages of a view have the address of its first page in ``page_of``.
    """
    if not meta.get("is_view"):
        return canonical(url.partition("?")[0])
    return str(meta.get("page_of") or canonical(url))


def is_month(url: str) -> bool:
    """Whether ``url`` is that of a month, week or day."""
    return CALENDAR.search(urlsplit(url).path) is not None


def _patience(page: ListingPage, listing: Listing) -> int:
    """The number of pages in a row without a new row after which ``listing`` has ended."""
    if is_month(page.url):
        return MONTHS_OF_PATIENCE
    return 1 if listing.origin == "link" else PATIENCE


def _measure(page: ListingPage, reach: Reach, *, is_new: bool) -> None:
    """Note how far the pager of a page goes; ``is_new`` when the page has new rows."""
    linked = (numbers for url in page.pager_links if (numbers := page_numbers(url)))
    reach.note(page_numbers(page.url) or (0,), linked, is_new=is_new)
    reach.has_pages |= bool(page.pager_links or page.further_links)
    if is_new:
        reach.hidden = page.out_of_reach
