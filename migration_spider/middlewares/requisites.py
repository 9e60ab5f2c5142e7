"""Requests what a page needs for its replay: style sheets, scripts, images, fonts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from migration_spider import scrapy_internals
from migration_spider.pages.bounds import LARGEST_PAGE
from migration_spider.responses.requisites import css_requisites

PRIORITY = 300
"""Above that of all pages, so that the fetched pages are complete even if the crawl is stopped."""

MAX_IMPORTS = 4
"""Levels of imports of style sheets."""


class RequisitesMiddleware:
    """Adds requests for page requisites on the same host, bounded per page and per run.

    Off with MIGRATION_REQUISITES=False; bounds MIGRATION_REQUISITES_PER_PAGE and _PER_RUN.
    Stats: ``migration/requisites/requested``, ``.../fetched``, ``.../over_limit``, ``.../failed``.
    """

    def __init__(self, crawler: Any) -> None:
        self.spider = crawler.spider
        self.config = crawler.spider.run.config
        self.seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Any) -> RequisitesMiddleware:
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for output in result:
            yield output
        if self.config.requisites:
            for request in self._requests(response):
                yield request
        self.spider.run.readings.keep(response)
        scrapy_internals.forget_selector(response)

    def _requests(self, response: Response) -> Iterator[Request]:
        depth = response.meta.get("requisite", 0)
        if depth == 0 and isinstance(response, HtmlResponse):
            reading = self.spider.run.readings.of(response)
            urls = [] if reading.why_unread else reading.requisites
        elif 0 < depth <= MAX_IMPORTS and b"text/css" in (response.headers.get("Content-Type") or b""):
            start = response.replace(body=response.body[:LARGEST_PAGE])
            urls = css_requisites(response.url, start.text if isinstance(start, TextResponse) else "")
        else:
            return
        spider, per_run = self.spider, self.config.requisites_per_run
        wanted = [url for url in map(spider.scope.file, urls) if url and url not in self.seen]
        for url in wanted[: self.config.requisites_per_page]:
            if len(self.seen) >= per_run:
                break
            self.seen.add(url)
            yield Request(
                url,
                callback=spider.parse_requisite,
                errback=spider.requisite_failed,
                priority=PRIORITY,
                meta={"requisite": depth + 1, "handle_httpstatus_all": True, "download_maxsize": spider.most_held},
            )
            spider.run.count("requisites/requested")
        if len(wanted) > self.config.requisites_per_page or len(self.seen) >= per_run:
            spider.run.count("requisites/over_limit")
