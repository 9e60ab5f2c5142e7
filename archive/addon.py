"""The Scrapy add-on: ``ADDONS = {"archive.addon.ArchiveAddon": 300}`` and ``ARCHIVE_DIR`` archive any crawl."""

from __future__ import annotations

from typing import Any

from scrapy.settings import BaseSettings

from archive.capture.extension import ArchiveExtension
from archive.capture.middleware import FreshEvidenceMiddleware
from archive.errors import ConfigurationError

DEFAULTS: dict[str, Any] = {
    "ARCHIVE_DEDUP": True,  # a payload that is stored already becomes a revisit record
    "ARCHIVE_FSYNC_INTERVAL": 5.0,  # seconds that a power cut may cost
    "ARCHIVE_MAX_FILE_SIZE": 1_000_000_000,  # bytes; the size that ISO 28500:2017, annex C, advises
    "ARCHIVE_OPERATOR": None,  # who is responsible, for the warcinfo record
    "ARCHIVE_PAYLOAD_DIGEST": "stored",  # or "entity"
    "ARCHIVE_PREFIX": None,  # of the file names; BOT_NAME when not set
    "ARCHIVE_REDACT": ["Authorization", "Proxy-Authorization", "Cookie"],
    "ARCHIVE_RUN_ID": None,  # made up when not set
    "ARCHIVE_SPOOL_SIZE": 2_000_000,  # bytes of a body kept in memory
}

_HANDLERS = {
    "http": "archive.capture.handler.HttpCaptureHandler",
    "https": "archive.capture.handler.HttpsCaptureHandler",
}


class ArchiveAddon:
    """Archives every HTTP exchange of a crawl in WARC files below ``ARCHIVE_DIR``.

    Raises:
        ConfigurationError: ``ARCHIVE_DIR`` is not set. (``NotConfigured`` would let the crawl run unarchived.)
    """

    def update_settings(self, settings: BaseSettings) -> None:
        if not settings.get("ARCHIVE_DIR"):
            raise ConfigurationError("ARCHIVE_DIR is not set: say where the WARC files go")
        if not settings.getbool("TWISTED_REACTOR_ENABLED", True):
            raise ConfigurationError("the capture needs Twisted: leave TWISTED_REACTOR_ENABLED on")
        for name, value in DEFAULTS.items():
            if settings.getpriority(name) is None:
                settings.set(name, value, priority="addon")
        handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
        settings.set("ARCHIVE_FALLBACK_HANDLERS", {scheme: handlers[scheme] for scheme in _HANDLERS}, priority="addon")
        for scheme, path in _HANDLERS.items():
            # At the priority of the command line: a handler set by the project is wrapped, not left alone.
            settings["DOWNLOAD_HANDLERS"].set(scheme, path, priority="cmdline")
        settings.setdefault_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", FreshEvidenceMiddleware, 0)
        settings.setdefault_in_component_priority_dict("EXTENSIONS", ArchiveExtension, 900)
