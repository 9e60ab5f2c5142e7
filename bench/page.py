"""``python -m bench.page bench/results/<date>.json``: the tables of docs/performance.md, and its picture, of a run.

Only what stands between the two marks in the page is written anew; the rest of it is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chart import Group, drawn
from bench.child import ROOT
from bench.joined import RUN
from bench.rounds import UNITS, ratios, shown, table
from bench.targets import ABSOLUTE, Outcome, outcomes

PAGE, PICTURE = ROOT / "docs" / "performance.md", ROOT / "docs" / "images" / "performance.svg"
BEGIN, END = "<!-- figures: written by python -m bench.page -->", "<!-- end of figures -->"
SHOWN = ("crawl", "reparse", "index", "verify")
"""The subjects that the picture shows."""

MET = {True: "met", False: "**missed**", None: "not measured"}


def main() -> None:
    [file] = map(Path, sys.argv[1:])
    results = json.loads(file.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replaced(text, page(results, file.name)), encoding="utf-8")
    PICTURE.write_text(picture(results), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}, {PICTURE.relative_to(ROOT)}")


def replaced(text: str, figures: str) -> str:
    """``text`` with ``figures`` between the marks. Raises ValueError without them."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{head}{BEGIN}\n\n{figures}\n\n{END}{tail}"


def page(results: dict[str, Any], name: str) -> str:
    """All that is told of a run, as Markdown."""
    machine = results["machine"]
    where = (
        f"Measured at {results['began']}, commit `{results['commit']}`, {results['portal']}, {results['addresses']}"
        f" addresses; `bench/results/{name}` has every round, every command and all versions. {machine['processor']},"
        f" {machine['cores']} cores, {machine['memory'] / 1e9:.0f} GB, {machine['system']}, Python {machine['python']};"
        f" load as it began {machine['load'][0]}."
    )
    parts = [
        where,
        "## Targets\n\n" + markdown(_targets(outcomes(results))),
    ]
    for key, one in results["subjects"].items():
        command = f"`python -m bench {key}`"
        to = "the smallest size" if one.get("bases") else f"*{one['base']}*"
        parts.append(f"## {one['title']}\n\n{one['method']} {command}, ratios to {to}:")
        parts.append(markdown(table(one)))
        parts += _runs(one, results)
        missing = [f"- {who}: {_line(it['left_out'])}" for who, it in one["contenders"].items() if it["left_out"]]
        if missing:
            parts.append("Left out:\n\n" + "\n".join(missing))
    parts.append("## The commands\n\n" + _commands(results))
    return "\n\n".join(parts)


def _runs(subject: dict[str, Any], results: dict[str, Any]) -> list[str]:
    """What was measured in another run than the last one, and in which."""
    runs: dict[tuple[Any, ...], list[str]] = {}
    for name, it in subject["contenders"].items():
        if it["rounds"] and "began" in it and it["began"] != results["began"]:
            runs.setdefault(tuple(it[key] for key in RUN), []).append(name)
    all_of = len(subject["contenders"])
    return [
        f"Measured at {began}, commit `{commit}`, load {load}" + (f": {', '.join(who)}." if len(who) < all_of else ".")
        for (began, commit, load), who in runs.items()
    ]


def _line(text: str) -> str:
    """The first line, without addresses of this machine."""
    return re.sub(r"\(?/\S+\)?", "...", text.splitlines()[0]).strip()


def _targets(found: Sequence[Outcome]) -> list[list[str]]:
    rows = [["target", "limit", "measured", "range", ""]]
    for one in found:
        sign, limit = ("<=" if one.target.is_most else ">="), one.target.limit
        if one.target.to == ABSOLUTE:
            told = [shown(one.target.figure, value) for value in ([limit] if one.found is None else _three(limit, one))]
        else:
            told = [f"{value:g}" if place == 0 else f"{value:.2f}" for place, value in enumerate(_three(limit, one))]
        told += [""] * (4 - len(told))
        spread = f"{told[2]} to {told[3]}" if one.found else ""
        rows.append([one.target.text, f"{sign} {told[0]}", told[1], spread, MET[one.is_met]])
    return rows


def _three(limit: float, one: Outcome) -> list[float]:
    return [limit, *((one.found.median, one.found.low, one.found.high) if one.found else ())]


def _commands(results: dict[str, Any]) -> str:
    lines = []
    for key, one in results["subjects"].items():
        for name, it in one["contenders"].items():
            if it["command"]:
                lines.append(f"{key}, {name}:\n    {it['command']}")
    return "```text\n" + "\n".join(lines) + "\n```"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table; figures stand to the right."""
    head, *rest = rows
    rule = ["-", *["-:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rest])


def picture(results: dict[str, Any]) -> str:
    """The drawing of the first figure of `SHOWN`, as ratios."""
    groups = []
    for key in SHOWN:
        if not (one := results["subjects"].get(key)):
            continue
        base, figure = one["contenders"][one["base"]]["rounds"], one["columns"][0]
        rows = [
            (name, found.median, name.startswith("ours"))
            for name, it in one["contenders"].items()
            if not it["left_out"] and (found := ratios(it["rounds"], base, figure))
        ]
        if rows:
            groups.append(Group(f"{one['title']}: {UNITS[figure][0].split()[0]}", rows))
    said = "; ".join(
        f"{group.title}: " + ", ".join(f"{label} {ratio:.2f}" for label, ratio, _ in group.rows) for group in groups
    )
    return drawn("What ours costs beside what one would otherwise run", said, groups)


if __name__ == "__main__":
    main()
