"""Shows two texts side by side, with paragraphs that are translations of each other in one row, if these are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.dataset.alignment import LONGEST_TEXT, MOST_PARAGRAPHS, align
from archive.dataset.anchors import paragraph


@dataclass(frozen=True, slots=True)
class Row:
    """Paragraphs that are shown beside each other."""

    first: Sequence[str]
    second: Sequence[str]
    score: float | None
    """How likely it is that they translate each other, 0 to 1; None if they are not paired."""


def beside(first: str, second: str) -> list[Row]:
    """Return the rows of two texts, with each paragraph once and in order.

    The pairs are those of the parallel texts of a release (`archive.dataset.alignment`). Texts that cannot be paired,
    or are too long for it, make one row.
    """
    ours, theirs = paragraphs(first), paragraphs(second)
    if max(len(first), len(second)) > LONGEST_TEXT or max(len(ours), len(theirs)) > MOST_PARAGRAPHS:
        return [Row(ours, theirs, None)]
    rows: list[Row] = []
    i = j = 0
    for link in align([paragraph(text) for text in ours], [paragraph(text) for text in theirs]):
        rows += _between(ours[i : link.first[0]], theirs[j : link.second[0]])
        i, j = link.first[-1] + 1, link.second[-1] + 1
        rows.append(Row(ours[link.first[0] : i], theirs[link.second[0] : j], link.score))
    rows += _between(ours[i:], theirs[j:])
    return rows or [Row((), (), None)]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a ``body_text``."""
    return [part for part in text.split("\n\n") if part.strip()]


def _between(first: Sequence[str], second: Sequence[str]) -> list[Row]:
    return [Row(first, second, None)] if first or second else []
