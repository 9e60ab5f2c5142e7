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
"""HTTP status -> reason of a tombstone (RFC 9110, section 15.5; RFC 7725); other errors prove nothing about an item."""

TROUBLE = frozenset(("maintenance", "error-page", "empty", "cut"))
"""Codes of blocked pages that mean a problem of the site, not a page that is refused."""

FEWEST = 10
"""Absences below which their share proves nothing about the site."""

MET = frozenset((*NEWS, "before_since"))
"""Codes in the ledger of addresses that are items, stored or not."""

UNSEEN = frozenset(("not_due", "not_reached", "failed", "blocked", "robots", "max_items", "attachment", "unreadable"))
"""Codes in the ledger of items that the run could not check."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """An item that was not found at its address; confirmed absences become a tombstone."""

    id: str
    url: str
    """The former address of the item."""

    reason: str
    """``gone``, ``unpublished``, ``redirected`` or ``blocked``."""

    status: int
    """HTTP status of the response."""

    warc: Evidence
    """The response that proves it."""

    fetched_at: str
    """UTC, ISO 8601 with Z."""

    place: str = ""
    """If the address redirects: `place` of its target."""


# ---- absences by one response


def of_status(items: Sequence[Item], status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    """The absences of items whose address returned an error; ``facts`` are those of the capture."""
    return _absences(items, REASONS.get(status), status, facts)


def of_blocked(items: Sequence[Item], code: str, status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    """The absences of items whose address returned a blocked page; a login means that they are no longer public."""
    reason = "unpublished" if code == "login" else "blocked"
    return _absences(items, None if code in TROUBLE else reason, status, facts)


def of_page(
    items: Sequence[Item],
    item_id: str | None,
    hops: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any] | None,
    url: str = "",
) -> list[Absence]:
    """The absences of items in whose place another page with status 200 is, directly or after a redirect.

    Args:
        items: The items that had the address, or an address that redirected to it.
        item_id: Id of the page; None if it is not an item.
        hops: Facts of the redirects on the way, with their status.
        facts: Facts of the page.
        url: Address of the page.
    """
    absences = []
    for item in items:
        if item.id != item_id:
            hop = next((hop for hop in hops if hop["target_uri"] == item.url), None)
            reason, status, proof = ("redirected", hop["status"], hop) if hop else ("gone", 200, facts)
            target = place(url) if hop else ""
            absences += [replace(absence, place=target) for absence in _absences([item], reason, status, proof)]
    return absences


def _absences(items: Sequence[Item], reason: str | None, status: int, facts: Mapping[str, Any] | None) -> list[Absence]:
    if reason is None or not facts:
        return []
    warc = Evidence(**{name: facts[name] for name in Evidence.__slots__})
    return [
        Absence(id=item.id, url=item.url, reason=reason, status=status, warc=warc, fetched_at=facts["fetched_at"])
        for item in items
    ]


# ---- the site, by all absences of a run


def place(url: str) -> str:
    """``url`` without its query, in which a consent form gets the address of the page behind it."""
    return canonical(url.partition("?")[0])


def one_place(absences: Iterable[Absence], ledger: Ledger) -> str:
    """The place to which all lists and items of a run redirected, or nearly all; empty if there is none.

    Then something is in front of the site, for example a consent form, and no item has moved there. Editors may
    redirect any number of items to one page, but not the lists, too; and some item or list still has its own address.
    """
    places = set(ledger.places.values())
    only = places.pop() if len(places) == 1 else ""
    is_led = any(absence.place == only for absence in absences) and any(place(url) != only for url in ledger.places)
    is_met = any(fate.code in MET and place(url) != only for url, fate in ledger.fates.items())
    return only if only and is_led and not is_met else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement of the absences of a run."""

    absences: list[Absence]
    """One for each item."""

    share: float
    """The share of the site that is absent (0 to 1); 0 if there are too few absences."""

    is_too_much: bool
    """Whether the site has a problem, so that no absence counts."""

    place: str
    """`one_place`, if the run has an absence."""


def judge(absences: Iterable[Absence], items: Iterable[Item], ledger: Ledger, limit: float) -> Judgement:
    """Decide at the end of a run whether its absences count.

    The share is the larger of two: the share of all items, and of the checked items that are still in a list of the
    site. Items that editors delete also leave the lists; so if most of the listed ones are gone, the site has a
    problem.

    Args:
        items: The items before the run, of the part of the site that was visited.
        limit: The largest share that counts, MIGRATION_MAX_VANISHED; with 1 all absences count, wherever they redirect.
    """
    absences = list(absences)
    living = {item.id: item.url for item in items if not item.withdrawn}
    last = _last(absences, ledger)
    absent = {item_id: last[item_id] for item_id in living if item_id in last}
    seen = [item_id for item_id, url in living.items() if (fate := ledger.fate(url)) and fate.code not in UNSEEN]
    listed = [item_id for item_id in seen if ledger.named.get(canonical(living[item_id])) in LISTS]
    share = max(_share(absent, living), _share(absent, listed))
    where = one_place(absences, ledger) if absent else ""
    return Judgement(list(absent.values()), share, share > limit or bool(where and limit < 1), where)


def _last(absences: Iterable[Absence], ledger: Ledger) -> dict[str, Absence]:
    """One absence of each item that was found nowhere; of several ones, every run takes the same."""
    there = ledger.met | {fate.detail for fate in ledger.fates.values() if fate.code == "item"}
    ordered = sorted(
        absences, key=lambda absence: (absence.reason, absence.status, absence.warc.target_uri), reverse=True
    )
    return {absence.id: absence for absence in ordered if absence.id not in there}


def _share(absent: Collection[str], among: Collection[str]) -> float:
    """The share of ``among`` that is absent (0 to 1); 0 if that are too few."""
    count = sum(item_id in absent for item_id in among)
    return count / len(among) if count >= FEWEST else 0.0


# ---- one item


def miss(item: Item, before: Missed | None, absence: Absence, cycle: str, needed: int) -> tuple[life.Rule, Missed]:
    """Return the rule for ``item``, which is absent in the harvest ``cycle``, and its new state as missed.

    Args:
        before: Its earlier state as missed; None if it was not missed.
        needed: Number of harvests that must agree, MIGRATION_TOMBSTONE_CONFIRMATIONS.
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
    """The line of an item that is gone, with the evidence for it."""
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
