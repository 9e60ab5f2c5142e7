"""The share of filled fields in the items of this run, now and when they were read before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.items import BLOCK_FIELDS, filled

FEWEST = 10
"""Items read below which shares tell nothing."""


@dataclass(slots=True)
class Coverage:
    """Fields of items that have something, as `items.filled` gives them."""

    known: MutableMapping[str, str] = field(default_factory=dict)
    """Id -> fields of the items before the run, those withdrawn left out."""

    read: MutableMapping[str, str] = field(default_factory=dict)
    """Id -> fields of the items read in the run."""

    def add(self, item_id: str, get: Callable[[str], Any]) -> None:
        """An item that was read; ``get`` gives a field's value by name."""
        self.read[item_id] = filled(get)

    def filled(self) -> Mapping[str, int]:
        """Field -> items read that have something in it."""
        return _count(Counter(self.read.values()))

    def expected(self) -> dict[str, float]:
        """Field -> how many of the items read should have it: those that had it; of new ones the share of all."""
        had = _count(Counter(self.known[one] for one in self.read if one in self.known))
        new = sum(one not in self.known for one in self.read)
        every, of = _count(Counter(self.known.values())), len(self.known)
        return {name: had[name] + (new * every[name] / of if of else 0.0) for name in BLOCK_FIELDS}

    def losses(self) -> dict[str, float]:
        """Field -> share (0 to 1) of what was expected that is missing; only where there is enough to compare."""
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
