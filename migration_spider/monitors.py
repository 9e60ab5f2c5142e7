"""The result of a run: conditions and limits on its counts, declared as data, and the resulting exit code.

The codes are those of docs/crawl.md: 0 complete, 1 internal error, 2 wrong usage, 3 finished but incomplete,
4 the site refused or could not be reached, 5 the archive could not be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from migration_spider.config import Config

Facts = Mapping[str, Any]
"""The facts of `run.Run`, by the names of the stats."""

COMPLETE, INTERNAL_ERROR, USAGE, INCOMPLETE, REFUSED, NOT_ARCHIVED, LOCKED = 0, 1, 2, 3, 4, 5, 75


@dataclass(frozen=True)
class Monitor:
    """One condition: the run has ``code`` if ``broken`` returns True for the value of ``fact``.

    ``says`` is formatted with the ``value`` of ``fact`` and all ``facts``.
    """

    code: int
    fact: str
    broken: Callable[[Any], bool]
    says: str
    kind: str | None = "incomplete"
    """Kind of the run, a key of `report.outcomes.OUTCOMES`; None: the kind given by the reason that stopped the run."""

    unless: tuple[str, ...] = ()
    """Facts any of which excuses it."""


@dataclass(frozen=True)
class Limit:
    """One limit: the run is incomplete if ``fact`` is above the setting ``limit``, a field of Config.

    ``says`` is formatted with the ``value`` and all ``facts``.
    """

    limit: str
    fact: str
    says: str


def _any(value: Any) -> bool:
    return bool(value)


_ENDED = ("migration/stopped", "migration/paused", "migration/interrupted")
"""Facts that already state that a run did not finish."""

_UNWRITTEN = ("migration/not_kept", "migration/not_stored", "migration/not_written")
"""Facts that already state that something could not be written; other errors follow from it."""

# The first one that applies decides the exit code; all that apply are reported.
MONITORS = (
    Monitor(NOT_ARCHIVED, "archive/failed", _any, "writing the archive failed: {value}", "unarchived"),
    Monitor(NOT_ARCHIVED, "archive/unproved", _any, "the archive did not confirm that all of it is exact and on disk",
            "unarchived"),
    Monitor(NOT_ARCHIVED, "migration/not_stored", _any, "items could not be written: {value}", "unarchived",
            ("archive/failed",)),
    Monitor(NOT_ARCHIVED, "migration/not_written", _any, "{value}", "unarchived"),
    Monitor(NOT_ARCHIVED, "migration/not_kept", _any, "{value}", "unarchived"),
    Monitor(INTERNAL_ERROR, "migration/failure", _any, "an error in the code: {value}", "broken"),
    Monitor(INTERNAL_ERROR, "spider_exceptions/count", _any, "{value} pages could not be read: an error in the code",
            "broken", _UNWRITTEN),
    Monitor(INTERNAL_ERROR, "migration/item_errors", _any, "{value} items could not be stored: an error in the code",
            "broken", _UNWRITTEN),
    Monitor(REFUSED, "migration/stopped", _any, "{value}", None, _UNWRITTEN),
    Monitor(REFUSED, "migration/skipped/robots", _any, "robots.txt forbids {value} pages", "forbidden",
            ("migration/pages", *_ENDED)),
    Monitor(REFUSED, "migration/moved_to", _any, "the site redirects to {value}: use that with -a site", "moved",
            ("migration/pages", *_ENDED)),
    Monitor(REFUSED, "migration/pages", lambda value: not value, "no page was answered: the site refused, or could "
            "not be reached", "down", ("migration/asked_gone", *_ENDED)),
    Monitor(INTERNAL_ERROR, "migration/unproved", _any, "not confirmed as done: {value}", "broken", _UNWRITTEN),
    Monitor(INCOMPLETE, "migration/paused", _any, "paused: {value}", "paused"),
    Monitor(INCOMPLETE, "migration/interrupted", _any, "interrupted: {value}", "interrupted"),
    Monitor(INCOMPLETE, "finish_reason", lambda value: value != "finished", "stopped before the end ({value})",
            unless=_ENDED),
    # The next two facts are set only above their limit; see `migration_spider.relaunch`.
    Monitor(INCOMPLETE, "migration/share/renumbered", _any, "{value:.0%} of the known addresses have the same content "
            "under another node id, as after a relaunch: {facts[migration/items/relaunched]} items are not stored; "
            "-s MIGRATION_MAX_RENUMBERED=1 accepts the new ids", "relaunch"),
    Monitor(INCOMPLETE, "migration/share/moved", _any, "{value:.0%} of the known items that were checked have another "
            "address and the same content, as after a relaunch; the new addresses are used", "relaunch"),
    # This fact is set only in the first run that finds the damage.
    Monitor(INCOMPLETE, "migration/archive_damaged", _any, "the archive is damaged: {value}: restore a copy of the "
            "file, or see docs/how-to/recover.md"),
    Monitor(INCOMPLETE, "migration/blocked_pages", _any, "{value} answers were a challenge, login, error or similar "
            "page"),
    Monitor(INCOMPLETE, "migration/failed", _any, "{value} pages could not be fetched", "unfetched"),
    Monitor(INCOMPLETE, "migration/attachments/failed", _any, "{value} attachments could not be fetched", "unfetched"),
    Monitor(INCOMPLETE, "migration/completeness/unsettled", _any, "{value} pages that the site names are missing",
            "unfetched"),
    Monitor(INCOMPLETE, "migration/completeness/listings_short", _any, "listings are incomplete: {value}"),
    Monitor(INCOMPLETE, "migration/completeness/sitemaps_broken", _any, "sitemaps that cannot be read: {value}"),
    Monitor(INCOMPLETE, "migration/completeness/lists_lost", _any, "named pages in the last run and none now: {value}"),
    Monitor(INCOMPLETE, "migration/completeness/no_list", _any, "neither a listing of news nor a sitemap was found, so "
            "it is not known what is missing (tried: {value}): run scrapy survey -a site=... to see what the site has"),
    Monitor(INCOMPLETE, "migration/completeness/unlisted", _any, "{value} items are in no listing or sitemap: "
            "they were found by links in texts, on the front page or in a feed, and there may be more"),
    Monitor(INCOMPLETE, "migration/asked_in_vain", _any, "requested, but not found: {value}"),
    Monitor(INCOMPLETE, "migration/taken", lambda value: not value, "no news item was found",
            unless=("migration/not_due", *_ENDED)),
    # This fact is set only above its limit; see `migration_spider.gone`.
    Monitor(INCOMPLETE, "migration/share/vanished", _any, "{value:.0%} of the items were not found at their addresses, "
            "probably a fault of the site: {facts[migration/items/withheld]} items are kept; if they are gone, run "
            "once with -s MIGRATION_MAX_VANISHED=1"),
    Monitor(INCOMPLETE, "migration/one_place", _any, "all lists and items redirect to {value}, probably a fault of "
            "the site: {facts[migration/items/withheld]} items are kept; if they are gone, run once with "
            "-s MIGRATION_MAX_VANISHED=1"),
)  # fmt: skip

LIMITS = (
    Limit(
        "max_unseen",
        "migration/share/unseen",
        "estimated from the links in texts, the site has {facts[migration/estimate/low]} to "
        "{facts[migration/estimate/high]} items, at least {value:.0%} more than were found: run scrapy survey "
        "to see which listing is missing",
    ),
    Limit("max_fall", "migration/share/fall", "the site names {value:.0%} fewer pages than in the last run"),
    Limit(
        "max_field_loss",
        "migration/share/field_loss",
        "fields are empty that had values before: {facts[migration/fields_lost]}",
    ),
    Limit(
        "max_misfits",
        "migration/share/misfits",
        "{value:.0%} of the pages read have a new layout, so the site may have a new theme: run scrapy survey to check "
        "that they are read correctly ({facts[migration/layout/new]})",
    ),
    Limit(
        "max_unknown_labels",
        "migration/share/unknown_labels",
        "{value:.1f} labels per page are new: see scrapy vocabulary",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """The result of a run."""

    code: int
    """The exit code."""

    messages: tuple[str, ...]
    """The problems, most serious first."""

    kind: str = "complete"
    """Kind of the run, a key of `report.outcomes.OUTCOMES`."""

    def spoiled(self, why: str, code: int = INTERNAL_ERROR, kind: str = "broken") -> Verdict:
        """The verdict after a later error, by default an error in the code."""
        if self.code in (NOT_ARCHIVED, INTERNAL_ERROR):
            # A repeated message is listed once: everything that is closed may find the same full disk.
            return Verdict(self.code, tuple(dict.fromkeys((*self.messages, why))), self.kind)
        return Verdict(code, (why, *self.messages), kind)


NO_NEWS = "no page of the site was recognized as news"


def verdict_of_survey(facts: Facts, config: Config) -> Verdict:
    """The verdict of a survey, which is not incomplete because it visited only a part of the site."""
    verdict = verdict_of(facts, config)
    if verdict.code == REFUSED:
        return Verdict(REFUSED, verdict.messages[:1], verdict.kind)  # the other messages follow from it
    if verdict.code not in (COMPLETE, INCOMPLETE):
        return verdict
    return Verdict(COMPLETE, ()) if facts.get("migration/taken") else Verdict(INCOMPLETE, (NO_NEWS,), "incomplete")


def verdict_of(facts: Facts, config: Config) -> Verdict:
    """The verdict of a finished run, by its facts and the limits in ``config``."""
    broken = [
        monitor
        for monitor in MONITORS
        if monitor.broken(facts.get(monitor.fact)) and not any(map(facts.get, monitor.unless))
    ]
    above = [limit for limit in LIMITS if facts.get(limit.fact, 0) > getattr(config, limit.limit)]
    messages = (
        *(monitor.says.format(value=facts.get(monitor.fact), facts=facts) for monitor in broken),
        *(limit.says.format(value=facts[limit.fact], facts=facts) for limit in above),
    )
    if not messages:
        return Verdict(COMPLETE, (), "sample" if facts.get("migration/sample") else "complete")
    kinds = [monitor.kind or str(facts.get("migration/stopped_as", "refused")) for monitor in broken]
    kinds += ["incomplete"] * len(above)
    # "unfetched" recommends to wait, which helps only if there is no other problem.
    kind = "incomplete" if kinds[0] == "unfetched" and {*kinds} != {"unfetched"} else kinds[0]
    return Verdict(broken[0].code if broken else INCOMPLETE, messages, kind)
