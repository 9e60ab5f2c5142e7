"""Which paragraphs of two texts translate each other.

The order of the paragraphs is kept, as translators keep it: the best path through the two texts is sought with dynamic
programming over their lengths, as W. A. Gale and K. W. Church, "A Program for Aligning Sentences in Bilingual Corpora",
Computational Linguistics 19(1), 1993, do for sentences. Lengths alone pair any two texts that are built alike, so each
pair is weighed by its *anchors* too, what a translation leaves as it is: numbers (in any script), addresses, names in
Latin letters; and two texts without anchors in common get no trust, whatever their lengths.

All weights are natural logarithms of odds: how much likelier something is in a translation than in two paragraphs that
have nothing to do with each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import exp, log

MOST_PARAGRAPHS = 200
"""Of one text: with more it is not aligned."""

LONGEST_TEXT = 200_000
"""Characters of one text: with more it is not aligned."""

BAND = 4
"""How far from the straight line between both ends a pair may lie, in paragraphs."""

THRESHOLD = 0.7
"""Score from which a pair is good enough to be handed on."""

_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_IDEOGRAPH_SIZE = 3.0
"""Letters of an alphabet that say as much as an ideograph."""

_DIGITS = re.compile(r"\d{1,20}(?:[ \u00a0\u202f.,'’٬٫]\d{1,20}){0,8}")
"""A number, or some with no more than a separator of thousands or decimals between them. (One pattern without a choice:
it is looked for in every paragraph.)"""
_ADDRESS = re.compile(r"https?://[^\s<>\"()]+|[\w.+-]{1,64}@[\w.-]{1,255}")
_ENUMERATOR = re.compile(r"^\s{0,9}[(\[]?(\d{1,3})[.)\]:](?=\s)", re.MULTILINE)
"""The number of a paragraph or of a point in a list: all texts that are built alike have the same."""

_NAME = re.compile("[A-Z\u00c0-\u00de](?<=[^.!?:\u2026\n] .)[A-Za-z\u00c0-\u024f]{3,30}")
"""A capital in the middle of a sentence."""

_FOREIGN = re.compile("[\u0370-\u1fff\u2e80-\uabff\uf900-\ufdff\ufe70-\ufeff]")
"""A letter that is not Latin: names may be written in its script."""

_QUOTATION = re.compile('[\u201c\u201d\u201e\u00ab\u00bb"\u300c\u300e]')
_NOTHING: frozenset[str] = frozenset()
_MOST_ANCHORS = 50
"""Of a kind and paragraph; what is more tells nothing more."""

_FEW_NUMBERS = 4
_LITTLE = 0.25
"""Two texts with more numbers than the first of these, of which less than the second are in both, translate nothing."""

_FAR = 1.6
"""Logarithm of the ratio of two lengths that no translation has."""

_SKIPPED = -0.6
_MERGED = -2.5
_ALONE = 0.6
_NEVER = float("-inf")
_UNANCHORED = 0.8
"""What a pair loses that only its place and shape speak for."""

_TRUSTED = 2.5
"""Anchors from which two texts are rather translations than not."""

_SPREAD = 0.8
"""Standard deviation of the logarithm of the ratio of two unrelated paragraphs' lengths."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph and what of it a translation leaves as it is."""

    size: float
    """Letters, an ideograph counting as several."""

    numbers: dict[str, int]
    names: frozenset[str]
    addresses: frozenset[str]
    is_latin: bool
    lines: int
    is_quoting: bool
    is_open: bool
    """It ends without a mark, as headings do."""

    place: str
    """The number that it has in a list, or nothing."""

    mass: float = field(init=False)
    """What its numbers are worth together."""

    extent: float = field(init=False)
    """Logarithm of the size."""

    fit: float = field(init=False)
    strain: float = field(init=False)
    """Weight of a length that fits exactly, and what a length that does not loses."""

    def __post_init__(self) -> None:
        self.mass = sum(_worth(number) * count for number, count in self.numbers.items())
        self.extent = log(self.size + 5.0)
        # Short paragraphs vary more: a heading of two words may become one of five.
        variance = 0.03 + 4.0 / (self.size + 10.0)
        self.fit = 0.5 * log(_SPREAD**2 / variance)
        self.strain = 0.5 * (1.0 / variance - 1.0 / _SPREAD**2)

    def __add__(self, other: Paragraph) -> Paragraph:
        return Paragraph(
            self.size + other.size,
            _numbers((self, other)),
            self.names | other.names,
            self.addresses | other.addresses,
            self.is_latin and other.is_latin,
            self.lines + other.lines,
            self.is_quoting or other.is_quoting,
            other.is_open,
            self.place,
        )


@dataclass(frozen=True, slots=True)
class Link:
    """Paragraphs that translate each other; their places from 0, one or two of each text."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    score: float
    """0 to 1, how sure that is."""


def paragraph(text: str) -> Paragraph:
    """What the aligner looks at in ``text``."""
    size, is_latin = float(len(text)), True
    if not text.isascii() and _FOREIGN.search(text):
        is_latin = False
        size += (_IDEOGRAPH_SIZE - 1) * sum(map(len, _IDEOGRAPHS.findall(text)))
    addresses = names = _NOTHING
    if "://" in text or "@" in text:
        addresses = frozenset(found.rstrip(".,;:!?").casefold() for found in _ADDRESS.findall(text)[:_MOST_ANCHORS])
    if found := _NAME.findall(text):
        names = frozenset(map(_start, found[:_MOST_ANCHORS]))
    numbers: dict[str, int] = {}
    place, counted = "", text
    if "\n" in text or text[:9].lstrip(" ([")[:1].isdigit():
        if first := _ENUMERATOR.match(text):
            place = _plain(first[1])[0]
        counted = _ENUMERATOR.sub("", text)
    for written in _DIGITS.findall(counted)[:_MOST_ANCHORS]:
        for number in _plain(written):
            numbers[number] = numbers.get(number, 0) + 1
    is_quoting = _QUOTATION.search(text) is not None
    lines, is_open = 1 + text.count("\n"), text[-1:].isalnum()
    return Paragraph(size, numbers, names, addresses, is_latin, lines, is_quoting, is_open, place)


@lru_cache(maxsize=4096)
def _plain(written: str) -> tuple[str, ...]:
    """The numbers of ``written``, as their digits in ASCII: "1,234", "1.234", "1 234" and "١٬٢٣٤" are the same."""
    groups = [part.translate(_ASCII) for part in re.findall(r"\d+", written)]
    marks = re.findall(r"\D", written)
    found = []
    while groups:
        number = groups.pop(0)
        if len(number) <= 3 and groups and len(groups[0]) == 3:
            while groups and len(groups[0]) == 3:
                number += groups.pop(0)
                mark = marks.pop(0)
                if marks and marks[0] != mark:
                    break
        if groups and marks.pop(0) in ".,٫":
            number += groups.pop(0)
            marks = marks[1:]
        found.append(number.lstrip("0") or "0")
    return tuple(found)


class _Digits(dict[int, str]):
    """Code point of a digit in any script -> in ASCII."""

    def __missing__(self, code: int) -> str:
        self[code] = str(unicodedata.digit(chr(code)))
        return self[code]


_ASCII = _Digits()


@lru_cache(maxsize=4096)
def _start(name: str) -> str:
    """The first letters without accents: "Bosnie" and "Bosnia" are the same."""
    return unicodedata.normalize("NFD", name[:4])[:1] + "".join(
        letter for letter in unicodedata.normalize("NFD", name[1:4]) if not unicodedata.combining(letter)
    )


def align(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> list[Link]:
    """The pairs of two texts in their order, of a score from `THRESHOLD`; no paragraph is in two of them.

    Time and memory: the longer text times `BAND`.
    """
    if not first or not second or not _is_likely(first, second):
        return []
    whole = log(_total(second) / _total(first))
    weigh = _Weigher(first, second, max(-0.4, min(0.4, whole)))
    path = weigh.straight() or weigh.path()
    return [link for link in weigh.links(path) if link.score >= THRESHOLD]


def _is_likely(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> bool:
    """Whether the anchors of two texts, however they are paired, can tell that they are translations."""
    numbers, others = _numbers(first), _numbers(second)
    shared = {number: min(count, others[number]) for number, count in numbers.items() if number in others}
    told = sum(count for number, count in shared.items() if len(number) > 1)
    least = min(sum(count for number, count in many.items() if len(number) > 1) for many in (numbers, others))
    if least >= _FEW_NUMBERS and told < _LITTLE * least:
        return False
    most = sum(_worth(number) * count for number, count in shared.items())
    names = _NOTHING.union(*(one.names for one in second))
    most += sum(min(1.5, 0.5 * len(one.names & names)) for one in first if one.names)
    addresses = _NOTHING.union(*(one.addresses for one in second))
    most += 2.0 * sum(len(one.addresses & addresses) for one in first if one.addresses)
    return _odds(most - _TRUSTED) >= THRESHOLD


def _numbers(text: Sequence[Paragraph]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in text:
        for number, count in one.numbers.items():
            found[number] = found.get(number, 0) + count
    return found


def _total(text: Sequence[Paragraph]) -> float:
    return sum(one.size for one in text) + 1.0


Step = tuple[int, int, int, int]
"""Place in the first text and in the second, and how many of each are paired."""


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
        """(of lengths and shapes, of the anchors)."""
        found = self._weights.get(step)
        if found is None:
            i, j, of_first, of_second = step
            one = self._first[i] if of_first == 1 else self._both(self._first, i)
            other = self._second[j] if of_second == 1 else self._both(self._second, j)
            off = other.extent - one.extent - self._ratio
            if off > _FAR or off < -_FAR:
                found = (-9.0, 0.0)
            else:
                short = one if one.size < other.size else other
                found = (short.fit - short.strain * off * off + _shape(one, other), _anchors(one, other))
            self._weights[step] = found
        return found

    def _both(self, text: Sequence[Paragraph], place: int) -> Paragraph:
        key = (text is self._first, place)
        if key not in self._merged:
            self._merged[key] = text[place] + text[place + 1]
        return self._merged[key]

    def straight(self) -> list[Step] | None:
        """The path that pairs one by one; None when another could be better."""
        if len(self._first) != len(self._second):
            return None
        path = [(place, place, 1, 1) for place in range(len(self._first))]
        for step in path:
            alike, anchors = self.weight(step)
            if alike + anchors < 0:
                return None
        return path

    def path(self) -> list[Step]:
        """The pairs of the best path.

        From both ends it goes straight up to the last pair that an anchor holds: no paragraph is missing before it.
        """
        most = min(len(self._first), len(self._second))
        rows, columns = len(self._first), len(self._second)
        head = self._held((place, place, 1, 1) for place in range(most))
        left = most - len(head)
        tail = self._held((rows - place, columns - place, 1, 1) for place in range(1, left + 1))[::-1]
        return head + self._between(len(head), len(head), rows - len(tail), columns - len(tail)) + tail

    def _held(self, steps: Iterable[Step]) -> list[Step]:
        """The first of ``steps`` that fit, up to the last with an anchor."""
        fit: list[Step] = []
        held = 0
        for step in steps:
            alike, anchors = self.weight(step)
            if alike < 0.5 or anchors < 0:
                break
            fit.append(step)
            held = len(fit) if anchors > 1.0 else held
        return fit[:held]

    def _between(self, top: int, first: int, bottom: int, last: int) -> list[Step]:
        """The pairs of the best path from (top, first) to (bottom, last)."""
        rows, columns = bottom - top, last - first
        if not rows or not columns:
            return []
        slope, reach = columns / rows, BAND + abs(rows - columns)
        # Of each place what the best way there weighs, and its last step; none: it was not reached.
        best: list[dict[int, float]] = [{} for _ in range(rows + 3)]
        back: list[dict[int, tuple[int, int]]] = [{} for _ in range(rows + 3)]
        best[0][0] = 0.0
        for i in range(rows + 1):
            middle = int(i * slope)
            here, below = best[i], best[i + 1]
            for j in range(max(0, middle - reach), min(columns, middle + reach) + 1):
                gained = here.get(j)
                if gained is None:
                    continue
                skipped = gained + _SKIPPED
                if j < columns and skipped > here.get(j + 1, _NEVER):
                    here[j + 1], back[i][j + 1] = skipped, (0, 1)
                if i == rows:
                    continue
                if skipped > below.get(j, _NEVER):
                    below[j], back[i + 1][j] = skipped, (1, 0)
                if j == columns:
                    continue
                alike, anchors = self.weight((top + i, first + j, 1, 1))
                if gained + alike + anchors > below.get(j + 1, _NEVER):
                    below[j + 1], back[i + 1][j + 1] = gained + alike + anchors, (1, 1)
                for of_first, of_second in self._mergers(top + i, first + j):
                    if i + of_first > rows or j + of_second > columns:
                        continue
                    alike, anchors = self.weight((top + i, first + j, of_first, of_second))
                    ends, end = best[i + of_first], j + of_second
                    if gained + alike + anchors + _MERGED > ends.get(end, _NEVER):
                        ends[end] = gained + alike + anchors + _MERGED
                        back[i + of_first][end] = (of_first, of_second)
        return [(top + i, first + j, ones, others) for i, j, ones, others in _trace(back, rows, columns)]

    def _mergers(self, i: int, j: int) -> Iterator[tuple[int, int]]:
        """Two paragraphs with one, where their lengths may fit."""
        wanted = self._first[i].size * self._scale
        has = self._second[j].size
        if j + 1 < len(self._second) and 0.6 < (has + self._second[j + 1].size) / wanted < 1.6 and has < wanted:
            yield 1, 2
        if i + 1 < len(self._first) and wanted < has:
            both = wanted + self._first[i + 1].size * self._scale
            if 0.6 < both / has < 1.6:
                yield 2, 1

    def links(self, path: Sequence[Step]) -> list[Link]:
        """The pairs of ``path`` with their scores.

        A pair is as sure as its own weight and that of the pairs that touch it, and no surer than that the two texts
        are translations at all, which their anchors tell.
        """
        weights = [self.weight(step) for step in path]
        trust = sum(max(-3.0, min(4.0, anchors)) for _, anchors in weights)
        whole = _odds(trust - _TRUSTED)
        doubts = [0.0, *(self._doubt(one, other) for one, other in pairwise(path)), 0.0]
        links = []
        for place, (i, j, of_first, of_second) in enumerate(path):
            own = sum(weights[place]) + (_MERGED if of_first + of_second == 3 else 0.0)
            beside, vouching = 0.0, 0
            for other in (place - 1, place + 1):
                if 0 <= other < len(path):
                    before, after = sorted((path[place], path[other]))
                    if before[0] + before[2] == after[0] and before[1] + before[3] == after[1]:
                        beside += 0.5 * max(0.0, min(4.0, sum(weights[other])))
                        vouching += weights[other][1] > 0
            own -= max(doubts[place], doubts[place + 1])
            if weights[place][1] <= 0:
                own -= _UNANCHORED if vouching else 2 * _UNANCHORED
            score = round(_odds(own + beside - 0.5) * whole, 3)
            links.append(Link(tuple(range(i, i + of_first)), tuple(range(j, j + of_second)), score))
        return links

    def _doubt(self, step: Step, following: Step) -> float:
        """How much better two pairs would be with their second paragraphs changed over: translators move some."""
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
    """The pairs on the way to (i, j)."""
    steps = []
    while (last := back[i].get(j)) is not None:
        of_first, of_second = last
        i, j = i - of_first, j - of_second
        if of_first and of_second:
            steps.append((i, j, of_first, of_second))
    return steps[::-1]


def _odds(weight: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, weight))))


def _shape(first: Paragraph, second: Paragraph) -> float:
    """Weight of what both look like: lists keep their points, a quotation its marks, a heading none at its end."""
    weight = 0.3 if first.is_quoting == second.is_quoting else -0.8
    weight += 0.3 if first.is_open == second.is_open else -1.2
    if first.place or second.place:
        weight += 0.5 if first.place == second.place else -1.5
    if first.lines > 1 or second.lines > 1:
        weight += 1.5 if first.lines == second.lines else -1.5
    return weight


def _anchors(first: Paragraph, second: Paragraph) -> float:
    """Weight of what both have and of what only one has."""
    weight = 0.0
    if first.numbers or second.numbers:
        shared = 0.0
        if not first.numbers.keys().isdisjoint(second.numbers):
            for number, count in first.numbers.items():
                if number in second.numbers:
                    shared += _worth(number) * min(count, second.numbers[number])
        # What is in one only counts against the pair, at a part of its worth.
        weight = max(-5.0, min(8.0, shared - _ALONE * (first.mass + second.mass - 2 * shared)))
    if first.addresses or second.addresses:
        weight += 2.0 * len(first.addresses & second.addresses) - 0.5 * len(first.addresses ^ second.addresses)
    if first.names or second.names:
        same = len(first.names & second.names)
        if same:
            weight += min(1.5, 0.5 * same)
        elif first.is_latin and second.is_latin:
            weight -= 0.4 * min(max(len(first.names), len(second.names)), 3)
    return weight


def _worth(number: str) -> float:
    """How much a number tells that both paragraphs have: small ones and years are common."""
    if len(number) == 1:
        return 0.4
    if len(number) == 4 and number[:2] in ("19", "20"):
        return 1.2
    return 1.8 if len(number) == 2 else 2.8
