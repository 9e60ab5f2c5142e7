"""When a page that was an item is none any more: what the answer says about it. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from migration_spider.items import Evidence, Vanished
from migration_spider.ledger import LISTS, Ledger
from migration_spider.state.memory import Item

REASONS = {401: "unpublished", 403: "unpublished", 404: "gone", 410: "gone", 451: "unpublished"}
"""HTTP status -> reason of a tombstone (RFC 9110, section 15.5; RFC 7725); other errors say nothing of the item."""

TROUBLE = frozenset(("maintenance", "error-page", "empty"))
"""Blocked pages that tell of a site in trouble, not of a page that is kept from us."""


def of_status(items: Sequence[Item], status: int, facts: Mapping[str, Any] | None) -> list[Vanished]:
    """The items whose address answered with an error."""
    reason = REASONS.get(status)
    return [_vanished(item, reason, status, facts) for item in items if facts] if reason else []


def of_blocked(items: Sequence[Item], code: str, status: int, facts: Mapping[str, Any] | None) -> list[Vanished]:
    """The items in whose place a blocked page came; a login means that they may be read no longer."""
    if code in TROUBLE:
        return []
    reason = "unpublished" if code == "login" else "blocked"
    return [_vanished(item, reason, status, facts) for item in items if facts]


def of_page(
    items: Sequence[Item], item_id: str | None, hops: Sequence[Mapping[str, Any]], facts: Mapping[str, Any] | None
) -> list[Vanished]:
    """The items that a page which answered 200 is not, though it stands at their address or they redirect to it.

    Args:
        items: those that had the address, or one that redirected to it.
        item_id: what the page is; None when it is no item.
        hops: facts of the redirects on the way, with their status.
        facts: those of the page.
    """
    found = []
    for item in items:
        if item.id == item_id:
            continue
        hop = next((hop for hop in hops if hop["target_uri"] == item.url), None)
        if hop is not None:
            found.append(_vanished(item, "redirected", hop["status"], hop))
        elif facts:
            found.append(_vanished(item, "gone", 200, facts))
    return found


FEWEST = 10
"""Items gone at once below which a share tells nothing of the site."""

UNSEEN = frozenset(("not_due", "not_reached", "failed", "blocked", "robots", "max_items", "attachment", "unreadable"))
"""What the ledger says of items of which the run learned nothing."""


def share_gone(gone: Collection[str], living: Sequence[Item], ledger: Ledger) -> float:
    """How much of the site is not where it was (0 to 1); 0 where that are too few items to tell.

    The larger one of two shares: of all ``living`` items, and of those looked at that the site still names. Items that
    editors delete leave the listings, too; when most of what the site names is gone, the site itself is the matter.

    Args:
        gone: ids.
        living: the items before the run.
    """
    seen = {item.id for item in living if item.url in ledger.fates and ledger.fates[item.url].code not in UNSEEN}
    named = {item.id for item in living if ledger.named.get(item.url) in LISTS and item.id in seen}
    shares = [(len(among.intersection(gone)), len(among)) for among in ({item.id for item in living}, named)]
    return max(count / size if count >= FEWEST else 0.0 for count, size in shares)


def _vanished(item: Item, reason: str, status: int, facts: Mapping[str, Any] | None) -> Vanished:
    assert facts is not None  # noqa: S101  (the callers look)
    return Vanished(
        id=item.id,
        url=item.url,
        reason=reason,
        status=status,
        warc=Evidence(**{name: facts[name] for name in Evidence.__slots__}),
        fetched_at=facts["fetched_at"],
    )
