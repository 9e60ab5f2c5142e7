"""A progress bar on a terminal; otherwise a line from time to time, from Scrapy's LogStats or from this module."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy import signals
from scrapy.exceptions import NotConfigured


def is_shown(settings: Any) -> bool:
    """Whether to show a progress bar: standard error is a terminal, and the log is not sent elsewhere."""
    return sys.stderr.isatty() and not is_logged_elsewhere(settings)


def is_plain(settings: Any) -> bool:
    """Whether to print lines instead of a progress bar."""
    return not sys.stderr.isatty() and not is_logged_elsewhere(settings)


def is_logged_elsewhere(settings: Any) -> bool:
    """Whether the log is written to a file, or switched off."""
    return bool(settings["LOG_FILE"]) or not settings.getbool("LOG_ENABLED")


SILENT = "CRITICAL"
"""LOG_LEVEL of a harvest or survey without a terminal, for which this module prints lines of progress."""

FIRST_LINE = 60.0
"""Seconds until the first line; each interval is twice as long as the one before, so a day has eleven lines."""


class Progress:
    """Shows the number of pages fetched and known, of items stored, and of exchanges archived.

    Then the console logs only warnings and errors (commands/crawl.py); ``runs/<run id>/crawl.log`` has all lines.
    """

    def __init__(self, crawler: Any) -> None:
        settings = crawler.settings
        self.has_bar = is_shown(settings)
        if not self.has_bar and not (is_plain(settings) and settings["LOG_LEVEL"] == SILENT):
            raise NotConfigured
        self.crawler = crawler
        self.began, self.next_line = monotonic(), FIRST_LINE
        self.bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages  {task.fields[items]} items  {task.fields[exchanges]} exchanges archived"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not self.has_bar,
        )
        run = crawler.spider.run
        run.connect(self.opened, signals.spider_opened)
        run.connect(self.update, signals.response_received)
        run.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Progress:
        return cls(crawler)

    def opened(self) -> None:
        self.task = self.bar.add_task("Crawling", total=None, items=0, exchanges=0)
        self.bar.start()

    def update(self) -> None:
        stats = self.crawler.stats.get_value
        done = stats("response_received_count", 0)
        waiting = stats("scheduler/enqueued", 0) - stats("scheduler/dequeued", 0)
        self.bar.update(
            self.task,
            completed=done,
            total=done + waiting,
            items=stats("item_scraped_count", 0),
            exchanges=stats("archive/exchanges", 0),
        )
        if not self.has_bar and monotonic() - self.began >= self.next_line:
            self.next_line *= 2
            progress = f"{done} of {done + waiting} pages, {stats('item_scraped_count', 0)} items"
            with suppress(OSError):  # standard error may be closed
                print(f"Crawling: {progress}", file=sys.stderr, flush=True)

    def closed(self) -> None:
        self.update()
        self.bar.stop()
