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
from migration_spider.pages.text import language_of
from migration_spider.responses.requisites import css_requisites, page_requisites
from migration_spider.sampling import MOST, SAMPLES, Traits, traits, varied
from migration_spider.spiders.base import CANDIDATE, FEED, LISTING, NEWS_LISTING, ROW
from migration_spider.spiders.explore import Explorer
from migration_spider.spiders.news import NewsSpider
from migration_spider.state.memory import SURVEY_PREFIX

LOOKED_AT = 40
"""Pages of menus that are looked at, beside the front pages."""

FEW = 3
"""Rows of one page of a listing, addresses of one feed, entries of one sitemap index that are read."""

TRIED = 4
"""Rows that decide whether a listing is one of news: fewer than in a crawl, which loses items when it errs."""

OF_SITEMAP = 6
"""Pages of one sitemap that are read."""

PER_LANGUAGE = 2
"""Items of a language from which on no further translations are asked for."""

_LAST_NUMBER = re.compile(r"([?&]page=(?:\d*(?:,|%2C))*)\d+", re.IGNORECASE)
_NO_LOOK = re.compile(r"\.(?:m?js|json|woff2?|ttf|otf|eot|webmanifest|mp[34]|webm)$", re.IGNORECASE)

One = TypeVar("One")


class Sampler(Explorer):
    """Decides on fewer rows."""

    def rows_to_read(self, listing: Listing) -> list[str]:
        read = sum(self._outcome(row) is not None for row in listing.rows)
        return few(super().rows_to_read(listing), max(0, TRIED - read))


class SurveySpider(NewsSpider):
    """``scrapy survey``: see docs/survey.md. It yields no items; `survey.make` reads what it has archived.

    Of each listing the first page, one in the middle and the last are read, and of each a few rows. Style sheets and
    pictures are fetched of the sample pages only, at the end, with what is left of the requests.
    """

    name = "survey"
    explorer_class = Sampler
    most: int
    """Requests that may be sent, robots.txt, retries and redirects included."""
    allowed: int
    """Those of the phase that goes on."""
    granted: int
    """Requests that were let through, or sent."""
    asked_for: set[str]
    """Addresses of those."""
    samples: dict[str, tuple[Traits, list[str]]]
    """Id of an item -> its traits, and what its page embeds."""
    by_language: Counter[str]
    """Language -> items."""
    named: set[str]
    """Addresses that a listing of news names as news."""

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Any:
        settings = crawler.settings
        settings.set("MIGRATION_REQUISITES", False, priority="cmdline")
        settings.set("ARCHIVE_PREFIX", SURVEY_PREFIX, priority="cmdline")
        # What is asked next rests on all that was answered before: the same site gives the same survey each time.
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
        """``results`` without the requests that are too many; items are none of a survey's."""
        budget: Any = self.crawler.get_downloader_middleware(BudgetMiddleware)
        self.granted = max(self.granted, budget.sent)
        for one in results:
            if not isinstance(one, scrapy.Request):
                continue
            if not one.dont_filter and one.url in self.asked_for:
                yield one  # to be dropped as a duplicate
            elif self.granted < self.allowed - 1:  # robots.txt
                self.granted += 1
                self.asked_for.add(one.url)
                yield one

    # ---- what is visited

    def _hints(self) -> Iterator[scrapy.Request]:
        """The front pages, and what the settings name as news, in the first language."""
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
        """Those of the settings that are not there for news alone; what they lead to is not looked at."""
        for path in self.run.config.listings:
            yield self.start_page(self.scope.start(path, self.options.languages[0]), LISTING)

    @property
    def has_plenty(self) -> bool:
        """Whether there are items enough to choose from: what is left is for listings that are not known yet."""
        return len(self.samples) >= 3 * SAMPLES

    def _more(self) -> Iterator[scrapy.Request]:
        """Further rows of listings of news, as long as there are not enough items to choose from."""
        if self.has_plenty:
            return
        rows = [row for one in self.ledger.listings.values() if one.news or one.names_news for row in one.rows]
        unread = [row for row in dict.fromkeys(rows) if self.ledger.fate(row) is None]
        for row in few(unread, SAMPLES):
            yield from self.ask(row, "listing", ROW)

    def _looks(self) -> Iterator[scrapy.Request]:
        """Style sheets and pictures of the sample pages: all sheets, the first picture of each page, and so on."""
        items = list(self.samples.values())
        chosen = [items[place][1] for place in varied([one for one, _ in items], SAMPLES)]
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
        """What a style sheet imports and shows."""
        if isinstance(response, TextResponse) and response.meta["requisite"] < 4:
            urls = [url for url in map(self.scope.file, css_requisites(response.url, response.text)) if url]
            for url in [url for url in urls if _is_look(url)][:10]:
                yield from self._grant([self._requisite(url, response.meta["requisite"] + 1)])

    def is_news_by_link(self, response: Any, page: Page) -> bool:
        is_named = super().is_news_by_link(response, page)
        if is_named:
            self.named.add(response.url)
        return is_named

    def _named_anew(self, listing: Listing) -> Iterator[scrapy.Request]:
        """Nothing is asked for twice: the reader of the archive is told."""
        if listing.names_news:
            rows = {row for row in listing.rows if canonical(row) in self.explorer.would_be} - self.named
            self.named |= rows
            self.run.count("taken", len(rows))
        yield from ()

    def _item(self, page: NewsPage, found: str, response: Any) -> Iterator[Any]:
        """Notes the item, and asks for translations into languages of which few items are known."""
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
        """At once: they are few, and no later step asks for them."""
        yield from self.follow_all(urls, "sitemap", CANDIDATE, host=host, lastmods=lastmods)

    def _index(self, response: Response, account: Sitemap, urls: list[str]) -> Iterator[scrapy.Request]:
        yield from super()._index(response, account, few(urls, FEW))

    def _rows(self, listing: Listing, rows: Mapping[str, str | None]) -> Iterator[scrapy.Request]:
        most = FEW if not self.has_plenty else int(not listing.read)
        yield from super()._rows(listing, {row: rows[row] for row in few(list(rows), most)})

    def _pager(self, listing: Listing, pages: Mapping[str, str]) -> Iterator[scrapy.Request]:
        """One page in the middle, and the last."""
        numbered = {numbers[-1]: url for url in pages if (numbers := page_numbers(url))}
        if listing.pages > 1 or not numbered or self.has_plenty:
            return
        last = max(numbered)
        middle = _LAST_NUMBER.sub(rf"\g<1>{last // 2}", numbered[last])
        chosen = [middle, numbered[last]] if last > 1 else [numbered[last]]
        yield from super()._pager(listing, {url: pages.get(url, "") for url in chosen})


def few(things: Sequence[One], most: int) -> list[One]:
    """Up to ``most`` of ``things``, evenly from the first to the last."""
    if len(things) <= most or most < 2:
        return list(things[:most])
    return [things[place * (len(things) - 1) // (most - 1)] for place in range(most)]


def _day(page: NewsPage) -> str | None:
    """The publication date, as far as a look tells it."""
    for entry in page.block.entries:
        for value in entry.values:
            day, _ = parse_date(value.text, value.datetime, page.language, seen_day_first=value.day_first)
            if day:
                return day
    return None


def _is_sheet(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(".css")


def _is_look(url: str) -> bool:
    """Whether a page without scripts looks different without it; fonts are done without."""
    return not _NO_LOOK.search(url.partition("?")[0])
