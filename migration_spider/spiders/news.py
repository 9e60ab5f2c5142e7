"""The spider of the portal's news: from listings, feeds and sitemaps to the items in all languages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import scrapy
from scrapy.http import HtmlResponse, TextResponse

from migration_spider import gone, scrapy_internals
from migration_spider.addresses import canonical
from migration_spider.kept_readings import Reading
from migration_spider.ledger import MOST_HOPS, Listing
from migration_spider.normalize.identity import item_id
from migration_spider.pages import Facts, ListingPage, NewsPage, Page
from migration_spider.pages.scripted import needs_script
from migration_spider.spiders.base import ITEM, PLAIN_TYPES, addresses
from migration_spider.spiders.explore import BIG
from migration_spider.spiders.listings import FOUND
from migration_spider.spiders.steps import SteppedSpider
from migration_spider.whole import problems_of


class NewsSpider(SteppedSpider):
    """``scrapy crawl news``: see docs/crawl.md."""

    name = "news"

    async def start(self) -> AsyncIterator[Any]:
        self.run.require_start()
        self.run.dates.is_walking = True
        async for request in self._in_steps():
            yield request
        if scrapy_internals.is_closing(self.crawler) is not False:
            return
        for listing in self.ledger.listings.values():
            listing.tally = None  # for the final counts every row is examined again
            self.explorer.count(listing)
        self._excuse()
        # Before the absences, because an item that was held is not absent.
        for item in self.run.dates.release():
            yield item
        await scrapy_internals.stored(self.crawler)
        if not await self._idle():
            return
        for held in self.contradictions():
            yield held
        await scrapy_internals.stored(self.crawler)
        for absence in self.absences_that_count():
            yield absence
        self.run.done.add("walked")

    # ---- pages

    def parse(self, response: Any, found: str, names_news: bool = False) -> Iterator[Any]:
        """Yield an item if the page is news, or further pages if it is a listing of interest."""
        if self.is_missing(response):
            return
        reading = self.run.readings.of(response)
        if not isinstance(response, TextResponse) or reading.why_unread:
            self._unread(response, reading)
            return
        self.count("pages")
        self.led(response.request, response.url)
        facts = reading.facts(partial(self.is_news_by_link, response))
        page = facts.result
        self._miss(response, page)
        yield from self._leads(page, response.request)
        if isinstance(page, NewsPage):
            page.template = self.run.dates.template(page.language)
            reading.fit(page)
            yield from self._item(page, found, response)
            reading.note(facts.page, facts.read_as_listing)
            return
        if found == "urls":
            self.logger.warning("No item: %s was requested by name, and is not news", response.url)
        self._not_news(page, response, facts)
        reading.note(facts.page, facts.read_as_listing, page)
        facts.page.forget()
        is_row = found in ("listing", "news_listing") and not response.meta.get("discovery")
        self._check_further(page, response.request)
        if is_row:
            self._row_of_list(page, response.request)
            yield from self._of_hub(page, response.request)
        if not isinstance(page, ListingPage):
            yield from self._empty_month(page, response.request)
            self._no_listing(page, found, is_named=found == "listing" and not is_row)
        elif is_row and (page.pager_links or len(page.rows) >= BIG):
            # A row that is itself a listing, like those of a landing page.
            yield from self._listing(page, "menu", False, {"origin": "menu"})
        elif found in FOUND and not is_row:
            yield from self._listing(page, found, names_news, response.meta)
        else:
            self.count(f"not_news/{page.kind}")
        reading.note(page)
        page.forget()

    def _not_news(self, page: Page, response: Any, facts: Facts) -> None:
        """Settle a page that is not news, and its node."""
        self._embeds(response)
        self.settle(response.request, "not_news", page.kind)
        nodes = self.ledger.other_nodes
        if page.node_type not in PLAIN_TYPES and facts.is_news_if_named:
            self.explorer.would_be[canonical(response.url)] = page.node_type
            nodes = self.ledger.plain_nodes
        if page.node_id is not None:
            nodes.add(page.node_id)

    def _no_listing(self, page: Page, found: str, *, is_named: bool) -> None:
        """Count a page without rows; if it was requested as a listing, the report compares it with earlier runs."""
        if found == "menu":
            self._archive(page)
        if found == "menu" and needs_script(page):
            self.ledger.doubts[page.url] = (
                "shows its content with a script, which is not run: if it has no news, exclude it with "
                "MIGRATION_EXCLUDED_PATHS"
            )
        if is_named:
            self.ledger.listings.setdefault(canonical(page.url.partition("?")[0]), Listing(pages=1))
        self.count(f"not_news/{page.kind}")

    def _miss(self, response: Any, page: Page) -> None:
        """Record the absence of other items that were at this address, or at one that redirects here."""
        meta = response.meta
        here = None
        if isinstance(page, NewsPage) and not page.is_fallback:
            here = item_id(page.node_id, page.canonical_url or page.url, page.language)
            self.ledger.met.add(here)
            known = self.memory.item(here) if self.memory else None
            if known and canonical(known.url) not in map(canonical, addresses(response.request)):
                self.left.add(known.url)
        items = self.items_at(response.request)
        self.absences += gone.of_page(items, here, meta.get("hops", ()), meta.get("archive"), response.url)

    def _unread(self, response: Any, reading: Reading) -> None:
        """Settle a response that is not a page, or a page that cannot be read."""
        self.count("not_a_page")
        if isinstance(response, HtmlResponse):
            what = reading.why_unread
            self.count("too_large")
            self.logger.warning("Not read: %s (%s)", response.url, what)
            self.settle(response.request, "unreadable", what)
        else:
            self._embeds(response)
            self.settle(response.request, "not_news", "no page")

    def _original(self, page: NewsPage, request: scrapy.Request) -> Iterator[scrapy.Request]:
        """Settle a fallback page, and yield the page of the source language instead."""
        self.count("fallback")
        steps = request.meta.get("fallbacks", 0) + 1
        if steps > MOST_HOPS:
            self.settle(request, "unreadable", f"fallback pages that name one another, {steps} in a row")
            return
        self.settle(request, "fallback", page.canonical_url or "")
        if page.canonical_url:
            yield from self.follow(page.canonical_url, "canonical", ITEM, news=True, fallbacks=steps)

    def _elsewhere(self, page: NewsPage, request: scrapy.Request) -> str | None:
        """The own address of an item that is shown on the front page; None on all other pages."""
        if not page.canonical_url or set(self.run.fronts).isdisjoint(addresses(request)):
            return None
        address = self.scope.page(page.canonical_url)[0]
        return None if address in self.run.fronts else address

    def _place(self, page: NewsPage, found: str, request: scrapy.Request) -> None:
        """Record the address of an item, those that redirect to it, and those of its translations."""
        self.run.through[page.url] = found
        if found == "menu":
            self.ledger.name(page.url, "listing")
        for url in addresses(request)[1:]:
            self.ledger.settle(url, "redirected", page.url)
        if page.node_id is not None and page.alternates:
            urls = (page.url, *addresses(request), *page.alternates.values())
            self.ledger.name_translations(page.node_id, urls)

    def _translations(self, page: NewsPage, found: str) -> Iterator[scrapy.Request]:
        """Yield the requests of the translations: each is a page, even if only its query differs (``?language=fr``)."""
        for url in page.alternates.values():
            address, reason = self.scope.page(url, query=True, month=True)
            if address is None:
                self.count(f"skipped/{reason}")
            else:
                yield from self.ask(address, found, ITEM, news=True)

    def _other_hosts(self, page: NewsPage) -> None:
        """Note the hosts at which an item has translations in the languages of this run."""
        others = {name: url for name, url in page.alternates.items() if name in self.options.languages}
        # A site that does not know its own name has its own page there, too.
        if not self.scope.elsewhere([page.alternates.get(page.language, "")]):
            for host in self.scope.elsewhere(others.values()):
                self.ledger.hosts.setdefault(host, page.url)

    def _item(self, page: NewsPage, found: str, response: Any) -> Iterator[Any]:
        request = response.request
        if page.is_fallback and found != "urls":
            yield from self._original(page, request)
            return
        if found != "urls" and (address := self._elsewhere(page, request)):
            self.settle(request, "not_news", page.canonical_url or "")
            yield from self.ask(address, "canonical", ITEM, news=True)
            return
        self._place(page, found, request)
        if page.node_type and canonical(response.url) in self.news_urls:
            self.explorer.types[page.node_type] += 1
        reading = self.run.readings.of(response)
        self.run.dates.note(page, lambda: response.text)
        reading.note_text(page)
        item = page.to_item()
        item.problems += problems_of(response)
        yield item
        # Every translation names all others, so one that was found this way has no new ones.
        if found not in ("urls", "hreflang"):
            # Translations of an item that no list names are not in a list, either.
            how = "link" if found == "link" else "hreflang"
            yield from self._translations(page, how)
            self._other_hosts(page)
        if found != "urls":
            self._links(page)
            self.values.update(canonical(value.url) for entry in item.metadata for value in entry.values if value.url)
