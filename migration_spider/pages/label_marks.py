"""Marks of a label: the vocabulary knows its words, an element sets it off, or a class names it."""

from __future__ import annotations

import re
from functools import lru_cache

from migration_spider.pages.outline import Piece
from migration_spider.pages.remembered import Remembered
from migration_spider.pages.text import fold
from migration_spider.vocabularies import is_date_word, label_kind

LONGEST_LABEL = 80
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
