"""A cache for pure functions of texts that are repeated on every page of a site: class attributes, labels, phrases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LONGEST = 500
"""Characters of a text that is cached: longer texts are not repeated."""

MOST = 4096
"""Cached texts; the cache is cleared when it is full."""


class Remembered(dict[str, T]):
    """``cache[text]`` is ``function(text)``; repeated calls cost no more than a look into a dict."""

    def __init__(self, function: Callable[[str], T]) -> None:
        self.function = function

    def __missing__(self, text: str) -> T:
        result = self.function(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = result
        return result
