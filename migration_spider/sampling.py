"""Selects a few items that differ as much as possible: in language, year and type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

SAMPLES = 12
"""Sample items of a survey; a person can check them in five minutes."""

FEWEST = 10
"""Requests with which a survey comes beyond robots.txt and the front page."""

MOST = 200
"""Requests of a survey in total, unless MIGRATION_MAX_REQUESTS is set."""

Traits = tuple[str, str, str]
"""Language, year, content type."""


def traits(language: str, published: str | None, node_type: str | None) -> Traits:
    """The traits by which items are selected; ``published`` is an ISO 8601 date."""
    return language, (published or "")[:4], node_type or ""


def varied(traits: Sequence[tuple[Hashable, ...]], most: int) -> list[int]:
    """Return the indices of up to ``most`` entries of ``traits`` that differ as much as possible, in their order.

    An entry contains the traits of one thing, the most important first: ``("es", 2021, "news")``. In each step, the
    entry is taken whose traits were taken least often so far; of equal entries the first.
    """
    taken: list[int] = []
    counts: Counter[tuple[int, Hashable]] = Counter()
    remaining = list(range(len(traits)))
    while remaining and len(taken) < most:
        best = min(remaining, key=lambda place: _rank(traits[place], counts))
        remaining.remove(best)
        taken.append(best)
        counts.update(enumerate(traits[best]))
    return sorted(taken)


def _rank(traits: tuple[Hashable, ...], counts: Counter[tuple[int, Hashable]]) -> tuple[int, tuple[int, ...]]:
    taken = tuple(counts[trait] for trait in enumerate(traits))
    return sum(taken), taken
