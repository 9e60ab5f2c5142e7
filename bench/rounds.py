"""Rounds: everything that is compared runs in turns; what is told are medians, ranges, and ratios of the same round."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.child import ROOT, FailedError, run, size

Figures = dict[str, float]
"""Name -> figure of one run; what there is, and the units, are in `UNITS`."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One of the things that are compared."""

    name: str
    words: Callable[[Path], Sequence[str | Path]] = lambda folder: ()
    """The command, for a folder of its own that is empty, in which it runs and writes."""

    peer: str | None = None
    """The peer that it needs (`bench.peers`); without one it is ours, and runs in the project's folder."""

    codes: tuple[int, ...] = (0,)
    """Exit codes with which it may end."""

    before: Callable[[Path], None] = lambda folder: None
    """What is laid out in the folder first; not measured, nor counted as written."""

    told: Callable[[Path], Figures] = lambda folder: {}
    """What more is read from the folder, for example how many items were made."""

    measure: Callable[[Path], Figures] | None = None
    """In place of a command: does the work and measures it."""

    is_variant: bool = False
    """Whether a smoke run leaves it out: it shows whether it runs no better than another contender."""

    shown: str = ""
    """The command, as a person would type it; else ``words`` themselves."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: the contenders, beside the first of which all others are put."""

    name: str
    title: str
    method: str
    contenders: Sequence[Contender]
    base: str
    """The contender that the ratios are to."""

    bases: Mapping[str, str] = field(default_factory=dict)
    """Contender -> the one that its ratio is to, where that is another."""

    columns: tuple[str, ...] = ("cpu", "wall", "rss", "bytes")
    """The figures that are shown."""

    rounds: int | None = None
    """At most so many; for what takes long."""

    together: Callable[[Path], dict[str, Figures]] | None = None
    """In place of the commands: measures a round of all contenders in one process, and gives the figures of each."""


@dataclass(slots=True)
class Measured:
    """The raw figures of a contender, one of each round, or why there are none."""

    command: str = ""
    rounds: list[Figures] = field(default_factory=list)
    left_out: str = ""


def measure(
    subject: Subject,
    rounds: int,
    scratch: Path,
    left_out: dict[str, str],
    tell: Callable[[str], None],
    keep: Callable[[dict[str, Measured]], None] = lambda found: None,
) -> dict[str, Measured]:
    """All contenders in turns, ``rounds`` times; each round begins with another of them.

    A contender that fails is left out from then on, with what it said. ``keep`` is given all that is found after each.
    """
    found = {one.name: Measured() for one in subject.contenders}
    for one in subject.contenders:
        if one.peer in left_out:
            found[one.name].left_out = f"{one.peer}: {left_out[one.peer]}"
    for number in range(min(rounds, subject.rounds or rounds)):
        if subject.together:
            _together(subject, subject.together, scratch / subject.name / str(number), found, tell)
            continue
        start = number % len(subject.contenders)
        for one in [*subject.contenders[start:], *subject.contenders[:start]]:
            into = found[one.name]
            if into.left_out:
                continue
            folder = scratch / subject.name / f"{number}-{one.name}".replace(" ", "-").replace("/", "-")
            folder.mkdir(parents=True)
            try:
                into.rounds.append(_once(one, folder, into))
            except FailedError as error:
                into.left_out = str(error)
                tell(f"{subject.name}: {one.name} is left out: {error}")
                continue
            finally:
                shutil.rmtree(folder, ignore_errors=True)  # all of a run would be some gigabytes
            keep(found)
            cpu = into.rounds[-1].get("cpu")
            tell(f"{subject.name} {number + 1}: {one.name}" + (f", {cpu:.2f} s of CPU" if cpu else ""))
    return found


def _together(
    subject: Subject,
    together: Callable[[Path], dict[str, Figures]],
    folder: Path,
    found: dict[str, Measured],
    tell: Callable[[str], None],
) -> None:
    folder.mkdir(parents=True)
    try:
        figures = together(folder)
    except FailedError as error:
        tell(f"{subject.name}: {error}")
        for it in found.values():
            it.left_out = str(error)
        return
    for one in subject.contenders:
        found[one.name].command = one.shown
        found[one.name].rounds.append(figures[one.name])
    tell(f"{subject.name} {int(folder.name) + 1}")


def _once(one: Contender, folder: Path, into: Measured) -> Figures:
    one.before(folder)
    if one.measure:
        into.command = one.shown
        return one.measure(folder)
    there, words = size(folder), one.words(folder)
    into.command = one.shown or " ".join(map(str, words))
    log = folder.with_suffix(".log")
    usage = run(words, folder if one.peer else ROOT, log, codes=one.codes)
    figures: Figures = {"cpu": usage.cpu, "wall": usage.wall, "rss": usage.rss, "bytes": size(folder) - there}
    figures.update(one.told(folder))
    if "items" in figures and usage.cpu:
        figures["rate"] = figures["items"] / usage.cpu
    return figures


@dataclass(frozen=True, slots=True)
class Summary:
    """Of several rounds: the median, the lowest, the highest."""

    median: float
    low: float
    high: float


def summary(values: Sequence[float]) -> Summary:
    """Raises ValueError when there are none."""
    if not values:
        raise ValueError("no round was measured")
    return Summary(statistics.median(values), min(values), max(values))


def ratios(of: Sequence[Figures], to: Sequence[Figures], figure: str) -> Summary | None:
    """How many times as much ``of`` has as ``to``, round by round; None where a round has none of it."""
    pairs = [(one.get(figure), other.get(figure)) for one, other in zip(of, to, strict=False)]
    found = [one / other for one, other in pairs if one is not None and other]
    return summary(found) if found and len(found) == len(pairs) else None


UNITS: dict[str, tuple[str, float, str]] = {
    "cpu": ("CPU s", 1, ".2f"),
    "wall": ("wall s", 1, ".2f"),
    "rss": ("RSS MB", 1e6, ".0f"),
    "bytes": ("written MB", 1e6, ".2f"),
    "cpu_ms": ("CPU ms each", 1, ".2f"),
    "requests": ("requests", 1, ".0f"),
    "wire": ("from the wire MB", 1e6, ".3f"),
    "items": ("items", 1, ".0f"),
    "rate": ("items in a CPU s", 1, ".0f"),
    "median_ms": ("median ms", 1, ".0f"),
    "late_ms": ("95th percentile ms", 1, ".0f"),
}
"""Figure -> heading with its unit, what it is divided by, format."""


def shown(figure: str, value: float) -> str:
    """A figure as it is printed, without its unit."""
    _, divisor, form = UNITS[figure]
    return format(value / divisor, form)


def table(subject: dict[str, Any]) -> list[list[str]]:
    """The heading and the rows of a subject of the results: medians with their ranges, ratios of the first figure."""
    columns, contenders, bases = subject["columns"], subject["contenders"], subject.get("bases", {})
    has_items = any("items" in one for it in contenders.values() for one in it["rounds"])
    columns = [*columns, *(["items"] if has_items and "items" not in columns else [])]
    main = columns[0]
    rows = [["", *(UNITS[one][0] for one in columns), f"ratio of {UNITS[main][0].rpartition(' ')[0] or main}", "range"]]
    for name, one in contenders.items():
        if not one["rounds"] or one["left_out"]:
            rows.append([name, *[""] * len(columns), "left out", ""])
            continue
        cells = [name]
        for figure in columns:
            values = [it[figure] for it in one["rounds"] if figure in it]
            cells.append(shown(figure, summary(values).median) if values else "")
        base = contenders.get(bases.get(name, subject["base"]), {"rounds": []})
        ratio = ratios(one["rounds"], base["rounds"], main)
        cells += [f"{ratio.median:.2f}", f"{ratio.low:.2f} to {ratio.high:.2f}"] if ratio else ["", ""]
        rows.append(cells)
    return rows


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as a text of columns, the first to the left."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def say(text: str) -> None:
    """To a person who waits: on standard error, what is found is on standard output."""
    print(text, file=sys.stderr, flush=True)
