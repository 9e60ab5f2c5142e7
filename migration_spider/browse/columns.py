"""Shows two texts side by side, with paragraphs that are translations of each other in one row, if these are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.dataset.alignment import LONGEST_TEXT, MOST_PARAGRAPHS, align
from archive.dataset.anchors import paragraph


@dataclass(frozen=True, slots=True)
class Row:
    """Paragraphs that stand beside each other."""

    first: Sequence[str]
    second: Sequence[str]
    score: float | None
    """How sure it is that they translate each other, 0 to 1; None: nothing says so."""


def beside(first: str, second: str) -> list[Row]:
    """The rows of two texts, each paragraph once and in order; one row with all where nothing pairs them.

    As in the parallel texts of a release (`archive.dataset.alignment`): texts that are too long are not looked at.
    """
    ours, theirs = paragraphs(first), paragraphs(second)
    if max(len(first), len(second)) > LONGEST_TEXT or max(len(ours), len(theirs)) > MOST_PARAGRAPHS:
        return [Row(ours, theirs, None)]
    rows: list[Row] = []
    i = j = 0
    for link in align([paragraph(one) for one in ours], [paragraph(one) for one in theirs]):
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
