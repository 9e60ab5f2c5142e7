"""When a page is due again: pure functions of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

Policy = Sequence[tuple[float | None, float]]
"""(age of an item in days up to which the rule holds, None for all older; days between two looks), by age."""

FIRST_CRAWL = timedelta(days=7)
"""Items first seen so soon after the very first one came with the first crawl: they may be of any age."""


def utcnow() -> datetime:
    """What the clock says; the one place where a harvest asks it."""
    return datetime.now(timezone.utc)


def moment(text: str) -> datetime:
    """An ISO 8601 day or time in UTC, as items and WARC records have it.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def stamp(when: datetime) -> str:
    """``when`` in UTC to the second, ISO 8601 with Z."""
    return f"{when.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def young_since(published: str | None, first_seen: str, last_changed: str, collection_began: str) -> datetime:
    """The day from which the age of an item counts for its next look.

    That of publication; a later one when the item was entered late, after the first crawl, or was changed since:
    editors come back to what they have just touched.
    """
    days = [moment(published) if published else moment(first_seen)]
    if moment(first_seen) > moment(collection_began) + FIRST_CRAWL:
        days.append(moment(first_seen))
    if last_changed != first_seen:
        days.append(moment(last_changed))
    return max(days)


def interval(age: timedelta, policy: Policy) -> timedelta:
    """Time between two looks at an item of this ``age``; that of the last rule for what is older than all."""
    for oldest, days in policy:
        if oldest is None or age <= timedelta(days=oldest):
            return timedelta(days=days)
    return timedelta(days=policy[-1][1])


def is_due(checked: str, every: timedelta, now: datetime) -> bool:
    """Whether a page looked at when ``checked`` is to be looked at again, ``every`` so often."""
    # A run that starts at the same hour every day must not find yesterday's pages a minute too young.
    slack = min(every * 0.05, timedelta(hours=1))
    return moment(checked) + every - slack <= now
