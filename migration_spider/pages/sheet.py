"""The lines of an outline by number, so that the content of a unit and the unit after it are found in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate

from migration_spider.pages.class_words import MEDIA
from migration_spider.pages.outline import Block, Line, Unit, ancestors
from migration_spider.pages.prose import is_prose


class Sheet:
    """The lines of an outline by number, and the range of numbers of each unit."""

    def __init__(self, top: Block) -> None:
        self.top = top
        self.lines = list(top.lines())
        self.span: dict[Unit, tuple[int, int]] = {line: (n, n + 1) for n, line in enumerate(self.lines)}
        for block in reversed(list(top.blocks())):
            inner = block.children
            self.span[block] = (self.span[inner[0]][0], self.span[inner[-1]][1]) if inner else (0, 0)
        self.media = {block for block in top.blocks() if MEDIA[block.classes]}
        self.has_terms = any("taxonomy-term" in block.classes for block in top.blocks())
        """Whether the template of terms is used, as for values."""
        self.prose = {line for line in self.lines if is_prose(line)}
        self._count_prose = self.counter(self.prose)

    def of(self, unit: Unit) -> list[Line]:
        """Return the lines of ``unit``."""
        start, end = self.span[unit]
        return self.lines[start:end]

    def counter(self, lines: Iterable[Line]) -> Callable[[Unit], int]:
        """Return a function that counts how many of ``lines`` are in a unit."""
        chosen, spans = set(lines), self.span
        sums = list(accumulate((line in chosen for line in self.lines), initial=0))

        def count(unit: Unit) -> int:
            start, end = spans[unit]
            return sums[end] - sums[start]

        return count

    def has_prose(self, unit: Unit) -> bool:
        return self._count_prose(unit) > 0

    def follower(self, unit: Unit) -> Unit | None:
        """Return the child after ``unit`` of the block around it."""
        end = self.span[unit][1]
        if unit.parent is None or end >= self.span[unit.parent][1]:
            return None
        unit_after: Unit = self.lines[end]
        for block in ancestors(self.lines[end]):
            if block is unit.parent:
                break
            unit_after = block
        return unit_after
