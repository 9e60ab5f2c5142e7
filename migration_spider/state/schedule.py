"""When a page is due again: pure functions of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

Policy = Sequence[tuple[float | None, float]]
"""(age of an item in days up to which the rule applies, None for all older; days between two visits), by age."""

FIRST_CRAWL = timedelta(days=7)
"""Items seen this soon after the first one came with the first crawl, so they may be of any age."""


def utcnow() -> datetime:
    """The current time; a harvest reads the clock only here."""
    return datetime.now(timezone.utc)


def moment(text: str) -> datetime:
    """Parse an ISO 8601 day or time in UTC, as in items and WARC records.

    Raises:
        ValueError: It is not valid.
    """
    parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


def stamp(when: datetime) -> str:
    """``when`` in UTC, in seconds, ISO 8601 with Z."""
    return f"{when.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def young_since(published: str | None, first_seen: str, last_changed: str, collection_began: str) -> datetime:
    """The day from which the age of an item counts for its next visit.

    It is the day of publication, or a later one if the item was entered late, after the first crawl, or has changed
    since, because editors often change an item again.
    """
    days = [moment(published) if published else moment(first_seen)]
    if moment(first_seen) > moment(collection_began) + FIRST_CRAWL:
        days.append(moment(first_seen))
    if last_changed != first_seen:
        days.append(moment(last_changed))
    return max(days)


def interval(age: timedelta, policy: Policy) -> timedelta:
    """The time between two visits of an item of this ``age``; older items have that of the last rule."""
    for oldest, days in policy:
        if oldest is None or age <= timedelta(days=oldest):
            return timedelta(days=days)
    return timedelta(days=policy[-1][1])


def is_due(checked: str, every: timedelta, now: datetime) -> bool:
    """Whether a page that was visited at ``checked`` is due again after the interval ``every``."""
    # With some slack, so that for a daily run at the same hour the pages of yesterday are not a minute too young.
    slack = min(every * 0.05, timedelta(hours=1))
    return moment(checked) + every - slack <= now
