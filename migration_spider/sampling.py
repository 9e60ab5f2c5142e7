"""Selects a few items that differ as much as possible: in language, year and type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

SAMPLES = 12
"""Sample items of a survey: what a person looks through in five minutes."""

FEWEST = 10
"""Requests with which a survey comes beyond robots.txt and the front page."""

MOST = 200
"""Requests of a survey, all counted, where MIGRATION_MAX_REQUESTS says nothing."""

Traits = tuple[str, str, str]
"""Language, year, content type."""


def traits(language: str, published: str | None, node_type: str | None) -> Traits:
    """What makes items different; ``published`` is an ISO 8601 date."""
    return language, (published or "")[:4], node_type or ""


def varied(traits: Sequence[tuple[Hashable, ...]], most: int) -> list[int]:
    """Places of up to ``most`` entries of ``traits`` that differ as much as they can, in their order.

    Each entry has the traits of one thing, the most telling first: ``("es", 2021, "news")``. Always the one is taken
    whose traits were taken least often so far; of equals the first.
    """
    taken: list[int] = []
    met: Counter[tuple[int, Hashable]] = Counter()
    left = list(range(len(traits)))
    while left and len(taken) < most:
        best = min(left, key=lambda place: _known(traits[place], met))
        left.remove(best)
        taken.append(best)
        met.update(enumerate(traits[best]))
    return sorted(taken)


def _known(traits: tuple[Hashable, ...], met: Counter[tuple[int, Hashable]]) -> tuple[int, tuple[int, ...]]:
    counts = tuple(met[trait] for trait in enumerate(traits))
    return sum(counts), counts
