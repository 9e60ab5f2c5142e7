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
    """Scrapy's middleware, with one request at a time until robots.txt of the host is read.

    In Scrapy 2.19 all waiting requests await one Deferred: the first gets its result, the others get None, which counts
    as allowed. Requests that wait when the run ends are not sent. The sitemaps in robots.txt are stored in
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
        # Scrapy processes up to CONCURRENT_REQUESTS at once, and would send all of them although the run ends.
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
