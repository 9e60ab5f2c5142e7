"""``report.html``: one page that needs nothing else, for a screen, a phone and paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migration_spider.report import entries, figures, words
from migration_spider.report.markup import (
    Child,
    Node,
    definitions,
    details,
    document,
    h,
    table,
    web,
)
from migration_spider.report.model import FieldCoverage, Report
from migration_spider.report.text import duration, number, percent, plural, short, size

MOST_ROWS = 40
MOST_MESSAGES = 20


def page(report: Report) -> str:
    """The text of ``report.html``, for a report that `model.check` has seen."""
    sections = [
        _section("changes", "What changed", entries.changes(report)),
        _section("missing", "What is missing", entries.missing(report)),
        _section("sources", "What the site names", _sources(report)),
        _section("collection", "Collection", _collection(report)),
        _section("fields", "Fields", _fields(report)),
        _section("unknown", "Vocabulary", entries.unknown(report)),
        _section("network", "Network", _network(report)),
        _section("history", "History", _history(report)),
        _section("run", "This run", _run(report)),
    ]
    contents = h(
        "nav",
        h("ul", [h("li", h("a", one[0].text, href="#" + one.get("id"))) for one in sections]),
        aria_label="Contents",
    )
    title = f"{words.headline(report)} – harvest of {report['run']['site']}"
    return document(title, [_outcome(report), contents, h("main", sections)])


def _section(name: str, title: str, body: Sequence[Child]) -> Node:
    return h(
        "section", h("h2", title, id=f"{name}-heading"), h("div", body), id=name, aria_labelledby=f"{name}-heading"
    )


def _outcome(report: Report) -> Node:
    run, outcome = report["run"], report["outcome"]
    further = words.further(report)
    messages = [h("li", h("bdi", short(text, 600))) for text in further[:MOST_MESSAGES]]
    if left := words.more(len(further) - MOST_MESSAGES):
        messages.append(h("li", left, class_="more"))
    return h(
        "header",
        h("p", "Harvest of ", web(run["site"]), class_="over"),
        h("h1", words.headline(report)),
        h("ul", messages, class_="messages") if messages else None,
        h("p", f"{words.changes(report)} {words.account(report)}", class_="lead"),
        definitions(words.figures(report), "figures"),
        h(
            "p",
            f"{words.when(report)}. ",
            "Went on with an interrupted harvest. " if run["resumed"] else None,
            "Looked at every item again. " if run["full"] else None,
            f"Exit code {outcome['exit_code']}: {words.meaning(outcome['exit_code'])}.",
            class_="when",
        ),
        class_="complete" if outcome["exit_code"] == 0 else "incomplete",
    )


def _sources(report: Report) -> list[Child]:
    completeness, site = report["completeness"], report["run"]["site"]
    sitemaps: list[tuple[str | None, list[Child]]] = [
        (one["problem"], [web(one["url"], site), _or_dash(one["status"]), number(one["named"])])
        for one in completeness["sitemaps"]
    ]
    listings: list[tuple[str | None, list[Child]]] = [
        (
            one["problem"],
            [
                h("bdi", short(one["path"], 120), class_="url"),
                number(one["pages"]),
                number(one["rows"]),
                "–" if one["total"] is None else number(one["total"]),
            ],
        )
        for one in completeness["listings"]
    ]
    body = _checked("Sitemaps and feeds", ["Address", "Status", "Names"], sitemaps)
    body += _checked("Listings", ["Path", "Pages", "Rows", "Promised"], listings)
    return body or [h("p", "No sitemap, feed or listing was read.")]


def _checked(title: str, head: Sequence[str], rows: Sequence[tuple[str | None, list[Child]]]) -> list[Child]:
    """What has a problem, and, folded, a table of what has none."""
    if not rows:
        return []
    bad = [
        h("li", row[0], " ", h("bdi", short(problem), class_="bad"), " ", h("span", _told(head, row), class_="meta"))
        for problem, row in rows
        if problem is not None
    ]
    good = [row for problem, row in rows if problem is None]
    left = words.more(len(bad) - MOST_ROWS)
    body: list[Child] = [
        h("h3", title, " ", h("span", number(len(rows)), class_="count")),
        h("ul", bad[:MOST_ROWS], class_="plain") if bad else None,
        h("p", left, class_="more") if left else None,
    ]
    if good:
        left = words.more(len(good) - MOST_ROWS)
        rest = table(f"{title} without a problem", head, good[:MOST_ROWS], numbers=range(1, len(head)), left=left)
        body.append(details(f"{number(len(good))} without a problem", rest))
    return body


def _told(head: Sequence[str], row: Sequence[Child]) -> str:
    return ", ".join(f"{name.lower()} {cell}" for name, cell in zip(head[1:], row[1:], strict=True))


def _or_dash(value: int | None) -> str:
    return "–" if value is None else str(value)


def _collection(report: Report) -> list[Child]:
    drawn = [figures.months(report), figures.objectives(report), figures.regions(report)]
    items = report["items"]
    kept = f"{plural(items['total'], 'item')} on the site; {number(items['withdrawn'])} gone from it, and kept."
    return [h("p", kept), *drawn]


def _fields(report: Report) -> list[Child]:
    rows = report["coverage"]
    if not any(row["of"] for row in rows):
        return [h("p", "No item was read, so nothing can be said.")]
    fallen = words.fallen(rows)
    said = f"Less than expected: {'; '.join(fallen)}." if fallen else "No field is notably emptier than expected."
    return [
        h("p", h("bdi", said), class_="bad" if fallen else None),
        table(
            "Items read that have something in the field",
            ["Field", "Share", "Before", "Points", "Filled", "Of"],
            [_coverage_row(row) for row in rows[:MOST_ROWS]],
            numbers=[1, 2, 3, 4, 5],
            left=words.more(len(rows) - MOST_ROWS),
        ),
    ]


def _coverage_row(row: FieldCoverage) -> list[Child]:
    share = row["filled"] / row["of"] if row["of"] else 0.0
    change = words.difference(row)
    bar = h(
        "svg",
        h("rect", width="100%", height="4", class_="track"),
        h("rect", width=f"{100 * min(max(share, 0), 1):.2f}%", height="4", class_="c1"),
        width="100%",
        height="4",
        class_="gauge",
        aria_hidden="true",
    )
    said: Child = "–"
    if change is not None:
        points = f"{100 * change:+.0f}".replace("-", "−") if abs(change) >= 0.005 else "0"
        said = h("strong", points, class_="bad") if change <= -words.NOTABLE_LOSS else points
    return [
        [h("bdi", short(row["field"], 60), class_="name"), bar],
        words.share(row),
        words.expected(row),
        said,
        number(row["filled"]),
        number(row["of"]),
    ]


def _network(report: Report) -> list[Child]:
    http, archive, robots = report["http"], report["archive"], report["robots"]
    names = [short(name) for name in archive["files"]]
    files: list[Child] = [[h("span", name, class_="code"), " "] for name in names[:MOST_ROWS]]
    rows: list[tuple[str, Child]] = [
        ("Requests", number(http["requests"])),
        ("Received", size(http["bytes"])),
        ("Not modified", number(http["not_modified"])),
        ("Taken from the archive", number(http["from_archive"])),
        ("Archived", f"{plural(archive['exchanges'], 'exchange')}, {size(archive['bytes'])}"),
        ("Not stored twice", f"{plural(archive['revisits'], 'payload')}"),
        ("WARC files", [*files, words.more(len(names) - MOST_ROWS)] if files else "none"),
        ("robots.txt", _robots(report)),
    ]
    if robots["sha256"]:
        rows.append(("Its SHA-256", h("span", short(robots["sha256"], 80), class_="code")))
    return [figures.answers(report), definitions(rows)]


def _robots(report: Report) -> Child:
    robots = report["robots"]
    if robots["status"] is None:
        return "not asked for"
    said = f"status {robots['status']}, "
    said += f"asks for {duration(robots['crawl_delay'])} between requests, " if robots["crawl_delay"] else ""
    changed = "not what it was in the run before" if robots["changed"] else "as in the run before"
    return [said, h("strong", changed, class_="bad") if robots["changed"] else changed]


def _option(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return short(", ".join(map(str, value)), 120) or "none"
    return "none" if value is None else short(str(value), 120)


def _history(report: Report) -> list[Child]:
    drawn = figures.history(report)
    return [h("p", "No run is known.") if drawn is None else drawn]


def _run(report: Report) -> list[Child]:
    run = report["run"]
    options = [f"{short(name, 40)}: {_option(value)}" for name, value in sorted(run["options"].items())]
    total = sum(one["seconds"] for one in report["timings"])
    about = definitions(
        [
            ("Run", h("span", short(run["id"], 80), class_="code")),
            ("Begun as", h("span", short(run["cycle"], 80), class_="code")),
            ("Options", h("bdi", "; ".join(options[:MOST_ROWS])) if options else "none"),
            ("User agent", h("bdi", short(run["user_agent"]))),
            ("Pages read by", h("bdi", short(run["extractor"], 80))),
            ("Ended because", h("bdi", short(report["outcome"]["finish_reason"], 80))),
        ]
    )
    rows: list[list[Child]] = [
        [h("bdi", short(one["phase"], 40)), duration(one["seconds"]), percent(one["seconds"] / total if total else 0)]
        for one in report["timings"][:MOST_ROWS]
    ]
    left = words.more(len(report["timings"]) - MOST_ROWS)
    took = table("What took how long", ["Phase", "Time", "Share"], rows, numbers=[1, 2], left=left)
    return [about, took if rows else None]
