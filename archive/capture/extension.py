"""The archive's part in the life of a crawl: open before, prove, close after."""

from __future__ import annotations

from scrapy import Spider, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.utils.misc import load_object

from archive.capture.archiver import FINISH_REASON, Archiver, archiver_of
from archive.capture.collector import Frozen
from archive.capture.exit import end_process_with_failure
from archive.capture.handler import FALLBACK_SETTING, CaptureHandler, HttpCaptureHandler
from archive.capture.selfcheck import check_capture
from archive.errors import ArchiveError, CollectionLockedError, ConfigurationError


class ArchiveExtension:
    """Opens the archive before the crawl, which does not start when that fails, and closes it after the pipelines.

    Raises:
        ConfigurationError: the handler to wrap has no HTTP/1 bytes to tap.
        ArchiveError: the collection is locked, or cannot be written.
    """

    def __init__(self, crawler: Crawler) -> None:
        for scheme, path in crawler.settings.getdict(FALLBACK_SETTING).items():
            if not issubclass(load_object(path), HTTP11DownloadHandler):
                raise ConfigurationError(
                    f"the {scheme} handler {path} is no HTTP11DownloadHandler: only that one can be captured exactly"
                )
        self._crawler = crawler
        self._archiver: Archiver = archiver_of(crawler)
        self._frozen: Frozen | None = None
        try:
            self._archiver.open()
        except CollectionLockedError:
            raise
        except ArchiveError:
            end_process_with_failure()
            raise

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveExtension:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.close, signals.spider_closed)
        # Once more for what other receivers of spider_closed have written; not sent when the crawl did not start.
        crawler.signals.connect(extension.close, signals.engine_stopped)
        return extension

    async def spider_opened(self, spider: Spider) -> None:
        try:
            await check_capture(self._handler())
        except ArchiveError as error:
            self._archiver.fail(error)
            raise CloseSpider(FINISH_REASON) from error
        self._frozen = Frozen()

    def _handler(self) -> CaptureHandler:
        engine = self._crawler.engine
        handler = engine.downloader.handlers._get_handler("http") if engine is not None else None
        if not isinstance(handler, HttpCaptureHandler):
            raise ArchiveError("the capture is not installed: something replaced the http download handler")
        return handler

    async def close(self) -> None:
        if self._frozen is not None:
            self._frozen.thaw()
        await self._archiver.close()
        if self._archiver.failed is not None:
            self._crawler.stats.set_value("finish_reason", FINISH_REASON)
