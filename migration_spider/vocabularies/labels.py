"""Labels of the metadata block: which item field a printed label names, and which kind of page prints it."""

from __future__ import annotations

from functools import cache

from .data import load
from .keys import key


@cache
def _known() -> dict[str, tuple[str, str | None]]:
    """Key of a label -> (kind, item field or None)."""
    known: dict[str, tuple[str, str | None]] = {}
    for kind, entries in load("labels")["kinds"].items():
        for entry in entries:
            known.setdefault(key(entry["text"]), (kind, entry.get("field")))
    return known


def label_field(label: str) -> str | None:
    """Item field that ``label`` names on a news page, in any language; None when it is no known news label."""
    return _known().get(key(label), ("", None))[1]


def label_kind(label: str) -> str | None:
    """Kind of page whose block prints ``label``.

    One of ``news``, ``event``, ``practice``, ``pledge``, ``discussion``, ``file`` (attachments and the image) and
    ``chrome`` (field labels that leak into the body); None when the label is unknown.
    """
    return _known().get(key(label), (None, None))[0]


@cache
def labels() -> frozenset[str]:
    """Keys (see :func:`key`) of all known labels of every kind and language."""
    return frozenset(_known())


@cache
def _footnote_starts() -> tuple[str, ...]:
    return tuple(key(start) for start in load("labels")["kosovo_footnote"]["starts"])


def is_kosovo_footnote(text: str) -> bool:
    """Whether ``text`` is the site's note on Security Council resolution 1244 (1999), printed below every page.

    A sentence of an article that mentions the resolution is not: the note starts with the words it always starts with,
    with or without its asterisk.
    """
    facts = load("labels")["kosovo_footnote"]
    if len(text) > facts["longest"] or facts["resolution"] not in text:
        return False
    return key(text).startswith(_footnote_starts())
