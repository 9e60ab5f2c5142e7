"""Converts one printed value to a term, and splits a printed list of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from migration_spider.items import Place, Term, Value
from migration_spider.vocabularies import VOCABULARIES, VocabTerm, lookup, lookup_named, lookup_url

# "Bahamas, The, Chad": a comma may be part of a name, so a list is only what falls into known names completely.
_SEPARATORS = ",;،、，；|"
_SEPARATOR = re.compile(rf"\s*[{_SEPARATORS}]\s*")
_MOST_PARTS = 40
# Values come again on every page; texts do not and would fill the memory.
_LONGEST_KEPT = 200
_NUMBERED = re.compile(r"\d{1,2}\s*[.:)\-–—]")


def fold(text: str) -> str:
    """Replace white space, also no-break spaces, by single spaces."""
    return " ".join(text.split())


def find(field: str, value: Value) -> VocabTerm | None:
    """Find the term of ``field`` for ``value``; its link is used only if it has no text."""
    if field not in VOCABULARIES:
        return None
    text = fold(value.text)
    if text:
        return lookup(field, text)
    return lookup_url(field, value.url) if value.url else None


def to_term(field: str, raw: str, found: VocabTerm | None) -> Term:
    """Convert ``raw`` to a value of ``field``: a :class:`Place` in ``geographic_scope``, else a :class:`Term`."""
    if field == "geographic_scope":
        if found is None:
            return Place(raw=raw)
        return Place(raw=raw, id=found.id, label=found.label, type=found.type, iso3=found.iso3)
    return Term(raw=raw) if found is None else Term(raw=raw, id=found.id, label=found.label)


def split(field: str, value: Value) -> list[str]:
    """Split a text that lists several values of ``field``; the whole text if it is one value or not all are known.

    Only closed vocabularies are split, and only where every part is known and the whole is not. Separators before the
    first and after the last part are dropped.
    """
    text = fold(value.text)
    return list((_kept if len(text) <= _LONGEST_KEPT else _split)(field, text))


def listed(field: str, value: Value) -> Sequence[tuple[str, VocabTerm | None]]:
    """(text as printed, its term) of each value of ``field`` that ``value`` lists."""
    text = fold(value.text)
    if not text:
        return ((text, find(field, value)),)
    return (_kept_listed if len(text) <= _LONGEST_KEPT else _listed)(field, text)


def _listed(field: str, text: str) -> Sequence[tuple[str, VocabTerm | None]]:
    return tuple((raw, find(field, Value(text=raw))) for raw in _split(field, text))


_kept_listed = lru_cache(maxsize=8192)(_listed)


def _split(field: str, text: str) -> list[str]:
    if field not in VOCABULARIES or lookup_named(field, text):
        return [text]
    # "Chad," was one of several fields in a row: the comma belongs to none of them.
    bare = text.strip(_SEPARATORS + " ")
    pieces = list(_SEPARATOR.finditer(bare))
    if bare != text and lookup(field, bare) and (not pieces or lookup_named(field, bare)):
        return [bare]
    if not 0 < len(pieces) < _MOST_PARTS:
        return [text]
    parts = _partition(bare, pieces, lambda part: lookup_named(field, part) is not None)
    return parts or _partly_known(field, bare, pieces) or [text]


def _partly_known(field: str, text: str, pieces: list[re.Match[str]]) -> list[str] | None:
    """The parts of a list of which only some names are known; None if it does not look like a list."""
    if field == "gcm_objectives":
        # "11. Borders, seas and skies, 12. Screening": titles of no list part where the next number stands.
        parts = _cut(text, [piece for piece in pieces if _NUMBERED.match(text, piece.end())])
        if len(parts) > 1 and all(_NUMBERED.match(part) and lookup(field, part) for part in parts):
            return parts
    # No name has a semicolon: one known name shows that it is a list, whatever the others are.
    parts = _cut(text, [piece for piece in pieces if ";" in piece[0] or "；" in piece[0]])
    return parts if len(parts) > 1 and any(lookup_named(field, part) for part in parts) else None


def _cut(text: str, cuts: list[re.Match[str]]) -> list[str]:
    return [text[begin:end] for begin, end in zip(*_bounds(text, cuts), strict=True)]


_kept = lru_cache(maxsize=8192)(_split)


def _bounds(text: str, pieces: list[re.Match[str]]) -> tuple[list[int], list[int]]:
    """Starts and ends of the parts between ``pieces``."""
    return [0, *(piece.end() for piece in pieces)], [*(piece.start() for piece in pieces), len(text)]


def _partition(text: str, pieces: list[re.Match[str]], is_known: Callable[[str], bool]) -> list[str] | None:
    """Split ``text`` at some of ``pieces`` so that every part is known, the first as long as possible; else None."""
    starts, ends = _bounds(text, pieces)
    # following[i]: the parts of the text from starts[i] on.
    following: list[list[str] | None] = [None] * len(starts) + [[]]
    for first in range(len(starts) - 1, -1, -1):
        for last in range(len(ends) - 1, first - 1, -1):
            rest, part = following[last + 1], text[starts[first] : ends[last]]
            if rest is not None and is_known(part):
                following[first] = [part, *rest]
                break
    return following[0]
