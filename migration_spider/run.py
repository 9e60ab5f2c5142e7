"""The state of one run that its components share, and the single place where the run fails.

It is available as ``crawler.spider.run``, from the creation of the spider to the exit code. Everything that data or
the result depend on is stored here. The stats collector gets a copy of each count under the same name, and is never
read.

Scrapy logs exceptions of signal handlers and continues. So all our handlers are connected with `Run.connect`, which
makes the run fail; exceptions of other handlers are found in Scrapy's log (`swallowed`). A failed run sends no more
requests. Success must be confirmed by each part, and is never assumed because there was no error: see `PROOFS`.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, MutableMapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import CloseSpider
from scrapy.utils.asyncio import call_later
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.misc import load_object

from archive import ArchiveError
from archive.capture import archiver_of
from archive.capture.archiver import FINISH_REASON
from archive.disk import refusal
from migration_spider import scrapy_internals
from migration_spider.exceptions import KeptError, MigrationError, NotWantedError, StateError, UnsupportedError
from migration_spider.items import Evidence
from migration_spider.kept import Room, Table
from migration_spider.kept_readings import KeptReadings
from migration_spider.ledger import Ledger
from migration_spider.monitors import NOT_ARCHIVED, Verdict, verdict_of, verdict_of_survey
from migration_spider.relaunch import Relaunch
from migration_spider.site_learner import SiteLearner
from migration_spider.site_profile import FILE as PROFILE
from migration_spider.swallowed import Swallowed

if TYPE_CHECKING:
    from migration_spider.config import Config
    from migration_spider.counts import Account
    from migration_spider.harvest.coverage import Coverage
    from migration_spider.spiders.options import Options
    from migration_spider.state import Memory

logger = logging.getLogger(__name__)

PAUSES = frozenset(("budget",))
"""Reasons to stop that are not errors; the next run continues."""

INTERRUPTIONS = {"shutdown": "by Ctrl-C or a signal", None: "by Ctrl-C or a signal, at once"}
"""Scrapy's finish reason of an interrupted run -> in words; None if the spider was not closed."""

COMPONENTS = {
    "SPIDER_MIDDLEWARES": "get_spider_middleware",
    "DOWNLOADER_MIDDLEWARES": "get_downloader_middleware",
    "ITEM_PIPELINES": "get_item_pipeline",
}
"""Settings with components that are all required (for pace, bounds, evidence, store) -> crawler method to get one."""

PROOFS = ("started", "walked", "stored")
"""Steps that must be confirmed: the start was checked, the spider took its last step, all lines were written."""

UNEXPECTED = (Exception, SystemExit, GeneratorExit, asyncio.CancelledError)
"""Exceptions of code that must not end a run silently; a KeyboardInterrupt comes from the user."""


class Run:
    """The state that the components of one crawl share."""

    def __init__(self, crawler: Any, options: Options, config: Config) -> None:
        self.crawler = crawler
        self.options = options
        self.config = config
        self.keeps = True
        """Whether it stores items and state, and has to be complete; False for a survey."""
        self.room = Room(failed=self._cannot_keep)
        """The store of data that grows with the site."""
        self.ledger = Ledger(self.room)
        self.memory: Memory | None = None
        """The state of earlier runs; None in a plain crawl, which requests everything."""
        self.found: MutableMapping[str, str] = Table(self.room)
        """Id -> result (key of `counts.WORDS`), of the items that the run found or missed."""
        self.account: Account | None = None
        """The counts of all known items, at the end of a harvest."""
        self.through: dict[str, str] = {}
        """Address of an item -> how it was found, until it is stored."""
        self.cited: MutableMapping[str, Evidence] = Table(self.room, _dump, _load)
        """Address -> the evidence of its item, from the response to the store."""
        self.sitemaps: list[str] = []
        """The sitemaps in robots.txt, as printed."""
        self.fronts: list[str] = []
        """Addresses of the requested front pages."""
        self.dates = SiteLearner(config.data_dir / PROFILE, self.room)
        """The site profile, and the items that wait for it."""
        self.readings = KeptReadings()
        """The cache of values read from pages; used in a harvest."""
        self.relaunch = Relaunch(config.max_renumbered)
        """The evidence for a relaunch of the site, and the items that wait for the decision."""
        self.coverage: Coverage | None = None
        """The share of items with a value in each field; in a harvest."""
        self.facts: dict[str, Any] = {}
        """The counts and other values for the verdict, by the names of the stats."""
        self.stopped: str | None = None
        """The reason why the run ends early, as a word."""
        self.finish_reason: str | None = None
        """Scrapy's finish reason, as a word; None until the spider is closed."""
        self.done: set[str] = set()
        """The confirmed `PROOFS`; ``closed``: the spider; ``announced``: the start of a harvest was reported."""
        self.verdict: Verdict | None = None
        """The verdict, once the run has ended."""
        self.report: Any = None
        """``report.json`` of a harvest, once it is written."""
        self._handlers: list[Callable[..., Any]] = []
        self._moved: Any = None
        """The counts at the last check."""
        self._still = 0
        """Number of checks in a row with the same counts."""
        self._swallowed = Swallowed(self)
        self.connect(self._started, signals.engine_started)
        self.connect(self._closed, signals.spider_closed)
        self.connect(self._item_error, signals.item_error)

    # ---- counts

    def count(self, name: str, n: float = 1) -> None:
        """Add ``n`` to the count and the stat ``migration/<name>``."""
        self.note(name, self.counted(name) + n)

    def note(self, name: str, value: Any) -> None:
        """Set the fact and the stat ``migration/<name>``."""
        self.facts[f"migration/{name}"] = value
        self.crawler.stats.set_value(f"migration/{name}", value)

    def counted(self, name: str) -> Any:
        """The count ``migration/<name>``."""
        return self.facts.get(f"migration/{name}", 0)

    def was_item(self, url: str) -> bool:
        """Whether there is a known item at ``url``."""
        return bool(self.memory and self.memory.items_at([url]))

    def all_stats(self) -> dict[str, Any]:
        """The facts, and the stats of Scrapy if there is a collector."""
        return dict(sorted({**self.crawler.stats.get_stats(), **self.facts}.items()))

    # ---- the end

    @property
    def is_stopped(self) -> bool:
        """Whether the run ends early."""
        return self.stopped is not None

    def stop(self, reason: str, why: str, kind: str = "") -> None:
        """Close the spider with the finish reason ``reason``, without sending the queued requests.

        Requests that are being sent are completed; those that wait fail with ``NotWantedError``. The first reason
        counts. An interruption by the user is a reason, too, so later errors do not change it.

        Args:
            reason: The finish reason, as a word.
            why: A sentence for the log and the stat ``migration/stopped``, or ``migration/paused`` if the stop is
                planned.
            kind: The kind of the run (`report.outcomes.OUTCOMES`); by default the reason.
        """
        if self.is_stopped:
            return
        if "started" in self.done and scrapy_internals.is_closing(self.crawler):
            logger.error("While the run was closing: %s", why)
            return
        self.stopped = reason
        if reason in PAUSES:
            self.note("paused", why)
            logger.warning("The run pauses: %s", why)
        else:
            self.note("stopped", why)
            self.note("stopped_as", kind or reason)
            logger.error("The run stops: %s", why)
        self._close()

    def fail(self, why: str) -> None:
        """End the run because of an error in the code, without further requests; only the first one is reported."""
        if "migration/failure" in self.facts or self.room.failure:
            return  # after a failure of the room's file, other errors only follow from it
        self.note("failure", why)
        logger.error("The run fails: %s", why)
        if not self.is_stopped:
            self.stopped = "internal_error"
            self._close()

    def broke(self, where: str, error: BaseException) -> None:
        """End the run because of ``error``: the disk refused to write, or there is an error in the code."""
        if why := self.refusal(error):
            self.cannot_write(why)
        else:
            self.fail(f"{where}: {_named(error)}")

    def refusal(self, error: BaseException) -> str | None:
        """Cause and remedy if ``error`` means that something could not be written, else None."""
        if isinstance(error, (ArchiveError, KeptError, StateError)):
            return str(error)
        return refusal(error, self.config.data_dir)

    def cannot_write(self, why: str) -> None:
        """End the run because the disk refused to write, without further requests; only the first error is reported."""
        if not self.counted("not_written") and not self.room.failure:  # which has been reported
            self.note("not_written", why)
            logger.error("Not written: %s", why)
        if not self.is_stopped:
            self.stopped = "not_written"
            self._close()

    def _cannot_keep(self, why: str) -> None:
        self.note("not_kept", why)
        self.stop("not_kept", why)

    def require_start(self) -> None:
        """Check that the start of the run was checked successfully; to be called before the first request.

        Raises:
            CloseSpider: It was not.
        """
        if "started" not in self.done:
            self.fail("the start of the run was never looked at: engine_started came to no receiver")
        if self.is_stopped:
            raise CloseSpider(self.stopped or "")

    def _close(self) -> None:
        # Before the engine runs there is nothing to close; then `require_start` prevents all requests.
        if "started" in self.done and self.crawler.engine.running:
            self.drop_queued()
            deferred_from_coro(self.crawler.engine.close_spider_async(reason=self.stopped))

    def drop_queued(self) -> None:
        """Fail the waiting requests, because Scrapy would send all of them before it closes."""
        for request, waiting in scrapy_internals.take_waiting(self.crawler):
            waiting.errback(NotWantedError(f"{request.url}: the run stops", "stopped"))

    # ---- receivers of signals

    def connect(self, receiver: Callable[..., Any], signal: Any) -> None:
        """Connect ``receiver``, which is not a coroutine, with ``signal``; its exceptions make the run fail."""
        guarded = self.guarded(receiver)
        self._handlers.append(guarded)  # Scrapy has only weak references
        self.crawler.signals.connect(guarded, signal)

    def guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap ``function`` for a signal or a timer: exceptions make the run fail, unknown keywords are dropped."""
        wanted = inspect.signature(function).parameters

        @wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return function(*arguments, **{name: value for name, value in named.items() if name in wanted})
            except UNEXPECTED as error:
                logger.exception("Error in %s", function.__qualname__)
                self.broke(function.__qualname__, error)
                return None

        del call.__wrapped__  # PyDispatcher would inspect the arguments of the wrapped function
        return call

    def _started(self) -> None:
        scrapy_internals.check(self.crawler)
        self._swallowed.check()
        for setting, get in COMPONENTS.items():
            for path, order in self.crawler.settings.getdict(setting).items():
                is_ours = str(path).startswith("migration_spider.") and order is not None
                if is_ours and getattr(self.crawler, get)(load_object(path)) is None:
                    raise UnsupportedError(f"{path} was not made: nothing works without it")
        if self.config.harvest and self.memory is None:
            raise UnsupportedError(
                "migration_spider.extensions.harvest.Harvest was not made: a harvest needs its memory"
            )
        self.done.add("started")
        self._watch()

    @property
    def patience(self) -> float:
        """Seconds within which some count must change: the longest possible pause, and three timeouts."""
        seconds = self.crawler.settings.getfloat
        pauses = (self.config.max_retry_after, self.config.max_crawl_delay, seconds("DOWNLOAD_DELAY"))
        return float(max(*pauses, seconds("AUTOTHROTTLE_MAX_DELAY")) + 3 * seconds("DOWNLOAD_TIMEOUT"))

    def _watch(self) -> None:
        call_later(self.patience / 4, self.guarded(self._look))

    def _look(self) -> None:
        """End a run in which no count changes, for example because it waits for something lost in an error."""
        if "closed" in self.done:
            return
        moved = (dict(archiver_of(self.crawler).counts), dict(self.facts))
        if moved != self._moved:
            self._moved, self._still = moved, 0
        else:
            self._still += 1
        if self._still == 5:
            self.fail(f"nothing has moved for {self.patience:g} seconds")
            self._moved, self._still = (moved[0], dict(self.facts)), 5
        elif self._still > 5:
            from twisted.internet import reactor

            stopping: Any = reactor
            stopping.stop()
            return
        self._watch()

    def _closed(self, reason: str) -> None:
        self.finish_reason = reason
        self.done.add("closed")

    def _item_error(self) -> None:
        self.count("item_errors")

    # ---- the verdict

    def end(self) -> None:
        """Set the facts about the archive and the `PROOFS`; to be called once after the crawl."""
        self._swallowed.check_again()
        self._swallowed.remove()
        archiver: Any = archiver_of(self.crawler)
        self.facts |= {"finish_reason": self.finish_reason, **archive_counts(archiver)}
        if (failed := archiver.failed) is not None:
            why = refusal(failed.__cause__ or failed, archiver.directory) or str(failed)
            self.facts |= {"archive/failed": why, "finish_reason": FINISH_REASON}
        if not self.is_stopped and self.finish_reason in INTERRUPTIONS:
            self.note("interrupted", INTERRUPTIONS[self.finish_reason])
        if "closed" not in self.done:
            return  # cut off, so the run is incomplete in any case
        if not archiver.is_proved:
            self.facts["archive/unproved"] = 1
        is_early = self.is_stopped or self.finish_reason != "finished"  # which is reported anyway
        if missing := [proof for proof in PROOFS if proof not in self.done and not (proof == "walked" and is_early)]:
            self.note("unproved", ", ".join(missing))

    def judge(self) -> Verdict:
        """The verdict by the facts; computed at the first call."""
        if self.verdict is None:
            judging = verdict_of if self.keeps else verdict_of_survey
            self.verdict = judging(self.facts, self.config)
        return self.verdict

    def spoil(self, where: str, error: BaseException) -> None:
        """Change the verdict after an error in the report or its delivery."""
        self.note("unreported", 1)
        if why := self.refusal(error):
            self.verdict = self.judge().spoiled(why, NOT_ARCHIVED, "unarchived")
        else:
            self.verdict = self.judge().spoiled(f"{where}: {_named(error)}")


def archive_counts(archiver: Any) -> dict[str, int]:
    """The counts of the archiver: ``archive/exchanges``, ``archive/bytes`` and so on."""
    return {f"archive/{name}": n for name, n in archiver.counts.items()}


def _named(error: BaseException) -> str:
    return str(error) if isinstance(error, MigrationError) else f"{type(error).__name__}: {error}"


def _dump(evidence: Evidence) -> str:
    return json.dumps([getattr(evidence, name) for name in Evidence.__slots__])


def _load(text: str | None) -> Evidence:
    return Evidence(**dict(zip(Evidence.__slots__, json.loads(text or ""), strict=True)))
