"""The end of a run after the reactor has stopped: steps that no signal handler may do, because Scrapy ignores its
errors.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archive import ArchiveError
from archive.capture import archiver_of
from migration_spider import counts, notify, scrapy_internals
from migration_spider.exceptions import MigrationError
from migration_spider.extensions.harvest import Harvest
from migration_spider.extensions.run_log import RunLog
from migration_spider.harvest.completeness import Completeness, complete, facts_of
from migration_spider.monitors import INCOMPLETE, INTERNAL_ERROR, NOT_ARCHIVED, Verdict
from migration_spider.report import record, run_folder
from migration_spider.run import UNEXPECTED, Run
from migration_spider.state.schedule import stamp, utcnow

logger = logging.getLogger(__name__)


class End:
    """How near a crawl is to its end, for the signal handlers of `interrupts.Interruptions`."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler

    @property
    def _run(self) -> Run | None:
        """The run, or None while there is no spider."""
        return getattr(self._crawler.spider, "run", None)

    def has_begun(self) -> bool:
        """Whether the spider is being closed, for any reason, or has been closed."""
        run = self._run
        return run is not None and "started" in run.done and scrapy_internals.is_closing(self._crawler) is not False

    def is_past_requests(self) -> bool:
        """Whether all requests have ended, and files are being closed."""
        return self.has_begun() and scrapy_internals.is_past_requests(self._crawler)

    def code(self) -> int:
        """The exit code if the process ended now; at best, that of an incomplete run."""
        run = self._run
        if run is None:
            return INCOMPLETE
        if run.verdict is not None:
            return run.verdict.code or INCOMPLETE
        if archiver_of(self._crawler).failed is not None:
            return NOT_ARCHIVED
        return INTERNAL_ERROR if run.counted("failure") else INCOMPLETE


def finish(run: Run) -> Verdict:
    """Settle, index, judge, report and notify, in this order; any error makes the run an internal error."""
    harvest = run.crawler.get_extension(Harvest)
    # Not after a second Ctrl-C: then the archive is still open, and the next harvest continues.
    is_over = "closed" in run.done
    completeness = Completeness()
    with failing(run):
        run.end()
        if is_over:
            keep_dates(run)
            completeness = _complete(run, harvest)
    verdict = run.judge()
    for message in verdict.messages:
        logger.info("Run is not complete: %s", message)  # the summary on the terminal repeats it
    with failing(run, is_judged=True):
        if harvest and is_over:
            run.report = harvest.report(verdict)
            notify.finish(run.config, run.report)
    if harvest and (not is_over or run.counted("unreported")):
        tell_failure(run)
    run.note("exit_code", run.judge().code)
    with failing(run, is_judged=True):
        _close(run, harvest)
    if run.keeps:
        with failing(run, is_judged=True):
            keep_record(run, completeness)
    return run.judge()


def _complete(run: Run, harvest: Harvest | None) -> Completeness:
    """The completeness of the items after all of them are stored; a harvest settles and indexes first."""
    if harvest:
        harvest.settle()
        harvest.index()
        return harvest.completeness
    if not run.keeps:
        return Completeness()
    completeness = complete(run)
    for name, value in facts_of(completeness).items():
        run.note(name, value)
    return completeness


def _close(run: Run, harvest: Harvest | None) -> None:
    """Close the files of the run."""
    if log := run.crawler.get_extension(RunLog):
        log.close()
    run.readings.close()
    if harvest:
        harvest.memory.close()


def keep_record(run: Run, completeness: Completeness) -> None:
    """Record how the run ended, which later decides whether the items are complete."""
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
        forbidden=completeness.forbidden,
        counts=known | {counts.key(word): words[word] for word in counts.WORDS},
        missing=[{name: row[name] for name in ("url", "reason", "detail")} for row in completeness.missing],
    )


def keep_dates(run: Run) -> None:
    """Save the site profile for the next run, and report what has changed in it.

    Stats: ``migration/layout/misfits``, ``migration/layout/new``, ``migration/share/misfits``,
    ``migration/dates/settled``, ``migration/dates/changed``, ``migration/dates/not_held``.
    """
    dates = run.dates
    for name, value in dates.profile.layouts.facts().items():
        run.note(name, value)
    dates.save()
    if dates.not_held:
        run.note("dates/not_held", dates.not_held)
        logger.warning("%d ambiguous dates did not wait for the other pages: too many were waiting", dates.not_held)
    if settled := dates.settled():
        run.note("dates/settled", "; ".join(settled))
    if changes := dates.changes():
        run.note("dates/changed", "; ".join(changes))
        logger.warning(
            "Day and month are in another order than before: %s; used from the next run on. See %s",
            "; ".join(changes),
            dates.path,
        )


def tell_failure(run: Run) -> None:
    """Notify the recipients that a harvest has ended without a report; other errors do not prevent this."""
    verdict = run.judge()
    with failing(run, is_judged=True):
        notify.fail(run.config, run.options.site, verdict.code, verdict.messages, verdict.kind)


@contextmanager
def failing(run: Run, *, is_judged: bool = False) -> Iterator[None]:
    """Catch errors in the block and add them to the verdict, even if it has already been computed (``is_judged``)."""
    where = "the run cannot be brought to its end"
    try:
        yield
    except UNEXPECTED as error:
        if not isinstance(error, (ArchiveError, MigrationError, OSError, sqlite3.Error)):
            logger.exception("The run could not be finished")
        (run.spoil if is_judged else run.broke)(where, error)
