"""The sentences of a report, used by its page, in Markdown and on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from archive.dataset.differences import lines_of
from migration_spider import counts
from migration_spider.ledger import REASONS, UNSETTLED
from migration_spider.report.model import FieldCoverage, Http, ListingCheck, Missing, PastRun, Report
from migration_spider.report.model_items import Changed, Items, Vanished
from migration_spider.report.outcomes import MEANINGS, Ending, ending
from migration_spider.report.rows import newest
from migration_spider.report.run import FOUND
from migration_spider.report.text import duration, number, percent, plural, sentence, short, size, time, visible

GONE = {
    "gone": "the page no longer exists",
    "unpublished": "access is denied now",
    "redirected": "its address redirects to another page",
    "blocked": "something other than the page came",
}
"""Reason of a tombstone -> in words."""

NOTABLE_LOSS = 0.05
"""A field that this much fewer items have than expected is pointed out."""

MOST_OPTIONS = 40


def ended(report: Report) -> Ending:
    """How the run ended, in words."""
    return ending(report["outcome"], len(report["items"]["unconfirmed"]))


def headline(report: Report) -> str:
    """One line: ``Complete``, ``Sample of ...``, ``Paused: ...``, ``NOT COMPLETE: `` and the most serious reason."""
    return ended(report).heading


def to_do(report: Report) -> str:
    """What a person has to do: ``To do: wait. The next harvest asks again.``"""
    told = ended(report)
    return f"To do: {told.do}. {sentence(told.advice)}."


def code_and_reason(report: Report) -> str:
    """``3: finished, but incomplete: 4 pages could not be fetched``; the reason whole, as the heading may be cut."""
    code = report["outcome"]["exit_code"]
    told = ended(report)
    return ": ".join([str(code), meaning(code), *([told.reason] if told.is_headed else [])])


def meaning(code: int) -> str:
    """An exit code in words."""
    return MEANINGS.get(code, f"exit code {code}")


def account(report: Report) -> str:
    """What became of the addresses, in one or two sentences."""
    completeness, missing = report["completeness"], report["missing"]
    known = completeness["known"]
    if not known and not missing:
        return "No address of a news item was found."
    if not missing:
        return f"{_all(known)} accounted for."
    open_ones = sum(map(is_open, missing))
    are = "is" if len(missing) == 1 else "are"
    said = f"Of {plural(known, 'address', 'addresses')} that may be news, {number(len(missing))} {are} missing"
    if not open_ones:
        return f"{said}, each for a reason given by the site or by the options."
    return f"{said}; the next run requests {'it' if open_ones == len(missing) == 1 else number(open_ones)} again."


def _all(known: int) -> str:
    return (
        "The one address that may be news is" if known == 1 else f"All {number(known)} addresses that may be news are"
    )


def changes(report: Report) -> str:
    """What became of the items, in one sentence whose numbers add up: ``4 items known: 1 new, 3 as before.``"""
    found = counted(report["items"])
    told = ", ".join(f"{number(count)} {word}" for word, count in found.items() if count)
    known = report["items"]["counts"].get("known", sum(found.values()))
    nothing = "" if any(found[word] for word in counts.WRITTEN) else "Nothing new, changed or gone."
    return f"{nothing} {plural(known, 'item')} known: {told}.".lstrip() if told else nothing


def counted(items: Items) -> dict[str, int]:
    """Word of `counts.WORDS` -> items; also of a report that has them by the names of earlier versions."""
    given = items["counts"]
    earlier = {
        counts.BACK: given["reappeared"],
        counts.AS_BEFORE: given["unchanged"],
        counts.PERHAPS_GONE: len(items["unconfirmed"]),
        counts.GONE: given["vanished"],
    }
    return {word: given.get(counts.key(word), earlier.get(word, 0)) for word in counts.WORDS}  # type: ignore[misc]


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
    items, http, found = report["items"], report["http"], counted(report["items"])
    shown = (counts.NEW, counts.CHANGED, counts.GONE, counts.PERHAPS_GONE)
    return [
        ("item on the site" if items["total"] == 1 else "items on the site", number(items["total"])),
        *((word, number(found[word])) for word in shown),
        ("missing", number(len(report["missing"]))),
        ("request" if http["requests"] == 1 else "requests", number(http["requests"])),
        ("received", size(http["bytes"])),
        ("time", duration(report["run"]["seconds"])),
    ]


def reason(code: str) -> str:
    """Why an address is missing, in words."""
    return REASONS.get(code, short(code, 80))


def is_open(one: Missing) -> bool:
    """Whether the next run has to ask again."""
    return one.get("again", one["reason"] in UNSETTLED)


def found(how: str) -> str:
    """How an address is known, in words."""
    return {**FOUND, "state": "earlier runs"}.get(how, short(how, 40))


def known(one: Missing) -> str:
    """How an address is known, and what the reason does not say yet: ``known from a sitemap: 502 Bad Gateway``."""
    detail = short(one["detail"])
    said = f"known from {found(one['found'])}"
    return said if detail in ("", reason(one["reason"])) else f"{said}: {detail}"


def by_reason(missing: Iterable[Missing]) -> list[tuple[str, bool, list[Missing]]]:
    """(reason, whether the next run asks again, addresses), those to be asked for first, then the most frequent."""
    groups: dict[tuple[str, bool], list[Missing]] = {}
    for one in missing:
        groups.setdefault((one["reason"], is_open(one)), []).append(one)
    order = sorted(groups, key=lambda group: (not group[1], -len(groups[group]), group))
    return [(*group, groups[group]) for group in order]


def title_of(code: str, again: bool) -> str:
    """Why addresses are missing, in words; of items that are perhaps gone they say so."""
    said = reason(code)
    return f"{said}: {counts.PERHAPS_GONE}" if again and code not in UNSETTLED else said


def vanished(item: Vanished) -> str:
    """Why an item counts as gone: ``the page no longer exists (404), found in 2 runs``."""
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
        are = "is" if len(unlisted) == 1 else "are"
        said.append(f"{plural(len(unlisted), 'item')} {are} in no listing, feed or sitemap: found by links in texts.")
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


MOST_FIELDS, MOST_LINES = 8, 8
"""Fields of an item, and lines of a field, of which is shown what changed."""


def differences(item: Changed) -> list[tuple[str, list[tuple[str, str]], str | None]]:
    """(field, lines, what is left out) of what an item says differently; a line is what `lines_of` gives, cut."""
    found = []
    for one in item.get("changes", [])[:MOST_FIELDS]:
        lines = [(sign, short(text)) for sign, text in lines_of(one)]
        left = f"and {number(len(lines) - MOST_LINES)} more, in CHANGES.jsonl" if len(lines) > MOST_LINES else None
        found.append((short(one["field"], 60), lines[:MOST_LINES], left))
    return found


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
    """(heading, items) of those that are not as they were; only what there is, in the order for a reader."""
    found: list[tuple[str, Sequence[Any]]] = [
        ("New", items["new"]),
        ("Changed", items["changed"]),
        ("Gone", items["vanished"]),
        ("Back", items["reappeared"]),
        ("Perhaps gone", items["unconfirmed"]),
    ]
    return [(title, newest(group)) for title, group in found if group]


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


def dates_ahead(report: Report) -> str:
    """That the archive holds dates from the future, where it does; else empty."""
    if not (future := report["archive"].get("future")):
        return ""
    return f"the archive has dates in the future, up to {short(future, 40)}; pages with such dates are requested again"


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
