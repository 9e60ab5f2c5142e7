"""How full the fields are: of the items read in this run, now and when they were read before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migration_spider.normalize.terms import TERM_FIELDS

FIELDS = ("publication_date", *TERM_FIELDS)
"""The fields of the metadata block."""

FEWEST = 10
"""Items read below which shares tell nothing."""


def bits_of(get: Any) -> int:
    """One bit per field that has something; ``get`` gives a field's value by name."""
    return sum(1 << bit for bit, name in enumerate(FIELDS) if get(name))


@dataclass(slots=True)
class Coverage:
    """Fields of items; a few bits for each."""

    known: dict[str, int] = field(default_factory=dict)
    """Id -> bits of the items before the run, those withdrawn left out."""

    read: dict[str, int] = field(default_factory=dict)
    """Id -> bits of the items read in the run."""

    @classmethod
    def of_lines(cls, path: Path) -> Coverage:
        """Of the present state of ``items/news.jsonl``, before a run."""
        known: dict[str, int] = {}
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                for item in map(json.loads, lines):
                    if "tombstone" in item:
                        known.pop(item["id"], None)
                    else:
                        known[item["id"]] = bits_of(item.get)
        return cls(known)

    def add(self, item: Any) -> None:
        """An item that was read."""
        self.read[item.id] = bits_of(lambda name: getattr(item, name))

    def filled(self) -> Mapping[str, int]:
        """Field -> items read that have something in it."""
        return _count(Counter(self.read.values()))

    def expected(self) -> dict[str, float]:
        """Field -> how many of the items read should have it: those that had it; of new ones the share of all."""
        had = _count(Counter(self.known[one] for one in self.read if one in self.known))
        new = sum(one not in self.known for one in self.read)
        all_known = _count(Counter(self.known.values()))
        return {name: had[name] + (new * all_known[name] / len(self.known) if self.known else 0.0) for name in FIELDS}

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
    return {name: sum(n for one, n in bits.items() if one >> bit & 1) for bit, name in enumerate(FIELDS)}
