"""The progress bar on a terminal; elsewhere Scrapy's LogStats line says the same now and then."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy import signals
from scrapy.exceptions import NotConfigured


def is_shown(settings: Any) -> bool:
    """Whether a person watches: standard error is a terminal and nothing else was asked for."""
    return sys.stderr.isatty() and not settings["LOG_FILE"] and settings.getbool("LOG_ENABLED")


class Progress:
    """Pages fetched of those known so far, items stored, exchanges archived.

    The console logs warnings and errors only then (commands/crawl.py); ``runs/<run id>/crawl.log`` has all lines.
    """

    def __init__(self, crawler: Any) -> None:
        if not is_shown(crawler.settings):
            raise NotConfigured
        self.crawler = crawler
        self.bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages  {task.fields[items]} items  {task.fields[exchanges]} exchanges archived"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
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

    def closed(self) -> None:
        self.update()
        self.bar.stop()
