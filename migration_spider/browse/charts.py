"""The data of the charts on the overview; the templates decide how it looks.

A chart is a list or a table of links with numbers, so that it can be read without seeing it and without its style
sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

SHADES = 5
"""Steps from few to many."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar, column, cell or country."""

    label: str
    count: int
    """Stories; as many as the page has that it leads to."""

    href: str | None
    """Of the selection; None where nothing would be found."""

    share: float = 0.0
    """Per cent of the longest of its drawing."""

    shade: int = 0
    """0 to `SHADES`."""

    note: str = ""
    """Stands beside the label."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A list of bars."""

    id: str
    title: str
    said: str
    """What counts, in a sentence."""

    marks: Sequence[Mark]
    more: Sequence[Mark] = ()
    """Further marks that are shown when asked for."""

    unsaid: Mark | None = None
    """The stories where nothing is printed; on no scale with the others."""

    uncoded: int = 0
    """Printed values that the vocabulary does not know."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of marks."""

    head: Mark
    cells: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Marks in rows and columns."""

    heads: Sequence[Mark]
    rows: Sequence[Row] = field(default_factory=list)


def scaled(marks: Iterable[Mark], top: int | None = None) -> list[Mark]:
    """``marks`` with their `Mark.share` of ``top``, or of the largest of them; what is not nothing can be seen."""
    marks = list(marks)
    top = top or max((mark.count for mark in marks), default=0)
    return [replace(mark, share=max(round(100 * mark.count / top, 2), 0.5) if mark.count else 0.0) for mark in marks]


def shaded(marks: Iterable[Mark], limits: Sequence[tuple[int, int]]) -> list[Mark]:
    """``marks`` with their `Mark.shade`: the number of the step of ``limits`` that the count falls into, from 1."""
    return [replace(mark, shade=shade(mark.count, limits)) for mark in marks]


def shade(count: int, limits: Sequence[tuple[int, int]]) -> int:
    """The step that ``count`` falls into, from 1; 0 for nothing."""
    return next((number for number, (low, high) in enumerate(limits, 1) if low <= count <= high), 0)


def steps(counts: Iterable[int], how_many: int = SHADES) -> list[tuple[int, int]]:
    """(lowest, highest) of each step from the least of ``counts`` that is not nothing to the most.

    Where they differ by powers, each step holds as many times more as the one before it: of equal steps the first
    would hold nearly all of them. Else the steps are equal.
    """
    there = [count for count in counts if count > 0]
    if not there:
        return []
    least, most = min(there), max(there)
    if most > _POWERS * least:
        tops = {_round(least * (most / least) ** (number / how_many), 1) for number in range(1, how_many)}
    else:
        tops = {_round(least + (most - least) * number / how_many, 2) for number in range(1, how_many)}
    ordered = [*sorted(top for top in tops if least <= top < most), most]
    return list(zip([least, *(top + 1 for top in ordered)], ordered, strict=False))


_POWERS = 10


def _round(value: float, digits: int) -> int:
    """To so many digits that count: ``73`` to one is ``70``."""
    power: int = 10 ** max(len(str(int(value))) - digits, 0)
    return max(int(value / power + 0.5) * power, 1)
