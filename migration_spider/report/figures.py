"""The charts of a report: their numbers, names and descriptions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from migration_spider.report import charts
from migration_spider.report.charts import Bar, Chart
from migration_spider.report.model import FieldCoverage, Report, TermCount
from migration_spider.report.text import day, moment, number, plural, short
from migration_spider.report.words import code_of, listed, status

HEIGHT = 150
"""Pixels of the highest column."""

COLOURS = 6
"""Number of languages with their own colour; the others share one."""

MOST_MONTHS = 180
"""Months up to which a chart is by month; a longer time span is drawn by year."""

MOST_YEARS = 60
MOST_REGIONS = 12
MOST_STATUS = 12

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def _by_time(report: Report) -> tuple[dict[int, Counter[str]], int]:
    """Return months since the year 0 -> items by language, and the number of items at invalid or far future months."""
    by_time: dict[int, Counter[str]] = {}
    outside = 0
    ended = moment(report["run"]["ended"])
    newest = ended.year * 12 + ended.month + 11 if ended else None
    for row in report["charts"]["months"]:
        match = _MONTH.fullmatch(row["month"])
        at = int(match[1]) * 12 + int(match[2]) - 1 if match else None
        if at is None or (newest is not None and at > newest):
            outside += sum(row["languages"].values())
        else:
            by_time.setdefault(at, Counter()).update(row["languages"])
    return by_time, outside


def _bars(stacks: Mapping[int, Counter[str]], span: range, is_yearly: bool) -> list[Bar]:
    """A bar for each year or month of ``span``, with as many labels as there is room for."""
    bars = []
    for at in span:
        year = str(at) if is_yearly else str(at // 12) if at % 12 == 0 or at == span[0] else ""
        bars.append(Bar(up=sorted(stacks.get(at, {}).items()), label=year))
    slot = min(charts.PLOT / len(bars), charts.WIDEST)
    if any(bar.label for bar in bars[1 : int(1.5 * charts.LABEL / slot) + 1]) and not is_yearly:
        bars[0].label = ""  # the label of an incomplete first year has no room
    for bar, label in zip(bars, charts.thinned([bar.label for bar in bars], slot), strict=True):
        bar.label = label
    return bars


def months(report: Report) -> Chart | None:
    """The chart of items by month of publication, stacked by language; None if no item has a date."""
    languages: Counter[str] = Counter()
    for row in report["charts"]["months"]:
        languages.update(row["languages"])
    by_time, outside = _by_time(report)
    if not by_time:
        return None
    kinds = _kinds(languages)
    first, last = min(by_time), max(by_time)
    is_yearly = last - first >= MOST_MONTHS
    unit = 12 if is_yearly else 1
    earliest = max(first // unit, last // unit - MOST_YEARS + 1) if is_yearly else first
    stacks: dict[int, Counter[str]] = {}
    for at, counts in by_time.items():
        if at // unit < earliest:
            outside += sum(counts.values())
            continue
        for language, count in counts.items():
            stacks.setdefault(at // unit, Counter())[kinds[language]] += max(count, 0)
    bars = _bars(stacks, range(earliest, last // unit + 1), is_yearly)
    total = sum(languages.values())
    most = max(stacks, key=lambda at: (stacks[at].total(), at))
    name = str(most) if is_yearly else _month(most)
    description = f"{plural(total, 'item')} with a date, {_month(first)} to {_month(last)}; most in {name}: "
    description += number(stacks[most].total()) + "."
    if outside:
        description += f" Not drawn, because their dates are too far away: {number(outside)}."
    title = f"Items by {'year' if is_yearly else 'month'} and language"
    return Chart(title, description, *charts.columns(bars, HEIGHT), list(kinds), _legend(languages, kinds))


def _month(at: int) -> str:
    return f"{at // 12:04}-{at % 12 + 1:02}"


def _kinds(languages: Counter[str]) -> dict[str, str]:
    """Language -> class of its colour, the most frequent first."""
    order = sorted(languages, key=lambda language: (-languages[language], language))
    return {language: f"c{min(index, COLOURS) + 1}" for index, language in enumerate(order)}


def _legend(languages: Counter[str], kinds: dict[str, str]) -> list[tuple[str, str]]:
    order = sorted(languages, key=lambda language: (-languages[language], language))
    entries = [(kinds[name], f"{short(name, 20)} {number(languages[name])}") for name in order[:COLOURS]]
    if rest := order[COLOURS:]:
        entries.append((kinds[rest[0]], f"others {number(sum(languages[name] for name in rest))}"))
    return entries


def objectives(report: Report) -> Chart | None:
    """The chart of items by objective of the Global Compact, with all 23; None if no item has any."""
    rows = report["charts"]["objectives"]
    if not rows:
        return None
    counts = {row["id"]: row["count"] for row in rows}
    names = [str(objective) for objective in range(1, 24)]
    others = [row["id"] for row in rows if row["id"] not in names]
    bars = [Bar(up=[("c1", max(counts.get(name, 0), 0))], label=name, mark=_label_class(name)) for name in names]
    general = sum(counts[name] for name in others)
    if others:
        bars.append(Bar(up=[("c7", max(general, 0))], label="G", mark="small"))
    description = f"Most often {_most(rows, with_id=True)}."
    if unmet := [name for name in names if not counts.get(name)]:
        description += f" Without any item: {listed(unmet)}."
    if others:
        description += " G: general."
    return Chart("Items by objective, 1 to 23", description, *charts.columns(bars, HEIGHT), rows)


def _label_class(number_: str) -> str:
    """The class of a label; a phone has no room for all labels of two digits, so it hides the ``spare`` ones."""
    return "small spare" if len(number_) > 1 and int(number_) % 2 == 0 else "small"


def regions(report: Report) -> Chart | None:
    """The chart of items by region; None if no item has any."""
    rows = sorted(report["charts"]["regions"], key=lambda row: (-row["count"], row["id"]))
    if not rows:
        return None
    shown = rows[:MOST_REGIONS]
    description = f"{plural(len(rows), 'region')} named, most often {_most(rows)}."
    if len(rows) > MOST_REGIONS:
        description += f" The first {MOST_REGIONS} are drawn."
    drawn = charts.bars([(short(row["label"], 40), row["count"], "c2") for row in shown])
    return Chart("Items by region", description, *drawn, rows)


def _most(rows: Iterable[TermCount], *, with_id: bool = False) -> str:
    first = sorted(rows, key=lambda row: -row["count"])[:3]
    names = [f"{row['id']} {row['label']}" if with_id else row["label"] for row in first]
    return listed([f"{short(name, 60)} ({number(row['count'])})" for name, row in zip(names, first, strict=True)])


def answers(report: Report) -> Chart | None:
    """The chart of responses by status, and of requests without a response; None if nothing was requested."""
    http = report["http"]
    rows = [(status(code), count, _status_class(code)) for code, count in sorted(http["status"].items())]
    rows += [(f"no answer: {short(kind, 40)}", count, "bad") for kind, count in sorted(http["failures"].items())]
    if not rows:
        return None
    good = sum(count for _, count, kind in rows if kind != "bad")
    total = sum(count for _, count, _ in rows)
    description = "No request failed." if good == total else f"{plural(total - good, 'answer')} of {number(total)} "
    if good != total:
        description += "were errors or missing."
    shown = sorted(rows, key=lambda row: -row[1])[:MOST_STATUS]
    return Chart("Answers by status", description, *charts.bars(sorted(shown)), rows)


def _status_class(code: str) -> str:
    return {"2": "good", "3": "c1"}.get(code[:1], "bad")


def history(report: Report) -> Chart | None:
    """The chart of the results of each run, with its exit code; None if there is no run."""
    runs = report["charts"]["history"]
    if not runs:
        return None
    shown = runs[-40:]
    bars = [
        Bar(
            up=[("c1", max(run["new"], 0)), ("c3", max(run["changed"], 0))],
            down=[("bad", max(run["vanished"], 0))],
            label=code_of(run),
            mark="ok" if run["exit_code"] == 0 else "failed",
        )
        for run in shown
    ]
    limit = charts.outlier([sum(count for _, count in bar.up) for bar in bars])
    failed = sum(run["exit_code"] != 0 for run in shown)
    description = f"{plural(len(shown), 'run')}, {day(shown[0]['started'])[:10]} to {day(shown[-1]['started'])[:10]}; "
    description += "all complete." if not failed else f"{number(failed)} not complete."
    description += " Below each column its exit code."
    if limit:
        description += " A column with a number on it is cut."
    legend = [("c1", "new"), ("c3", "changed"), ("bad", "gone")]
    return Chart("What each run found", description, *charts.columns(bars, HEIGHT, limit), legend=legend)


def width(row: FieldCoverage) -> str:
    """The width of the gauge of a field."""
    return f"{100 * min(max(row['filled'] / row['of'] if row['of'] else 0, 0), 1):.2f}%"
