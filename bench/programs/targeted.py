"""A spider written by hand for one portal: it is told the addresses, takes the fields, and archives nothing.

Run with ``scrapy runspider -a urls=FILE -O FILE.jsonl``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar

import scrapy
from by_hand import with_parsel
from scrapy.http import HtmlResponse, Response


class TargetedSpider(scrapy.Spider):
    """All addresses of ``urls``, one a line, each once."""

    name = "targeted"
    custom_settings: ClassVar[dict[str, Any]] = {
        "LOG_LEVEL": "INFO",
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,  # where they lead on the portal is among the addresses
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
    }

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in Path(self.urls).read_text(encoding="utf-8").split():
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response: Response) -> Iterator[dict[str, Any]]:
        if isinstance(response, HtmlResponse) and (item := with_parsel(response.url, response)):
            yield item
