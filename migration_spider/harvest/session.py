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

from archive.cdxj import build_index, index_path, lost_files, read_damage, warc_files
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
    """Completes earlier runs and loads the state before the crawl; afterwards indexes, checks completeness, reports.

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
        # Before the steps that may take long, because the code on disk may change while this code runs.
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
        """The latest date in the archive if it is later than now; else empty."""
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
        """Names of the files written by this run."""
        self._there_before = {path.name for path in self.warc.glob("*.warc.gz")}
        self.robots = robots_of(self.memory.pages, self.options["site"], Robots())
        run.memory, run.coverage = self.memory, self.coverage
        run.ledger.older_links.update(self.memory.runs.links())
        self.crawl_began = monotonic()

    def _future(self) -> str:
        """The latest date in the archive if it is later than now, as when the clock was ahead once, or is behind."""
        last = max(self.memory.last_date(), *map(_date_of, self.warc.glob("*.warc.gz")), "")
        if last <= self.started:
            return ""
        self.run.note("clock/future", last)
        logger.warning("The archive has dates in the future, up to %s: pages with such dates are requested again", last)
        return last

    def _interrupted(self, longest: timedelta, now: datetime) -> PastRun | None:
        """The first run of the harvest to continue; None to begin a new one."""
        last = self.memory.runs.last()
        if last is None or last.is_whole or last.options != self.options:
            return None
        first = self.memory.runs.first_of(last.cycle)
        return first if first is not None and now - moment(first.started) <= longest else None

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, independent of changes of the clock."""
        return monotonic() - self._began

    def settle(self) -> None:
        """Set the facts about completeness for the verdict, and save the results for the next run."""
        self._phase("crawl", self.crawl_began)
        began = monotonic()
        run, reason = self.run, self.run.finish_reason
        is_whole = reason == "finished" and run.options.is_whole
        self.completeness = complete(run)
        named_before = self.last.counts.get("named") if self.last and is_whole else None
        facts = facts_of(self.completeness) | shares(run, self.coverage, named_before)
        if self.last and is_whole and (lost := lost_lists(run.ledger.sizes(), self.last.counts.get("lists", {}))):
            facts["completeness/lists_lost"] = lost
        for name, value in facts.items():
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
        """Count the known items by result; if the counts do not add up, the run fails.

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
                (missed.id for missed in memory.missed.all()),
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
        """Write the report of the run, and record its end."""
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
        """Index the files of this run."""
        began = monotonic()
        pages = self.memory.pages
        with ByteProgress("indexing the archive", _size(self.memory), quiet=self.is_quiet) as progress:
            if files := warc_files(self.warc) if self.warc.is_dir() else []:
                known = {(damage.file, damage.offset) for damage in read_damage(index_path(self.warc), self.warc)}
                lost = lost_files(index_path(self.warc), files)
                # The files of this run are read only once for both indexes.
                indexed = build_index(
                    files, index_path(self.warc), passing=partial(pages.passing, advance=progress.advance)
                )
                # Reported once: without a copy of the file, nothing can be repaired.
                new = [damage for damage in indexed.damage if (damage.file, damage.offset) not in known]
                for damage in new:
                    lost.pop(damage.file, None)
                for sentence in (*indexed.sentences, *lost.values()):
                    logger.error("The archive is damaged: %s", sentence)
                if told := [*(damage.sentence for damage in new), *lost.values()]:
                    self.run.note("archive_damaged", f"{told[0]}{f', and {len(told) - 1} more' * bool(told[1:])}")
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
    """The options of the run as JSON; only runs with the same options can continue each other."""
    options = run.options
    return {
        "site": options.site,
        "languages": list(options.languages),
        "since": options.since.isoformat() if options.since else None,
        "max_items": options.max_items,
        "urls": list(options.urls),
        "full": run.config.full,
    }


def comparable(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether the options of two runs select the same part of the site; only ``full`` may differ."""
    return {**first, "full": False} == {**second, "full": False}


def rules_of(config: Config) -> Rules:
    """The schedule in the settings."""
    return Rules(
        items=config.revisit,
        others=timedelta(days=config.revisit_others),
        requisites=timedelta(days=config.revisit_requisites),
        everything=config.full,
    )


def _date_of(file: Path) -> str:
    """The start time in the name of a file of the archive; empty if there is none."""
    digits = re.search(r"-(\d{14})\d{3}-\d{5,}-", file.name)
    return re.sub(r"(....)(..)(..)(..)(..)(..)", r"\1-\2-\3T\4:\5:\6Z", digits[1]) if digits else ""


def _size(memory: Memory) -> int:
    return sum(file.path.stat().st_size for file in memory.pages.unknown_files())
