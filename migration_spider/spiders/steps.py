"""The steps of a run: each step begins when all requests of the previous one are done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import scrapy
from scrapy.http import Response
from scrapy.spidermiddlewares.referer import RefererMiddleware

from migration_spider import gone, scrapy_internals
from migration_spider.addresses import canonical
from migration_spider.kept import Table
from migration_spider.pages.nodes import node_of
from migration_spider.relaunch import PROBES
from migration_spider.spiders.base import CANDIDATE, FEED, ITEM, KNOWN, LISTING, NEWS_LISTING, SITEMAP
from migration_spider.spiders.finding import FindingSpider
from migration_spider.state.memory import Memory

AT_ONCE = 500
"""Requests of a step that may wait together."""


class SteppedSpider(FindingSpider):
    """A spider that visits the addresses of the settings, then those of lists, sitemaps and earlier runs."""

    left: set[str]
    """Former addresses of items that this run found elsewhere."""
    doubted: set[str]
    """Addresses (`canonical`) that were requested because an absent item may be there."""
    candidates: Table[str]
    """Addresses in sitemaps -> the ``Referer`` of their requests, until the step that requests them."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.left, spider.doubted = set(), set()
        spider.candidates = Table(spider.run.room)
        return spider

    async def _in_steps(self) -> AsyncIterator[scrapy.Request]:
        """Yield the requests of all steps, each after all requests of the previous one; stop if the run ends early."""
        for step in self._steps():
            is_again = True
            while is_again:
                # Sitemaps and earlier runs may name more pages than fit into memory. The other steps yield few
                # requests, and their sources may change during the requests.
                requests = step() if step in (self._candidates, self._known) else iter(list(step()))
                is_again = False
                while part := list(islice(requests, AT_ONCE)):
                    for request in part:
                        yield request
                    if not await self._idle():
                        return
                    is_again = step in (self._explore, self._unlisted, self._doubted)

    def _steps(self) -> Sequence[Callable[[], Iterator[scrapy.Request]]]:
        if self.options.urls:
            return (self._asked, self._doubted)
        named = (self._hints, self._explore, self._sitemaps, self._candidates)
        known = (self._known, self._unnamed, self._merged)
        return (*named, self._typed, *known, self._unlisted, self._typed, self._merged, self._doubted)

    async def _idle(self) -> bool:
        """Wait until everything found so far is fetched and read; return False if the run ends early."""
        await scrapy_internals.idle(self.crawler)
        return scrapy_internals.is_closing(self.crawler) is False

    def _asked(self) -> Iterator[scrapy.Request]:
        for url in self.options.urls:
            self.ledger.name(url, "urls")
            yield self.page(url, "urls", ITEM)

    def _hints(self) -> Iterator[scrapy.Request]:
        """Yield the addresses of the settings and of earlier runs, and the front pages; none of them need exist."""
        config, scope = self.run.config, self.scope
        for url, names_news in self.memory.runs.listings().items() if self.memory else ():
            if scope.page(url)[0]:
                priority = NEWS_LISTING if names_news else LISTING
                yield self._start(url, priority, names_news=names_news, origin="learned")
        for language in self.options.languages:
            for path in config.news_listings:
                yield self._start(scope.start(path, language), NEWS_LISTING, names_news=True)
            for path in config.feeds:
                url = scope.start(path, language)
                yield self.start_page(url, FEED, names_news="news" in path, callback=self.parse_feed)
            self.run.fronts.append(scope.start("/", language))
            yield self._start(self.run.fronts[-1], LISTING)
        for path in config.listings:
            yield self._start(scope.start(path, self.options.languages[0]), LISTING)
        # Drupal's listing of content that is promoted to the front page (core, views.view.frontpage).
        self.explorer.offer((scope.start("/node", language) for language in self.options.languages), 1, 1)

    def _start(self, url: str, priority: int, **how: Any) -> scrapy.Request:
        self.explorer.at(url)
        return self.start_page(url, priority, **how)

    def _sitemaps(self) -> Iterator[scrapy.Request]:
        """Yield the sitemaps. They come after the listings, because it must be known which pages these name as news."""
        named = [url for url in map(self.scope.file, self.run.sitemaps) if url]
        guesses = [self.scope.start(path, "en") for path in self.run.config.sitemaps]
        for url in dict.fromkeys([*named, *guesses]):
            yield self.start_page(url, SITEMAP, callback=self.parse_sitemap, is_named=url in named)

    def from_sitemap(
        self, response: Response, urls: list[str], lastmods: Mapping[str, str], host: str
    ) -> Iterator[scrapy.Request]:
        """Store the pages for a later step, because their requests would need too much memory on a large site."""
        referrer = self._referrer(response)
        for url, address in self.placed(urls, host):
            self.ledger.name(address, "sitemap", lastmods.get(url))
            self.ledger.mapped.add(canonical(address))
            self.candidates[address] = referrer
        return iter(())

    def _referrer(self, response: Response) -> str:
        """The ``Referer`` of requests for the links in ``response``, by Scrapy's rules; empty for none."""
        middleware = self.crawler.get_spider_middleware(RefererMiddleware)
        if middleware is None:
            return ""
        return middleware.policy(response, response.request).referrer(response.url, self.options.site) or ""

    def _candidates(self) -> Iterator[scrapy.Request]:
        """Yield the pages in sitemaps."""
        for address, referrer in self.candidates.items():
            lastmod = self.ledger.lastmods.get(canonical(address))
            for request in self.ask(address, "sitemap", CANDIDATE, lastmod=lastmod):
                if referrer:
                    request.headers.setdefault("Referer", referrer)
                yield request

    def _known(self) -> Iterator[scrapy.Request]:
        """Yield the items of earlier runs that are due, even if no listing names them any more."""
        for item in self.memory.items() if self.memory else ():
            if not item.withdrawn:
                self.news_urls.add(canonical(item.url))
        for item in self.memory.due_items() if self.memory else ():
            yield from self.follow(item.url, "state", KNOWN)

    def _unnamed(self) -> Iterator[scrapy.Request]:
        """Yield the items that a list named in the last run and none names now, which may be gone.

        Also yield the former addresses of moved items, because their responses are evidence.
        """
        if self.memory is None:
            return
        named = (url for url in self.memory.named if url not in self.ledger.named)
        unnamed = [url for url in named if self.memory.items_at([url])]
        for url in sorted({*unnamed, *self.memory.moved(), *self.left}):
            yield from self.follow(url, "state", KNOWN)

    def _merged(self) -> Iterator[scrapy.Request]:
        """Yield again pages that were visited before others redirected to them, unless the result is clear.

        It is not clear if they have no result, as in a redirect loop, or do not have the items that redirect to them.
        """
        merged, self.ledger.merged = self.ledger.merged, []
        for url, trail in merged:
            if not self.is_clear(url, trail["redirect_urls"]):
                yield self.page(url, "state", KNOWN, **trail).replace(dont_filter=True)

    def _doubted(self) -> Iterator[scrapy.Request]:
        """Yield all addresses where an absent item may be, before it counts as gone.

        These are its earlier addresses; the addresses in lists that did not return a page last time, due or not, and
        the system path of its node; and the former addresses of moved items, because two items may have changed
        places. Also yield some known addresses if a few pages look like a relaunch, or all redirected to one place.
        """
        yield from self._merged()
        if self.memory is None:
            return
        if self.run.relaunch.is_doubtful or gone.one_place(self.absences, self.ledger):
            yield from self._anyway(islice((item.url for item in self.memory.items() if not item.withdrawn), PROBES))
        absent = {absence.id for absence in self.absences if absence.id not in self.ledger.met}
        asked = self._places(self.memory, absent) if absent else set()
        yield from self._anyway(sorted(asked | self.left))

    def _places(self, memory: Memory, absent: Collection[str]) -> set[str]:
        """Addresses where absent items may be: their earlier ones, those in lists without a page, or of their node."""
        places = memory.places.of(sorted(absent))
        self.news_urls.update(map(canonical, places))
        nodes = {item.node_id for item_id in absent if (item := memory.item(item_id)) and item.node_id is not None}
        named = [
            url
            for url, source in self.ledger.named.items()
            if source != "state" and (memory.was_no_page(url) or node_of(url) in nodes)
        ]
        return {*places, *named}

    def _anyway(self, urls: Iterable[str]) -> Iterator[scrapy.Request]:
        """Yield requests of the addresses that the run has not requested, due or not, each once."""
        for url in urls:
            fate = self.ledger.fate(url)
            if canonical(url) not in self.doubted and (fate is None or fate.code == "not_due"):
                self.doubted.add(canonical(url))
                for request in self.follow(url, "state", KNOWN):
                    yield request.replace(dont_filter=True)
