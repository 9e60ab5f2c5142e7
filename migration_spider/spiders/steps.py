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
    """A spider that goes from what the settings name to what lists, sitemaps and earlier runs name."""

    left: set[str]
    """Addresses at which items were that a page elsewhere was in this run."""
    doubted: set[str]
    """Addresses (`canonical`) asked for what is absent elsewhere."""
    candidates: Table[str]
    """Addresses that sitemaps name -> the ``Referer`` to ask for them with, until the step that does."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.left, spider.doubted = set(), set()
        spider.candidates = Table(spider.run.room)
        return spider

    async def _in_steps(self) -> AsyncIterator[scrapy.Request]:
        """The requests of all steps, each step when nothing of the one before is left; ends early with the run."""
        for step in self._steps():
            is_again = True
            while is_again:
                # What sitemaps and earlier runs name may be more than memory should hold; what the others give is few,
                # and may change while it is asked for.
                requests = step() if step in (self._candidates, self._known) else iter(list(step()))
                is_again = False
                while some := list(islice(requests, AT_ONCE)):
                    for request in some:
                        yield request
                    if not await self._idle():
                        return
                    is_again = step in (self._explore, self._unlisted, self._doubted)

    def _steps(self) -> Sequence[Callable[[], Iterator[scrapy.Request]]]:
        if self.options.urls:
            return (self._asked, self._doubted)
        named = (self._hints, self._explore, self._sitemaps, self._candidates)
        return (*named, self._known, self._unnamed, self._merged, self._unlisted, self._merged, self._doubted)

    async def _idle(self) -> bool:
        """Wait until everything found so far is fetched and read; False when the run ends early."""
        await scrapy_internals.idle(self.crawler)
        return scrapy_internals.is_closing(self.crawler) is False

    def _asked(self) -> Iterator[scrapy.Request]:
        for url in self.options.urls:
            self.ledger.name(url, "urls")
            yield self.page(url, "urls", ITEM)

    def _hints(self) -> Iterator[scrapy.Request]:
        """What the settings name and earlier runs learned, and the front pages; nothing of it need be there."""
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
        # Drupal's own listing of what is promoted to the front page (core, views.view.frontpage).
        self.explorer.offer((scope.start("/node", language) for language in self.options.languages), 1, 1)

    def _start(self, url: str, priority: int, **how: Any) -> scrapy.Request:
        self.explorer.at(url)
        return self.start_page(url, priority, **how)

    def _sitemaps(self) -> Iterator[scrapy.Request]:
        """Behind the listings: a page is also news when a listing of news names it, and that must be known by then."""
        named = [url for url in map(self.scope.file, self.run.sitemaps) if url]
        guesses = [self.scope.start(path, "en") for path in self.run.config.sitemaps]
        for url in dict.fromkeys([*named, *guesses]):
            yield self.start_page(url, SITEMAP, callback=self.parse_sitemap, is_named=url in named)

    def from_sitemap(
        self, response: Response, urls: list[str], lastmods: Mapping[str, str], host: str
    ) -> Iterator[scrapy.Request]:
        """None yet: the requests of all that the sitemaps of a large site name would fill the memory."""
        referrer = self._referrer(response)
        for url, address in self.placed(urls, host):
            self.ledger.name(address, "sitemap", lastmods.get(url))
            self.candidates[address] = referrer
        return iter(())

    def _referrer(self, response: Response) -> str:
        """What the requests of the links of ``response`` have as ``Referer``, by Scrapy's rules; empty for none."""
        middleware = self.crawler.get_spider_middleware(RefererMiddleware)
        if middleware is None:
            return ""
        return middleware.policy(response, response.request).referrer(response.url, self.options.site) or ""

    def _candidates(self) -> Iterator[scrapy.Request]:
        """The pages that sitemaps name."""
        for address, referrer in self.candidates.items():
            lastmod = self.ledger.lastmods.get(canonical(address))
            for request in self.ask(address, "sitemap", CANDIDATE, lastmod=lastmod):
                if referrer:
                    request.headers.setdefault("Referer", referrer)
                yield request

    def _known(self) -> Iterator[scrapy.Request]:
        """Items of earlier runs that are due, also where no listing names them any more."""
        for item in self.memory.items() if self.memory else ():
            if not item.withdrawn:
                self.news_urls.add(canonical(item.url))
        for item in self.memory.due_items() if self.memory else ():
            yield from self.follow(item.url, "state", KNOWN)

    def _unnamed(self) -> Iterator[scrapy.Request]:
        """Items that a listing or sitemap named in the last run and none names now: a sign that they are gone.

        Also where items were before they moved: how the old address answers is evidence, whenever the new one was met.
        """
        if self.memory is None:
            return
        named = (url for url in self.memory.named if url not in self.ledger.named)
        unnamed = [url for url in named if self.memory.items_at([url])]
        for url in sorted({*unnamed, *self.memory.moved(), *self.left}):
            yield from self.follow(url, "state", KNOWN)

    def _merged(self) -> Iterator[scrapy.Request]:
        """Pages to which others redirect and which were visited for themselves, unless all is clear.

        It is not when they have not come to an end, as in a circle, or are not the items that redirect to them.
        """
        merged, self.ledger.merged = self.ledger.merged, []
        for url, trail in merged:
            if not self.is_clear(url, trail["redirect_urls"]):
                yield self.page(url, "state", KNOWN, **trail).replace(dont_filter=True)

    def _doubted(self) -> Iterator[scrapy.Request]:
        """Before anything is buried: wherever an item may be that is not where it was met last.

        Where it was met before; what lists name and did not answer with a page the last time, due or not, as well as
        the system path of its node; and from where other items have moved, as when two have changed places. And some
        known addresses, where a few look like a relaunch of the site, or all led to one place.
        """
        yield from self._merged()
        if self.memory is None:
            return
        if self.run.relaunch.is_doubtful or gone.one_place(self.absences, self.ledger):
            yield from self._anyway(islice((one.url for one in self.memory.items() if not one.withdrawn), PROBES))
        absent = {one.id for one in self.absences if one.id not in self.ledger.met}
        asked = self._places(self.memory, absent) if absent else set()
        yield from self._anyway(sorted(asked | self.left))

    def _places(self, memory: Memory, absent: Collection[str]) -> set[str]:
        """Where the items with these ids may be: where they were before, and what lists name as page or node of one."""
        places = memory.places.of(sorted(absent))
        self.news_urls.update(map(canonical, places))
        nodes = {item.node_id for one in absent if (item := memory.item(one)) and item.node_id is not None}
        named = [
            url
            for url, source in self.ledger.named.items()
            if source != "state" and (memory.was_no_page(url) or node_of(url) in nodes)
        ]
        return {*places, *named}

    def _anyway(self, urls: Iterable[str]) -> Iterator[scrapy.Request]:
        """The requests of those that the run has not asked, once, whether they are due or not."""
        for url in urls:
            fate = self.ledger.fate(url)
            if canonical(url) not in self.doubted and (fate is None or fate.code == "not_due"):
                self.doubted.add(canonical(url))
                for request in self.follow(url, "state", KNOWN):
                    yield request.replace(dont_filter=True)
