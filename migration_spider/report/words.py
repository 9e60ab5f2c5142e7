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
"""A field is reported if its share of items is lower than expected by this much."""

MOST_OPTIONS = 40


def ended(report: Report) -> Ending:
    """How the run ended, in words."""
    return ending(report["outcome"], len(report["items"]["unconfirmed"]))


def headline(report: Report) -> str:
    """The result in one line: ``Complete``, ``Sample of ...``, ``NOT COMPLETE: `` and the most serious reason."""
    return ended(report).heading


def to_do(report: Report) -> str:
    """What a person has to do: ``To do: wait. The next harvest asks again.``"""
    result = ended(report)
    return f"To do: {result.do}. {sentence(result.advice)}."


def code_and_reason(report: Report) -> str:
    """``3: finished, but incomplete: 4 pages could not be fetched`` (never cut)."""
    code = report["outcome"]["exit_code"]
    result = ended(report)
    return ": ".join([str(code), meaning(code), *([result.reason] if result.is_headed else [])])


def meaning(code: int) -> str:
    """An exit code in words."""
    return MEANINGS.get(code, f"exit code {code}")


def account(report: Report) -> str:
    """The result for the addresses, in one or two sentences."""
    completeness, missing = report["completeness"], report["missing"]
    known = completeness["known"]
    if not known and not missing:
        return "No address of a news item was found."
    if not missing:
        return f"{_all(known)} accounted for."
    open_ones = sum(map(is_open, missing))
    are = "is" if len(missing) == 1 else "are"
    sentence_ = f"Of {plural(known, 'address', 'addresses')} that may be news, {number(len(missing))} {are} missing"
    if not open_ones:
        return f"{sentence_}, each for a reason given by the site or by the options."
    return f"{sentence_}; the next run requests {'it' if open_ones == len(missing) == 1 else number(open_ones)} again."


def _all(known: int) -> str:
    return (
        "The one address that may be news is" if known == 1 else f"All {number(known)} addresses that may be news are"
    )


def changes(report: Report) -> str:
    """The result for the items, in one sentence whose numbers add up: ``4 items known: 1 new, 3 as before.``"""
    by_word = counted(report["items"])
    parts = ", ".join(f"{number(count)} {word}" for word, count in by_word.items() if count)
    known = report["items"]["counts"].get("known", sum(by_word.values()))
    nothing = "" if any(by_word[word] for word in counts.WRITTEN) else "Nothing new, changed or gone."
    return f"{nothing} {plural(known, 'item')} known: {parts}.".lstrip() if parts else nothing


def counted(items: Items) -> dict[str, int]:
    """Result (key of `counts.WORDS`) -> number of items; also for reports of earlier versions with other keys."""
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
    """(name, value) of the most important numbers."""
    items, http, by_word = report["items"], report["http"], counted(report["items"])
    shown = (counts.NEW, counts.CHANGED, counts.GONE, counts.PERHAPS_GONE)
    return [
        ("item on the site" if items["total"] == 1 else "items on the site", number(items["total"])),
        *((word, number(by_word[word])) for word in shown),
        ("missing", number(len(report["missing"]))),
        ("request" if http["requests"] == 1 else "requests", number(http["requests"])),
        ("received", size(http["bytes"])),
        ("run time", duration(report["run"]["seconds"])),
    ]


def reason(code: str) -> str:
    """Why an address is missing, in words."""
    return REASONS.get(code, short(code, 80))


def is_open(missing: Missing) -> bool:
    """Whether the next run has to request the address again."""
    return missing.get("again", missing["reason"] in UNSETTLED)


def found(how: str) -> str:
    """How an address is known, in words."""
    return {**FOUND, "state": "earlier runs"}.get(how, short(how, 40))


def known(missing: Missing) -> str:
    """How an address is known, and details that the reason does not have: ``known from a sitemap: 502 Bad Gateway``."""
    detail = short(missing["detail"])
    source = f"known from {found(missing['found'])}"
    return source if detail in ("", reason(missing["reason"])) else f"{source}: {detail}"


def by_reason(missing: Iterable[Missing]) -> list[tuple[str, bool, list[Missing]]]:
    """(reason, whether the next run tries again, addresses), those to be tried again first, then the most frequent."""
    groups: dict[tuple[str, bool], list[Missing]] = {}
    for entry in missing:
        groups.setdefault((entry["reason"], is_open(entry)), []).append(entry)
    order = sorted(groups, key=lambda group: (not group[1], -len(groups[group]), group))
    return [(*group, groups[group]) for group in order]


def title_of(code: str, again: bool) -> str:
    """The heading for addresses with a reason; it also states if their items are perhaps gone."""
    words = reason(code)
    return f"{words}: {counts.PERHAPS_GONE}" if again and code not in UNSETTLED else words


def vanished(item: Vanished) -> str:
    """Why an item counts as gone: ``the page no longer exists (404), found in 2 runs``."""
    words = GONE.get(item["reason"], short(item["reason"], 80))
    return f"{words} ({item['status']}), found in {plural(item['confirmed'], 'run')}"


def problems(report: Report) -> list[Any]:
    """Sitemaps, feeds and listings with a problem."""
    completeness = report["completeness"]
    return [entry for entry in [*completeness["sitemaps"], *completeness["listings"]] if entry["problem"] is not None]


ORIGINS = {
    "settings": "the settings",
    "learned": "an earlier run",
    "menu": "a menu",
    "named": "a link that says news",
    "link": "a link in a text",
}
"""How a listing was found -> in words."""


def origin(listing: ListingCheck) -> str:
    """How a listing was found, in words."""
    code = listing.get("origin", "")
    return ORIGINS.get(code, short(code, 40) or "–")


def news_of(listing: ListingCheck) -> str:
    """``9 of 12`` rows that were read are news."""
    return f"{number(listing.get('news', 0))} of {number(listing.get('read', 0))}" if "read" in listing else "–"


def lists(report: Report) -> list[str]:
    """Sentences about items in no list, and the estimate of their number."""
    completeness, sentences = report["completeness"], []
    if unlisted := completeness.get("unlisted"):
        are = "is" if len(unlisted) == 1 else "are"
        sentences.append(
            f"{plural(len(unlisted), 'item')} {are} in no listing or sitemap: found by links in texts, on the front "
            "page or in a feed."
        )
    if estimate := completeness.get("estimate"):
        sentences.append(
            f"By the links in texts the site has about {plural(estimate['items'], 'item')} "
            f"(95 % interval {number(estimate['low'])} to {number(estimate['high'])}): lists name "
            f"{number(estimate['both'])} of the {number(estimate['linked'])} that are linked."
        )
    return sentences


def fields(item: Changed, most: int) -> str:
    """The changed fields: ``title, gcm_objectives and body_text``."""
    names = [short(name, 60) for name in item["fields"]]
    return " ".join(filter(None, [listed(names[:most]), more(len(names) - most)]))


MOST_FIELDS, MOST_LINES = 8, 8
"""Fields of an item, and lines of a field, whose changes are shown."""


def differences(item: Changed) -> list[tuple[str, list[tuple[str, str]], str | None]]:
    """(field, lines, note about lines left out) of each change of an item; lines are those of `lines_of`, cut."""
    shown = []
    for change in item.get("changes", [])[:MOST_FIELDS]:
        lines = [(sign, short(text)) for sign, text in lines_of(change)]
        rest = f"and {number(len(lines) - MOST_LINES)} more, in CHANGES.jsonl" if len(lines) > MOST_LINES else None
        shown.append((short(change["field"], 60), lines[:MOST_LINES], rest))
    return shown


def options(given: Mapping[str, Any]) -> list[str]:
    """The options of a run: ``full: no``."""
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
    """(heading, items) of the items with changes, in the order for readers; without empty groups."""
    all_groups: list[tuple[str, Sequence[Any]]] = [
        ("New", items["new"]),
        ("Changed", items["changed"]),
        ("Gone", items["vanished"]),
        ("Back", items["reappeared"]),
        ("Perhaps gone", items["unconfirmed"]),
    ]
    return [(title, newest(group)) for title, group in all_groups if group]


def show_command(item_id: str) -> str:
    """The command that proves an item, safe to paste into a shell."""
    return f"scrapy show {shlex.quote(visible(item_id)[:200])} --verify"


def answers(http: Http) -> list[str]:
    """The number of responses with each status, and of each kind of failure: ``404 Not Found: 19``."""
    lines = [f"{status(code)}: {number(count)}" for code, count in sorted(http["status"].items())]
    return lines + [f"no answer ({short(kind, 40)}): {number(count)}" for kind, count in http["failures"].items()]


def orders_changed(report: Report) -> list[str]:
    """Sentences about changes in the order of day and month."""
    changed = report["dates"]["changed"] if "dates" in report else []
    return [f"day and month are printed in another order than before: {short(change, 80)}" for change in changed[:12]]


def dates_ahead(report: Report) -> str:
    """A sentence if the archive contains dates in the future; else empty."""
    if not (future := report["archive"].get("future")):
        return ""
    return f"the archive has dates in the future, up to {short(future, 40)}; pages with such dates are requested again"


def took(report: Report) -> list[str]:
    """The duration of each phase: ``index 44 s``."""
    return [f"{short(timing['phase'], 40)} {duration(timing['seconds'])}" for timing in report["timings"]]


def share(row: FieldCoverage) -> str:
    """The share of items with a value in the field; a dash if there was no item."""
    return percent(row["filled"] / row["of"]) if row["of"] else "–"


def expected(row: FieldCoverage) -> str:
    """The expected share; a dash if it is not known."""
    return "–" if row["before"] is None else percent(row["before"])


def numbers_of(run: PastRun) -> list[str]:
    """The numbers of a run: new, changed, gone, requests, received, time."""
    numbers = [number(run[name]) for name in ("new", "changed", "vanished", "requests")]
    return [*numbers, size(run["bytes"]), duration(run["seconds"])]


def difference(row: FieldCoverage) -> float | None:
    """The share minus the expected share (-1 to 1); None if they cannot be compared."""
    return row["filled"] / row["of"] - row["before"] if row["of"] and row["before"] is not None else None


def is_fallen(row: FieldCoverage) -> bool:
    """Whether the share is lower than expected by `NOTABLE_LOSS` or more."""
    change = difference(row)
    return change is not None and change <= -NOTABLE_LOSS


def points(row: FieldCoverage) -> str:
    """The difference in percentage points; a dash if the shares cannot be compared."""
    change = difference(row)
    if change is None:
        return "–"
    return f"{100 * change:+.0f}".replace("-", "−") if abs(change) >= 0.005 else "0"


def fallen(coverage: Iterable[FieldCoverage]) -> list[str]:
    """The fields with a share much lower than expected, in words."""
    return [
        f"{short(row['field'], 60)} {percent(row['filled'] / row['of'])} instead of {percent(row['before'] or 0)}"
        for row in filter(is_fallen, coverage)
    ]


def code_of(run: PastRun) -> str:
    """The exit code of a run; a dash if it was killed."""
    return "–" if run["exit_code"] is None else str(run["exit_code"])


def more(left: int) -> str | None:
    """The line for the entries of a long list that are left out, if any."""
    return f"and {number(left)} more, in report.json" if left > 0 else None
