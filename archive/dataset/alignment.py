"""Aligns the paragraphs of two texts that are translations of each other.

Paragraphs keep their order, as translators keep it. The best path through the two texts is found with dynamic
programming over the lengths of paragraphs, as W. A. Gale and K. W. Church, "A Program for Aligning Sentences in
Bilingual Corpora", Computational Linguistics 19(1), 1993, do for sentences. Lengths alone would align any two texts
with a similar structure. So each pair is also weighted by its *anchors*, which a translation does not change: numbers
(in any script), addresses, names in Latin letters. Two texts without common anchors are not aligned, regardless of
their lengths.

All weights are natural logarithms of odds: how much more likely something is in a translation than in two unrelated
paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from archive.dataset.anchors import NOTHING, Paragraph, numbers_of, shared_anchors, shared_shape, worth

MOST_PARAGRAPHS = 200
"""Paragraphs of one text: a text with more is not aligned."""

LONGEST_TEXT = 200_000
"""Characters of one text: a longer text is not aligned."""

BAND = 4
"""How far a pair may be from the straight line between both ends, in paragraphs."""

THRESHOLD = 0.7
"""The least score of a pair that is returned."""

_FEW_NUMBERS = 4
_LITTLE = 0.25
"""Two texts with at least `_FEW_NUMBERS` numbers are no translations if they share a smaller part of them than this."""

_FAR = 1.6
"""Logarithm of the ratio of two lengths above which paragraphs are never translations."""

_SKIPPED = -0.6
_MERGED = -2.5
_NEVER = float("-inf")
_UNANCHORED = 0.8
"""Penalty of a pair without anchors, which is supported by its position and shape alone."""

_TRUSTED = 2.5
"""Sum of anchor weights from which two texts are more likely translations than not."""


@dataclass(frozen=True, slots=True)
class Link:
    """Paragraphs that translate each other, as indexes from 0; one or two of each text."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    score: float
    """Confidence, 0 to 1."""


def align(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> list[Link]:
    """Return the pairs of two texts in order, with a score of at least `THRESHOLD`. Each paragraph is in one at most.

    Time and memory are proportional to the length of the longer text times `BAND`.
    """
    if not first or not second or not _is_likely(first, second):
        return []
    ratio = log(_total(second) / _total(first))
    weigh = _Weigher(first, second, max(-0.4, min(0.4, ratio)))
    path = weigh.straight() or weigh.path()
    return [link for link in weigh.links(path) if link.score >= THRESHOLD]


def _is_likely(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> bool:
    """Whether the anchors of two texts could show that they are translations, with the best possible pairing."""
    numbers, others = numbers_of(first), numbers_of(second)
    shared = {number: min(count, others[number]) for number, count in numbers.items() if number in others}
    least = min(_of_two_digits(numbers), _of_two_digits(others))
    if least >= _FEW_NUMBERS and _of_two_digits(shared) < _LITTLE * least:
        return False
    most = sum(worth(number) * count for number, count in shared.items())
    names = NOTHING.union(*(paragraph.names for paragraph in second))
    most += sum(min(1.5, 0.5 * len(paragraph.names & names)) for paragraph in first if paragraph.names)
    addresses = NOTHING.union(*(paragraph.addresses for paragraph in second))
    most += 2.0 * sum(len(paragraph.addresses & addresses) for paragraph in first if paragraph.addresses)
    return _odds(most - _TRUSTED) >= THRESHOLD


def _of_two_digits(numbers: Mapping[str, int]) -> int:
    """Return the count of numbers with two or more digits."""
    return sum(count for number, count in numbers.items() if len(number) > 1)


def _total(text: Sequence[Paragraph]) -> float:
    return sum(paragraph.size for paragraph in text) + 1.0


Step = tuple[int, int, int, int]
"""Index in the first text and in the second, and how many paragraphs of each are paired."""


class _Weigher:
    """Weighs the pairs of two texts."""

    def __init__(self, first: Sequence[Paragraph], second: Sequence[Paragraph], ratio: float) -> None:
        self._first = first
        self._second = second
        self._ratio = ratio
        self._scale = exp(ratio)
        self._weights: dict[Step, tuple[float, float]] = {}
        self._merged: dict[tuple[bool, int], Paragraph] = {}

    def weight(self, step: Step) -> tuple[float, float]:
        """Return (weight of lengths and shapes, weight of anchors)."""
        weights = self._weights.get(step)
        if weights is None:
            i, j, of_first, of_second = step
            first = self._first[i] if of_first == 1 else self._both(self._first, i)
            second = self._second[j] if of_second == 1 else self._both(self._second, j)
            deviation = second.extent - first.extent - self._ratio
            if deviation > _FAR or deviation < -_FAR:
                weights = (-9.0, 0.0)
            else:
                short = first if first.size < second.size else second
                weights = (
                    short.fit - short.strain * deviation * deviation + shared_shape(first, second),
                    shared_anchors(first, second),
                )
            self._weights[step] = weights
        return weights

    def _both(self, text: Sequence[Paragraph], place: int) -> Paragraph:
        key = (text is self._first, place)
        if key not in self._merged:
            self._merged[key] = text[place] + text[place + 1]
        return self._merged[key]

    def straight(self) -> list[Step] | None:
        """Return the path that pairs paragraphs one to one; None when another path could be better."""
        if len(self._first) != len(self._second):
            return None
        path = [(place, place, 1, 1) for place in range(len(self._first))]
        for step in path:
            alike, anchors = self.weight(step)
            if alike + anchors < 0:
                return None
        return path

    def path(self) -> list[Step]:
        """Return the pairs of the best path.

        From each end it pairs one to one, up to the last pair with an anchor: no paragraph is missing before that pair.
        """
        most = min(len(self._first), len(self._second))
        rows, columns = len(self._first), len(self._second)
        head = self._anchored((place, place, 1, 1) for place in range(most))
        rest = most - len(head)
        tail = self._anchored((rows - place, columns - place, 1, 1) for place in range(1, rest + 1))[::-1]
        return head + self._between(len(head), len(head), rows - len(tail), columns - len(tail)) + tail

    def _anchored(self, steps: Iterable[Step]) -> list[Step]:
        """Return the leading ``steps`` that fit, up to the last with an anchor."""
        fit: list[Step] = []
        anchored = 0
        for step in steps:
            alike, anchors = self.weight(step)
            if alike < 0.5 or anchors < 0:
                break
            fit.append(step)
            anchored = len(fit) if anchors > 1.0 else anchored
        return fit[:anchored]

    def _between(self, top: int, first: int, bottom: int, last: int) -> list[Step]:
        """Return the pairs of the best path from (top, first) to (bottom, last)."""
        rows, columns = bottom - top, last - first
        if not rows or not columns:
            return []
        slope, reach = columns / rows, BAND + abs(rows - columns)
        # For each cell the weight of the best path to it, and the last step of that path; absent: not reached.
        best: list[dict[int, float]] = [{} for _ in range(rows + 3)]
        back: list[dict[int, tuple[int, int]]] = [{} for _ in range(rows + 3)]
        best[0][0] = 0.0
        for i in range(rows + 1):
            middle, weights = int(i * slope), best[i]
            for j in range(max(0, middle - reach), min(columns, middle + reach) + 1):
                if j not in weights:
                    continue
                for of_first, of_second, weight in self._onward(top + i, first + j, bottom, last, weights[j]):
                    below, end = best[i + of_first], j + of_second
                    if weight > below.get(end, _NEVER):
                        below[end], back[i + of_first][end] = weight, (of_first, of_second)
        return [(top + i, first + j, of_first, of_second) for i, j, of_first, of_second in _trace(back, rows, columns)]

    def _onward(self, i: int, j: int, bottom: int, last: int, gained: float) -> Iterator[tuple[int, int, float]]:
        """Yield the possible steps from (i, j) and the weight after each: a skipped paragraph, a pair, a merger."""
        if j < last:
            yield 0, 1, gained + _SKIPPED
        if i < bottom:
            yield 1, 0, gained + _SKIPPED
        if i == bottom or j == last:
            return
        alike, anchors = self.weight((i, j, 1, 1))
        yield 1, 1, gained + alike + anchors
        for of_first, of_second in self._mergers(i, j):
            if i + of_first <= bottom and j + of_second <= last:
                alike, anchors = self.weight((i, j, of_first, of_second))
                yield of_first, of_second, gained + alike + anchors + _MERGED

    def _mergers(self, i: int, j: int) -> Iterator[tuple[int, int]]:
        """Yield the mergers, of two paragraphs with one, whose lengths may fit."""
        expected = self._first[i].size * self._scale
        actual = self._second[j].size
        if (
            j + 1 < len(self._second)
            and 0.6 < (actual + self._second[j + 1].size) / expected < 1.6
            and actual < expected
        ):
            yield 1, 2
        if i + 1 < len(self._first) and expected < actual:
            both = expected + self._first[i + 1].size * self._scale
            if 0.6 < both / actual < 1.6:
                yield 2, 1

    def links(self, path: Sequence[Step]) -> list[Link]:
        """Return the pairs of ``path`` with their scores.

        The score of a pair grows with its weight and the weights of adjacent pairs. Its limit is the likelihood that
        the two texts are translations at all, which is computed from their anchors.
        """
        weights = [self.weight(step) for step in path]
        trust = sum(max(-3.0, min(4.0, anchors)) for _, anchors in weights)
        likelihood = _odds(trust - _TRUSTED)
        doubts = [0.0, *(self._doubt(step, following) for step, following in pairwise(path)), 0.0]
        links = []
        for place, (i, j, of_first, of_second) in enumerate(path):
            own = sum(weights[place]) + (_MERGED if of_first + of_second == 3 else 0.0)
            adjacent, vouching = 0.0, 0
            for other in (place - 1, place + 1):
                if 0 <= other < len(path):
                    before, after = sorted((path[place], path[other]))
                    if before[0] + before[2] == after[0] and before[1] + before[3] == after[1]:
                        adjacent += 0.5 * max(0.0, min(4.0, sum(weights[other])))
                        vouching += weights[other][1] > 0
            own -= max(doubts[place], doubts[place + 1])
            if weights[place][1] <= 0:
                own -= _UNANCHORED if vouching else 2 * _UNANCHORED
            score = round(_odds(own + adjacent - 0.5) * likelihood, 3)
            links.append(Link(tuple(range(i, i + of_first)), tuple(range(j, j + of_second)), score))
        return links

    def _doubt(self, step: Step, following: Step) -> float:
        """Return the gain from swapping the second paragraphs of two pairs: translators move some paragraphs."""
        i, j, _, _ = step
        k, m, _, _ = following
        if step[2:] != (1, 1) or following[2:] != (1, 1):
            return 0.0
        straight, crossed = [(i, j, 1, 1), (k, m, 1, 1)], [(i, m, 1, 1), (k, j, 1, 1)]
        if all(self.weight(pair)[1] > 1.0 for pair in straight):
            return 0.0
        gain = sum(sum(self.weight(pair)) for pair in crossed) - sum(sum(self.weight(pair)) for pair in straight)
        return max(0.0, min(4.0, gain))


def _trace(back: Sequence[Mapping[int, tuple[int, int]]], i: int, j: int) -> list[Step]:
    """Return the pairs on the way to (i, j)."""
    steps = []
    while (last := back[i].get(j)) is not None:
        of_first, of_second = last
        i, j = i - of_first, j - of_second
        if of_first and of_second:
            steps.append((i, j, of_first, of_second))
    return steps[::-1]


def _odds(weight: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, weight))))
