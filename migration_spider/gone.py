"""The rules for when an item is gone: by the response, by the state of the whole site, and by earlier harvests. Pure
functions.

An *absence* is one check in one run that did not find an item at its address, with the response that proves it. An
item with absences is *missed* until enough harvests in a row agree. Then it is *withdrawn*: its last line is a
tombstone. The transitions are in the table of `migration_spider.life`.

An interrupted run and the run that continues it are two parts of one harvest. An item that was found in a run, at any
address, has no absence in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migration_spider import EXTRACTOR, life
from migration_spider.addresses import canonical
from migration_spider.items import Evidence, to_record
from migration_spider.ledger import LISTS, NEWS, Ledger
from migration_spider.state.runs import Missed
from migration_spider.state.store import Item

REASONS = {401: "unpublished", 403: "unpublished", 404: "gone", 410: "gone", 451: "unpublished"}
"""HTTP status -> reason of a tombstone (RFC 9110, section 15.5; RFC 7725); other errors say nothing of the item."""

TROUBLE = frozenset(("maintenance", "error-page", "empty", "cut"))
"""Blocked pages that tell of a site in trouble, not of a page that is kept from us."""

FEWEST = 10
"""Absences at once below which a share tells nothing of the site."""

MET = frozenset((*NEWS, "before_since"))
"""What the ledger says of addresses that are items, stored or not."""

UNSEEN = frozenset(("not_due", "not_reached", "failed", "blocked", "robots", "max_items", "attachment", "unreadable"))
"""What the ledger says of items of which the run learned nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """An item that was not found at its address: what a tombstone is made of once that is confirmed."""

    id: str
    url: str
    """Address that the item had."""

    reason: str
    """``gone``, ``unpublished``, ``redirected`` or ``blocked``."""

    status: int
    """HTTP status that the address answered with."""

    warc: Evidence
    """The answer that proves it."""

    fetched_at: str
    """UTC, ISO 8601 with Z."""

    place: str = ""
    """Of one that redirects: `place` of where that led."""


# ---- what an answer says of the items that had its address


def of_status(items: Sequence[Item], status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    """The items whose address answered with an error; ``facts`` are those of the capture."""
    return _absences(items, REASONS.get(status), status, facts)


def of_blocked(items: Sequence[Item], code: str, status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    """The items in whose place a blocked page came; a login means that they may be read no longer."""
    reason = "unpublished" if code == "login" else "blocked"
    return _absences(items, None if code in TROUBLE else reason, status, facts)


def of_page(
    items: Sequence[Item],
    item_id: str | None,
    hops: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any] | None,
    url: str = "",
) -> list[Absence]:
    """The items that a page which answered 200 is not, though it stands at their address or they redirect to it.

    Args:
        items: those that had the address, or one that redirected to it.
        item_id: what the page is; None when it is no item.
        hops: facts of the redirects on the way, with their status.
        facts: those of the page.
        url: its address.
    """
    found = []
    for item in items:
        if item.id != item_id:
            hop = next((hop for hop in hops if hop["target_uri"] == item.url), None)
            reason, status, proof = ("redirected", hop["status"], hop) if hop else ("gone", 200, facts)
            found += [replace(one, place=place(url) if hop else "") for one in _absences([item], reason, status, proof)]
    return found


def _absences(items: Sequence[Item], reason: str | None, status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    if reason is None or not facts:
        return []
    warc = Evidence(**{name: facts[name] for name in Evidence.__slots__})
    return [
        Absence(id=item.id, url=item.url, reason=reason, status=status, warc=warc, fetched_at=facts["fetched_at"])
        for item in items
    ]


# ---- what all absences of a run say of the site


def place(url: str) -> str:
    """``url`` without its query: a form that stands before a page is told there where to lead on to."""
    return canonical(url.partition("?")[0])


def one_place(absences: Iterable[Absence], ledger: Ledger) -> str:
    """The place to which all led that a run looked at, lists and items, or nearly all; empty when there is none.

    Then something stands before the site, as a consent form, and no item moved there. Editors may lead any number of
    items to one page; but not the lists, too, and somewhere an item or a list still is at an address of its own.
    """
    places = set(ledger.places.values())
    only = places.pop() if len(places) == 1 else ""
    is_led = any(one.place == only for one in absences) and any(place(url) != only for url in ledger.places)
    is_met = any(fate.code in MET and place(url) != only for url, fate in ledger.fates.items())
    return only if only and is_led and not is_met else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the absences of a run mean."""

    absences: list[Absence]
    """One of each item."""

    share: float
    """How much of the site is not where it was (0 to 1); 0 where that are too few items to tell."""

    is_too_much: bool
    """Whether the site itself is the matter, and none of them counts."""

    place: str
    """`one_place`, of a run that has an absence."""


def judge(absences: Iterable[Absence], items: Iterable[Item], ledger: Ledger, limit: float) -> Judgement:
    """Decide at the end of a run whether its absences count.

    The share is the larger one of two: of all items, and of those looked at that the site still names. Items that
    editors delete leave the listings, too; when most of what the site names is gone, the site itself is the matter.

    Args:
        items: those of the part of the site that was looked at, before the run.
        limit: the greatest share that counts, MIGRATION_MAX_VANISHED; with 1 all counts, wherever it led.
    """
    absences = list(absences)
    living = {item.id: item.url for item in items if not item.withdrawn}
    last = _last(absences, ledger)
    absent = {item_id: last[item_id] for item_id in living if item_id in last}
    seen = [one for one, url in living.items() if (fate := ledger.fate(url)) and fate.code not in UNSEEN]
    listed = [one for one in seen if ledger.named.get(canonical(living[one])) in LISTS]
    share = max(_share(absent, living), _share(absent, listed))
    where = one_place(absences, ledger) if absent else ""
    return Judgement(list(absent.values()), share, share > limit or bool(where and limit < 1), where)


def _last(absences: Iterable[Absence], ledger: Ledger) -> dict[str, Absence]:
    """One of each item that was met nowhere; absent in several ways, it is so in the same way in every run."""
    there = ledger.met | {fate.detail for fate in ledger.fates.values() if fate.code == "item"}
    found = sorted(absences, key=lambda one: (one.reason, one.status, one.warc.target_uri), reverse=True)
    return {one.id: one for one in found if one.id not in there}


def _share(absent: Collection[str], among: Collection[str]) -> float:
    """How many of ``among`` are absent (0 to 1); 0 where that are too few to tell."""
    count = sum(one in absent for one in among)
    return count / len(among) if count >= FEWEST else 0.0


# ---- what becomes of one item


def miss(item: Item, before: Missed | None, absence: Absence, cycle: str, needed: int) -> tuple[life.Rule, Missed]:
    """What becomes of ``item``, which is absent in the harvest ``cycle``: the rule, and how it is missed by now.

    Args:
        before: how it was missed before; None when it was not.
        needed: harvests that must agree, MIGRATION_TOMBSTONE_CONFIRMATIONS.
    """
    state = life.state_of(is_known=True, is_missed=before is not None, is_withdrawn=bool(item.withdrawn))
    seen: life.Seen = "absent"
    if state == "missed" and before is not None:
        is_same = before.reason == absence.reason
        seen = "absent otherwise" if not is_same else "absent still" if before.cycle == cycle else "absent again"
    rule = life.RULES[state, seen]
    is_first = before is None or rule.harvests == "1"
    harvests = 1 if is_first or before is None else before.confirmed + (rule.harvests == "+1")
    first = absence.fetched_at if is_first or before is None else before.first
    missed = Missed(absence.id, absence.reason, absence.status, harvests, cycle, first)
    if rule.then == "missed" and harvests >= needed:
        rule = life.RULES["missed", "absent enough"]
    return rule, missed


def tombstone(item: Item, absence: Absence, confirmed: int, run_id: str) -> dict[str, Any]:
    """The line that says that ``item`` is gone, and proves it."""
    return {
        "id": item.id,
        "node_id": item.node_id,
        "url": item.url,
        "language": item.language,
        "title": item.title,
        "version": item.version + 1,
        "tombstone": {"reason": absence.reason, "status": absence.status, "confirmed": confirmed},
        "first_seen": min(item.first_seen, absence.fetched_at),
        "last_changed": absence.fetched_at,
        "fetched_at": absence.fetched_at,
        "run_id": run_id,
        "extractor": EXTRACTOR,
        "warc": to_record(absence.warc),
    }
