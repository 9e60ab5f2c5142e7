"""Finds the differences between two versions of a record: words of a text, values of a list, parts of an object.

These are pure functions. The time is linear in the length of the texts, times a factor with a limit (`_parted`); the
size of the result has a limit, too.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

Difference = dict[str, Any]
"""``field`` and, by the kind of its values:

- a long text: ``edits``, each ``{"after", "removed", "added"}``: the words, and those before them in both versions;
- a list: any of ``removed``, ``added``, and for objects with the same name ``changed``; or ``reordered``;
- an object: ``changed``: key -> difference;
- a field whose changes are not listed: nothing else;
- all other values and short texts: ``from``, ``to``.

``left_out`` counts the edits or values above the bound.
"""

SHORT = 200
"""Characters of a text up to which both versions are given completely."""

MOST_CHARACTERS, MOST_EDITS, MOST_VALUES = 1000, 40, 100
"""The most that is reported: characters of one text, edits of one field, values of one list."""

CONTEXT = 60
"""Maximum number of characters before an edit."""

_FEW, _MANY, _DEEPEST = 32, 400, 8
"""Words of a stretch that difflib compares at once; words up to which it is used without anchors; levels."""

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A word; in scripts that do not separate words, a character."""

_NAMES = ("url", "raw", "label", "id")
"""Keys that may identify the objects of a list; the first that all objects have is used."""


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    ignored: Collection[str] = (),
    unlisted: Collection[str] = (),
) -> list[Difference]:
    """Return the fields that differ: those of ``after`` in its order, then those that only ``before`` has.

    Args:
        ignored: fields that are not compared.
        unlisted: fields that are reported as different, without their values.
    """
    return [
        {"field": name, **({} if name in unlisted else _difference(before.get(name), after.get(name)))}
        for name in {**after, **before}
        if name not in ignored and before.get(name) != after.get(name)
    ]


def _difference(before: Any, after: Any) -> Difference:
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > SHORT:
        return _text(before, after)
    if isinstance(before, list) and isinstance(after, list):
        return _list(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        return _object(before, after)
    return {"from": _cut(before), "to": _cut(after)}


def _cut(value: Any) -> Any:
    """Return ``value`` with long texts and lists cut."""
    if isinstance(value, str):
        return value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - 1] + "…"
    if isinstance(value, list):
        return [_cut(part) for part in value[:MOST_VALUES]]
    return {name: _cut(part) for name, part in value.items()} if isinstance(value, dict) else value


# ---- texts


class _Words(NamedTuple):
    """A stretch of both texts, as word indexes."""

    left: int
    left_end: int
    right: int
    right_end: int


def _text(before: str, after: str) -> Difference:
    left, right = ([(match[0], *match.span()) for match in _TOKEN.finditer(text)] for text in (before, after))
    edits = list(_edits([word for word, _, _ in left], [word for word, _, _ in right]))
    reported: list[dict[str, str]] = []
    for edit in edits[:MOST_EDITS]:
        begin = right[edit.right - 1][2] if edit.right else 0
        reported.append(
            {
                "after": _end(after, begin),
                "removed": _cut(_between(before, left, edit.left, edit.left_end)),
                "added": _cut(_between(after, right, edit.right, edit.right_end)),
            }
        )
    left_out = len(edits) - len(reported)
    return {"edits": reported, **({"left_out": left_out} if left_out else {})}


def _end(text: str, end: int) -> str:
    """Return the last words of ``text`` before the offset ``end``."""
    context = text[max(0, end - CONTEXT) : end]
    return context if end <= CONTEXT else context.partition(" ")[2] or context


def _between(text: str, words: Sequence[tuple[str, int, int]], begin: int, end: int) -> str:
    return text[words[begin][1] : words[end - 1][2]] if end > begin else ""


def _edits(left: Sequence[str], right: Sequence[str]) -> Iterator[_Words]:
    """Yield the stretches that differ; two with a single word between are joined, as a changed sentence is read so."""
    last: _Words | None = None
    for edit in _parted(left, right, _Words(0, len(left), 0, len(right)), 0):
        if last and edit.left - last.left_end <= 1 and edit.right - last.right_end <= 1:
            last = _Words(last.left, edit.left_end, last.right, edit.right_end)
            continue
        if last:
            yield last
        last = edit
    if last:
        yield last


def _parted(left: Sequence[str], right: Sequence[str], at: _Words, depth: int) -> Iterator[_Words]:
    """Yield the stretches that differ, by a patience diff.

    Words that occur once on both sides, in the same order, split the text; the parts are split again. Each level looks
    at every word once. Short stretches are compared by difflib, whose time grows with the square of their length.
    """
    a, a_end, b, b_end = rest = _without_ends(left, right, at)
    if a == a_end and b == b_end:
        return
    if a == a_end or b == b_end:
        yield rest
    elif (
        max(a_end - a, b_end - b) > _FEW and depth < _DEEPEST and (anchors := _anchors(left, right, a, a_end, b, b_end))
    ):
        for i, j in [*anchors, (a_end, b_end)]:
            yield from _parted(left, right, _Words(a, i, b, j), depth + 1)
            a, b = i, j
    elif max(a_end - a, b_end - b) <= _MANY:
        for kind, i, i_end, j, j_end in SequenceMatcher(None, left[a:a_end], right[b:b_end]).get_opcodes():
            if kind != "equal":
                yield _Words(a + i, a + i_end, b + j, b + j_end)
    else:
        yield rest


def _without_ends(left: Sequence[str], right: Sequence[str], at: _Words) -> _Words:
    """Return a stretch without the common words at its start and end."""
    a, a_end, b, b_end = at
    while a < a_end and b < b_end and left[a] == right[b]:
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and left[a_end - 1] == right[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    return _Words(a, a_end, b, b_end)


def _anchors(
    left: Sequence[str], right: Sequence[str], a: int, a_end: int, b: int, b_end: int
) -> list[tuple[int, int]]:
    """Return the indexes of words that occur once on both sides: the longest run in the same order on both."""
    left_once, right_once = _once(left, a, a_end), _once(right, b, b_end)
    pairs = sorted((place, right_once[word]) for word, place in left_once.items() if word in right_once)
    # The longest increasing run, by patience: https://en.wikipedia.org/wiki/Longest_increasing_subsequence
    piles: list[int] = []
    tops: list[int] = []
    previous: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        previous.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            piles.append(number)
            tops.append(place)
        else:
            piles[pile], tops[pile] = number, place
    run = []
    number = piles[-1] if piles else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]


def _once(words: Sequence[str], begin: int, end: int) -> dict[str, int]:
    """Return word -> index, for the words that occur once in a stretch."""
    counts = Counter(words[begin:end])
    return {words[index]: index for index in range(begin, end) if counts[words[index]] == 1}


class Piece(NamedTuple):
    """A part of a text that is the same, removed or added."""

    kind: str
    """`SAME`, `REMOVED` or `ADDED`."""

    text: str


SAME, REMOVED, ADDED = "same", "removed", "added"


def pieces(before: str, after: str) -> Iterator[Piece]:
    """Yield both texts merged: the common parts, as in ``after``, and between them the removed and added ones."""
    left, right = ([(match[0], *match.span()) for match in _TOKEN.finditer(text)] for text in (before, after))
    done = 0
    for edit in _edits([word for word, _, _ in left], [word for word, _, _ in right]):
        begin = right[edit.right - 1][2] if edit.right else 0
        if edit.right_end > edit.right:
            begin = right[edit.right][1]
        if begin > done:
            yield Piece(SAME, after[done:begin])
        done = begin
        if removed := _between(before, left, edit.left, edit.left_end):
            # If nothing was added in its place, the space before it was removed too.
            gap = left[edit.left - 1][2] if edit.left else 0
            alone = edit.right == edit.right_end
            yield Piece(REMOVED, before[gap : left[edit.left][1]] + removed if alone else removed)
        if added := _between(after, right, edit.right, edit.right_end):
            yield Piece(ADDED, added)
            done = right[edit.right_end - 1][2]
    if done < len(after):
        yield Piece(SAME, after[done:])


# ---- lists and objects


def _list(before: list[Any], after: list[Any]) -> Difference:
    removed, added = _without(before, after), _without(after, before)
    changed: list[Difference] = []
    if name := _name_of(before, after):
        old, new = ({value[name]: value for value in side} for side in (removed, added))
        changed = [{name: key, **_object(old[key], new[key])} for key in new if key in old]
        removed, added = [old[key] for key in old if key not in new], [new[key] for key in new if key not in old]
    sides = {"removed": removed, "added": added, "changed": changed}
    if not any(sides.values()):
        return {"reordered": True}
    return _bounded(sides)


def _bounded(sides: Mapping[str, list[Any]]) -> Difference:
    """Return the first values of each side, and the count of those left out."""
    left_out = sum(max(0, len(side) - MOST_VALUES) for side in sides.values())
    reported = {kind: [_cut(value) for value in side[:MOST_VALUES]] for kind, side in sides.items() if side}
    return {**reported, **({"left_out": left_out} if left_out else {})}


def _without(these: list[Any], those: list[Any]) -> list[Any]:
    """Return the values of ``these`` beyond their number in ``those``."""
    counts = Counter(map(_text_of, those))
    surplus = []
    for value in these:
        counts[_text_of(value)] -= 1
        if counts[_text_of(value)] < 0:
            surplus.append(value)
    return surplus


def _text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _name_of(before: list[Any], after: list[Any]) -> str | None:
    """Return the key that identifies the objects in both lists; None if there is none."""
    for name in _NAMES:
        sides = [[value.get(name) if isinstance(value, dict) else None for value in side] for side in (before, after)]
        if all(all(isinstance(key, str) for key in side) and len(set(side)) == len(side) for side in sides):
            return name
    return None


def _object(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    differing = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    return {"changed": {name: _difference(before.get(name), after.get(name)) for name in differing[:MOST_VALUES]}}


# ---- for people


def _lines_of_list(difference: Difference) -> list[tuple[str, str]]:
    lines = [(sign, readable(value)) for sign, side in _SIDES for value in difference.get(side, ())]
    changed = difference.get("changed", {})
    for change in changed if isinstance(changed, list) else [{"changed": changed}]:
        lines += [(" ", name) for part, name in change.items() if part != "changed"]
        for part, inner in change["changed"].items():
            lines += [(sign, f"{part}: {text}") for sign, text in lines_of(inner)]
    return lines


def lines_of(difference: Difference) -> list[tuple[str, str]]:
    """Return a difference as lines of (sign, text): ``-`` for the old value, ``+`` for the new one, else a space."""
    if "edits" in difference:
        lines = []
        for edit in difference["edits"]:
            lines += [(" ", f"… {edit['after']}")] if edit["after"] else []
            lines += [(sign, edit[side]) for sign, side in (("-", "removed"), ("+", "added")) if edit[side]]
    elif "to" in difference:
        lines = [(sign, readable(difference[side])) for sign, side in (("-", "from"), ("+", "to"))]
        lines = [(sign, text) for sign, text in lines if text]
    elif difference.keys() <= {"field"}:
        lines = [(" ", "differs")]
    elif "reordered" in difference:
        lines = [(" ", "in another order")]
    else:
        lines = _lines_of_list(difference)
    left_out = difference.get("left_out")
    return [*lines, (" ", f"and {left_out} more")] if left_out else lines


_SIDES = (("-", "removed"), ("+", "added"))


def readable(value: Any) -> str:
    """Return ``value`` on one line: a term with its code, a file with its size and digest."""
    if isinstance(value, list):
        return "; ".join(map(readable, value))
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    if "raw" in value:
        return f"{value['raw']} [{value.get('id') or 'no code'}]"
    return ", ".join(f"{name} {readable(part)}" for name, part in value.items() if part not in (None, "", [], {}))
