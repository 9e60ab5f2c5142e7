"""Phrases that templates and editors print around the text of any page, by what they mean there."""

from __future__ import annotations

from functools import cache

from .data import load
from .keys import key


@cache
def phrases(name: str) -> frozenset[str]:
    """Keys (see :func:`key`) of the texts in the list ``name`` of ``phrases.json``.

    Raises:
        KeyError: there is no such list.
    """
    return frozenset(map(key, load("phrases")["lists"][name]["texts"]))
