"""Scrapy's CrawlSpider as its documentation shows it: looks for links in every page, takes the fields, no archive.

So that it fetches the same pages as the others, and no other ones, it begins with all of ``urls`` and every link that
it finds, and makes a request of, is one that has been asked for already, or is dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar

import scrapy
from by_hand import with_parsel
from scrapy.http import HtmlResponse, Response
from scrapy.link import Link
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class StockSpider(CrawlSpider):
    """All settings as Scrapy has them but those without which the crawls could not be compared."""

    name = "stock"
    rules = (Rule(LinkExtractor(), callback="parse_item", follow=True, process_links="known"),)
    custom_settings: ClassVar[dict[str, Any]] = {
        "LOG_LEVEL": "INFO",
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "RETRY_ENABLED": False,
    }

    async def start(self) -> AsyncIterator[scrapy.Request]:
        self.asked = set(Path(self.urls).read_text(encoding="utf-8").split())
        for url in self.asked:
            yield scrapy.Request(url)

    def known(self, links: list[Link]) -> list[Link]:
        return [link for link in links if link.url in self.asked]

    def parse_start_url(self, response: Response, **kwargs: Any) -> Iterator[dict[str, Any]]:
        return self.parse_item(response)

    def parse_item(self, response: Response) -> Iterator[dict[str, Any]]:
        if isinstance(response, HtmlResponse) and (item := with_parsel(response.url, response)):
            yield item
