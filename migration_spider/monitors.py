"""What a finished run is worth: limits on its stats, declared as data, and the exit code that follows.

The codes are those of docs/crawl.md: 0 complete, 1 internal error, 2 wrong usage, 3 finished but incomplete,
4 the site refused or could not be reached, 5 the archive could not be written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scrapy import signals

logger = logging.getLogger(__name__)

Stats = Mapping[str, Any]

COMPLETE, INTERNAL_ERROR, USAGE, INCOMPLETE, REFUSED, NOT_ARCHIVED, LOCKED = 0, 1, 2, 3, 4, 5, 75


@dataclass(frozen=True)
class Monitor:
    """One condition: the run has ``code`` when ``broken`` says so.

    ``says`` is formatted with the ``value`` of ``stat`` and all ``stats``.
    """

    code: int
    stat: str
    broken: Callable[[Any], bool]
    says: str
    unless: str | None = None
    """A stat that excuses it, when it is there."""


@dataclass(frozen=True)
class Limit:
    """One limit on a share (0 to 1): the run is incomplete when ``stat`` is above the number in ``setting``.

    ``says`` is formatted with the ``value`` and all ``stats``.
    """

    setting: str
    stat: str
    says: str


def _any(value: Any) -> bool:
    return bool(value)


# The first broken one decides the exit code; all broken ones are reported.
MONITORS = (
    Monitor(NOT_ARCHIVED, "archive/failed", _any, "the archive could not be written; see the error above"),
    Monitor(NOT_ARCHIVED, "migration/not_stored", _any, "items could not be written; see the error above"),
    Monitor(INTERNAL_ERROR, "spider_exceptions/count", _any, "{value} pages could not be read: an error in the code"),
    Monitor(INTERNAL_ERROR, "migration/item_errors", _any, "{value} items could not be stored: an error in the code"),
    Monitor(REFUSED, "migration/stopped", _any, "{value}"),
    Monitor(REFUSED, "migration/skipped/robots", _any, "robots.txt forbids {value} pages", "migration/pages"),
    Monitor(REFUSED, "migration/moved_to", _any, "the site leads to {value}: ask that with -a site", "migration/pages"),
    Monitor(REFUSED, "migration/pages", lambda value: not value, "the site answered no page: refused or unreachable"),
    Monitor(INTERNAL_ERROR, "migration/unreported", _any, "the run could not be reported; see the error above"),
    Monitor(INCOMPLETE, "migration/paused", _any, "paused: {value}; the next harvest goes on"),
    Monitor(INCOMPLETE, "finish_reason", lambda value: value != "finished", "stopped before the end ({value})"),
    Monitor(INCOMPLETE, "migration/blocked_pages", _any, "{value} answers were a challenge, login, error or the like"),
    Monitor(INCOMPLETE, "migration/failed", _any, "{value} pages could not be fetched"),
    Monitor(INCOMPLETE, "migration/attachments/failed", _any, "{value} attachments could not be fetched"),
    Monitor(INCOMPLETE, "migration/completeness/unsettled", _any, "{value} pages that the site names are missing"),
    Monitor(INCOMPLETE, "migration/completeness/listings_short", _any, "listings are not whole: {value}"),
    Monitor(INCOMPLETE, "migration/completeness/sitemaps_broken", _any, "sitemaps that cannot be read: {value}"),
    Monitor(INCOMPLETE, "migration/completeness/lists_lost", _any, "named pages in the last run and none now: {value}"),
    Monitor(INCOMPLETE, "migration/taken", lambda value: not value, "no news item was found", "migration/not_due"),
    # Set only when it was too much; see `migration_spider.gone`.
    Monitor(INCOMPLETE, "migration/share/vanished", _any, "{value:.0%} of the items are not where they were: taken for "
            "a fault of the site, {stats[migration/items/withheld]} items stay; if they are gone, run once with "
            "-s MIGRATION_MAX_VANISHED=1"),
)  # fmt: skip

LIMITS = (
    Limit(
        "MIGRATION_MAX_FALL",
        "migration/share/fall",
        "the site names {value:.0%} fewer pages than in the last run",
    ),
    Limit(
        "MIGRATION_MAX_FIELD_LOSS",
        "migration/share/field_loss",
        "fields are empty that used to be filled: {stats[migration/fields_lost]}",
    ),
    Limit(
        "MIGRATION_MAX_UNKNOWN_LABELS",
        "migration/share/unknown_labels",
        "{value:.1f} labels a page are met for the first time: see scrapy vocabulary",
    ),
    Limit(
        "MIGRATION_MAX_ERRORS",
        "migration/share/errors",
        "{value:.0%} of the pages could not be fetched",
    ),
)


def outcome(
    stats: Stats, settings: Any = None, monitors: tuple[Monitor, ...] = MONITORS, limits: tuple[Limit, ...] = LIMITS
) -> tuple[int, list[str]]:
    """Stats of a finished run -> (exit code, what was wrong, most serious first).

    Without ``settings``, which hold the numbers, limits are not looked at.
    """
    broken = [
        monitor
        for monitor in monitors
        if monitor.broken(stats.get(monitor.stat)) and not (monitor.unless and stats.get(monitor.unless))
    ]
    messages = [monitor.says.format(value=stats.get(monitor.stat), stats=stats) for monitor in broken]
    above = [
        limit
        for limit in limits
        if settings is not None and stats.get(limit.stat, 0) > settings.getfloat(limit.setting)
    ]
    messages += [limit.says.format(value=stats[limit.stat], stats=stats) for limit in above]
    return (broken[0].code if broken else INCOMPLETE if above else COMPLETE), messages


class Outcome:
    """Counts items that a pipeline failed on, and writes ``migration/exit_code`` when the spider closes."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Any) -> Outcome:
        return cls(crawler)

    def item_error(self) -> None:
        self.crawler.stats.inc_value("migration/item_errors")

    def spider_closed(self, reason: str) -> None:
        code, messages = outcome({**self.crawler.stats.get_stats(), "finish_reason": reason}, self.crawler.settings)
        self.crawler.stats.set_value("migration/exit_code", code)
        for message in messages:
            logger.error("Run is not complete: %s", message)
