"""Makes a crawl a harvest: MIGRATION_HARVEST=True, set by `scrapy harvest`, or by hand for scrapyd."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import NotConfigured

from migration_spider import notify
from migration_spider.harvest import session


class Harvest(session.Harvest):
    """Begins the harvest, and sends the notification of its start; `finish.finish` ends it."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> Harvest:
        run = crawler.spider.run
        if not run.config.harvest:
            raise NotConfigured
        harvest = cls(run)
        notify.start(run.config)
        run.done.add("announced")
        return harvest
