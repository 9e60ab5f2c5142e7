"""The extension that opens the archive before a crawl and closes it afterwards.

Scrapy logs exceptions of signal handlers and continues. So no handler here decides whether the crawl may continue: the
download handler waits for the self-check, and `Archiver.doubt` notices if the archive was never closed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from archive.capture.archiver import FINISH_REASON, Archiver
from archive.capture.collector import Frozen
from archive.capture.exit import end_process_unless
from archive.capture.private import probe
from archive.capture.settings import FALLBACK_HANDLERS
from archive.errors import ArchiveError, CollectionLockedError, ConfigurationError


class ArchiveExtension:
    """Opens the archive before the crawl, which does not start if that fails, and closes it after the pipelines.

    Raises:
        ConfigurationError: a setting is not valid, or the handler to wrap does not use HTTP/1.
        ArchiveError: the collection is locked or cannot be written, or the version of Scrapy or Twisted is unknown.
    """

    def __init__(self, crawler: Crawler) -> None:
        # This import takes half a second, in every command: Scrapy imports all commands to find the requested one.
        from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

        for scheme, path in crawler.settings.getdict(FALLBACK_HANDLERS).items():
            if not issubclass(load_object(path), HTTP11DownloadHandler):
                raise ConfigurationError(
                    f"the {scheme} handler {path} is no HTTP11DownloadHandler: only that one can be captured exactly"
                )
        self._crawler = crawler
        self.archiver = Archiver(crawler)
        self._frozen: Frozen | None = None
        self._cancel_exit_code: Callable[[], None] | None = None
        if self.archiver.settings.exit_code is not None:
            self._cancel_exit_code = end_process_unless(lambda: self.archiver.doubt, self.archiver.settings.exit_code)
        try:
            probe()
            self.archiver.open()
        except (CollectionLockedError, ConfigurationError):
            if self._cancel_exit_code is not None:
                self._cancel_exit_code()  # Nothing was fetched, and the error is reported anyway.
            raise
        except Exception as error:
            self.archiver.failed = error
            raise

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveExtension:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.request_reached_downloader, signals.request_reached_downloader)
        crawler.signals.connect(extension.close, signals.spider_closed)
        # Again, for records that other receivers of spider_closed write; not sent if the crawl did not start.
        crawler.signals.connect(extension.close, signals.engine_stopped)
        return extension

    def spider_opened(self) -> None:
        if self.archiver.settings.freeze_gc:
            self._frozen = Frozen()

    def request_reached_downloader(self) -> None:
        self.archiver.was_asked = True
        self._crawler.signals.disconnect(self.request_reached_downloader, signals.request_reached_downloader)

    async def close(self) -> None:
        if self._frozen is not None:
            self._frozen.thaw()
        await self.archiver.close()
        if self.archiver.doubt is not None and self.archiver.failed is None:
            self.archiver.fail(ArchiveError(self.archiver.doubt))
        if self.archiver.failed is not None:
            self._crawler.stats.set_value("finish_reason", FINISH_REASON)


def archiver_of(crawler: Crawler) -> Archiver:
    """Return the archiver of ``crawler``; available after its extensions are created.

    Raises:
        ConfigurationError: the add-on is not installed, or the extensions do not exist yet.
    """
    extension = None
    with suppress(RuntimeError):  # The extensions do not exist yet.
        extension = crawler.get_extension(ArchiveExtension)
    if extension is None:
        raise ConfigurationError(
            'there is no archive in this crawl: ADDONS = {"archive.addon.ArchiveAddon": 300} installs it, and '
            "it can be asked for once the extensions are made"
        )
    return extension.archiver
