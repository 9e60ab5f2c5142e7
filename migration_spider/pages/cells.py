"""One line of a page cut into labels and values: ``Label: value``, ``<strong>Label</strong> value``, ``A``, links.

A table, :data:`HEADS`, lists the facts that make the beginning of a line a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple

from migration_spider.text import Remembered, fold, word_set
from migration_spider.vocabularies import date_label, is_date_word, label_kind

if TYPE_CHECKING:
    from migration_spider.pages.outline import Line, Piece

LONGEST_LABEL = 80

MOST_SIGNS = 8
"""Pieces of one character, or of white space, that may stand behind a label that is a complete line."""

_LABEL_CLASS = re.compile(r"(?:^|[\s_-])(?:label|label-above|label-inline)(?:$|[\s_-])", re.IGNORECASE)


def label_of(text: str) -> str | None:
    """Return ``text`` folded and without its colon if the vocabulary knows it as a label, else None."""
    return _label_of(text) if len(text) <= 2 * LONGEST_LABEL else None


@lru_cache(maxsize=4096)
def _label_of(text: str) -> str | None:
    text = fold(text).rstrip(":： ?*ⓘ")
    kind = label_kind(text) if 0 < len(text) <= LONGEST_LABEL else None
    return None if kind in (None, "chrome") or is_date_word(text) else text


def mark(piece: Piece) -> str:
    """Return tag and class of the element that sets ``piece`` off; empty if it has no class and a neutral tag."""
    element = piece.path[-1] if piece.path else None
    if element is None:
        return ""
    classes = element.get("class") or ""
    return f"{piece.tag} {classes}" if classes or piece.tag in ("b", "strong", "label", "em", "i") else ""


def has_label_class(classes: str) -> bool:
    """Whether a class names a label, as ``field__label``, ``field--label`` and ``views-label`` do."""
    return "label" in classes and _LABELS[classes]


def _names_label(word: str) -> bool:
    # These name the label itself in Display Suite and the CCK of Drupal 6, but the field around it in core.
    if word in ("label-above", "label-inline", "field-label-inline-first"):
        return True
    if word.endswith(("label-above", "label-inline", "label-hidden", "label-visually_hidden")):
        return False
    return _LABEL_CLASS.search(word) is not None


_LABELS = Remembered(lambda classes: any(map(_names_label, classes.split())))


# Elements that set a label off from its value on one line.
_LABEL_TAGS = word_set("b strong em i label span small font u dfn th")
_COLON = re.compile(r"\s*[:：]\s*")
_COLONS = (":", "：")
# A day and its year in any order, with no more around them than a weekday and a time.
DATE = re.compile(r"\D{0,20}\d{1,4}(?!\d).{0,20}?(?<!\d)(?:(?:19|20)\d\d|\d{1,2})(?!\d).{0,15}")
# The same below a label that ends without a colon, where "by admin on 3 May 2021" is no date.
_DAY = re.compile(
    r"(?=.*(?:(?:19|20)\d\d|\d[./-]\d\d?[./-]\d\d))(?!(?:by|par|por|von|от)\b)(?:[^\W\d_]+[.,]?\s){0,3}(?=\d)"
    + DATE.pattern
    # Followed by the date of a change, a section, or the author.
    + r"(?:\s*[|,;·–-]\s*(?:last )?(?:updated|modified|mis à jour|actualizado|обновлено|aktualisiert|تحديث|更新)"
    r"\b.{0,40}|\s+(?:by|par|por|von|in|en|dans)\s.{1,60})?",
    re.IGNORECASE,
)


class Evidence(NamedTuple):
    """An entry of `HEADS`: the names of the facts that must be true, and the reason in words."""

    facts: frozenset[str]
    why: str


HEADS = (
    Evidence(word_set("known alone"), "the vocabulary knows {!r}, alone on its line"),
    Evidence(word_set("known element"), "the vocabulary knows {!r}, in an element of its own"),
    Evidence(word_set("known colon first"), "the vocabulary knows {!r}, before a colon"),
    Evidence(word_set("known date first"), "the vocabulary knows {!r}, before a date"),
    Evidence(word_set("element colon alike"), "{!r} is set off by an element and a colon"),
    Evidence(word_set("class alone"), "a class says that {!r} is a label"),
)
"""Combinations of facts that make words at the beginning of a line, or further on, a label. The facts:

``known`` to the vocabulary; ``alone``: the complete line; ``element``: one sets them off; ``colon``: one ends or
follows them; ``first`` on the line; ``date``: a label for the date of publication, before a date; ``alike``: the first,
or looks as the line's first label, and without a full stop; ``class``: a class around them names a label.
"""


@dataclass(slots=True)
class Cell:
    """A label and the pieces that follow it on its line."""

    label: str
    facts: set[str]
    pieces: list[Piece] = field(default_factory=list)
    """The pieces of its values."""

    start: int = 0
    """Index of its first piece on the line."""

    @property
    def known(self) -> bool:
        return "known" in self.facts

    @property
    def why(self) -> str | None:
        """The reason in :data:`HEADS` why it is a label; None when no entry applies."""
        return next((entry.why.format(self.label) for entry in HEADS if entry.facts <= self.facts), None)

    @property
    def empty(self) -> bool:
        return not any(piece.image or piece.link is not None or fold(piece.text).strip(":： ") for piece in self.pieces)


def cells(line: Line) -> list[Cell]:
    """Return the labels on ``line``, each with the pieces that follow it; [] for a line that begins with no label."""
    # An icon may stand before its label.
    pieces = line.pieces
    if pieces and _is_blank(pieces[0]):
        pieces = list(dropwhile(_is_blank, pieces))
    complete = _whole_line(line, pieces)
    if complete is not None and complete.why:
        return [complete]
    found: list[Cell] = []
    index, own = 0, ""
    while index < len(pieces):
        start = _start(pieces, index, own if found else None)
        if start is not None:
            if not found:
                own = mark(pieces[index]) if pieces[index].path else ""
            cell, end = start
            cell.start = index + len(line.pieces) - len(pieces)
            index += end
            found.append(cell)
        elif not found:
            named = _by_class(line)
            return [named] if named is not None and named.why else []
        else:
            found[-1].pieces.append(pieces[index])
            index += 1
    return found


def _is_blank(piece: Piece) -> bool:
    return piece.image or not piece.text or piece.text.isspace()


def _whole_line(line: Line, pieces: Sequence[Piece]) -> Cell | None:
    """Return the label that is the complete ``line``, except an asterisk or the letter of a help text."""
    last = len(pieces)
    fewest = max(1, last - MOST_SIGNS)
    label = label_of(line.text)
    while label is None and last > fewest and pieces[last - 1].path and len(fold(pieces[last - 1].text)) < 2:
        last -= 1
        label = label_of("".join(piece.text for piece in pieces[:last]))
    if label is None or any(piece.image for piece in pieces):
        return None
    facts = {"known", "alone"}
    if all(piece.path for piece in pieces if fold(piece.text)):
        facts.add("element")
    return Cell(label, facts)


def _start(pieces: Sequence[Piece], index: int, own: str | None) -> tuple[Cell, int] | None:
    """Return the label that begins at ``pieces[index]``, and its number of pieces.

    ``own`` is the :func:`mark` of the line's first label, None before there is one.
    """
    if own is not None and pieces[index].tag not in _LABEL_TAGS:
        return None
    text = ""
    for end in range(index, min(index + 4, len(pieces))):
        piece = pieces[end]
        if piece.image or piece.link is not None:
            break
        text += piece.text
        if len(text) > LONGEST_LABEL + 40:
            break
        cell = _head(text, piece, fold(pieces[end + 1].text) if end + 1 < len(pieces) else "", own)
        if cell is not None and cell.why:
            return cell, end + 1 - index
    run = _run(pieces[index:]) if own is None else None
    return run if run is not None and run[0].why else None


def _head(text: str, piece: Piece, after: str, own: str | None) -> Cell | None:
    """Return the cell of ``text``, which ends with ``piece`` and is followed by ``after``; None if it is no label."""
    if not (name := fold(text)):
        return None
    label = label_of(text)
    is_element, has_colon = piece.tag in _LABEL_TAGS, name.endswith(_COLONS) or after.startswith(_COLONS)
    if label is None and not (is_element and has_colon):
        # No entry of the table can apply: true for most pieces of a page.
        return None
    alike = own is None or (own and mark(piece) == own)
    facts = {
        "known": label is not None,
        "element": is_element,
        "colon": has_colon,
        "first": own is None,
        "alike": alike and "." not in name,
    }
    return Cell(label or name.rstrip(":： "), {fact for fact, is_true in facts.items() if is_true})


def _run(pieces: Sequence[Piece]) -> tuple[Cell, int] | None:
    """Return the label at the beginning of a piece that goes on: up to a colon, or up to a date of publication."""
    piece, others = pieces[0], pieces[1:]
    if piece.image or piece.link is not None:
        return None
    head = piece.text[: 2 * LONGEST_LABEL]
    match = _COLON.search(head) if ":" in head or "：" in head else None
    label = label_of(head[: match.start()]) if match is not None else None
    if match is not None and label is not None:
        return _cut(piece, label, match.end(), "colon")
    length = date_label(piece.text) if len(piece.text) < 2 * LONGEST_LABEL else 0
    if not length:
        return None
    rest = fold(piece.text[length:] + "".join(other.text for other in others[:20])).lstrip(":： ")
    return _cut(piece, fold(piece.text[:length]), length, "date") if _DAY.fullmatch(rest) else None


def _cut(piece: Piece, label: str, end: int, fact: str) -> tuple[Cell, int]:
    rest = replace(piece, text=piece.text[end:])
    return Cell(label, {"known", "first", fact}, [rest] if fold(rest.text) else []), 1


def _by_class(line: Line) -> Cell | None:
    """Return the label that ``line`` is by a class."""
    if not 0 < len(line.text) <= LONGEST_LABEL:
        return None
    outer = line.pieces[0].path[:1]
    is_label = has_label_class(line.parent.classes) or (
        outer
        and has_label_class(outer[0].get("class") or "")
        and all(outer[0] in piece.path for piece in line.pieces if piece.text.strip())
    )
    if not is_label or any(piece.link is not None or piece.image for piece in line.pieces):
        return None
    return Cell(line.text.rstrip(":： "), {"class", "alone"})


def unknown_label(line: Line, marks: set[str]) -> Cell | None:
    """Return the label at the start of ``line``, known or not: up to a colon, or with one of ``marks``."""
    piece = line.pieces[0] if line.pieces else None
    if piece is None or piece.image or piece.link is not None:
        return None
    own = mark(piece)
    if own and own in marks and 0 < len(fold(piece.text)) <= LONGEST_LABEL and mark(line.pieces[-1]) != own:
        return Cell(fold(piece.text).rstrip(":： "), {"element"}, line.pieces[1:])
    match = _COLON.search(piece.text[: 2 * LONGEST_LABEL])
    if match is None:
        return None
    label = fold(piece.text[: match.start()])
    if not label or label[-1].isdigit() or label.startswith("http"):
        return None
    rest = replace(piece, text=piece.text[match.end() :])
    return Cell(label, {"colon"}, [rest, *line.pieces[1:]])
