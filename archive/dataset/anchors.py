"""The *anchors* of a paragraph, which a translation does not change, and how many of them two paragraphs share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log

_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_IDEOGRAPH_SIZE = 3.0
"""Number of letters of an alphabet that correspond to one ideograph."""

_DIGITS = re.compile(r"\d{1,20}(?:[ \u00a0\u202f.,'’٬٫]\d{1,20}){0,8}")
"""A number, or several numbers with only a separator of thousands or decimals between them. (A pattern without
alternatives, for speed: it is searched for in every paragraph.)"""
_ADDRESS = re.compile(r"https?://[^\s<>\"()]+|[\w.+-]{1,64}@[\w.-]{1,255}")
_ENUMERATOR = re.compile(r"^\s{0,9}[(\[]?(\d{1,3})[.)\]:](?=\s)", re.MULTILINE)
"""The number of a paragraph or of a list item: all texts of the same structure have the same numbers."""

_NAME = re.compile("[A-Z\u00c0-\u00de](?<=[^.!?:\u2026\n] .)[A-Za-z\u00c0-\u024f]{3,30}")
"""A capitalized word in the middle of a sentence."""

_FOREIGN = re.compile("[\u0370-\u1fff\u2e80-\uabff\uf900-\ufdff\ufe70-\ufeff]")
"""A letter that is not Latin: the text may write names in another script."""

_QUOTATION = re.compile('[\u201c\u201d\u201e\u00ab\u00bb"\u300c\u300e]')
NOTHING: frozenset[str] = frozenset()
_MOST_ANCHORS = 50
"""Anchors of one kind in one paragraph; more would add no information."""
_ALONE = 0.6

_SPREAD = 0.8
"""Standard deviation of the logarithm of the ratio of two unrelated paragraphs' lengths."""


@dataclass(slots=True)
class Paragraph:
    """The features of a paragraph that a translation does not change."""

    size: float
    """Number of letters; an ideograph counts as several."""

    numbers: dict[str, int]
    names: frozenset[str]
    addresses: frozenset[str]
    is_latin: bool
    lines: int
    is_quoting: bool
    is_open: bool
    """Whether it ends without a punctuation mark, as headings do."""

    place: str
    """Its number in a list, or empty."""

    mass: float = field(init=False)
    """The total weight of its numbers."""

    extent: float = field(init=False)
    """Logarithm of the size."""

    fit: float = field(init=False)
    strain: float = field(init=False)
    """Weight of a length that fits exactly, and the penalty of one that does not."""

    def __post_init__(self) -> None:
        self.mass = sum(worth(number) * count for number, count in self.numbers.items())
        self.extent = log(self.size + 5.0)
        # Short paragraphs vary more: a heading of two words may become one of five.
        variance = 0.03 + 4.0 / (self.size + 10.0)
        self.fit = 0.5 * log(_SPREAD**2 / variance)
        self.strain = 0.5 * (1.0 / variance - 1.0 / _SPREAD**2)

    def __add__(self, other: Paragraph) -> Paragraph:
        return Paragraph(
            self.size + other.size,
            numbers_of((self, other)),
            self.names | other.names,
            self.addresses | other.addresses,
            self.is_latin and other.is_latin,
            self.lines + other.lines,
            self.is_quoting or other.is_quoting,
            other.is_open,
            self.place,
        )


def paragraph(text: str) -> Paragraph:
    """Return the features of ``text`` that the aligner compares."""
    size, is_latin = float(len(text)), True
    if not text.isascii() and _FOREIGN.search(text):
        is_latin = False
        size += (_IDEOGRAPH_SIZE - 1) * sum(map(len, _IDEOGRAPHS.findall(text)))
    addresses = names = NOTHING
    if "://" in text or "@" in text:
        addresses = frozenset(address.rstrip(".,;:!?").casefold() for address in _ADDRESS.findall(text)[:_MOST_ANCHORS])
    if capitalized := _NAME.findall(text):
        names = frozenset(map(_start, capitalized[:_MOST_ANCHORS]))
    numbers: dict[str, int] = {}
    place, counted = "", text
    if "\n" in text or text[:9].lstrip(" ([")[:1].isdigit():
        if first := _ENUMERATOR.match(text):
            place = _plain(first[1])[0]
        counted = _ENUMERATOR.sub("", text)
    for printed in _DIGITS.findall(counted)[:_MOST_ANCHORS]:
        for number in _plain(printed):
            numbers[number] = numbers.get(number, 0) + 1
    is_quoting = _QUOTATION.search(text) is not None
    lines, is_open = 1 + text.count("\n"), text[-1:].isalnum()
    return Paragraph(size, numbers, names, addresses, is_latin, lines, is_quoting, is_open, place)


@lru_cache(maxsize=4096)
def _plain(text: str) -> tuple[str, ...]:
    """Return the numbers in ``text`` as ASCII digits: "1,234", "1.234", "1 234" and "١٬٢٣٤" give the same."""
    groups = [part.translate(_ASCII) for part in re.findall(r"\d+", text)]
    marks = re.findall(r"\D", text)
    numbers = []
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
        numbers.append(number.lstrip("0") or "0")
    return tuple(numbers)


class _Digits(dict[int, str]):
    """Code point of a digit in any script -> the ASCII digit."""

    def __missing__(self, code: int) -> str:
        self[code] = str(unicodedata.digit(chr(code)))
        return self[code]


_ASCII = _Digits()


@lru_cache(maxsize=4096)
def _start(name: str) -> str:
    """Return the first four letters without accents: "Bosnie" and "Bosnia" give the same."""
    return unicodedata.normalize("NFD", name[:4])[:1] + "".join(
        letter for letter in unicodedata.normalize("NFD", name[1:4]) if not unicodedata.combining(letter)
    )


def numbers_of(text: Sequence[Paragraph]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for paragraph in text:
        for number, count in paragraph.numbers.items():
            counts[number] = counts.get(number, 0) + count
    return counts


def shared_shape(first: Paragraph, second: Paragraph) -> float:
    """Return the weight of equal structure: items of lists, quotation marks, a heading without a mark at its end."""
    weight = 0.3 if first.is_quoting == second.is_quoting else -0.8
    weight += 0.3 if first.is_open == second.is_open else -1.2
    if first.place or second.place:
        weight += 0.5 if first.place == second.place else -1.5
    if first.lines > 1 or second.lines > 1:
        weight += 1.5 if first.lines == second.lines else -1.5
    return weight


def shared_anchors(first: Paragraph, second: Paragraph) -> float:
    """Return the weight of the anchors that both have, less that of the anchors that only one has."""
    weight = 0.0
    if first.numbers or second.numbers:
        shared = 0.0
        if not first.numbers.keys().isdisjoint(second.numbers):
            for number, count in first.numbers.items():
                if number in second.numbers:
                    shared += worth(number) * min(count, second.numbers[number])
        # Numbers in only one of them count against the pair, at a part of their weight.
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


def worth(number: str) -> float:
    """Return the weight of a number that both paragraphs have: small numbers and years are common."""
    if len(number) == 1:
        return 0.4
    if len(number) == 4 and number[:2] in ("19", "20"):
        return 1.2
    return 1.8 if len(number) == 2 else 2.8
