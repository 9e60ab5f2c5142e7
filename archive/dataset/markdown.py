"""Escapes untrusted texts in Markdown, so that they are displayed as plain text."""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_\[\]<>#~])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
"""Control characters, line ends of all kinds, and characters that change the direction of text."""


def plain(text: str) -> str:
    """Return ``text`` with Markdown escaped, except bars: the writer of a table escapes these."""
    return _MARKS.sub(r"\\\1", seen(text))


def seen(text: str) -> str:
    """Return ``text`` on one line, without invisible characters."""
    return _UNSEEN.sub(" ", text)


def code(text: str) -> str:
    """Return ``text`` as a code span, with apostrophes in place of back quotes."""
    return "`" + seen(text).replace("`", "'") + "`"
