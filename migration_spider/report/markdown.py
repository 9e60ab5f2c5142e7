"""``report.md``: the report in short, for a terminal and for the summary of a job.

Texts from the web are escaped by the rules of CommonMark and of GitHub's additions to it (tables, bare addresses, names
after an at sign, formulas).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from migration_spider.report import words
from migration_spider.report.model import Ref, Report
from migration_spider.report.text import LONGEST, address, number, plural, short, size, visible

MOST_ITEMS = 10
MOST_MISSING = 10
MOST_ROWS = 12
MOST_RUNS = 7
MOST_MESSAGES = 20

_SPECIAL = re.compile(r"[\\`*{}\[\]<>&#|~$^@]|(?<![^\W_])_|_(?![^\W_])|:(?=[/A-Za-z_+])|(?<=\bwww)\.", re.IGNORECASE)
_AT_THE_START = re.compile(r"(?:\d+(?=[.)])|(?=[-+=]))")


def markdown(report: Report) -> str:
    """The text of ``report.md``, for a report that `model.check` has seen."""
    run = report["run"]
    further = words.further(report)
    blocks = [
        f"# {escaped(words.headline(report))}",
        _bullets([escaped(short(text, 600)) for text in further], MOST_MESSAGES),
        escaped(f"{words.changes(report)} {words.account(report)}"),
        _table(*zip(*words.figures(report), strict=True)),
        f"Harvest of {_web(run['site'])}, {escaped(_when(report))}, run {code(run['id'])}.",
        *_changes(report),
        *_missing(report),
        *_sources(report),
        *_fields(report),
        *_unknown(report),
        *_network(report),
        *_history(report),
        "Everything stands in `report.json`, charts in `report.html`, beside this file.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _when(report: Report) -> str:
    exit_code = report["outcome"]["exit_code"]
    return f"{words.when(report)}, exit code {exit_code}"


def escaped(text: str) -> str:
    """A text as Markdown that prints just it, on one line, wherever on a line it stands."""
    text = _SPECIAL.sub(lambda found: "\\" + found[0], visible(text))
    if start := _AT_THE_START.match(text):
        text = text[: start.end()] + "\\" + text[start.end() :]
    return text


def code(text: str) -> str:
    """A text as a code span."""
    text = short(text)
    if not text:
        return "(none)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _web(url: str) -> str:
    """An address that is its own text."""
    return f"<{url}>" if address(url) and len(url) <= LONGEST else _link(url, url)


def _link(text: str, url: str) -> str:
    shown = escaped(short(text)) or "(no text)"
    target = address(url)
    if target is None:
        return shown
    target = re.sub(r"&(?=#?\w+;)", "&amp;", target)
    return f"[{shown}](<{target}>)" if re.search(r"[()]", target) else f"[{shown}]({target})"


def _bullets(lines: Sequence[str], most: int) -> str:
    left = words.more(len(lines) - most)
    return "\n".join(f"- {line}" for line in [*lines[:most], *([left] if left else [])])


def _table(head: Iterable[str], *rows: Iterable[str]) -> str:
    """Cells are Markdown already."""
    names = list(head)
    lines = [names, ["-"] * len(names), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _changes(report: Report) -> list[str]:
    said: dict[str, Callable[[Any], str]] = {
        "Changed": _fields_of,
        "Gone": lambda item: escaped(words.vanished(item)),
        "Perhaps gone": _unconfirmed,
    }
    blocks = []
    for title, found in words.groups(report["items"]):
        lines = [_item(one, said.get(title)) for one in found]
        blocks += [f"## {title}: {number(len(found))}", _bullets(lines, MOST_ITEMS)]
    return blocks


def _item(item: Ref, said: Callable[[Any], str] | None) -> str:
    where = item["warc"]
    note = f": {said(item)}" if said else ""
    proof = code(words.show_command(item["id"]))
    date = f", {escaped(short(item['publication_date'], 20))}" if item["publication_date"] else ""
    return (
        f"{_link(item['title'], item['url'])}{date}{note}  \n"
        f"  {proof}, {code(where['file'])} at byte {where['offset']}, {code(where['record_id'])}"
    )


def _fields_of(item: Any) -> str:
    names = [code(name) for name in item["fields"]]
    left = words.more(len(names) - MOST_ROWS)
    return ", ".join([*names[:MOST_ROWS], *([left] if left else [])]) or "nothing that is told"


def _unconfirmed(item: Any) -> str:
    return escaped(f"{words.vanished(item)}; taken for gone after {number(item['needed'])}")


def _missing(report: Report) -> list[str]:
    if not report["missing"]:
        return []
    blocks = [f"## Missing: {number(len(report['missing']))}"]
    for reason, found in words.by_reason(report["missing"]).items():
        again = "asked for again" if words.is_open(reason) else "not asked for again"
        lines = [f"{_web(one['url'])}, {escaped(words.known(one))}" for one in found]
        blocks.append(f"**{escaped(words.reason(reason))}** ({code(reason)}), {number(len(found))}, {again}:")
        blocks.append(_bullets(lines, MOST_MISSING))
    return blocks


def _sources(report: Report) -> list[str]:
    completeness = report["completeness"]
    lines = [
        f"{_web(one['url'])}: {escaped(short(one['problem']))}"
        for one in completeness["sitemaps"]
        if one["problem"] is not None
    ]
    lines += [
        f"{code(one['path'])}: {escaped(short(one['problem']))}"
        for one in completeness["listings"]
        if one["problem"] is not None
    ]
    return ["## Sitemaps and listings with problems", _bullets(lines, MOST_ROWS)] if lines else []


def _fields(report: Report) -> list[str]:
    if not any(row["of"] for row in report["coverage"]):
        return []
    rows = [
        [
            escaped(short(row["field"], 60)),
            f"{number(row['filled'])} of {number(row['of'])}",
            words.share(row),
            words.expected(row),
        ]
        for row in report["coverage"][: 2 * MOST_ROWS]
    ]
    fallen = words.fallen(report["coverage"])
    said = f"Less than expected: {escaped('; '.join(fallen))}." if fallen else ""
    return ["## Fields of the items read", said, _table(["field", "filled", "share", "expected"], *rows)]


def _unknown(report: Report) -> list[str]:
    lines = [
        f"{code(one['where'])}: {escaped(short(one['text']))} ({number(one['count'])})" for one in report["vocabulary"]
    ]
    return [f"## Not in any vocabulary: {number(len(lines))}", _bullets(lines, MOST_ROWS)] if lines else []


def _network(report: Report) -> list[str]:
    http, archive, robots = report["http"], report["archive"], report["robots"]
    answers = [escaped(one) for one in words.answers(http)]
    received = f"{plural(http['requests'], 'request')}, {size(http['bytes'])} received"
    archived = f"{plural(archive['exchanges'], 'exchange')} archived, {size(archive['bytes'])}"
    lines = [
        f"{received}: {', '.join(answers[:MOST_ROWS]) or 'no answer'}",
        f"{archived}, {plural(archive['revisits'], 'payload')} not stored twice",
    ]
    if robots["changed"]:
        lines.append("robots.txt is not what it was in the run before")
    if took := words.took(report):
        lines.append("took: " + escaped(", ".join(took[:MOST_ROWS])))
    return ["## The network", _bullets(lines, len(lines))]


def _history(report: Report) -> list[str]:
    runs = report["charts"]["history"][-MOST_RUNS:]
    if len(runs) < 2:
        return []
    rows = [[escaped(words.day_of(run)), escaped(words.code_of(run)), *words.numbers_of(run)] for run in reversed(runs)]
    head = ["began (UTC)", "exit code", "new", "changed", "gone", "requests", "received", "time"]
    return ["## The last runs", _table(head, *rows)]
