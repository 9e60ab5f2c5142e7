"""Feeds and sitemaps: the addresses that they name, within limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import scrapy
from scrapy.http import Response

from migration_spider.ledger import Sitemap
from migration_spider.normalize.dates import parse_date
from migration_spider.responses import feeds
from migration_spider.responses.xml_entries import Entry
from migration_spider.responses.xml_files import Document, read
from migration_spider.spiders.base import CANDIDATE, ROW, SITEMAP, PortalSpider

CUT_AGAIN = 2
"""How often a feed or sitemap that broke off is asked again."""

DEEPEST_SITEMAP = 3
"""Indexes above one sitemap; the protocol has one."""


class ListSpider(PortalSpider):
    """A spider that reads feeds and sitemaps."""

    def parse_feed(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """The pages that RSS names."""
        if self.is_missing(response):
            return
        document = self._read(response)
        problem = feeds.feed_problem(document)
        if problem and document.problem and (again := self._again(response)):
            yield again
            return
        links = feeds.rss_links(document)
        host = self.scope.other_host(links)
        self.ledger.sitemaps[response.url] = Sitemap(response.status, len(links), problem, host, is_feed=True)
        yield from self.follow_all(links, "rss", ROW, host=host, news=names_news)

    def parse_sitemap(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """The pages and further sitemaps that a sitemap names."""
        if not response.meta.get("is_named") and feeds.is_web_page(response.body):
            # Where nobody says that there is a sitemap: some sites answer every address with a page.
            self.logger.info("Start path %s was answered with an HTML page: skipped", response.url)
            self.ledger.absent.add(response.url)
            return
        account = self.ledger.sitemaps[response.url] = Sitemap(response.status)
        if self.is_missing(response):
            return
        document = self._read(response)
        account.problem = feeds.sitemap_problem(document)
        if document.problem and (again := self._again(response)):
            yield again
            return
        kind, entries = feeds.sitemap_links(document)
        account.size = len(entries)
        account.host = self.scope.other_host(one.url for one in entries)
        if (elsewhere := self.scope.elsewhere((one.url for one in entries), account.host)) and not account.problem:
            what, hosts = "sitemaps" if kind == "index" else "pages", ", ".join(elsewhere)
            account.problem = f"names {sum(elsewhere.values())} {what} at {hosts}, which were not requested"
        if kind == "index":
            yield from self._index(response, account, [one.url for one in entries])
            return
        urls, lastmods = self._pages_of(entries)
        del document, entries  # what they name is asked for one by one: of a full sitemap that takes minutes
        yield from self.from_sitemap(response, urls, lastmods, account.host)

    def _pages_of(self, entries: Iterable[Entry]) -> tuple[list[str], dict[str, str]]:
        """The addresses that a sitemap names, and when each was changed last, where it says so."""
        urls: list[str] = []
        lastmods: dict[str, str] = {}
        for one in entries:
            if self._is_before_since(one.lastmod):
                self.count("skipped/before_since")
                continue
            same = (one.url, *one.alternates.values())
            urls += same
            if one.lastmod:
                lastmods.update(dict.fromkeys(same, one.lastmod))
        return urls, lastmods

    def from_sitemap(
        self, response: Response, urls: list[str], lastmods: Mapping[str, str], host: str
    ) -> Iterator[scrapy.Request]:
        """The requests of the pages that the sitemap in ``response`` names; the rest as in `follow_all`."""
        yield from self.follow_all(urls, "sitemap", CANDIDATE, host=host, lastmods=lastmods)

    def _read(self, response: Response) -> Document:
        document = read(response.body)
        if document.oddity:
            self.count("lists/mended")
            self.logger.warning("Read despite errors: %s (%s)", response.url, document.oddity)
        return document

    def _again(self, response: Any) -> scrapy.Request | None:
        """The request of a list that broke off, once more; None when it was asked often enough."""
        asked = response.meta.get("cut", 0)
        if asked >= CUT_AGAIN or not self.run.config.retries:
            return None
        self.count("lists/asked_again")
        request: scrapy.Request = response.request
        return request.replace(
            dont_filter=True, priority=request.priority - 1, meta={**request.meta, "cut": asked + 1, "whole": True}
        )

    def _index(self, response: Response, account: Sitemap, urls: list[str]) -> Iterator[scrapy.Request]:
        depth = response.meta.get("depth_of_sitemap", 0) + 1
        if depth > DEEPEST_SITEMAP:
            account.problem = f"an index below {DEEPEST_SITEMAP} indexes: the addresses in it are not requested"
            return
        for url in urls:
            file = self.scope.file(url, account.host)
            if file is None:
                self.count("skipped/off-site")
            elif self.run.counted("sitemaps") >= self.run.config.max_sitemaps:
                account.problem = f"more than {self.run.config.max_sitemaps} sitemaps: the others are not requested"
                return
            else:
                self.count("sitemaps")
                yield self.page(
                    file,
                    "sitemap",
                    SITEMAP,
                    callback=self.parse_sitemap,
                    discovery=True,
                    depth_of_sitemap=depth,
                    is_named=True,
                )

    def _is_before_since(self, text: str | None) -> bool:
        if not text or not self.options.since:
            return False
        day, _ = parse_date(text, None, None)
        return day is not None and day < self.options.since.isoformat()
