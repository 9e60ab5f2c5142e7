"""The limits of a crawl: no other host (also after redirects), and no new page after max_items."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from migration_spider.addresses import led_to
from migration_spider.exceptions import NotWantedError

logger = logging.getLogger(__name__)


class BoundsMiddleware:
    """Refuses requests that leave the site, and page requests after ``max_items``.

    Attachments and page requisites of the items so far are still fetched; closing the spider would drop them. Stats:
    ``migration/skipped/off-site``, ``migration/skipped/max_items``, ``migration/moved_to`` (target of the last redirect
    to another host).
    """

    def __init__(self, crawler: Any) -> None:
        self.spider = crawler.spider
        self.run = crawler.spider.run

    @classmethod
    def from_crawler(cls, crawler: Any) -> BoundsMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        sources = request.meta.get("redirect_urls")
        # A redirect by http-equiv in the page; Location headers were handled before.
        if sources and (target := led_to(sources[-1], request.url)) != request.url:
            return request.replace(url=target)
        if not self.spider.scope.holds(request.url):
            self.run.count("skipped/off-site")
            if sources:
                logger.info("Not followed: %s redirects to another host, %s", sources[-1], request.url)
                if "found" in request.cb_kwargs:
                    parts = urlsplit(request.url)
                    self.run.note("moved_to", f"{parts.scheme}://{parts.netloc}")
            raise NotWantedError(f"{request.url} is not on {self.run.options.site}", "off-site")
        limit = self.run.options.max_items
        if limit and "found" in request.cb_kwargs and self.run.counted("taken") + len(self.run.dates.held) >= limit:
            self.run.count("skipped/max_items")
            raise NotWantedError("max_items reached", "max_items")
        return None
