"""The data of the charts on the overview; the templates draw them.

A chart is a list or a table of links with numbers, so that it can be read by a screen reader and without its style
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
    """Number of stories, the same as on the linked page."""

    href: str | None
    """Address of the selection; None if it would be empty."""

    share: float = 0.0
    """Percentage of the longest mark of its chart."""

    shade: int = 0
    """0 to `SHADES`."""

    note: str = ""
    """Text beside the label."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A list of bars."""

    id: str
    title: str
    said: str
    """What is counted, in a sentence."""

    marks: Sequence[Mark]
    more: Sequence[Mark] = ()
    """Further marks that are hidden at first."""

    unsaid: Mark | None = None
    """The stories for which nothing is printed; not on the same scale as the others."""

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
    """``marks`` with their `Mark.share` of ``top``, or of the largest mark; all but 0 are large enough to be seen."""
    marks = list(marks)
    top = top or max((mark.count for mark in marks), default=0)
    return [replace(mark, share=max(round(100 * mark.count / top, 2), 0.5) if mark.count else 0.0) for mark in marks]


def shaded(marks: Iterable[Mark], limits: Sequence[tuple[int, int]]) -> list[Mark]:
    """``marks`` with their `Mark.shade`: the number of the step in ``limits`` that contains the count, from 1."""
    return [replace(mark, shade=shade(mark.count, limits)) for mark in marks]


def shade(count: int, limits: Sequence[tuple[int, int]]) -> int:
    """The number of the step that contains ``count``, from 1; 0 if none does."""
    return next((number for number, (low, high) in enumerate(limits, 1) if low <= count <= high), 0)


def steps(counts: Iterable[int], how_many: int = SHADES) -> list[tuple[int, int]]:
    """(lowest, highest) count of each step, from the lowest count above 0 to the highest.

    If the counts differ by more than a factor of 10, the steps grow by a constant factor, because of equal steps the
    first would contain nearly all counts. Otherwise the steps are equal.
    """
    positive = [count for count in counts if count > 0]
    if not positive:
        return []
    least, most = min(positive), max(positive)
    if most > _POWERS * least:
        tops = {_round(least * (most / least) ** (number / how_many), 1) for number in range(1, how_many)}
    else:
        tops = {_round(least + (most - least) * number / how_many, 2) for number in range(1, how_many)}
    ordered = [*sorted(top for top in tops if least <= top < most), most]
    return list(zip([least, *(top + 1 for top in ordered)], ordered, strict=False))


_POWERS = 10


def _round(value: float, digits: int) -> int:
    """Round to significant digits: ``73`` to one digit is ``70``."""
    power: int = 10 ** max(len(str(int(value))) - digits, 0)
    return max(int(value / power + 0.5) * power, 1)
