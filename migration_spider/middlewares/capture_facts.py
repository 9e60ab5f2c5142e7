"""Adds the position of the archived page to every item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from itemadapter import ItemAdapter
from scrapy.http import Response

from migration_spider.exceptions import NotArchivedError
from migration_spider.items import Evidence, NewsItem


class CaptureFactsMiddleware:
    """Copies ``response.meta["archive"]`` into the fields ``warc`` and ``fetched_at`` of a news item.

    A response without them is not parsed, because nothing could prove its content.
    """

    def __init__(self, crawler: Any) -> None:
        self.run = crawler.spider.run

    @classmethod
    def from_crawler(cls, crawler: Any) -> CaptureFactsMiddleware:
        return cls(crawler)

    def process_spider_input(self, response: Response) -> None:
        if not response.meta.get("archive"):
            raise NotArchivedError(
                f"{response.url} was not archived: keep archive.addon.ArchiveAddon in ADDONS, HTTPCACHE off, and no "
                "middleware that makes answers up"
            )

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for output in result:
            if isinstance(output, NewsItem):
                facts = response.meta["archive"]
                item = ItemAdapter(output)
                item["warc"] = Evidence(**{name: facts[name] for name in Evidence.__slots__})
                item["fetched_at"] = facts["fetched_at"]
                self.run.cited[item["url"]] = replace(item["warc"])
            yield output
