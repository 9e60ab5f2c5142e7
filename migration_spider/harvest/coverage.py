"""The share of filled fields in the items of this run, now and when they were read before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.items import BLOCK_FIELDS, filled

FEWEST = 10
"""Items read below which shares prove nothing."""


@dataclass(slots=True)
class Coverage:
    """The fields of items with a value, in the form of `items.filled`."""

    known: MutableMapping[str, str] = field(default_factory=dict)
    """Id -> fields of the items before the run, without withdrawn ones."""

    read: MutableMapping[str, str] = field(default_factory=dict)
    """Id -> fields of the items read in the run."""

    def add(self, item_id: str, get: Callable[[str], Any]) -> None:
        """Add an item that was read; ``get`` returns the value of a field."""
        self.read[item_id] = filled(get)

    def filled(self) -> Mapping[str, int]:
        """Field -> number of items read that have a value in it."""
        return _count(Counter(self.read.values()))

    def expected(self) -> dict[str, float]:
        """Field -> expected number of items read with a value: those that had one; of new items, the share of all."""
        had = _count(Counter(self.known[item_id] for item_id in self.read if item_id in self.known))
        new = sum(item_id not in self.known for item_id in self.read)
        every, of = _count(Counter(self.known.values())), len(self.known)
        return {name: had[name] + (new * every[name] / of if of else 0.0) for name in BLOCK_FIELDS}

    def losses(self) -> dict[str, float]:
        """Field -> share (0 to 1) of the expected values that are missing; only if there are enough to compare."""
        if len(self.known) < FEWEST:
            return {}
        present = self.filled()
        return {
            name: 1 - present[name] / expected
            for name, expected in self.expected().items()
            if expected >= FEWEST and present[name] < expected
        }


def _count(filled: Mapping[str, int]) -> dict[str, int]:
    return {name: sum(n for names, n in filled.items() if name in names.split()) for name in BLOCK_FIELDS}
