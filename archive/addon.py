"""The Scrapy add-on. With ``ADDONS = {"archive.addon.ArchiveAddon": 300}`` and ``ARCHIVE_DIR`` in the settings, any
crawl is archived.
"""

from __future__ import annotations

from scrapy.settings import BaseSettings

from archive.capture.extension import ArchiveExtension
from archive.capture.items import ItemEvidenceMiddleware
from archive.capture.middleware import FreshEvidenceMiddleware, GuardMiddleware
from archive.capture.settings import FALLBACK_HANDLERS, read_settings
from archive.errors import ConfigurationError

_HANDLERS = {
    "http": "archive.capture.handler.HttpCaptureHandler",
    "https": "archive.capture.handler.HttpsCaptureHandler",
}

_LAST = 1_000_000


class ArchiveAddon:
    """Archives every HTTP exchange of a crawl in WARC files below ``ARCHIVE_DIR``.

    Raises:
        ConfigurationError: a setting is missing or not valid. (With ``NotConfigured``, the crawl would run
            unarchived.)
    """

    def update_settings(self, settings: BaseSettings) -> None:
        read_settings(settings)
        if not settings.getbool("TWISTED_REACTOR_ENABLED", True):
            raise ConfigurationError("the capture needs Twisted: leave TWISTED_REACTOR_ENABLED on")
        handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
        settings.set(FALLBACK_HANDLERS, {scheme: handlers[scheme] for scheme in _HANDLERS}, priority="addon")
        for scheme, path in _HANDLERS.items():
            # At the priority of the command line: a handler that the project sets is wrapped as well.
            settings["DOWNLOAD_HANDLERS"].set(scheme, path, priority="cmdline")
        middlewares = "DOWNLOADER_MIDDLEWARES"
        settings.setdefault_in_component_priority_dict(middlewares, FreshEvidenceMiddleware, 0)
        settings.setdefault_in_component_priority_dict(middlewares, GuardMiddleware, _LAST)
        settings.setdefault_in_component_priority_dict("SPIDER_MIDDLEWARES", ItemEvidenceMiddleware, 950)
        settings.setdefault_in_component_priority_dict("EXTENSIONS", ArchiveExtension, 900)
