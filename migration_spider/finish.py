"""The end of a run, after the reactor has stopped: what no receiver of a signal may do, as Scrapy swallows errors."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archive import ArchiveError
from migration_spider import counts, notify
from migration_spider.exceptions import MigrationError
from migration_spider.extensions.harvest import Harvest
from migration_spider.extensions.run_log import RunLog
from migration_spider.harvest.completeness import Completeness, complete, facts_of
from migration_spider.monitors import Verdict
from migration_spider.report import record, run_folder
from migration_spider.run import UNEXPECTED, Run
from migration_spider.state.schedule import stamp, utcnow

logger = logging.getLogger(__name__)


def finish(run: Run) -> Verdict:
    """Settle, index, judge, report, tell, in this order; whatever fails on the way makes the run an internal error."""
    harvest = run.crawler.get_extension(Harvest)
    # Cut off by a second Ctrl-C: the archive is open still, the next harvest goes on from there.
    is_over = "closed" in run.done
    completeness = Completeness()
    with failing(run, run.fail):
        run.end()
        if is_over:
            keep_dates(run)
        if harvest and is_over:
            harvest.settle()
            harvest.index()
            completeness = harvest.completeness
        elif is_over and run.keeps:
            completeness = complete(run)
            for name, value in facts_of(completeness).items():
                run.note(name, value)
    verdict = run.judge()
    for message in verdict.messages:
        logger.info("Run is not complete: %s", message)  # the last lines tell it, too
    with failing(run, run.spoil):
        if harvest and is_over:
            run.report = harvest.report(verdict)
            notify.finish(run.config, run.report)
    if harvest and (not is_over or run.counted("unreported")):
        tell_failure(run)
    run.note("exit_code", run.judge().code)
    with failing(run, run.spoil):
        if log := run.crawler.get_extension(RunLog):
            log.close()
        if harvest:
            harvest.memory.close()
    if run.keeps:
        with failing(run, run.spoil):
            keep_record(run, completeness)
    return run.judge()


def keep_record(run: Run, completeness: Completeness) -> None:
    """Note how the run ended, for those who ask later how whole the items are."""
    verdict = run.judge()
    words = run.account.words if run.account else Counter(run.found.values())
    known = {"known": run.account.known} if run.account else {}
    record.end(
        run_folder(run.crawler.settings),
        ended=stamp(utcnow()),
        exit_code=verdict.code,
        kind=verdict.kind,
        finish_reason=run.finish_reason,
        messages=list(verdict.messages),
        sample=completeness.sample,
        counts=known | {counts.key(word): words[word] for word in counts.WORDS},
        missing=[{name: row[name] for name in ("url", "reason", "detail")} for row in completeness.missing],
    )


def keep_dates(run: Run) -> None:
    """Keep for the next run what this one showed of the site, and tell what is another than before.

    Stats: ``migration/layout/misfits``, ``migration/layout/new``, ``migration/share/misfits``,
    ``migration/dates/settled``, ``migration/dates/changed``, ``migration/dates/not_held``.
    """
    dates = run.dates
    for name, value in dates.profile.layouts.facts().items():
        run.note(name, value)
    dates.save()
    if dates.not_held:
        run.note("dates/not_held", dates.not_held)
        logger.warning("%d dates that read both ways did not wait for the other pages: too many did", dates.not_held)
    if settled := dates.settled():
        run.note("dates/settled", "; ".join(settled))
    if changes := dates.changes():
        run.note("dates/changed", "; ".join(changes))
        logger.warning(
            "The pages print day and month in another order than before: %s; from the next run on. See %s",
            "; ".join(changes),
            dates.path,
        )


def tell_failure(run: Run) -> None:
    """Tell those who wait for a harvest that it has ended without a report, whatever else is broken."""
    verdict = run.judge()
    with failing(run, run.spoil):
        notify.fail(run.config, run.options.site, verdict.code, verdict.messages, verdict.kind)


@contextmanager
def failing(run: Run, fail: Any) -> Iterator[None]:
    """Whatever goes wrong in the block is told to ``fail``, and ends there."""
    try:
        yield
    except (ArchiveError, MigrationError, OSError, sqlite3.Error) as error:
        fail(f"the run cannot be brought to its end: {error}")
    except UNEXPECTED as error:
        logger.exception("The run cannot be brought to its end")
        fail(f"the run cannot be brought to its end: {type(error).__name__}: {error}")
