"""Computes the shapes of charts. Horizontal positions are percentages, so that a chart fits a phone and its text keeps
its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from migration_spider.report.text import number

PLOT = 94.0
"""Per cent of the width for the columns; the rest is for the numbers of the axis."""

WIDEST = 7.0
"""Per cent of the width for one column, at most."""

LABEL = 9.0
"""Per cent of the width for a label of four digits on a phone."""

TOP, FOOT = 18, 22
"""Pixels above and below the columns."""


@dataclass(slots=True)
class Bar:
    """One column of a chart: the parts above the base line and below it, and the label."""

    up: list[tuple[str, int]] = field(default_factory=list)
    """(class, count) from the line upwards."""

    down: list[tuple[str, int]] = field(default_factory=list)
    label: str = ""
    mark: str | None = None
    """Class of the label."""

    @property
    def height(self) -> int:
        """The total count above the line."""
        return sum(count for _, count in self.up)


class Shape(NamedTuple):
    """One element of SVG."""

    tag: str
    class_: str
    place: dict[str, object]
    """Attributes for position and size."""

    text: str


def _shape(tag: str, class_: str, text: str = "", **place: object) -> Shape:
    return Shape(tag, class_, place, text)


@dataclass(slots=True)
class Chart:
    """A drawing with its numbers and description."""

    title: str
    said: str
    """The description in words."""

    shapes: list[Shape]
    height: int
    """Pixels."""

    rows: list[Any] = field(default_factory=list)
    """Its numbers as a table."""

    legend: list[tuple[str, str]] = field(default_factory=list)
    """(class, name) of each colour, in the order of the drawing."""


def columns(bars: Sequence[Bar], height: int, limit: int | None = None) -> tuple[list[Shape], int]:
    """Return the shapes, and the total height in pixels. Columns above ``limit`` are cut, and show their count."""
    highest = max((bar.height for bar in bars), default=0)
    lowest = max((sum(count for _, count in bar.down) for bar in bars), default=0)
    top = min(highest, limit) if limit else highest
    step = _step(max(top, 1))
    frame = _Frame(height, max(math.ceil(top / step) * step, step), lowest, min(PLOT / max(len(bars), 1), WIDEST))
    shapes = list(frame.lines(step))
    for index, bar in enumerate(bars):
        shapes += frame.column(bar, index)
    return shapes, frame.base + frame.depth + FOOT


@dataclass(frozen=True, slots=True)
class _Frame:
    """The geometry of a chart with columns."""

    height: int
    """Pixels above the line."""
    span: int
    """Count of a column of that height."""
    lowest: int
    """Count of the longest column below the line."""
    slot: float
    """Per cent of the width for a column."""

    @property
    def base(self) -> int:
        """Vertical position of the line in pixels."""
        return TOP + self.height

    @property
    def depth(self) -> int:
        """Pixels below the line."""
        return round(self.height * min(self.lowest, self.span) / self.span)

    def lines(self, step: int) -> Iterator[Shape]:
        """Yield the base line and the grid lines above it, each with its number."""
        for value in range(0, self.span + 1, step):
            y = round(self.base - self.height * value / self.span, 1)
            yield _shape("line", "grid" if value else "base", x1="0", x2="100%", y1=y, y2=y)
            yield _shape("text", "tick", number(value), x="100%", y=y - 4)

    def column(self, bar: Bar, index: int) -> Iterator[Shape]:
        """Yield the shapes of a column; the first one of a chart has less room to its left."""
        place = {"x": f"{self.slot * (index + 0.1):.3f}%", "width": f"{self.slot * 0.8:.3f}%"}
        middle = f"{self.slot * (index + 0.5):.3f}%"
        yield from self._up(bar, place)
        if bar.height > self.span:
            yield _shape("rect", "cut", y=TOP + 5, height=3, **place)
            yield _shape("text", "value" if index else "value first", number(bar.height), x=middle, y=TOP - 4)
        yield from self._down(bar, place)
        if bar.label:
            mark = f"foot {bar.mark}" if bar.mark else "foot"
            is_cut = not index and len(bar.label) > 2
            x = "0" if is_cut else middle
            yield _shape("text", mark + " first" * is_cut, bar.label, x=x, y=self.base + self.depth + 16)

    def _up(self, bar: Bar, place: Mapping[str, str]) -> Iterator[Shape]:
        shrink = self.span / bar.height if bar.height > self.span else 1.0
        level = float(self.base)
        for kind, count in bar.up:
            tall = self.height * count * shrink / self.span
            level -= tall
            if count > 0:
                yield _shape("rect", kind, y=f"{level:.2f}", height=f"{tall:.2f}", **place)

    def _down(self, bar: Bar, place: Mapping[str, str]) -> Iterator[Shape]:
        level = float(self.base)
        for kind, count in bar.down:
            tall = self.depth * min(count, self.span) / max(min(self.lowest, self.span), 1)
            if count > 0:
                yield _shape("rect", kind, y=f"{level + 1:.2f}", height=f"{tall:.2f}", **place)
            level += tall


def bars(rows: Sequence[tuple[str, int, str]]) -> tuple[list[Shape], int]:
    """Return the shapes of rows (label, count, class), and the total height in pixels."""
    most = max((count for _, count, _ in rows), default=0)
    shapes: list[Shape] = []
    for index, (label, count, kind) in enumerate(rows):
        y = index * 36
        shapes.append(_shape("text", "label", label, x="0", y=y + 14))
        shapes.append(_shape("text", "amount", number(count), x="100%", y=y + 14))
        shapes.append(_shape("rect", "track", x="0", y=y + 20, width="100%", height=8))
        if count > 0:
            shapes.append(_shape("rect", kind, x="0", y=y + 20, width=f"{100 * count / most:.3f}%", height=8))
    return shapes, 36 * len(rows)


def thinned(labels: Sequence[str], slot: float) -> list[str]:
    """Leave out labels until the others have enough room; ``slot`` is the width of a column in per cent."""
    shown = [index for index, label in enumerate(labels) if label]
    every = 1
    while any((later - first) * slot < LABEL for first, later in zip(shown[::every], shown[::every][1:], strict=False)):
        every += 1
    kept = set(shown[::every])
    return [label if index in kept else "" for index, label in enumerate(labels)]


def outlier(totals: Sequence[int]) -> int | None:
    """The count at which to cut columns, if one is so high that the others could not be seen; else None."""
    ordered = sorted(totals, reverse=True)
    if len(ordered) > 2 and ordered[1] > 0 and ordered[0] > 4 * ordered[1]:
        return ordered[1]
    return None


def _step(top: int) -> int:
    """The distance between grid lines: 1, 2 or 5 times a power of ten, for at most five lines."""
    power: int = 10 ** max(len(str(top)) - 2, 0)
    for factor in (1, 2, 5, 10, 20, 50):
        if top <= 5 * factor * power:
            return factor * power
    return 100 * power
