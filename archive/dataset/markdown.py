"""Escapes texts from anywhere in Markdown, so that they are displayed as plain text."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_\[\]<>#~])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
"""Control characters, line ends of all kinds, and what turns the order of letters."""


def plain(text: str) -> str:
    """``text`` as Markdown that says just that; a table takes care of its own bars."""
    return _MARKS.sub(r"\\\1", seen(text))


def seen(text: str) -> str:
    """``text`` on one line, without what cannot be seen."""
    return _UNSEEN.sub(" ", text)


def code(text: str) -> str:
    """``text`` as a code span, with apostrophes in place of the marks that would end it."""
    return "`" + seen(text).replace("`", "'") + "`"
