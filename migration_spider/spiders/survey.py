"""The spider of `scrapy survey`: it visits the same kinds of pages as a crawl, but only a few of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import scrapy
from scrapy.http import Response, TextResponse

from migration_spider.addresses import canonical
from migration_spider.exceptions import OptionError
from migration_spider.ledger import Listing, Sitemap
from migration_spider.middlewares.budget import BudgetMiddleware
from migration_spider.normalize.dates import parse_date
from migration_spider.normalize.identity import item_id
from migration_spider.pages import NewsPage, Page
from migration_spider.pages.listing import page_numbers
from migration_spider.responses.requisites import css_requisites, page_requisites
from migration_spider.sampling import MOST, SAMPLES, Traits, traits, varied
from migration_spider.spiders.base import CANDIDATE, FEED, LISTING, NEWS_LISTING, ROW
from migration_spider.spiders.explore import Explorer
from migration_spider.spiders.news import NewsSpider
from migration_spider.state.memory import SURVEY_PREFIX
from migration_spider.text import language_of

LOOKED_AT = 40
"""Pages of menus that are visited, in addition to the front pages."""

FEW = 3
"""Rows of one page of a listing, addresses of one feed, and entries of one sitemap index that are read."""

TRIED = 4
"""Rows that decide whether a listing is one of news; fewer than in a crawl, which would lose items by an error."""

OF_SITEMAP = 6
"""Pages of one sitemap that are read."""

PER_LANGUAGE = 2
"""Items of a language after which no further translations are requested."""

_LAST_NUMBER = re.compile(r"([?&]page=(?:\d*(?:,|%2C))*)\d+", re.IGNORECASE)
_NO_LOOK = re.compile(r"\.(?:m?js|json|woff2?|ttf|otf|eot|webmanifest|mp[34]|webm)$", re.IGNORECASE)

One = TypeVar("One")


class Sampler(Explorer):
    """Decides by fewer rows."""

    def rows_to_read(self, listing: Listing) -> list[str]:
        read = sum(self._outcome(row) is not None for row in listing.rows)
        return few(super().rows_to_read(listing), max(0, TRIED - read))


class SurveySpider(NewsSpider):
    """``scrapy survey``: see docs/survey.md. It yields no items; `survey.make` reads the archived pages.

    The first, middle and last page of each listing are read, and a few rows of each page. Style sheets and pictures are
    fetched only for the sample pages, at the end, with the remaining requests.
    """

    name = "survey"
    explorer_class = Sampler
    most: int
    """Requests that may be sent, including robots.txt, retries and redirects."""
    allowed: int
    """Requests that may be sent up to the end of the current phase."""
    granted: int
    """Requests that were granted or sent."""
    asked_for: set[str]
    """Addresses of the granted requests."""
    samples: dict[str, tuple[Traits, list[str]]]
    """Id of an item -> its traits, and the files embedded in its page."""
    by_language: Counter[str]
    """Language -> number of items."""
    named: set[str]
    """Addresses in listings of news."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        settings = crawler.settings
        settings.set("MIGRATION_REQUISITES", False, priority="cmdline")
        settings.set("ARCHIVE_PREFIX", SURVEY_PREFIX, priority="cmdline")
        # One request at a time, because each depends on earlier responses: so the same site gives the same survey.
        settings.set("CONCURRENT_REQUESTS", 1, priority="cmdline")
        if not settings.getint("MIGRATION_MAX_REQUESTS"):
            settings.set("MIGRATION_MAX_REQUESTS", MOST, priority="cmdline")
        spider = super().from_crawler(crawler, *args, **kwargs)
        config, options = spider.run.config, spider.run.options
        if not options.is_whole:
            raise OptionError("a survey only has the options site and languages")
        spider.run.keeps = False
        spider.explorer.left = min(LOOKED_AT, config.menu_pages)
        spider.most = config.max_requests
        spider.allowed = spider.granted = 0
        spider.samples, spider.asked_for, spider.named, spider.by_language = {}, set(), set(), Counter()
        return spider

    async def start(self) -> AsyncIterator[Any]:
        self.run.require_start()
        steps: Sequence[tuple[float, Callable[[], Iterator[scrapy.Request]]]] = (
            (0.65, self._hints),
            (0.65, self._explore),
            (0.7, self._listings),
            (0.75, self._sitemaps),
            (0.8, self._more),
            (1, self._looks),
        )
        for share, step in steps:
            self.allowed = int(share * self.most)
            while requests := list(self._grant(step())):
                for request in requests:
                    yield request
                if not await self._idle():
                    return
                if step not in (self._explore, self._more):
                    break
        self.run.done.add("walked")

    def _grant(self, results: Iterable[Any]) -> Iterator[Any]:
        """Yield the requests in ``results`` within the limit of the phase; drop items."""
        budget: Any = self.crawler.get_downloader_middleware(BudgetMiddleware)
        self.granted = max(self.granted, budget.sent)
        for result in results:
            if not isinstance(result, scrapy.Request):
                continue
            if not result.dont_filter and result.url in self.asked_for:
                yield result  # will be dropped as a duplicate
            elif self.granted < self.allowed - 1:  # one for robots.txt
                self.granted += 1
                self.asked_for.add(result.url)
                yield result

    # ---- what is visited

    def _hints(self) -> Iterator[scrapy.Request]:
        """Yield the front pages, and the listings of news and feeds of the settings in the first language."""
        config, scope, languages = self.run.config, self.scope, self.options.languages
        yield self._requisite(scope.start("/jsonapi", "en"))
        for language in languages:
            self.run.fronts.append(scope.start("/", language))
            yield self._start(self.run.fronts[-1], LISTING)
        for path in config.news_listings:
            yield self._start(scope.start(path, languages[0]), NEWS_LISTING, names_news=True)
        for path in config.feeds:
            yield self.start_page(scope.start(path, languages[0]), FEED, callback=self.parse_feed)
        self.explorer.offer([scope.start("/node", languages[0])], 1, 1)

    def _listings(self) -> Iterator[scrapy.Request]:
        """Yield the mixed listings of the settings, whose menus are not visited."""
        for path in self.run.config.listings:
            yield self.start_page(self.scope.start(path, self.options.languages[0]), LISTING)

    @property
    def has_plenty(self) -> bool:
        """Whether there are enough items to choose from, so that the remaining requests are for unknown listings."""
        return len(self.samples) >= 3 * SAMPLES

    def _more(self) -> Iterator[scrapy.Request]:
        """Yield further rows of listings of news while there are not enough items to choose from."""
        if self.has_plenty:
            return
        listings = (listing for listing in self.ledger.listings.values() if listing.news or listing.names_news)
        rows = [row for listing in listings for row in listing.rows]
        unread = [row for row in dict.fromkeys(rows) if self.ledger.fate(row) is None]
        for row in few(unread, SAMPLES):
            yield from self.ask(row, "listing", ROW)

    def _looks(self) -> Iterator[scrapy.Request]:
        """Yield the style sheets of the sample pages, then the first picture of each page, and so on."""
        items = list(self.samples.values())
        chosen = [items[place][1] for place in varied([item_traits for item_traits, _ in items], SAMPLES)]
        ranked = [(not _is_sheet(url), rank, url) for embedded in chosen for rank, url in enumerate(embedded)]
        for _, _, url in sorted(ranked):
            yield self._requisite(url)

    def _requisite(self, url: str, depth: int = 1) -> scrapy.Request:
        callback = self.parse_sheet if _is_sheet(url) else self.parse_requisite
        meta = {"requisite": depth, "handle_httpstatus_all": True}
        return scrapy.Request(url, callback=callback, errback=self.requisite_failed, meta=meta)

    # ---- callbacks

    def parse(self, response: Any, found: str, names_news: bool = False) -> Iterator[Any]:
        yield from self._grant(super().parse(response, found, names_news))

    def parse_feed(self, response: Response, found: str, names_news: bool = False) -> Iterator[Any]:
        yield from self._grant(super().parse_feed(response, found, names_news))

    def parse_sitemap(self, response: Response, found: str, names_news: bool = False) -> Iterator[Any]:
        yield from self._grant(super().parse_sitemap(response, found, names_news))

    def parse_sheet(self, response: Response) -> Iterator[Any]:
        """Yield the files that a style sheet imports and shows."""
        if isinstance(response, TextResponse) and response.meta["requisite"] < 4:
            urls = [url for url in map(self.scope.file, css_requisites(response.url, response.text)) if url]
            for url in [url for url in urls if _is_look(url)][:10]:
                yield from self._grant([self._requisite(url, response.meta["requisite"] + 1)])

    def is_news_by_link(self, response: Any, page: Page) -> bool:
        is_named = super().is_news_by_link(response, page)
        if is_named:
            self.named.add(response.url)
        return is_named

    def _newly_named(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Yield nothing, because a survey requests no page twice; only record the rows as news for `survey.make`."""
        if listing.names_news:
            rows = {row for row in listing.rows if canonical(row) in self.explorer.would_be} - self.named
            self.named |= rows
            self.run.count("taken", len(rows))
        yield from ()

    def _item(self, page: NewsPage, found: str, response: Any) -> Iterator[Any]:
        """Add the item to the samples, and yield its translations into languages with few items."""
        request = response.request
        if page.is_fallback:
            self.count("fallback")
            self.settle(request, "fallback", page.canonical_url or "")
            return
        name = item_id(page.node_id, page.canonical_url or page.url, page.language)
        self.settle(request, "item", name)
        if name in self.samples:
            return
        self.count("taken")
        self.count(f"found/{found}")
        self.run.dates.profile.add(name, page.language, page.metadata)
        self.run.dates.profile.templates.add(name, page.language, page.parts)
        self.run.dates.profile.layouts.add(page.url, page.layout)
        self.by_language[page.language.split("-")[0]] += 1
        embedded = [url for url in map(self.scope.file, page_requisites(page.url, page.selector)) if url]
        self.samples[name] = traits(page.language, _day(page), page.node_type), list(filter(_is_look, embedded))
        rare = [
            url for url in page.alternates.values() if self.by_language[language_of(url).split("-")[0]] < PER_LANGUAGE
        ]
        yield from self.follow_all(rare, "hreflang", ROW, news=True)

    def follow_all(self, urls: Iterable[str], found: str, priority: int, **how: Any) -> Iterator[scrapy.Request]:
        most = OF_SITEMAP if found == "sitemap" else FEW
        yield from super().follow_all(few(list(urls), most), found, priority, **how)

    def from_sitemap(
        self, response: Response, urls: list[str], lastmods: Mapping[str, str], host: str
    ) -> Iterator[scrapy.Request]:
        """Yield the pages at once, because they are few, and no later step requests them."""
        yield from self.follow_all(urls, "sitemap", CANDIDATE, host=host, lastmods=lastmods)

    def _index(self, response: Response, account: Sitemap, urls: list[str]) -> Iterator[scrapy.Request]:
        yield from super()._index(response, account, few(urls, FEW))

    def _rows(self, listing: Listing, rows: Mapping[str, str | None]) -> Iterator[scrapy.Request]:
        most = FEW if not self.has_plenty else int(not listing.read)
        yield from super()._rows(listing, {row: rows[row] for row in few(list(rows), most)})

    def _pager(self, listing: Listing, pages: Mapping[str, str]) -> Iterator[scrapy.Request]:
        """Yield one page in the middle, and the last one."""
        numbered = {numbers[-1]: url for url in pages if (numbers := page_numbers(url))}
        if listing.pages > 1 or not numbered or self.has_plenty:
            return
        last = max(numbered)
        middle = _LAST_NUMBER.sub(rf"\g<1>{last // 2}", numbered[last])
        chosen = [middle, numbered[last]] if last > 1 else [numbered[last]]
        yield from super()._pager(listing, {url: pages.get(url, "") for url in chosen})


def few(things: Sequence[One], most: int) -> list[One]:
    """Return up to ``most`` of ``things``, evenly from the first to the last."""
    if len(things) <= most or most < 2:
        return list(things[:most])
    return [things[place * (len(things) - 1) // (most - 1)] for place in range(most)]


def _day(page: NewsPage) -> str | None:
    """The publication date, by a quick look at the metadata block."""
    for entry in page.block.entries:
        for value in entry.values:
            day, _ = parse_date(value.text, value.datetime, page.language, seen_day_first=value.day_first)
            if day:
                return day
    return None


def _is_sheet(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(".css")


def _is_look(url: str) -> bool:
    """Whether it changes the appearance of a page without scripts; fonts are left out."""
    return not _NO_LOOK.search(url.partition("?")[0])
