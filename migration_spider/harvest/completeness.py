"""Checks completeness: compares what the site names with the results. Pure functions of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from migration_spider.addresses import canonical
from migration_spider.harvest.coverage import FEWEST, Coverage
from migration_spider.harvest.estimate import Estimate, estimate
from migration_spider.harvest.lists import Lists, no_list
from migration_spider.kept import Keys
from migration_spider.ledger import REASONS, UNSETTLED, Ledger, Listing
from migration_spider.pages.pagers import TABS
from migration_spider.run import Run

TOLERANCE = 0.02
"""Share of a listing's results that may be rows without an address."""


@dataclass(slots=True)
class Completeness:
    """The missing addresses, and other signs that a run is incomplete."""

    missing: list[dict[str, Any]] = field(default_factory=list)
    """``url``, ``reason``, ``detail``, ``found``, ``again`` of every missing address."""

    unsettled: dict[str, str] = field(default_factory=dict)
    """Address -> reason, of those that the next run has to request again."""

    short_listings: list[str] = field(default_factory=list)
    broken_sitemaps: list[str] = field(default_factory=list)
    no_list: str = ""
    """Addresses that were tried, if neither a listing of news nor a sitemap was found."""

    unlisted: list[dict[str, str]] = field(default_factory=list)
    """``url`` and ``source`` (the page with the link, or the feed) of the items that no list names; new ones first."""

    unlisted_new: int = 0
    """Number of those that no earlier run knew."""

    estimate: Estimate | None = None
    """Number of items on the site; None if it cannot be estimated."""

    found: int = 0
    """Number of items that the run found or knew."""

    forbidden: int = 0
    """Number of pages in lists of news that robots.txt forbids."""

    sample: str = ""
    """The restrictions, if not all news were requested: ``20 items (max_items)``."""


def _count_unlisted(run: Run, result: Completeness) -> None:
    """Add the items that no list names to ``result``, new ones first."""
    before = run.coverage.known if run.coverage else {}
    in_blocks = Lists(run).left_out() if run.options.is_whole else ()
    for url, source in chain(run.ledger.unlisted(), in_blocks):
        fate = run.ledger.fate(url)
        is_known = fate is not None and fate.detail in before
        place = len(result.unlisted) if is_known else result.unlisted_new
        result.unlisted.insert(place, {"url": url, "source": source})
        result.unlisted_new += not is_known


def _met(run: Run) -> int:
    """The number of items that were found, including those that were not due."""
    met = Keys(run.room)
    for url, fate in run.ledger.fates.items():
        if fate.code == "item":
            met.add(fate.detail)
        elif fate.code == "not_due" and run.memory:
            met.update(item.id for item in run.memory.items_at([url]))
    return len(met)


def complete(run: Run) -> Completeness:
    """Check the completeness of a run at its end."""
    is_finished = run.finish_reason == "finished" and not run.options.urls
    is_whole = is_finished and run.options.is_whole
    result = check(run.ledger, is_whole=is_whole)
    if memory := run.memory:
        absent = {canonical(item.url) for missed in memory.missed.all() if (item := memory.item(missed.id))}
        for row in result.missing:
            row["again"] |= row["url"] in absent
    _count_unlisted(run, result)
    result.found = _met(run)
    if is_finished and not run.options.max_items:
        result.no_list = no_list(run, result.found)
    if is_whole:
        result.estimate = estimate(run.ledger, run.was_item)
    if restrictions := run.options.sample(run.config.languages):
        result.sample = f"{result.found} items ({restrictions})" if result.found != 1 else f"1 item ({restrictions})"
    return result


def check(ledger: Ledger, *, is_whole: bool) -> Completeness:
    """Check the ledger of a run; if it visited everything (``is_whole``), the totals of listings are compared, too."""
    result = Completeness()
    for url, source, fate in ledger.missing():
        detail = fate.detail or REASONS.get(fate.code, "")
        again = fate.code in UNSETTLED
        result.missing.append({"url": url, "reason": fate.code, "detail": detail, "found": source, "again": again})
        result.forbidden += fate.code == "robots" and _is_of_news(ledger, url, source)
        if fate.code in UNSETTLED:
            result.unsettled[url] = fate.code
    result.missing.sort(key=lambda row: (row["reason"] not in UNSETTLED, row["reason"], row["url"]))
    for path, listing in sorted(ledger.listings.items()):
        listing.problem = listing.problem or (_shortage(listing) if is_whole else None)
        if listing.problem:
            result.short_listings.append(f"{path} {listing.problem}")
    result.short_listings += _unread_lists(ledger)
    result.broken_sitemaps = [f"{url}: {s.problem}" for url, s in sorted(ledger.sitemaps.items()) if s.problem]
    return result


def _unread_lists(ledger: Ledger) -> Iterator[str]:
    """Yield in words the pages that may name news and were not read."""
    yield from (f"{url} {problem}" for url, problem in sorted(ledger.doubts.items()))
    for url, why in sorted(ledger.refused.items()):
        if url in ledger.called_news or url in ledger.in_menus:
            what = "is linked as a listing of news" if url in ledger.called_news else "is in a menu, may list news"
            yield (
                f"{url} {what}, and was not read ({why}): if it has no news of its own, exclude it with "
                "MIGRATION_EXCLUDED_PATHS"
            )
    for host, url in ledger.hosts.items():
        yield f"{url} and others have translations at {host}, a site of its own for -a site"


def _is_of_news(ledger: Ledger, url: str, source: str) -> bool:
    """Whether ``url`` is named as a page that may be news, not only by a listing of something else."""
    if source == "listing":
        return any(listing.news and url in listing.rows for listing in ledger.listings.values())
    return source not in ("link", "state")


def _shortage(listing: Listing) -> str | None:
    if listing.state != "walked":
        return None
    if listing.is_cut:
        return f"has a page that is longer than is read ({listing.shown} rows are known)"
    if listing.total is not None and listing.shown < listing.total * (1 - TOLERANCE):
        return f"shows {listing.shown} of the {listing.total} results that it announces"
    return _unread_pages(listing) if listing.news else None


def _unread_pages(listing: Listing) -> str | None:
    """What of a listing of news has not been read, as far as its pages tell."""
    for url, why in listing.lost.items():
        more = f", and {len(listing.lost) - 1} more pages" if len(listing.lost) > 1 else ""
        return f"names a page whose rows are not known: {url} ({why}){more}"
    # Of one that a text links to, the pager is followed only as long as it has what no other list has.
    if listing.origin != "link" and (gap := listing.reach.gap):
        return f"has a pager with {gap[1]} pages, but no new rows after page {gap[0]}"
    if (hidden := listing.reach.hidden) and (hidden == TABS or not listing.reach.has_pages):
        return f"{hidden} ({len(listing.rows)} rows are known)"
    return None


def facts_of(result: Completeness) -> dict[str, Any]:
    """The facts for the monitors, without ``migration/``; only those that report a problem."""
    facts = {
        "completeness/unsettled": len(result.unsettled),
        "completeness/listings_short": _some(result.short_listings),
        "completeness/sitemaps_broken": _some(result.broken_sitemaps),
        "completeness/no_list": result.no_list,
        "completeness/unlisted": result.unlisted_new,
        "completeness/forbidden": result.forbidden,
        "sample": result.sample,
    }
    if (estimated := result.estimate) and result.found:
        facts["share/unseen"] = max(0.0, estimated.low / result.found - 1)
        facts["estimate/low"], facts["estimate/high"] = estimated.low, estimated.high
    return {name: value for name, value in facts.items() if value}


def _some(lists: list[str]) -> str:
    return "; ".join([*lists[:MOST_NAMED], *([f"{len(lists) - MOST_NAMED} more"] if len(lists) > MOST_NAMED else [])])


MOST_NAMED = 8
"""Listings or sitemaps that one message names."""

SOME = 3
"""Rows of a listing that do not all disappear without a reason."""


def lost_lists(sizes: Mapping[str, int], before: Mapping[str, int]) -> str:
    """The listings, feeds and sitemaps that named `SOME` pages or more in the last run and name none now."""
    return ", ".join(url for url, size in sorted(before.items()) if size >= SOME and sizes.get(url) == 0)


def shares(run: Run, coverage: Coverage, named_before: int | None) -> dict[str, Any]:
    """The facts for `monitors.LIMITS`, without ``migration/``.

    Args:
        run: The run, with its counts and its ledger.
        coverage: The coverage of the fields, before the run and in it.
        named_before: Number of addresses that the site named in the last complete run; None if there is no such run.
    """
    facts: dict[str, Any] = {}
    if (read := run.counted("normalized")) >= FEWEST:
        facts["share/unknown_labels"] = run.counted("unknown_label") / read
    if named_before:
        facts["share/fall"] = max(0.0, 1 - run.ledger.listed() / named_before)
    if lost := coverage.losses():
        facts["share/field_loss"] = max(lost.values())
        facts["fields_lost"] = ", ".join(f"{name} ({share:.0%})" for name, share in sorted(lost.items()))
    return facts
