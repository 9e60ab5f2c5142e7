"""What makes a crawl a harvest: MIGRATION_HARVEST=True, set by `scrapy harvest`, or by hand for scrapyd."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from time import monotonic
from typing import Any

from scrapy import signals
from scrapy.exceptions import NotConfigured

from archive import ArchiveError
from archive.cdxj import build_index, index_path, warc_files
from archive.commands.progress import ByteProgress
from archive.warc.lock import CollectionLock
from archive.warc.record import format_date
from migration_spider import notify
from migration_spider.exceptions import MigrationError, OptionError
from migration_spider.harvest.completeness import Completeness, check, lost_lists, shares, stats_of
from migration_spider.harvest.coverage import Coverage
from migration_spider.harvest.facts import report_of
from migration_spider.harvest.recover import recover
from migration_spider.harvest.robots import Robots, robots_of
from migration_spider.items import NewsItem, filled
from migration_spider.pages.blocked import blocked
from migration_spider.report import run_folder
from migration_spider.report.write import write_report
from migration_spider.state import Memory
from migration_spider.state.memory import Rules, remember
from migration_spider.state.runs import Run
from migration_spider.state.schedule import moment

logger = logging.getLogger(__name__)


class HarvestLock:
    """One harvest in a folder at a time, from before the archive is opened until the end of the process.

    Raises:
        CollectionLockedError: another one runs there; the lock of a dead process holds nobody up.
    """

    def __init__(self, crawler: Any) -> None:
        if not crawler.settings.getbool("MIGRATION_HARVEST"):
            raise NotConfigured
        data = Path(crawler.settings["DATA_DIR"])
        data.mkdir(parents=True, exist_ok=True)
        self._lock = CollectionLock(data)

    @classmethod
    def from_crawler(cls, crawler: Any) -> HarvestLock:
        return cls(crawler)


class HarvestRun:
    """Recovers what was left, gives the crawl its memory; afterwards indexes, checks completeness, reports.

    Stats: ``migration/resumed``, ``migration/restored``, ``migration/unreported`` (1 until the report is written).

    Raises:
        MigrationError: the state or a setting makes no sense; the crawl does not start.
    """

    def __init__(self, crawler: Any) -> None:
        settings = crawler.settings
        if not settings.getbool("MIGRATION_HARVEST"):
            raise NotConfigured
        notify.check(settings)
        self.crawler = crawler
        self.data = Path(settings["DATA_DIR"])
        self.warc = Path(settings["ARCHIVE_DIR"])
        self.run_id: str = settings["ARCHIVE_RUN_ID"]
        self.options = options_of(crawler)
        self.timings: list[dict[str, Any]] = []
        self.memory = Memory(self.data / "state.sqlite", self.warc, rules_of(settings), blocked)
        began = monotonic()
        with ByteProgress("reading the archive", _size(self.memory)) as progress:
            restored = recover(self.memory, self.data, progress.advance)
        if restored:
            crawler.stats.set_value("migration/restored", restored)
        self._phase("recover", began)
        now = datetime.now(timezone.utc)
        self.started = format_date(now)
        first = self._interrupted(timedelta(hours=settings.getfloat("MIGRATION_RESUME_HOURS")), now)
        cycle, cycle_began = (first.id, first.started) if first else (self.run_id, self.started)
        if first:
            crawler.stats.set_value("migration/resumed", 1)
            logger.info("Going on with the harvest begun at %s (run %s)", first.started, first.id)
        self.memory.begin(cycle, cycle_began, now)
        self.coverage = Coverage(self.memory.filled())
        self.last = next(
            (run for run in self.memory.runs.history(50) if run.is_whole and comparable(run.options, self.options)),
            None,
        )
        self.memory.runs.begin(self.run_id, cycle, self.started, os.getpid(), self.options)
        self.completeness = Completeness()
        self.warc_files: set[str] = set()
        """Names of the files that this run wrote."""
        self._there_before = {path.name for path in self.warc.glob("*.warc.gz")}
        self.robots = robots_of(self.memory.pages, self.options["site"], Robots())
        remember(crawler, self.memory)
        notify.start(settings)
        self.crawl_began = monotonic()
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> HarvestRun:
        return cls(crawler)

    def _interrupted(self, longest: timedelta, now: datetime) -> Run | None:
        """The first run of the harvest that is to be gone on with; None to begin a new one."""
        last = self.memory.runs.last()
        if last is None or last.is_whole or last.options != self.options:
            return None
        first = self.memory.runs.first_of(last.cycle)
        return first if first is not None and now - moment(first.started) <= longest else None

    def item_scraped(self, item: Any) -> None:
        """For the coverage of fields."""
        if isinstance(item, NewsItem):
            self.coverage.read[item.id] = filled(lambda name: getattr(item, name))

    def spider_closed(self, reason: str) -> None:
        """Settle what the run is worth, for the monitors."""
        self._phase("crawl", self.crawl_began)
        began = monotonic()
        spider, stats = self.crawler.spider, self.crawler.stats
        options = spider.options
        is_whole = reason == "finished" and not (options.urls or options.max_items or options.since)
        self.completeness = check(spider.ledger, is_whole=is_whole)
        named_before = self.last.counts.get("named") if self.last and is_whole else None
        found = stats_of(self.completeness)
        found |= shares(stats.get_stats(), self.coverage, spider.ledger.listed(), named_before)
        if self.last and is_whole and (lost := lost_lists(spider.ledger.sizes(), self.last.counts.get("lists", {}))):
            found["migration/completeness/lists_lost"] = lost
        for name, value in found.items():
            stats.set_value(name, value)
        if reason == "finished":
            self.memory.runs.set_again(self.completeness.unsettled)
            if is_whole:
                self.memory.runs.set_named(spider.ledger.named, spider.ledger.lastmods)
        self._phase("check", began)

    def engine_stopped(self) -> None:
        """The archive is closed: index it, write the report, tell who wants to know."""
        stats = self.crawler.stats
        # Scrapy logs what a receiver of a signal raises, and goes on: this must not look like a good end.
        stats.set_value("migration/unreported", 1)
        try:
            self._index()
            self._report()
        except (ArchiveError, MigrationError, OSError, sqlite3.Error) as error:
            logger.error("The run cannot be brought to its end: %s", error)  # noqa: TRY400  (the message says it all)
        else:
            stats.set_value("migration/unreported", 0)
        finally:
            self.memory.close()

    def _report(self) -> None:
        began = monotonic()
        report = report_of(self)
        self._phase("report", began)
        report["timings"] = self.timings
        write_report(run_folder(self.crawler.settings), report)
        outcome, ended = report["outcome"], report["run"]["ended"]
        counts = {**report["items"]["counts"], "named": self.crawler.spider.ledger.listed()}
        counts |= {"requests": report["http"]["requests"], "bytes": report["http"]["bytes"]}
        counts["lists"] = self.crawler.spider.ledger.sizes()
        counts["seconds"] = report["run"]["seconds"]
        self.memory.runs.end(self.run_id, ended, outcome["exit_code"], outcome["finish_reason"], counts)
        notify.finish(self.crawler.settings, report)

    def _index(self) -> None:
        began = monotonic()
        with ByteProgress("indexing the archive", _size(self.memory)) as progress:
            for _ in self.memory.pages.catch_up(progress.advance):
                pass
        self.robots = robots_of(self.memory.pages, self.options["site"], self.robots)
        if self.robots.changed:
            self.crawler.stats.set_value("migration/robots_changed", 1)
            logger.warning("robots.txt has changed since the last run: see the archived answers")
        self.warc_files = {path.name for path in self.warc.glob("*.warc.gz")} - self._there_before
        if files := warc_files(self.warc) if self.warc.is_dir() else []:
            build_index(files, index_path(self.warc))
        self._phase("index", began)

    def _phase(self, name: str, began: float) -> None:
        self.timings.append({"phase": name, "seconds": round(monotonic() - began, 3)})


def options_of(crawler: Any) -> dict[str, Any]:
    """What the run was asked for, as JSON: runs with other options do not go on with each other."""
    options = crawler.spider.options
    return {
        "site": options.site,
        "languages": list(options.languages),
        "since": options.since.isoformat() if options.since else None,
        "max_items": options.max_items,
        "urls": list(options.urls),
        "full": crawler.settings.getbool("MIGRATION_FULL"),
    }


def comparable(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two runs looked at the same part of the site, one of them perhaps at more of what was known."""
    return {**one, "full": False} == {**other, "full": False}


def rules_of(settings: Any) -> Rules:
    """The schedule that the settings ask for.

    Raises:
        OptionError: MIGRATION_REVISIT makes no sense.
    """
    raw = settings["MIGRATION_REVISIT"]
    try:
        policy = [
            (None if age is None else float(age), float(days))
            for age, days in (json.loads(raw) if isinstance(raw, str) else raw)
        ]
    except (TypeError, ValueError) as error:
        raise OptionError(f"MIGRATION_REVISIT={raw}: expected pairs of days, [[30, 0], [null, 30]]: {error}") from error
    if not policy:
        raise OptionError("MIGRATION_REVISIT is empty: give at least one pair, [[null, 30]]")
    return Rules(
        items=policy,
        others=timedelta(days=settings.getfloat("MIGRATION_REVISIT_OTHERS")),
        requisites=timedelta(days=settings.getfloat("MIGRATION_REVISIT_REQUISITES")),
        everything=settings.getbool("MIGRATION_FULL"),
    )


def _size(memory: Memory) -> int:
    return sum(file.path.stat().st_size for file in memory.pages.unknown_files())
