"""``python -m bench.capture_spider ADDRESS PAGES title|item [ARCHIVE]``: a crawl of so many pages of `bench.newspages`.

Without ARCHIVE it is stock Scrapy; with it, the same with the archive into that folder.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from migration_spider.pages import page_for


class CaptureSpider(Spider):
    """Reads the title of each page, or makes an item of it."""

    name = "capture"

    async def start(self) -> AsyncIterator[Request]:
        for number in range(self.pages):
            yield Request(f"{self.base}/{number}", getattr(self, self.callback))

    def title(self, response: Response) -> None:
        assert response.css("title::text").get()  # noqa: S101 - a crawl that read nothing is no measurement

    def item(self, response: Response) -> None:
        assert page_for(response.url, response.selector, named_as_news=True).to_item().title  # noqa: S101


def main() -> None:
    base, pages, callback, *directory = sys.argv[1:]
    settings: dict[str, Any] = {
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
    }
    if directory:
        settings |= {"ADDONS": {"archive.addon.ArchiveAddon": 300}, "ARCHIVE_DIR": directory[0]}
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(CaptureSpider)
    process.crawl(crawler, base=base, pages=int(pages), callback=callback)
    process.start()
    stats = crawler.stats
    if stats is None or stats.get_value("log_count/ERROR") or stats.get_value("response_received_count") != int(pages):
        sys.exit(1)


if __name__ == "__main__":
    main()
