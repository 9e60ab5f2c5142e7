"""The lock of a data folder: only one harvest may run in it."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import NotConfigured

from archive.warc.lock import CollectionLock


class HarvestLock:
    """Locks the folder before the archive is opened, until the end of the process.

    Raises:
        CollectionLockedError: Another harvest is running there; the lock of a dead process is released.
    """

    def __init__(self, crawler: Any) -> None:
        config = crawler.spider.run.config
        if not config.harvest:
            raise NotConfigured
        config.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = CollectionLock(config.data_dir)

    @classmethod
    def from_crawler(cls, crawler: Any) -> HarvestLock:
        return cls(crawler)
