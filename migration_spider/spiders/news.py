"""The spider of the portal's news: from listings, feeds and sitemaps to the items in all languages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.http import Response, TextResponse

from migration_spider import gone, scrapy_internals
from migration_spider.ledger import Listing, Sitemap
from migration_spider.normalize.dates import parse_date
from migration_spider.normalize.identity import item_id
from migration_spider.pages import ListingPage, NewsPage, Page, feeds, menu, page_for
from migration_spider.pages.bounds import is_parseable
from migration_spider.pages.results import results_total
from migration_spider.spiders.base import PortalSpider, addresses

# The order of a crawl. Rows come before the next listing page, so that `max_items` need not walk through all pagers;
# sitemaps last, because a page is also news when a news listing named it, and that must be known by then.
ITEM, NEWS_LISTING, FEED, ROW, LISTING, SITEMAP, CANDIDATE, KNOWN = 200, 100, 90, 120, 50, 10, 0, -10


class NewsSpider(PortalSpider):
    """``scrapy crawl news``: see docs/crawl.md."""

    name = "news"

    async def start(self) -> AsyncIterator[Any]:
        self.run.require_start()
        for step in (self._asked,) if self.options.urls else (self._all, self._unnamed, self._merged):
            for request in step():
                yield request
            if not await self._idle():
                return
        for absence in self.absences_that_count():
            yield absence

    async def _idle(self) -> bool:
        """Wait until everything found so far is fetched and read; False when the run ends early."""
        while scrapy_internals.is_busy(self.crawler):
            await self.crawler.signals.wait_for(signals.scheduler_empty)
        return scrapy_internals.is_closing(self.crawler) is False

    def _asked(self) -> Iterator[scrapy.Request]:
        for url in self.options.urls:
            self.ledger.name(url, "urls")
            yield self.page(url, "urls", ITEM)

    def _all(self) -> Iterator[scrapy.Request]:
        yield from self._discovery()
        yield from self._known()

    def _discovery(self) -> Iterator[scrapy.Request]:
        config = self.run.config
        for language in self.options.languages:
            for path in config.news_listings:
                yield self.start_page(path, language, NEWS_LISTING, names_news=True)
            for path in config.feeds:
                yield self.start_page(path, language, FEED, names_news="news" in path, callback=self.parse_feed)
        for path in config.listings:
            yield self.start_page(path, self.options.languages[0], LISTING)
        for path in config.sitemaps:
            yield self.start_page(path, "en", SITEMAP, callback=self.parse_sitemap)

    def _known(self) -> Iterator[scrapy.Request]:
        """Items of earlier runs that are due, also where no listing names them any more."""
        for item in self.memory.items() if self.memory else ():
            if not item.withdrawn:
                self.news_urls.add(item.url)
        for item in self.memory.due_items() if self.memory else ():
            yield from self.follow(item.url, "state", KNOWN)

    def _unnamed(self) -> Iterator[scrapy.Request]:
        """Items that a listing or sitemap named in the last run and none names now: a sign that they are gone.

        Also where items were before they moved: how the old address answers is evidence, whenever the new one was met.
        """
        if self.memory is None:
            return
        unnamed = [url for url in self.memory.named.keys() - self.ledger.named.keys() if self.memory.items_at([url])]
        for url in sorted({*unnamed, *self.memory.moved()}):
            yield from self.follow(url, "state", KNOWN)

    def _merged(self) -> Iterator[scrapy.Request]:
        """Pages to which others redirect and which were visited for themselves, unless all is clear.

        It is not when they have not come to an end, as in a circle, or are not the items that redirect to them.
        """
        for url, trail in list(self.ledger.merged):
            fate = self.ledger.fates.get(url)
            items = self.memory.items_at(trail["redirect_urls"]) if self.memory else []
            if fate is None or any(fate.detail != item.id for item in items):
                yield self.page(url, "state", KNOWN, **trail).replace(dont_filter=True)
            else:
                for source in trail["redirect_urls"]:
                    self.ledger.settle(source, "redirected", url)

    def parse(self, response: Any, found: str, names_news: bool = False) -> Iterator[Any]:
        """An item when the page is news, more pages when it is a listing that was asked for, else nothing."""
        if self.is_missing(response):
            return
        if not isinstance(response, TextResponse) or not is_parseable(response.text):
            self.count("not_a_page")
            self.settle(response.request, "not_news", "no page")
            return
        self.count("pages")
        page = page_for(response.url, response.selector, named_as_news=self.is_news_by_link(response))
        self._miss(response, page)
        if isinstance(page, NewsPage):
            yield from self._item(page, found, response.request)
            return
        self.settle(response.request, "not_news", page.kind)
        if found == "listing":
            for url in menu.news_listings(page):
                yield from self.follow(url, "listing", NEWS_LISTING, names_news=True, discovery=True)
        if found == "listing" and isinstance(page, ListingPage):
            yield from self._listing(page, names_news)
        else:
            self.count(f"not_news/{page.kind}")

    def parse_feed(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """The pages that RSS names."""
        if self.is_missing(response):
            return
        links = feeds.rss_links(response.body)
        self.ledger.sitemaps[response.url] = Sitemap(response.status, len(links), feeds.feed_problem(response.body))
        for url in links:
            yield from self.follow(url, "rss", ROW, news=names_news)

    def parse_sitemap(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """The pages and further sitemaps that a sitemap names."""
        account = self.ledger.sitemaps[response.url] = Sitemap(response.status)
        if self.is_missing(response):
            return
        kind, entries = feeds.sitemap_links(response.body)
        account.size, account.problem = len(entries), feeds.sitemap_problem(response.body)
        for url, lastmod, alternates in entries:
            if kind == "index":
                if file := self.scope.file(url):
                    yield self.page(file, "sitemap", SITEMAP, callback=self.parse_sitemap, discovery=True)
            elif self._is_before_since(lastmod):
                self.count("skipped/before_since")
            else:
                for address in (url, *alternates.values()):
                    yield from self.follow(address, "sitemap", CANDIDATE, lastmod=lastmod)

    def _miss(self, response: Any, page: Page) -> None:
        """Items that stood here, or at an address that redirects here, and are not what this page is."""
        meta = response.meta
        here = None
        if isinstance(page, NewsPage) and not page.is_fallback:
            here = item_id(page.node_id, page.canonical_url or page.url, page.language)
        items = self.items_at(response.request)
        self.absences += gone.of_page(items, here, meta.get("hops", ()), meta.get("archive"))

    def _item(self, page: NewsPage, found: str, request: Any) -> Iterator[Any]:
        if page.is_fallback and found != "urls":
            self.count("fallback")
            self.settle(request, "fallback", page.canonical_url or "")
            if page.canonical_url:
                yield from self.follow(page.canonical_url, "canonical", ITEM, news=True)
            return
        self.count(f"found/{found}")
        for url in addresses(request)[1:]:
            self.ledger.settle(url, "redirected", page.url)
        yield page.to_item()
        # Every translation names all others: there is nothing to learn from one that was found this way.
        for url in page.alternates.values() if found not in ("urls", "hreflang") else ():
            yield from self.follow(url, "hreflang", ITEM, news=True)

    def _listing(self, page: ListingPage, names_news: bool) -> Iterator[scrapy.Request]:
        account = self.ledger.listings.setdefault(page.url.partition("?")[0], Listing())
        account.pages += 1
        account.total = max((n for n in (account.total, results_total(page)) if n is not None), default=None)
        for row in page.rows:
            if self._is_before_since(row.date):
                self.count("skipped/before_since")
            else:
                yield from self.follow(row.url, "news_listing" if names_news else "listing", ROW, news=names_news)
        # A pager without end shows known rows under ever new numbers.
        fresh = {row.url for row in page.rows} - account.rows
        account.rows |= fresh
        for url in page.pager_links if fresh else ():
            priority = NEWS_LISTING if names_news else LISTING
            yield from self.follow(url, "listing", priority, names_news=names_news, discovery=True)

    def _is_before_since(self, text: str | None) -> bool:
        if not text or not self.options.since:
            return False
        day, _ = parse_date(text, None, None)
        return day is not None and day < self.options.since.isoformat()
