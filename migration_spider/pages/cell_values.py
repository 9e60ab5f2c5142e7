"""The values on one line of a page: one per link or sibling element, else one for the complete line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from migration_spider.items import Value
from migration_spider.pages.outline import Piece, local_name
from migration_spider.pages.text import absolute, fold, word_set

LONGEST_NAME = 200
# Elements that print values side by side.
_LISTED = word_set("span img time a li label")
# Text between values.
_SEPARATORS = re.compile(r"[\s\u00a0,;|/•·∙‣–—،、؛，；-]*")


def values(pieces: Sequence[Piece], base_url: str) -> list[Value]:
    """Return the values in ``pieces`` of one line: one per link or sibling element, else one for the complete line."""
    pieces = _trimmed(pieces)
    groups = (_by_link(pieces) or _by_element(pieces)) if len(pieces) > 1 else None
    if groups is not None:
        return [value for part in groups if (value := _value(part, base_url)) is not None]
    value = _value(pieces, base_url)
    return [] if value is None else [value]


def is_list(pieces: Sequence[Piece]) -> bool:
    """Whether ``pieces`` print names side by side, each in a separate element, maybe after a label in another.

    Running text in several elements is no such list: its parts begin or end within a sentence.
    """
    if len(pieces) < 2:
        return False
    pieces = _trimmed(pieces)
    groups = _by_element(pieces)
    if groups is None and len(pieces) > 2 and pieces[0].path:
        after = next(
            (n for n, piece in enumerate(pieces) if not piece.path or piece.path[0] is not pieces[0].path[0]), 0
        )
        groups = _by_element(_trimmed(pieces[after:])) if after else None
    return groups is not None and all(_is_name(fold("".join(piece.text for piece in group))) for group in groups)


def _trimmed(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return ``pieces`` without the separators at both ends."""
    first, last = 0, len(pieces)
    while first < last and _separates(pieces[first]):
        first += 1
    while last > first and _separates(pieces[last - 1]):
        last -= 1
    return pieces[first:last]


def _separates(piece: Piece) -> bool:
    return piece.link is None and _is_separator(piece)


def _is_separator(piece: Piece) -> bool:
    return not piece.image and _SEPARATORS.fullmatch(piece.text.lstrip(":： ")) is not None


def _by_link(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """Return ``pieces`` by link if there are several and only separators between them."""
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if piece.link is None:
            if _is_separator(piece):
                current = None
                continue
            return None
        if piece.link is not current:
            groups.append([])
            current = piece.link
        groups[-1].append(piece)
    return groups if len(groups) > 1 else None


def _by_element(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """Return ``pieces`` by sibling inline elements of one kind, as ``<span>A</span> <span>B</span>``."""
    depth = 0
    while all(len(piece.path) > depth for piece in pieces) and len({piece.path[depth] for piece in pieces}) == 1:
        depth += 1
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if len(piece.path) <= depth:
            if _is_separator(piece):
                current = None
                continue
            return None
        element = piece.path[depth]
        first = groups[0][0].path[depth] if groups else element
        if local_name(element) not in _LISTED or element.get("class") != first.get("class"):
            return None
        if element is not current:
            groups.append([])
            current = element
        groups[-1].append(piece)
    if len(groups) < 2 or any(local_name(group[0].path[depth]) == "time" for group in groups):
        return None
    return groups


def _is_name(text: str) -> bool:
    return (
        len(text) <= LONGEST_NAME and not text[:1].islower() and not text.endswith((".", ",", ";", ":", "!", "?", "。"))
    )


def _first(elements: Iterable[Any]) -> Any:
    return next((element for element in elements if element is not None), None)


def _value(pieces: Sequence[Piece], base_url: str) -> Value | None:
    link, time = _first(piece.link for piece in pieces), _first(piece.time for piece in pieces)
    printed = fold("".join(piece.text for piece in pieces if not piece.image))
    text = printed.lstrip(":： ").strip().strip(",;،、").strip()
    text = text or ", ".join(piece.text for piece in pieces if piece.image and piece.text)
    url = None if link is None else absolute(base_url, link.get("href"))
    stamp = None if time is None else fold(time.get("datetime")) or None
    if not text and url is None and stamp is None:
        return None
    return Value(text=text, url=url, datetime=stamp)
