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
NOTHING: frozenset[str] = frozenset()
_MOST_ANCHORS = 50
"""Of a kind and paragraph; what is more tells nothing more."""
_ALONE = 0.6

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
    """What the aligner looks at in ``text``."""
    size, is_latin = float(len(text)), True
    if not text.isascii() and _FOREIGN.search(text):
        is_latin = False
        size += (_IDEOGRAPH_SIZE - 1) * sum(map(len, _IDEOGRAPHS.findall(text)))
    addresses = names = NOTHING
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


def numbers_of(text: Sequence[Paragraph]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in text:
        for number, count in one.numbers.items():
            found[number] = found.get(number, 0) + count
    return found


def shared_shape(first: Paragraph, second: Paragraph) -> float:
    """Weight of what both look like: lists keep their points, a quotation its marks, a heading none at its end."""
    weight = 0.3 if first.is_quoting == second.is_quoting else -0.8
    weight += 0.3 if first.is_open == second.is_open else -1.2
    if first.place or second.place:
        weight += 0.5 if first.place == second.place else -1.5
    if first.lines > 1 or second.lines > 1:
        weight += 1.5 if first.lines == second.lines else -1.5
    return weight


def shared_anchors(first: Paragraph, second: Paragraph) -> float:
    """Weight of what both have and of what only one has."""
    weight = 0.0
    if first.numbers or second.numbers:
        shared = 0.0
        if not first.numbers.keys().isdisjoint(second.numbers):
            for number, count in first.numbers.items():
                if number in second.numbers:
                    shared += worth(number) * min(count, second.numbers[number])
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


def worth(number: str) -> float:
    """How much a number tells that both paragraphs have: small ones and years are common."""
    if len(number) == 1:
        return 0.4
    if len(number) == 4 and number[:2] in ("19", "20"):
        return 1.2
    return 1.8 if len(number) == 2 else 2.8
