"""One line of a page cut into labels and values: ``Label: value``, ``<strong>Label</strong> value``, ``A``, links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from migration_spider.items import Value
from migration_spider.pages.chrome import is_site_label
from migration_spider.pages.outline import Line, Piece, local_name
from migration_spider.pages.text import absolute, fold, word_set
from migration_spider.vocabularies import label_kind

LONGEST_LABEL = 80
LONGEST_NAME = 200
# Elements that set a label off from its value on one line.
_LABEL_TAGS = word_set("b strong em i label span small font u dfn th")
_COLON = re.compile(r"\s*[:：]\s*")
# What stands between values and belongs to none of them.
_SEPARATORS = re.compile(r"[\s\u00a0,;|/•·∙‣–—،、؛，；-]*")
_LABEL_CLASS = re.compile(r"(?:^|[\s_-])(?:label|label-above|label-inline)(?:$|[\s_-])", re.IGNORECASE)


def label_of(text: str) -> str | None:
    """``text`` folded and without its colon when it is a label that the vocabulary knows, else None."""
    text = fold(text).rstrip(":： ?*ⓘ")
    if not text or len(text) > LONGEST_LABEL:
        return None
    return text if label_kind(text) is not None and not is_site_label(text) else None


@dataclass(slots=True)
class Cell:
    """A label and the pieces that follow it on its line."""

    label: str
    known: bool
    pieces: list[Piece] = field(default_factory=list)
    set_off: bool | None = True
    """Whether an element or a line of its own parts the label from the value, and not a colon alone.

    None for a label and a colon alone on a line: the value may be missing, or stand on the next line.
    """

    @property
    def empty(self) -> bool:
        return not any(piece.image or fold(piece.text).strip(":： ") for piece in self.pieces) and not any(
            piece.link is not None for piece in self.pieces
        )


def cells(line: Line) -> list[Cell]:
    """The labels that ``line`` prints with what follows each; [] for a line that begins with no label.

    A label that the vocabulary does not know counts when it is set off by an element and a colon, and is marked so.
    """
    # An icon may stand before its label.
    pieces = list(dropwhile(lambda piece: piece.image or not fold(piece.text), line.pieces))
    if not pieces:
        return []
    whole = label_of(line.text) or _marked_label(pieces)
    if whole is not None and all(not piece.image for piece in pieces):
        colon = line.text.endswith((":", "：")) and any(not piece.path for piece in pieces if fold(piece.text))
        return [Cell(whole, known=True, set_off=None if colon else True)]
    found: list[Cell] = []
    index, own = 0, ""
    while index < len(pieces):
        start = _start(pieces, index, first=not found, own=own)
        if start is None:
            if not found:
                return []
            found[-1].pieces.append(pieces[index])
            index += 1
            continue
        if not found:
            own = mark(pieces[index]) if pieces[index].path else ""
        cell, index = start
        found.append(cell)
    return found


def _marked_label(pieces: Sequence[Piece]) -> str | None:
    """The label that ``pieces`` print with a mark behind it: an asterisk, or the letter that shows a help text."""
    last = len(pieces)
    while last > 1 and pieces[last - 1].path and len(fold(pieces[last - 1].text)) < 2:
        last -= 1
    return label_of("".join(piece.text for piece in pieces[:last])) if last < len(pieces) else None


def _start(pieces: Sequence[Piece], index: int, *, first: bool, own: str) -> tuple[Cell, int] | None:
    """The label that begins at ``pieces[index]``, and the index of the piece after it.

    ``own`` is the :func:`mark` of the line's first label.
    """
    text = ""
    for end in range(index, min(index + 4, len(pieces))):
        piece = pieces[end]
        if piece.image or piece.link is not None:
            break
        text += piece.text
        if not fold(text):
            continue
        if len(text) > LONGEST_LABEL + 40:
            break
        marked = piece.tag in _LABEL_TAGS
        after = fold(pieces[end + 1].text) if end + 1 < len(pieces) else ""
        colon = fold(text).endswith((":", "：")) or after.startswith((":", "："))
        label = label_of(text)
        if label is not None and (marked or (colon and first)):
            return Cell(label, known=True, set_off=marked), end + 1
        alike = first or piece.tag in ("b", "strong") or (own and mark(piece) == own and text == piece.text)
        if marked and colon and alike and "." not in fold(text):
            return Cell(fold(text).rstrip(":： "), known=False), end + 1
    piece = pieces[index]
    if not first or piece.image or piece.link is not None:
        return None
    # "Label: value" in one run of text.
    match = _COLON.search(piece.text[: 2 * LONGEST_LABEL])
    if match is None or match.start() > LONGEST_LABEL:
        return None
    label = label_of(piece.text[: match.start()])
    if label is None:
        return None
    rest = Piece(piece.text[match.end() :], piece.slot, piece.path, piece.link, piece.time)
    return Cell(label, known=True, pieces=[rest] if fold(rest.text) else [], set_off=False), index + 1


def mark(piece: Piece) -> str:
    """The element that sets ``piece`` off, by tag and class; empty when its tag alone says too little."""
    element = piece.path[-1] if piece.path else None
    if element is None:
        return ""
    classes = element.get("class") or ""
    return f"{piece.tag} {classes}" if classes or piece.tag in ("b", "strong", "label", "em", "i") else ""


def unknown_label(line: Line, marks: set[str]) -> Cell | None:
    """A label at the start of ``line`` whether the vocabulary knows it or not: up to a colon, or marked like others."""
    piece = line.pieces[0] if line.pieces else None
    if piece is None or piece.image or piece.link is not None:
        return None
    own = mark(piece)
    if own and own in marks and 0 < len(fold(piece.text)) <= LONGEST_LABEL and mark(line.pieces[-1]) != own:
        return Cell(fold(piece.text).rstrip(":： "), known=False, pieces=line.pieces[1:])
    match = _COLON.search(piece.text[: 2 * LONGEST_LABEL])
    if match is None or match.start() > 60:
        return None
    label = fold(piece.text[: match.start()])
    if not label or label[-1].isdigit() or label.startswith("http"):
        return None
    rest = Piece(piece.text[match.end() :], piece.slot, piece.path, piece.link, piece.time)
    return Cell(label, known=False, pieces=[rest, *line.pieces[1:]], set_off=False)


def has_label_class(classes: str) -> bool:
    """Whether a class says label, as ``field__label``, ``field--label`` and ``views-label`` do."""
    return "label" in classes and any(map(_says_label, classes.split()))


def _says_label(word: str) -> bool:
    # Display Suite calls the label itself so, core what is around label and values.
    if word in ("label-above", "label-inline"):
        return True
    if word.endswith(("label-above", "label-inline", "label-hidden", "label-visually_hidden")):
        return False
    return bool(_LABEL_CLASS.search(word)) and "label-" not in "".join(word.partition("label")[1:])


def values(pieces: Sequence[Piece], base_url: str) -> list[Value]:
    """The values that ``pieces`` of one line print: one per link or sibling element, else one for the whole line."""
    pieces = _trimmed(pieces)
    for group in (_by_link(pieces), _by_element(pieces)):
        if group is not None:
            return [value for part in group if (value := _value(part, base_url)) is not None]
    value = _value(pieces, base_url)
    return [] if value is None else [value]


def _trimmed(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """``pieces`` without the separators at both ends."""
    first, last = 0, len(pieces)
    while first < last and _separates(pieces[first]):
        first += 1
    while last > first and _separates(pieces[last - 1]):
        last -= 1
    return pieces[first:last]


def _separates(piece: Piece) -> bool:
    return not piece.image and piece.link is None and _SEPARATORS.fullmatch(piece.text.lstrip(":： ")) is not None


def _by_link(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """``pieces`` by link when there are several and nothing but separators between them."""
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if piece.link is None:
            if not piece.image and _SEPARATORS.fullmatch(piece.text.lstrip(":： ")):
                current = None
                continue
            return None
        if piece.link is not current:
            groups.append([])
            current = piece.link
        groups[-1].append(piece)
    return groups if len(groups) > 1 else None


def _by_element(pieces: Sequence[Piece]) -> list[list[Piece]] | None:
    """``pieces`` by sibling inline elements of one kind, as ``<span>A</span> <span>B</span>``."""
    depth = 0
    while all(len(piece.path) > depth for piece in pieces) and len({piece.path[depth] for piece in pieces}) == 1:
        depth += 1
    groups: list[list[Piece]] = []
    current = None
    for piece in pieces:
        if len(piece.path) <= depth:
            if not piece.image and _SEPARATORS.fullmatch(piece.text.lstrip(":： ")):
                current = None
                continue
            return None
        element = piece.path[depth]
        if local_name(element) not in ("span", "img", "time", "a", "li", "label") or (
            element.get("class") != pieces[0].path[depth].get("class") if len(pieces[0].path) > depth else False
        ):
            return None
        if element is not current:
            groups.append([])
            current = element
        groups[-1].append(piece)
    if len(groups) < 2 or any(local_name(group[0].path[depth]) == "time" for group in groups):
        return None
    return groups


def is_list(pieces: Sequence[Piece]) -> bool:
    """Whether ``pieces`` print names side by side, each in an element of its own, maybe after a label in another.

    Running text in several elements is no such list: its parts begin or end within a sentence.
    """
    pieces = _trimmed(pieces)
    groups = _by_element(pieces)
    if groups is None and len(pieces) > 2 and pieces[0].path:
        after = next(
            (n for n, piece in enumerate(pieces) if not piece.path or piece.path[0] is not pieces[0].path[0]), 0
        )
        groups = _by_element(_trimmed(pieces[after:])) if after else None
    return groups is not None and all(_is_name(fold("".join(piece.text for piece in group))) for group in groups)


def _is_name(text: str) -> bool:
    return (
        len(text) <= LONGEST_NAME and not text[:1].islower() and not text.endswith((".", ",", ";", ":", "!", "?", "。"))
    )


def _value(pieces: Sequence[Piece], base_url: str) -> Value | None:
    printed = fold("".join(piece.text for piece in pieces if not piece.image))
    text = printed.strip(":： ") and printed.lstrip(":： ").strip().strip(",;،、").strip()
    icons = [piece for piece in pieces if piece.image]
    if not text:
        text = ", ".join(piece.text for piece in icons if piece.text)
    link = next((piece.link for piece in pieces if piece.link is not None), None)
    url = None if link is None else absolute(base_url, link.get("href"))
    time = next((piece.time for piece in pieces if piece.time is not None), None)
    stamp = None if time is None else fold(time.get("datetime")) or None
    if not text and url is None and stamp is None:
        return None
    return Value(text=text, url=url, datetime=stamp)
