"""The steps of a harvest before its first request and after its archive is closed."""

from __future__ import annotations

import logging
import os
import re
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from archive.cdxj import build_index, index_path, warc_files
from archive.commands.progress import ByteProgress
from archive.warc.record import format_date
from migration_spider import counts
from migration_spider.config import Config
from migration_spider.harvest.changes import write_changes
from migration_spider.harvest.completeness import Completeness, complete, facts_of, lost_lists, shares
from migration_spider.harvest.coverage import Coverage
from migration_spider.harvest.facts import Tally, report_of
from migration_spider.harvest.recover import recover
from migration_spider.harvest.robots import Robots, robots_of
from migration_spider.kept import Table
from migration_spider.kept_readings import FILE as READINGS
from migration_spider.kept_readings import KeptReadings
from migration_spider.monitors import Verdict
from migration_spider.report import run_folder
from migration_spider.report.write import write_report
from migration_spider.responses.blocked import blocked
from migration_spider.run import Run
from migration_spider.state import Memory
from migration_spider.state.memory import Rules
from migration_spider.state.runs import PastRun
from migration_spider.state.schedule import moment, utcnow
from migration_spider.whole import JudgeOfIndex

logger = logging.getLogger(__name__)


class Harvest:
    """Recovers what was left, gives the crawl its memory; afterwards indexes, checks completeness, reports.

    Stats: ``migration/resumed``, ``migration/restored``.

    Raises:
        StateError: ``items/news.jsonl`` or the state cannot be used; the crawl does not start.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.data = run.config.data_dir
        self.warc = Path(run.crawler.settings["ARCHIVE_DIR"])
        self.run_id: str = run.crawler.settings["ARCHIVE_RUN_ID"]
        self._counted: tuple[Tally, counts.Account] | None = None
        self.options = options_of(run)
        self.is_quiet = not run.crawler.settings.getbool("LOG_ENABLED")
        self.timings: list[dict[str, Any]] = []
        self.memory = Memory(self.data / "state.sqlite", self.warc, rules_of(run.config), blocked, JudgeOfIndex())
        # Before what may take long: by then the code on the disk may be newer than the code that runs.
        run.readings = KeptReadings(self.data / READINGS, run.count)
        began = monotonic()
        with ByteProgress("reading the archive", _size(self.memory), quiet=self.is_quiet) as progress:
            restored = recover(self.memory, self.data, progress.advance)
        if restored:
            run.note("restored", restored)
        self._phase("recover", began)
        now = utcnow()
        self.started = format_date(now)
        self._began = began
        self.future = self._future()
        """The latest date in the archive when it is later than now; else empty."""
        self.memory.runs.bring_back(format_date(now - timedelta(seconds=1)))
        first = self._interrupted(timedelta(hours=run.config.resume_hours), now)
        cycle, cycle_began = (first.id, first.started) if first else (self.run_id, self.started)
        if first:
            run.note("resumed", 1)
            logger.info("Continuing the harvest started at %s (run %s)", first.started, first.id)
        self.memory.begin(cycle, min(cycle_began, self.started), now)
        self.coverage = Coverage(Table(run.room), Table(run.room))
        self.coverage.known.update(self.memory.filled())
        self.last = next(
            (past for past in self.memory.runs.history(50) if past.is_whole and comparable(past.options, self.options)),
            None,
        )
        self.memory.runs.begin(self.run_id, cycle, self.started, os.getpid(), self.options)
        self.completeness = Completeness()
        self.warc_files: set[str] = set()
        """Names of the files that this run wrote."""
        self._there_before = {path.name for path in self.warc.glob("*.warc.gz")}
        self.robots = robots_of(self.memory.pages, self.options["site"], Robots())
        run.memory, run.coverage = self.memory, self.coverage
        run.ledger.older_links.update(self.memory.runs.links())
        self.crawl_began = monotonic()

    def _future(self) -> str:
        """The latest date that the archive holds, if it is later than now: the clock was ahead once, or is behind."""
        last = max(self.memory.last_date(), *map(_date_of, self.warc.glob("*.warc.gz")), "")
        if last <= self.started:
            return ""
        self.run.note("clock/future", last)
        logger.warning("The archive has dates in the future, up to %s: pages with such dates are requested again", last)
        return last

    def _interrupted(self, longest: timedelta, now: datetime) -> PastRun | None:
        """The first run of the harvest that is to be gone on with; None to begin a new one."""
        last = self.memory.runs.last()
        if last is None or last.is_whole or last.options != self.options:
            return None
        first = self.memory.runs.first_of(last.cycle)
        return first if first is not None and now - moment(first.started) <= longest else None

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, whatever became of the clock."""
        return monotonic() - self._began

    def settle(self) -> None:
        """Settle what became of every address, as facts for the verdict."""
        self._phase("crawl", self.crawl_began)
        began = monotonic()
        run, reason = self.run, self.run.finish_reason
        is_whole = reason == "finished" and run.options.is_whole
        self.completeness = complete(run)
        named_before = self.last.counts.get("named") if self.last and is_whole else None
        found = facts_of(self.completeness) | shares(run, self.coverage, named_before)
        if self.last and is_whole and (lost := lost_lists(run.ledger.sizes(), self.last.counts.get("lists", {}))):
            found["completeness/lists_lost"] = lost
        for name, value in found.items():
            run.note(name, value)
        self.count()
        if reason == "finished":
            self.memory.runs.set_again(self.completeness.unsettled)
            if is_whole:
                self.memory.runs.set_named(run.ledger.named, run.ledger.lastmods)
                self.memory.runs.add_listings(self.run_id, run.ledger.news_listings())
                self.memory.runs.set_links(run.ledger.unnamed_links())
        self._phase("check", began)

    def count(self) -> tuple[Tally, counts.Account]:
        """Count what became of the items that are known; what does not add up fails the run.

        Raises:
            StateError: ``items/news.jsonl`` cannot be read.
        """
        if self._counted is None:
            run, memory, options = self.run, self.memory, self.run.options
            scope = run.crawler.spider.scope
            since = options.since.isoformat() if options.since else ""
            account = counts.account(
                run.found,
                memory.items(),
                (one.id for one in memory.missed.all()),
                memory.due_items(),
                run.ledger,
                lambda item: not options.urls and bool(scope.page(item.url)[0]) and (item.published or since) >= since,
            )
            tally = Tally(self.data / "items" / "news.jsonl", self.run_id, run.room)
            faults = [*account.faults, *counts.unlike(account, tally.counts)]
            if faults:
                run.fail(f"the counts of the items do not add up: {'; '.join(faults)}")
            self._counted, run.account = (tally, account), account
        return self._counted

    def report(self, verdict: Verdict) -> dict[str, Any]:
        """Write the report of the run, which has its verdict, and note its end."""
        began = monotonic()
        report = report_of(self, verdict)
        self._phase("report", began)
        report["timings"] = self.timings
        folder = run_folder(self.run.crawler.settings)
        write_changes(folder, self.count()[0], self.options["site"], report["run"]["ended"])
        write_report(folder, report)
        counts = {
            **report["items"]["counts"],
            "named": self.run.ledger.listed(),
            "lists": self.run.ledger.sizes(),
        }
        counts |= {"requests": report["http"]["requests"], "bytes": report["http"]["bytes"]}
        counts["seconds"] = report["run"]["seconds"]
        self.memory.runs.end(
            self.run_id, report["run"]["ended"], verdict.code, report["outcome"]["finish_reason"], counts
        )
        return report

    def index(self) -> None:
        """Index what this run archived."""
        began = monotonic()
        pages = self.memory.pages
        with ByteProgress("indexing the archive", _size(self.memory), quiet=self.is_quiet) as progress:
            if files := warc_files(self.warc) if self.warc.is_dir() else []:
                # What this run wrote is read once for both indexes.
                indexed = build_index(
                    files, index_path(self.warc), passing=partial(pages.passing, advance=progress.advance)
                )
                for sentence in indexed.sentences:
                    logger.error("The archive is damaged: %s", sentence)
            for _ in pages.catch_up(progress.advance):
                pass
        self.robots = robots_of(pages, self.options["site"], self.robots)
        if self.robots.changed:
            self.run.note("robots_changed", 1)
            logger.warning("robots.txt has changed since the last run: see the archived answers")
        self.warc_files = {path.name for path in self.warc.glob("*.warc.gz")} - self._there_before
        self._phase("index", began)

    def _phase(self, name: str, began: float) -> None:
        self.timings.append({"phase": name, "seconds": round(monotonic() - began, 3)})


def options_of(run: Run) -> dict[str, Any]:
    """What the run was asked for, as JSON: runs with other options do not go on with each other."""
    options = run.options
    return {
        "site": options.site,
        "languages": list(options.languages),
        "since": options.since.isoformat() if options.since else None,
        "max_items": options.max_items,
        "urls": list(options.urls),
        "full": run.config.full,
    }


def comparable(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two runs looked at the same part of the site, one of them perhaps at more of what was known."""
    return {**one, "full": False} == {**other, "full": False}


def rules_of(config: Config) -> Rules:
    """The schedule that the settings ask for."""
    return Rules(
        items=config.revisit,
        others=timedelta(days=config.revisit_others),
        requisites=timedelta(days=config.revisit_requisites),
        everything=config.full,
    )


def _date_of(file: Path) -> str:
    """When a file of the archive was begun, as its name says; empty when that says nothing."""
    digits = re.search(r"-(\d{14})\d{3}-\d{5,}-", file.name)
    return re.sub(r"(....)(..)(..)(..)(..)(..)", r"\1-\2-\3T\4:\5:\6Z", digits[1]) if digits else ""


def _size(memory: Memory) -> int:
    return sum(file.path.stat().st_size for file in memory.pages.unknown_files())
