"""Finds exceptions of signal handlers and components that Scrapy only logs. Each of them makes the run fail."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from migration_spider import scrapy_internals
from migration_spider.exceptions import UnsupportedError

if TYPE_CHECKING:
    from migration_spider.run import Run


class Swallowed(logging.Filter):
    """Finds errors in Scrapy's log that Scrapy does not raise; each of them makes the run fail."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.is_checked = False
        for name in scrapy_internals.SWALLOWING:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(error, _ExpectedError):
            self.is_checked = True
            return False
        if record.levelno >= logging.ERROR and getattr(record, "spider", None) in (None, self.run.crawler.spider):
            receiver: Any = record.args.get("receiver") if isinstance(record.args, dict) else None
            where = f"{receiver.__module__}.{receiver.__qualname__}" if hasattr(receiver, "__qualname__") else ""
            what = where or record.getMessage().partition("\n")[0]
            self.run.broke(what, error) if error else self.run.fail(what)
        return True

    def check(self) -> None:
        """Check that the filter sees an error that Scrapy swallows.

        Raises:
            UnsupportedError: It does not.
        """

        def receiver() -> None:
            raise _ExpectedError

        signal = object()
        self.run.crawler.signals.connect(receiver, signal)
        self.run.crawler.signals.send_catch_log(signal)
        self.run.crawler.signals.disconnect(receiver, signal)
        if not self.is_checked:
            raise UnsupportedError("errors that Scrapy swallows are not seen in its log")

    def check_again(self) -> None:
        """Check again at the end of the run, because errors are not found if the log was switched off."""
        self.is_checked = False
        try:
            self.check()
        except UnsupportedError as error:
            self.run.fail(str(error))

    def remove(self) -> None:
        """Stop filtering."""
        for name in scrapy_internals.SWALLOWING:
            logging.getLogger(name).removeFilter(self)


class _ExpectedError(Exception):
    """Raised by the check."""
