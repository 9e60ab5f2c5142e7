"""The labels of the metadata block: the item field of a printed label, and the kind of page that prints it."""

from __future__ import annotations

import re
from functools import cache

from .data import load
from .keys import key

_LONGEST = 200
"""Characters of a text that is looked up as a label: paragraphs need no key to be none."""

_UNKNOWN = (None, None)


@cache
def _known() -> dict[str, tuple[str | None, str | None]]:
    """Key of a label -> (kind, item field or None)."""
    known: dict[str, tuple[str | None, str | None]] = {}
    for kind, entries in load("labels")["kinds"].items():
        for entry in entries:
            known.setdefault(key(entry["text"]), (kind, entry.get("field")))
    return known


@cache
def _generic() -> frozenset[str]:
    entries = (entry for entries in load("labels")["kinds"].values() for entry in entries)
    return frozenset(key(entry["text"]) for entry in entries if entry.get("generic"))


def is_generic_label(label: str) -> bool:
    """Whether ``label`` is an everyday word (``Date``, ``Country``), which does not show the kind of page."""
    return len(label) <= _LONGEST and key(label) in _generic()


@cache
def _date_words() -> frozenset[str]:
    return frozenset(key(one["text"]) for one in load("labels")["kinds"]["news"] if one.get("before_date"))


def is_date_word(label: str) -> bool:
    """Whether ``label`` is a label only where a date follows: "Published"."""
    return key(label) in _date_words()


def label_field(label: str) -> str | None:
    """Item field that ``label`` names on a news page, in any language; None when it is no known news label."""
    return _known().get(key(label), _UNKNOWN)[1] if len(label) <= _LONGEST else None


@cache
def _machine_names() -> dict[str, str]:
    """Letters of a label -> item field."""
    names: dict[str, str] = {}
    for text, (_, field) in _known().items():
        if field and (letters := _letters(text)):
            names.setdefault(letters, field)
    return names


def machine_name_field(name: str) -> str | None:
    """Item field that the machine name of a Drupal field stands for, such as ``field-other-source``.

    Drupal makes it from the first label of the field; None if no known news label fits.
    """
    return _machine_names().get(_letters(re.sub(r"^(?:field|node|news)[_-]", "", name)))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def label_kind(label: str) -> str | None:
    """Kind of page that has ``label`` in its block.

    One of ``news``, ``event``, ``practice``, ``pledge``, ``discussion``, ``file`` (attachments), ``media`` (a picture
    or film) and ``chrome`` (field labels that leak into the body); None when the label is unknown.
    """
    return _known().get(key(label), _UNKNOWN)[0] if len(label) <= _LONGEST else None


@cache
def _date_labels() -> re.Pattern[str]:
    entries = (entry for entries in load("labels")["kinds"].values() for entry in entries)
    texts = sorted(
        {entry["text"] for entry in entries if entry.get("field") == "publication_date"}, key=len, reverse=True
    )
    words = "|".join(r"\s+".join(map(re.escape, text.split())) for text in texts)
    # Told by the first letter, most texts take a third of the time.
    firsts = re.escape("".join(sorted({text[0] for text in texts})))
    return re.compile(rf"\s*(?=[{firsts}])(?:{words})(?![^\W\d_])", re.IGNORECASE)


def date_label(text: str) -> int:
    """Length of the label of a publication date that ``text`` begins with: "Published on 3 May"; 0 for none."""
    match = _date_labels().match(text)
    return match.end() if match is not None else 0


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
