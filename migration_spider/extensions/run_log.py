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
    """``crawl.log``. A disk that takes no more costs its lines, not a traceback for each."""

    error: BaseException | None = None
    """Why the file is not whole."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name is logging's)
        self.error = sys.exc_info()[1]

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:
            self.error = error


class Remembered(logging.Handler):
    """What is logged before there is a folder for it, as when an earlier run's files are mended."""

    def __init__(self) -> None:
        super().__init__("INFO")
        self.records: list[logging.LogRecord] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def forget(self) -> list[logging.LogRecord]:
        """The records, once; nothing is remembered any more."""
        logging.getLogger().removeHandler(self)
        records, self.records = self.records, []
        return records


class Disarming(logging.Formatter):
    """Lines that do nothing to the terminal that shows them: they quote addresses and errors of anybody."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")  # a traceback, or settings
        return "\n".join(map(cleaned, lines))


class RunLog:
    """Makes the folder; `finish.finish` closes it."""

    def __init__(self, run: Run) -> None:
        settings = run.crawler.settings
        self.run = run
        self.folder = run_folder(settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        command = "harvest" if run.config.harvest else "crawl" if run.keeps else record.SURVEY
        asked = run.options.sample(run.config.languages)
        pace = {name: getattr(run.config, name) for name in ("delay", "concurrency", "throttled", "obeys_robots")}
        record.begin(self.folder, settings["ARCHIVE_RUN_ID"], command, stamp(utcnow()), options_of(run), asked, pace)
        self.log = LogFile(self.folder / "crawl.log", encoding="utf-8")
        self.log.setLevel("DEBUG" if settings["LOG_LEVEL"] in ("DEBUG", 10, "10") else "INFO")
        self.log.setFormatter(Disarming(settings["LOG_FORMAT"], datefmt=settings["LOG_DATEFORMAT"]))
        if console := get_scrapy_root_handler():
            console.setFormatter(self.log.formatter)
            for rule in console.filters:
                self.log.addFilter(rule)
        for early in [one for one in logging.getLogger().handlers if isinstance(one, Remembered)]:
            for line in early.forget():
                if self.log.filter(line):
                    self.log.handle(line)
        logging.getLogger().addHandler(self.log)

    @classmethod
    def from_crawler(cls, crawler: Any) -> RunLog:
        return cls(crawler.spider.run)

    def close(self) -> None:
        """Close the log and write the stats. What the disk does not take is told, and changes nothing of the run."""
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
