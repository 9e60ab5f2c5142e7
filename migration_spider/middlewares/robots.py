"""robots.txt, also for requests that wait while it is fetched."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

from migration_spider import scrapy_internals
from migration_spider.exceptions import NotWantedError

logger = logging.getLogger(__name__)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, one request at a time while a host's robots.txt is not read yet.

    Scrapy 2.19 has all waiting requests await one Deferred: the first takes its result, the others get None, which
    counts as allowed. What waits while the run is ended is not sent. The sitemaps that it names are kept in
    `run.Run.sitemaps`. Stat: ``migration/skipped/robots``.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self.spider_run: Any = crawler.spider.run
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> Any:
        host = urlsplit(request.url).netloc
        is_read = host in self._parsers and not self._reading[host].locked()
        async with self._reading[host]:
            parser = await super().robot_parser(request)
        # Scrapy takes up to CONCURRENT_REQUESTS at once, and sends all of them although the run was interrupted.
        if not is_read and scrapy_internals.is_closing(self.crawler) is not False:
            raise NotWantedError(f"{request.url}: the run stops", "stopped")
        return parser

    def process_request_2(self, rp: Any, request: Request) -> None:
        self.spider_run.sitemaps = scrapy_internals.sitemaps_of(rp)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            self.spider_run.count("skipped/robots")
            logger.info("Forbidden by robots.txt: %s", request.url)
            raise NotWantedError(f"{request.url}: forbidden by robots.txt", "robots") from error
