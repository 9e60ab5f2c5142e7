"""The proof of completeness: what the site names, against what became of it. Pure functions of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.harvest.coverage import FEWEST, Coverage
from migration_spider.ledger import REASONS, UNSETTLED, Ledger, Listing
from migration_spider.run import Run

TOLERANCE = 0.02
"""Share of a listing's results that may be rows without an address of their own."""


@dataclass(slots=True)
class Completeness:
    """What is missing."""

    missing: list[dict[str, str]] = field(default_factory=list)
    """``url``, ``reason``, ``detail``, ``found`` of every address that is not accounted for as done."""

    unsettled: dict[str, str] = field(default_factory=dict)
    """Address -> reason, of those that the next run has to ask again."""

    short_listings: list[str] = field(default_factory=list)
    broken_sitemaps: list[str] = field(default_factory=list)


def check(ledger: Ledger, *, is_whole: bool) -> Completeness:
    """The ledger of a run; ``is_whole`` when it visited everything, so that the totals of listings can be compared."""
    result = Completeness()
    for url, source, fate in ledger.missing():
        detail = fate.detail or REASONS.get(fate.code, "")
        result.missing.append({"url": url, "reason": fate.code, "detail": detail, "found": source})
        if fate.code in UNSETTLED:
            result.unsettled[url] = fate.code
    result.missing.sort(key=lambda row: (row["reason"] not in UNSETTLED, row["reason"], row["url"]))
    if is_whole:
        for path, listing in sorted(ledger.listings.items()):
            listing.problem = _shortage(listing)
            if listing.problem:
                result.short_listings.append(f"{path} {listing.problem}")
    result.broken_sitemaps = [f"{url}: {s.problem}" for url, s in sorted(ledger.sitemaps.items()) if s.problem]
    return result


def _shortage(listing: Listing) -> str | None:
    if listing.total is None or len(listing.rows) >= listing.total * (1 - TOLERANCE):
        return None
    return f"shows {len(listing.rows)} of the {listing.total} results that it promises"


def facts_of(result: Completeness) -> dict[str, Any]:
    """What the monitors look at, without ``migration/``; only what is not well."""
    found = {
        "completeness/unsettled": len(result.unsettled),
        "completeness/listings_short": "; ".join(result.short_listings),
        "completeness/sitemaps_broken": "; ".join(result.broken_sitemaps),
    }
    return {name: value for name, value in found.items() if value}


SOME = 3
"""Rows of a listing that do not all go without a reason."""


def lost_lists(sizes: Mapping[str, int], before: Mapping[str, int]) -> str:
    """Listings, feeds and sitemaps that named `SOME` pages or more in the last run and name none now."""
    return ", ".join(url for url, size in sorted(before.items()) if size >= SOME and sizes.get(url) == 0)


def shares(run: Run, coverage: Coverage, named_before: int | None) -> dict[str, Any]:
    """The facts that `monitors.LIMITS` look at, without ``migration/``.

    Args:
        run: with its counts and its ledger.
        coverage: of the fields, before it and in it.
        named_before: addresses that the site named in the last whole run; None when that cannot be compared.
    """
    found: dict[str, Any] = {}
    if (read := run.counted("normalized")) >= FEWEST:
        found["share/unknown_labels"] = run.counted("unknown_label") / read
    if named_before:
        found["share/fall"] = max(0.0, 1 - run.ledger.listed() / named_before)
    if lost := coverage.losses():
        found["share/field_loss"] = max(lost.values())
        found["fields_lost"] = ", ".join(f"{name} ({share:.0%})" for name, share in sorted(lost.items()))
    return found
