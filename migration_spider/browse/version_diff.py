"""Shows the differences between two versions of an item, word by word.

`archive.dataset.differences` compares them, in limited time for any text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.dataset.differences import ADDED, REMOVED, SAME, Piece, lines_of, pieces, readable
from migration_spider.changes import MARKUP, between

CONTEXT = 160
"""Characters of an unchanged stretch that stay beside a change; what is between is folded away."""

MOST = 400_000
"""Characters of both texts together up to which they are compared word by word."""

MOST_AT_ALL = 1_000_000
"""Characters of both texts together above which only is said that they differ."""

FOLDED = "folded"
"""Kind of a piece that is the same on both sides and is not shown at once."""

KINDS = (SAME, REMOVED, ADDED, FOLDED)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs."""

    field: str
    pieces: Sequence[Piece] = ()
    """Of a text: all of it, in the order in which it is read; kinds are `KINDS`."""

    lines: Sequence[tuple[str, str]] = ()
    """Of anything else: (``-`` what was, ``+`` what is, or a space for all else, text)."""

    note: str = ""
    """What is not told."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """The fields in which two lines of an item differ; neither says that it is gone."""
    # Texts are compared below, all but the longest: those by `between`, or not at all.
    sizes = {name: size for name in {**before, **after} if (size := _size(before, after, name)) is not None}
    found = between(before, after, untold={name for name, size in sizes.items() if not MOST < size <= MOST_AT_ALL})
    texts = {str(told["field"]) for told in found} - set(MARKUP)
    return [
        FieldChange(name, note="the text above with its markup; it differs too")
        if name in MARKUP and "body_text" in texts
        else _change(name, before.get(name), after.get(name), told)
        for told in found
        for name in (str(told["field"]),)
    ]


def weight(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Characters of the texts that `changes` has to compare."""
    names = [name for name in after if before.get(name) != after[name]]
    return sum(len(str(side.get(name) or "")) for name in names for side in (before, after))


def _size(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> int | None:
    """Characters of a text on both sides; None where it is none."""
    old, new = before.get(name), after.get(name)
    return len(old) + len(new) if isinstance(old, str) and isinstance(new, str) else None


def _change(field: str, old: Any, new: Any, told: Mapping[str, Any]) -> FieldChange:
    if isinstance(old, str) and isinstance(new, str):
        if len(old) + len(new) > MOST_AT_ALL:
            return FieldChange(field, note=f"too long to be compared ({len(old):,} and {len(new):,} characters)")
        if len(old) + len(new) > MOST:
            note = f"too long to be compared in full ({len(old):,} and {len(new):,} characters): only the changes"
            return FieldChange(field, lines=lines_of({**told}), note=note)
        found = list(pieces(old, new))
        note = "" if any(piece.kind != SAME for piece in found) else "nothing but spaces and line ends"
        return FieldChange(field, pieces=list(_folded(found)), note=note)
    if isinstance(old, list) and isinstance(new, list) and len(old) + len(new) <= _FEW:
        return FieldChange(field, lines=list(_values(old, new)))
    return FieldChange(field, lines=lines_of({**told}))


_FEW = 200
"""Values of both lists up to which the unchanged ones are shown, too."""


def _values(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """The values that went, and those of today with the new ones marked."""
    before, after = [readable(one) for one in old], [readable(one) for one in new]
    yield from (("-", one) for one in before if one not in after)
    yield from ((" " if one in before else "+", one) for one in after)


def _folded(found: Sequence[Piece]) -> Iterator[Piece]:
    """``found`` with long unchanged stretches cut in three: the ends stay with the changes that they touch."""
    for place, piece in enumerate(found):
        first, last = place == 0, place == len(found) - 1
        kept = (not first) + (not last)
        if piece.kind != SAME or len(piece.text) <= (kept + 1) * CONTEXT:
            yield piece
            continue
        head = 0 if first else _space(piece.text, CONTEXT)
        tail = len(piece.text) if last else _space(piece.text, len(piece.text) - CONTEXT)
        parts = (SAME, piece.text[:head]), (FOLDED, piece.text[head:tail]), (SAME, piece.text[tail:])
        yield from (Piece(kind, text) for kind, text in parts if text)


def _space(text: str, place: int) -> int:
    """Where a word ends, about ``place``; scripts that do not part words have no such place."""
    found = text.find(" ", place, place + 40)
    return place if found < 0 else found
