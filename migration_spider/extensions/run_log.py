"""Writes ``runs/<run id>/``: ``run.json`` and ``crawl.log`` during the run, ``stats.json`` at its end."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from scrapy.utils.log import get_scrapy_root_handler

from archive.errors import cleaned
from migration_spider.harvest.session import options_of
from migration_spider.report import record, run_folder
from migration_spider.run import Run
from migration_spider.state.schedule import stamp, utcnow

logger = logging.getLogger(__name__)


class LogFile(logging.FileHandler):
    """``crawl.log``. If the disk is full, lines are lost, without a traceback for each."""

    error: BaseException | None = None
    """Why the file is not complete."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name is logging's)
        self.error = sys.exc_info()[1]

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self.error = error


class Remembered(logging.Handler):
    """Keeps the log records until the folder of the run exists, for example about repairs of earlier runs."""

    def __init__(self) -> None:
        super().__init__("INFO")
        self.records: list[logging.LogRecord] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def forget(self) -> list[logging.LogRecord]:
        """Stop keeping records, and return them."""
        logging.getLogger().removeHandler(self)
        records, self.records = self.records, []
        return records


class Disarming(logging.Formatter):
    """Formats lines that are safe for a terminal, because they quote addresses and errors of other sites."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")  # a traceback, or settings
        return "\n".join(map(cleaned, lines))


class RunLog:
    """Creates the folder of the run and its log; `finish.finish` closes it."""

    def __init__(self, run: Run) -> None:
        settings = run.crawler.settings
        self.run = run
        self.folder = run_folder(settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        command = "harvest" if run.config.harvest else "crawl" if run.keeps else record.SURVEY
        restrictions = run.options.sample(run.config.languages)
        pace = {name: getattr(run.config, name) for name in ("delay", "concurrency", "throttled", "obeys_robots")}
        record.begin(
            self.folder, settings["ARCHIVE_RUN_ID"], command, stamp(utcnow()), options_of(run), restrictions, pace
        )
        self.log = LogFile(self.folder / "crawl.log", encoding="utf-8")
        self.log.setLevel("DEBUG" if settings["LOG_LEVEL"] in ("DEBUG", 10, "10") else "INFO")
        self.log.setFormatter(Disarming(settings["LOG_FORMAT"], datefmt=settings["LOG_DATEFORMAT"]))
        if console := get_scrapy_root_handler():
            console.setFormatter(self.log.formatter)
            for rule in console.filters:
                self.log.addFilter(rule)
        for early in [handler for handler in logging.getLogger().handlers if isinstance(handler, Remembered)]:
            for line in early.forget():
                if self.log.filter(line):
                    self.log.handle(line)
        logging.getLogger().addHandler(self.log)

    @classmethod
    def from_crawler(cls, crawler: Any) -> RunLog:
        return cls(crawler.spider.run)

    def close(self) -> None:
        """Close the log and write the stats. A disk error is logged, and does not change the result of the run."""
        logging.getLogger().removeHandler(self.log)
        self.log.close()
        error = self.log.error
        text = json.dumps(self.run.all_stats(), indent=1, default=str, ensure_ascii=False)
        try:
            (self.folder / "stats.json").write_text(text + "\n", encoding="utf-8")
        except OSError as full:
            error = full
        if error is not None:
            logger.error("%s is incomplete: %s", self.folder, error)
