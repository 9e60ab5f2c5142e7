"""What a report says, in sentences: the same on the page, in Markdown and on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from migration_spider.ledger import REASONS, UNSETTLED
from migration_spider.report.model import (
    Changed,
    FieldCoverage,
    Http,
    Items,
    ListingCheck,
    Missing,
    PastRun,
    Report,
    Vanished,
)
from migration_spider.report.run import FOUND, outcome
from migration_spider.report.text import duration, number, percent, plural, short, size, time, visible

MEANINGS = {
    0: "complete",
    1: "internal error",
    2: "wrong usage",
    3: "finished, but incomplete",
    4: "the site refused or could not be reached",
    5: "the archive could not be written",
}
"""Exit code -> in words; see docs/crawl.md."""

GONE = {
    "gone": "there is no such page any more",
    "unpublished": "it may not be read any more",
    "redirected": "its address leads elsewhere",
    "blocked": "something else stands in its place",
}
"""Reason of a tombstone -> in words."""

NOTABLE_LOSS = 0.05
"""A field that this much fewer items have than expected is pointed out."""

MOST_OPTIONS = 40


def headline(report: Report) -> str:
    """``Complete``, ``Sample of ...``, or ``NOT COMPLETE: `` and the most serious reason."""
    ended = report["outcome"]
    if ended["exit_code"] == 0:
        return short(outcome(ended.get("sample")))
    first = ended["messages"][0] if ended["messages"] else meaning(ended["exit_code"])
    return f"NOT COMPLETE: {short(first)}"


def meaning(code: int) -> str:
    """An exit code in words."""
    return MEANINGS.get(code, f"exit code {code}")


def account(report: Report) -> str:
    """What became of the addresses, in one or two sentences."""
    completeness, missing = report["completeness"], report["missing"]
    known = completeness["known"]
    if not known and not missing:
        return "No address of a news item was met."
    if not missing:
        return f"{_all(known)} accounted for."
    open_ones = sum(one["reason"] in UNSETTLED for one in missing)
    are = "is" if len(missing) == 1 else "are"
    said = f"Of {plural(known, 'address', 'addresses')} that may be news, {number(len(missing))} {are} missing"
    if not open_ones:
        return f"{said}, each for a reason that the site gives or the options ask for."
    return f"{said}; the next run asks for {'it' if open_ones == len(missing) == 1 else number(open_ones)} again."


def _all(known: int) -> str:
    return (
        "The one address that may be news is" if known == 1 else f"All {number(known)} addresses that may be news are"
    )


def changes(report: Report) -> str:
    """What the run found, in one sentence."""
    counts = report["items"]["counts"]
    kinds = {
        "new": counts["new"],
        "changed": counts["changed"],
        "gone": counts["vanished"],
        "back": counts["reappeared"],
    }
    found = [f"{number(count)} {kind}" for kind, count in kinds.items() if count]
    same = counts["unchanged"] + counts["rerendered"]
    seen = [f"{plural(same, 'item')} looked at and as before"] if same else []
    if counts["not_due"]:
        seen.append(f"{number(counts['not_due'])} not due")
    return "; ".join([listed(found) or "Nothing new, changed or gone", *([", ".join(seen)] if seen else [])]) + "."


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def when(report: Report) -> str:
    """``20 November 2026, 03:04 to 04:11 UTC``."""
    began, ended = time(report["run"]["started"]), time(report["run"]["ended"])
    day_of_month, _, clock = ended.partition(", ")
    if began.startswith(f"{day_of_month}, "):
        return f"{began.removesuffix(' UTC')} to {clock}"
    return f"{began} to {ended}"


def figures(report: Report) -> list[tuple[str, str]]:
    """(what, how much) of the numbers to be seen first."""
    items, http = report["items"], report["http"]
    return [
        ("items on the site", number(items["total"])),
        ("new", number(items["counts"]["new"])),
        ("changed", number(items["counts"]["changed"])),
        ("gone", number(items["counts"]["vanished"])),
        ("missing", number(len(report["missing"]))),
        ("requests", number(http["requests"])),
        ("received", size(http["bytes"])),
        ("time", duration(report["run"]["seconds"])),
    ]


def reason(code: str) -> str:
    """Why an address is missing, in words."""
    return REASONS.get(code, short(code, 80))


def is_open(code: str) -> bool:
    """Whether the next run has to ask again."""
    return code in UNSETTLED


def found(how: str) -> str:
    """How an address is known, in words."""
    return {**FOUND, "state": "earlier runs"}.get(how, short(how, 40))


def known(one: Missing) -> str:
    """How an address is known, and what the reason does not say yet: ``known from a sitemap: 502 Bad Gateway``."""
    detail = short(one["detail"])
    said = f"known from {found(one['found'])}"
    return said if detail in ("", reason(one["reason"])) else f"{said}: {detail}"


def by_reason(missing: Iterable[Missing]) -> dict[str, list[Missing]]:
    """Reason -> addresses, those to be asked for again first, then the most frequent."""
    groups: dict[str, list[Missing]] = {}
    for one in missing:
        groups.setdefault(one["reason"], []).append(one)
    order = sorted(groups, key=lambda code: (not is_open(code), -len(groups[code]), code))
    return {code: groups[code] for code in order}


def vanished(item: Vanished) -> str:
    """Why an item is taken for gone: ``there is no such page any more (404), found in 2 runs``."""
    said = GONE.get(item["reason"], short(item["reason"], 80))
    return f"{said} ({item['status']}), found in {plural(item['confirmed'], 'run')}"


def problems(report: Report) -> list[Any]:
    """Sitemaps, feeds and listings that could not be read as they should."""
    completeness = report["completeness"]
    return [one for one in [*completeness["sitemaps"], *completeness["listings"]] if one["problem"] is not None]


ORIGINS = {
    "settings": "the settings",
    "learned": "an earlier run",
    "menu": "a menu",
    "named": "a link that says news",
    "link": "a link in a text",
}
"""Who led to a listing -> in words."""


def origin(listing: ListingCheck) -> str:
    """Who led to a listing, in words."""
    told = listing.get("origin", "")
    return ORIGINS.get(told, short(told, 40) or "–")


def news_of(listing: ListingCheck) -> str:
    """``9 of 12`` rows that were read are news."""
    return f"{number(listing.get('news', 0))} of {number(listing.get('read', 0))}" if "read" in listing else "–"


def lists(report: Report) -> list[str]:
    """What the lists leave out, as far as texts tell: ``2 items stand in no list``, and the estimate."""
    completeness, said = report["completeness"], []
    if unlisted := completeness.get("unlisted"):
        stand = "stands" if len(unlisted) == 1 else "stand"
        said.append(f"{plural(len(unlisted), 'item')} {stand} in no listing, feed or sitemap: found by links in texts.")
    if reckoned := completeness.get("estimate"):
        said.append(
            f"By the links in texts the site has about {plural(reckoned['items'], 'item')} "
            f"(95 % interval {number(reckoned['low'])} to {number(reckoned['high'])}): lists name "
            f"{number(reckoned['both'])} of the {number(reckoned['linked'])} that are linked."
        )
    return said


def fields(item: Changed, most: int) -> str:
    """Which fields changed: ``title, gcm_objectives and body_text``."""
    names = [short(name, 60) for name in item["fields"]]
    return " ".join(filter(None, [listed(names[:most]), more(len(names) - most)]))


def options(given: Mapping[str, Any]) -> list[str]:
    """What a run was asked for: ``full: no``."""
    return [f"{short(name, 40)}: {_option(value)}" for name, value in sorted(given.items())][:MOST_OPTIONS]


def _option(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return short(", ".join(map(str, value)), 120) or "none"
    return "none" if value is None else short(str(value), 120)


def status(code: str) -> str:
    """``404 Not Found``."""
    try:
        return f"{short(code, 20)} {HTTPStatus(int(code)).phrase}"
    except ValueError:
        return short(code, 40)


def groups(items: Items) -> list[tuple[str, Sequence[Any]]]:
    """(heading, items) of those that are not as they were; only what there is."""
    found: list[tuple[str, Sequence[Any]]] = [
        ("New", items["new"]),
        ("Changed", items["changed"]),
        ("Gone", items["vanished"]),
        ("Back", items["reappeared"]),
        ("Perhaps gone", items["unconfirmed"]),
    ]
    return [(title, group) for title, group in found if group]


def show_command(item_id: str) -> str:
    """The command that proves an item, safe to be pasted into a shell."""
    return f"scrapy show {shlex.quote(visible(item_id)[:200])} --verify"


def answers(http: Http) -> list[str]:
    """How often each status was answered, and each way to get no answer was met: ``404 Not Found: 19``."""
    said = [f"{status(code)}: {number(count)}" for code, count in sorted(http["status"].items())]
    return said + [f"no answer ({short(kind, 40)}): {number(count)}" for kind, count in http["failures"].items()]


def orders_changed(report: Report) -> list[str]:
    """What the pages show of the order of day and month that is not as before."""
    found = report["dates"]["changed"] if "dates" in report else []
    return [f"day and month are printed in another order than before: {short(one, 80)}" for one in found[:12]]


def took(report: Report) -> list[str]:
    """How long each phase took: ``index 44 s``."""
    return [f"{short(one['phase'], 40)} {duration(one['seconds'])}" for one in report["timings"]]


def share(row: FieldCoverage) -> str:
    """Which share of the items has something in the field; a dash when there was none."""
    return percent(row["filled"] / row["of"]) if row["of"] else "–"


def expected(row: FieldCoverage) -> str:
    """Which share was to be expected; a dash when that is not known."""
    return "–" if row["before"] is None else percent(row["before"])


def numbers_of(run: PastRun) -> list[str]:
    """What a run found and how long it took: new, changed, gone, requests, received, time."""
    found = [number(run[name]) for name in ("new", "changed", "vanished", "requests")]
    return [*found, size(run["bytes"]), duration(run["seconds"])]


def difference(row: FieldCoverage) -> float | None:
    """Share now minus the share expected (-1 to 1); None when nothing can be compared."""
    return row["filled"] / row["of"] - row["before"] if row["of"] and row["before"] is not None else None


def is_fallen(row: FieldCoverage) -> bool:
    """Whether notably fewer items have the field than expected."""
    change = difference(row)
    return change is not None and change <= -NOTABLE_LOSS


def points(row: FieldCoverage) -> str:
    """The difference in points of per cent; a dash when nothing can be compared."""
    change = difference(row)
    if change is None:
        return "–"
    return f"{100 * change:+.0f}".replace("-", "−") if abs(change) >= 0.005 else "0"


def fallen(coverage: Iterable[FieldCoverage]) -> list[str]:
    """Fields that notably fewer items have than expected, in words."""
    return [
        f"{short(row['field'], 60)} {percent(row['filled'] / row['of'])} instead of {percent(row['before'] or 0)}"
        for row in filter(is_fallen, coverage)
    ]


def code_of(run: PastRun) -> str:
    """The exit code of a run; a dash when it was killed."""
    return "–" if run["exit_code"] is None else str(run["exit_code"])


def more(left: int) -> str | None:
    """What stands in the place of the rest of a long list."""
    return f"and {number(left)} more, in report.json" if left > 0 else None
