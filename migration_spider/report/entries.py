"""The lists of the page: items with their evidence, missing addresses, unknown values. Long ones are cut or folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migration_spider.report import words
from migration_spider.report.markup import Child, Node, definitions, details, foreign, h, link, web
from migration_spider.report.model import Missing, Ref, Report, UnknownTerm
from migration_spider.report.text import number, plural, sentence, short

FIRST = 10
"""Entries of a list that are shown at once; more are folded away."""

MOST_ITEMS = 100
MOST_MISSING = 50
MOST_UNKNOWN = 60
MOST_EXAMPLES = 3
MOST_FIELDS = 12


def changes(report: Report) -> list[Child]:
    """Items that are new, changed, gone or back, each with its evidence."""
    said: dict[str, Callable[[Any], str]] = {
        "Changed": _fields_of,
        "Gone": lambda item: f"{sentence(words.vanished(item))}.",
        "Back": lambda item: "Was taken for gone, and is there again.",
        "Perhaps gone": _unconfirmed,
    }
    body: list[Child] = []
    for title, found in words.groups(report["items"]):
        entries = [_item(item, said[title](item) if title in said else None) for item in found[:MOST_ITEMS]]
        body += [_heading(title, len(found)), _list(entries, len(found), "items")]
    return body or [h("p", "No item is new, changed or gone.")]


def missing(report: Report) -> list[Child]:
    """Addresses without an item, by reason."""
    site = report["run"]["site"]
    body: list[Child] = [h("p", words.account(report))]
    for reason, found in words.by_reason(report["missing"]).items():
        again = "The next run asks again" if words.is_open(reason) else "The next run does not ask again"
        body += [
            _heading(sentence(words.reason(reason)), len(found)),
            h("p", again, " (", h("span", short(reason, 60), class_="code"), ").", class_="meta"),
            _list([_address(one, site) for one in found[:MOST_MISSING]], len(found), "plain"),
        ]
    return body


def unknown(report: Report) -> list[Child]:
    """Values and labels that no vocabulary knows."""
    found, site = report["vocabulary"], report["run"]["site"]
    if not found:
        return [h("p", "Every value and label of the items is known.")]
    return [
        h(
            "p",
            f"{plural(len(found), 'value or label', 'values and labels')} that no vocabulary knows. ",
            h("code", "scrapy vocabulary"),
            " lists them all.",
        ),
        _list([_unknown(one, site) for one in found[:MOST_UNKNOWN]], len(found), "plain"),
    ]


def _heading(title: str, count: int) -> Node:
    return h("h3", h("bdi", title), " ", h("span", number(count), class_="count"))


def _list(entries: list[Node], count: int, kind: str) -> list[Child]:
    # A fold that hides one or two entries would only be in the way.
    shown = FIRST if len(entries) > FIRST + 2 else len(entries)
    rest = entries[shown:]
    left = words.more(count - len(entries))
    return [
        h("ul", entries[:shown], class_=kind),
        details(f"{number(len(rest))} more", h("ul", rest, class_=kind)) if rest else None,
        h("p", left, class_="more") if left else None,
    ]


def _item(item: Ref, said: str | None) -> Node:
    where = item["warc"]
    evidence = definitions(
        [
            ("Archived in", h("span", short(where["file"]), class_="code")),
            ("At byte", f"{where['offset']}, {where['length']} bytes long"),
            ("Record", h("span", short(where["record_id"]), class_="code")),
            ("Address", web(item["url"])),
            ("To prove it", h("code", words.show_command(item["id"]))),
        ]
    )
    return h(
        "li",
        h("p", short(item["publication_date"] or "no date", 20), class_="date"),
        h(
            "div",
            h("p", link(item["url"], foreign(item["title"], item["language"])), class_="title"),
            h("p", said, class_="note") if said else None,
            details([h("bdi", short(item["id"], 60)), f", version {item['version']}: evidence"], evidence),
        ),
    )


def _fields_of(item: Any) -> str:
    names = [short(name, 60) for name in item["fields"]]
    left = words.more(len(names) - MOST_FIELDS)
    return f"Changed: {words.listed(names[:MOST_FIELDS]) or 'nothing that is told'}{' ' + left if left else ''}."


def _unconfirmed(item: Any) -> str:
    return f"{sentence(words.vanished(item))}; taken for gone after {number(item['needed'])}."


def _address(one: Missing, site: str) -> Node:
    return h("li", web(one["url"], site), " ", h("bdi", words.known(one), class_="meta"))


def _unknown(one: UnknownTerm, site: str) -> Node:
    examples = [[" ", web(url, site)] for url in one["examples"][:MOST_EXAMPLES]]
    return h(
        "li",
        foreign(one["text"]),
        " ",
        h("bdi", f"{short(one['where'], 60)}, {plural(one['count'], 'time')}", class_="meta"),
        h("span", examples, class_="examples") if examples else None,
    )
