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
"""Characters of unchanged text that are shown next to a change; the rest is folded."""

MOST = 400_000
"""Characters of both texts together up to which they are compared word by word."""

MOST_AT_ALL = 1_000_000
"""Characters of both texts together above which they are not compared."""

FOLDED = "folded"
"""Kind of a piece that is the same on both sides and is hidden at first."""

KINDS = (SAME, REMOVED, ADDED, FOLDED)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs."""

    field: str
    pieces: Sequence[Piece] = ()
    """The complete text in pieces, in order; kinds are `KINDS`."""

    lines: Sequence[tuple[str, str]] = ()
    """For all other values: (``-`` for the old value, ``+`` for the new one, else a space; text)."""

    note: str = ""
    """Why the change is not shown in full."""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields in which two lines of an item differ; neither may be a tombstone."""
    # Texts are compared by `_change`, except long ones, which `between` compares, and the longest, which are not.
    sizes = {name: size for name in {**before, **after} if (size := _size(before, after, name)) is not None}
    differing = between(
        before, after, unlisted={name for name, size in sizes.items() if not MOST < size <= MOST_AT_ALL}
    )
    texts = {str(change["field"]) for change in differing} - set(MARKUP)
    return [
        FieldChange(name, note="the text above with its markup; it differs too")
        if name in MARKUP and "body_text" in texts
        else _change(name, before.get(name), after.get(name), change)
        for change in differing
        for name in (str(change["field"]),)
    ]


def weight(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Characters of the texts that `changes` has to compare."""
    names = [name for name in after if before.get(name) != after[name]]
    return sum(len(str(side.get(name) or "")) for name in names for side in (before, after))


def _size(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> int | None:
    """The characters of a text on both sides; None if it is not a text."""
    old, new = before.get(name), after.get(name)
    return len(old) + len(new) if isinstance(old, str) and isinstance(new, str) else None


def _change(field: str, old: Any, new: Any, change: Mapping[str, Any]) -> FieldChange:
    if isinstance(old, str) and isinstance(new, str):
        if len(old) + len(new) > MOST_AT_ALL:
            return FieldChange(field, note=f"too long to be compared ({len(old):,} and {len(new):,} characters)")
        if len(old) + len(new) > MOST:
            note = f"too long to be compared in full ({len(old):,} and {len(new):,} characters): only the changes"
            return FieldChange(field, lines=lines_of({**change}), note=note)
        parts = list(pieces(old, new))
        note = "" if any(piece.kind != SAME for piece in parts) else "nothing but spaces and line ends"
        return FieldChange(field, pieces=list(_folded(parts)), note=note)
    if isinstance(old, list) and isinstance(new, list) and len(old) + len(new) <= _FEW:
        return FieldChange(field, lines=list(_values(old, new)))
    return FieldChange(field, lines=lines_of({**change}))


_FEW = 200
"""Values of both lists up to which the unchanged ones are shown, too."""


def _values(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield the removed values, then the current ones with the new ones marked."""
    before, after = [readable(value) for value in old], [readable(value) for value in new]
    yield from (("-", value) for value in before if value not in after)
    yield from ((" " if value in before else "+", value) for value in after)


def _folded(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield ``pieces`` with long unchanged ones cut in up to three, so that only text next to a change is shown."""
    for place, piece in enumerate(pieces):
        first, last = place == 0, place == len(pieces) - 1
        shown_ends = (not first) + (not last)
        if piece.kind != SAME or len(piece.text) <= (shown_ends + 1) * CONTEXT:
            yield piece
            continue
        head = 0 if first else _space(piece.text, CONTEXT)
        tail = len(piece.text) if last else _space(piece.text, len(piece.text) - CONTEXT)
        parts = (SAME, piece.text[:head]), (FOLDED, piece.text[head:tail]), (SAME, piece.text[tail:])
        yield from (Piece(kind, text) for kind, text in parts if text)


def _space(text: str, place: int) -> int:
    """The end of a word near ``place``, or ``place`` in scripts without spaces."""
    space = text.find(" ", place, place + 40)
    return place if space < 0 else space
