"""Feeds and sitemaps: the addresses that they name, within limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import scrapy
from scrapy.http import Response

from migration_spider.addresses import canonical
from migration_spider.ledger import Sitemap
from migration_spider.normalize.dates import parse_date
from migration_spider.responses import feeds
from migration_spider.responses.xml_entries import Entry
from migration_spider.responses.xml_files import Document, read
from migration_spider.spiders.base import CANDIDATE, FEED, ROW, SITEMAP, PortalSpider

CUT_AGAIN = 2
"""How often an incomplete feed or sitemap is requested again."""

MOST_FEED_PAGES = 200
"""Pages of one feed that are read."""

MOST_COMPARED = 200
"""Addresses of a feed that are compared with the lists of the site."""

DEEPEST_SITEMAP = 3
"""Levels of indexes above a sitemap; the protocol allows one."""


class ListSpider(PortalSpider):
    """A spider that reads feeds and sitemaps."""

    def parse_feed(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """Yield the pages in an RSS feed."""
        if self.is_missing(response):
            return
        document = self._read(response)
        problem = feeds.feed_problem(document)
        if problem and document.problem and (again := self._again(response)):
            yield again
            return
        links = feeds.rss_links(document)
        host = self.scope.other_host(links)
        account = Sitemap(response.status, len(links), problem, host, is_feed=True)
        account.links = [url for url, _ in self.scope.pages(links[:MOST_COMPARED], host) if url]
        self.ledger.sitemaps[response.url] = account
        yield from self.follow_all(links, "rss", ROW, host=host, news=names_news)
        yield from self._further_feed(response, feeds.further_feed(document), account, names_news=names_news)

    def _further_feed(
        self, response: Response, url: str, account: Sitemap, *, names_news: bool
    ) -> Iterator[scrapy.Request]:
        """Yield the next page of a feed. A feed with several pages that is read to its end is a list of the site."""
        links = [*response.meta.get("feed_links", ()), *account.links]
        page = response.meta.get("feed_page", 1)
        if url and page >= MOST_FEED_PAGES:
            account.problem = f"more than {MOST_FEED_PAGES} pages of a feed: the others are not requested"
        elif file := self.scope.file(url, account.host) if url else None:
            request = self.start_page(file, FEED, callback=self.parse_feed, names_news=names_news)
            yield request.replace(meta={**request.meta, "feed_page": page + 1, "feed_links": links})
        elif page > 1 and not account.problem:
            for link in links:
                self.ledger.mapped.add(canonical(link))

    def parse_sitemap(self, response: Response, found: str, names_news: bool = False) -> Iterator[scrapy.Request]:
        """Yield the pages and further sitemaps in a sitemap."""
        if not response.meta.get("is_named") and feeds.is_web_page(response.body):
            # The address of the sitemap was a guess, and some sites return a page for every address.
            self.logger.info("Start path %s was answered with an HTML page: skipped", response.url)
            self.ledger.absent.add(response.url)
            return
        account = self.ledger.sitemaps[response.url] = Sitemap(response.status)
        if self.is_missing(response):
            if "depth_of_sitemap" in response.meta:
                account.problem = f"answer {response.status}, although an index names it"
            return
        document = self._read(response)
        account.problem = feeds.sitemap_problem(document)
        if document.problem and (again := self._again(response)):
            yield again
            return
        kind, entries = feeds.sitemap_links(document)
        account.size = len(entries)
        account.host = self.scope.other_host(entry.url for entry in entries)
        if (elsewhere := self.scope.elsewhere((entry.url for entry in entries), account.host)) and not account.problem:
            what, hosts = "sitemaps" if kind == "index" else "pages", ", ".join(elsewhere)
            account.problem = f"names {sum(elsewhere.values())} {what} at {hosts}, which were not requested"
        if kind == "index":
            yield from self._index(response, account, [entry.url for entry in entries])
            return
        urls, lastmods = self._pages_of(entries)
        del document, entries  # frees memory, because requesting all pages of a full sitemap takes minutes
        yield from self.from_sitemap(response, urls, lastmods, account.host)

    def _pages_of(self, entries: Iterable[Entry]) -> tuple[list[str], dict[str, str]]:
        """The addresses in a sitemap, and the ``lastmod`` of each that has one."""
        urls: list[str] = []
        lastmods: dict[str, str] = {}
        for entry in entries:
            if self._is_before_since(entry.lastmod):
                self.count("skipped/before_since")
                continue
            same = (entry.url, *entry.alternates.values())
            urls += same
            if entry.lastmod:
                lastmods.update(dict.fromkeys(same, entry.lastmod))
        return urls, lastmods

    def from_sitemap(
        self, response: Response, urls: list[str], lastmods: Mapping[str, str], host: str
    ) -> Iterator[scrapy.Request]:
        """Yield the requests of the pages in the sitemap ``response``; the parameters are as in `follow_all`."""
        yield from self.follow_all(urls, "sitemap", CANDIDATE, host=host, lastmods=lastmods)

    def _read(self, response: Response) -> Document:
        document = read(response.body)
        if document.oddity:
            self.count("lists/mended")
            self.logger.warning("Read despite errors: %s (%s)", response.url, document.oddity)
        return document

    def _again(self, response: Any) -> scrapy.Request | None:
        """Another request of an incomplete list; None if it was requested `CUT_AGAIN` times again."""
        retries = response.meta.get("cut", 0)
        if retries >= CUT_AGAIN or not self.run.config.retries:
            return None
        self.count("lists/asked_again")
        request: scrapy.Request = response.request
        return request.replace(
            dont_filter=True, priority=request.priority - 1, meta={**request.meta, "cut": retries + 1, "whole": True}
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
                    handle_httpstatus_list=[403, 404, 410],
                )

    def _is_before_since(self, text: str | None) -> bool:
        if not text or not self.options.since:
            return False
        day, _ = parse_date(text, None, None)
        return day is not None and day < self.options.since.isoformat()
