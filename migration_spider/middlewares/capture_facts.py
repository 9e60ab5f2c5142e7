"""Adds to every item where its archived page stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from itemadapter import ItemAdapter
from scrapy.http import Response

from migration_spider.exceptions import NotArchivedError
from migration_spider.items import Evidence, NewsItem


class CaptureFactsMiddleware:
    """Copies ``response.meta["archive"]`` into the fields ``warc`` and ``fetched_at`` of a news item."""

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for output in result:
            if isinstance(output, NewsItem):
                facts = response.meta.get("archive")
                if not facts:
                    raise NotArchivedError(
                        f"{response.url} was not archived: keep archive.addon.ArchiveAddon in ADDONS and HTTPCACHE off"
                    )
                item = ItemAdapter(output)
                item["warc"] = Evidence(**{name: facts[name] for name in Evidence.__slots__})
                item["fetched_at"] = facts["fetched_at"]
            yield output
