"""How full the fields are: of the items read in this run, now and when they were read before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migration_spider.items import BLOCK_FIELDS

FEWEST = 10
"""Items read below which shares tell nothing."""


def bits_of(get: Any) -> int:
    """One bit per field of the metadata block that has something; ``get`` gives a field's value by name."""
    return sum(1 << bit for bit, name in enumerate(BLOCK_FIELDS) if get(name))


@dataclass(slots=True)
class Coverage:
    """Fields of items; a few bits for each."""

    known: dict[str, int] = field(default_factory=dict)
    """Id -> bits of the items before the run, those withdrawn left out."""

    read: dict[str, int] = field(default_factory=dict)
    """Id -> bits of the items read in the run."""

    def add(self, item_id: str, get: Any) -> None:
        """An item that was read; ``get`` gives a field's value by name."""
        self.read[item_id] = bits_of(get)

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
        filled = self.filled()
        return {
            name: 1 - filled[name] / expected
            for name, expected in self.expected().items()
            if expected >= FEWEST and filled[name] < expected
        }


def _count(bits: Mapping[int, int]) -> dict[str, int]:
    return {name: sum(n for one, n in bits.items() if one >> bit & 1) for bit, name in enumerate(BLOCK_FIELDS)}
