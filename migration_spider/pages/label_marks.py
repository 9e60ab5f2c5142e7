"""What makes words a label: that the vocabulary knows them, the element that sets them off, or a class."""

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
    """``text`` folded and without its colon when it is a label that the vocabulary knows, else None."""
    return _label_of(text) if len(text) <= 2 * LONGEST_LABEL else None


@lru_cache(maxsize=4096)
def _label_of(text: str) -> str | None:
    text = fold(text).rstrip(":： ?*ⓘ")
    kind = label_kind(text) if 0 < len(text) <= LONGEST_LABEL else None
    return None if kind in (None, "chrome") or is_date_word(text) else text


def mark(piece: Piece) -> str:
    """The element that sets ``piece`` off, by tag and class; empty when its tag alone says too little."""
    element = piece.path[-1] if piece.path else None
    if element is None:
        return ""
    classes = element.get("class") or ""
    return f"{piece.tag} {classes}" if classes or piece.tag in ("b", "strong", "label", "em", "i") else ""


def has_label_class(classes: str) -> bool:
    """Whether a class says label, as ``field__label``, ``field--label`` and ``views-label`` do."""
    return "label" in classes and _LABELS[classes]


def _says_label(word: str) -> bool:
    # Display Suite and the CCK of Drupal 6 call the label itself so, core what is around label and values.
    if word in ("label-above", "label-inline", "field-label-inline-first"):
        return True
    if word.endswith(("label-above", "label-inline", "label-hidden", "label-visually_hidden")):
        return False
    return _LABEL_CLASS.search(word) is not None


_LABELS = Remembered(lambda classes: any(map(_says_label, classes.split())))
