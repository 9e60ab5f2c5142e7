"""What is said of texts that come again on every page of a site: class attributes, labels, phrases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LONGEST = 500
"""Characters of a text that is kept: longer ones do not come again."""

MOST = 4096


class Remembered(dict[str, T]):
    """``of[text]`` is what the pure function ``told`` says of ``text``; asked again, it costs a look into a dict."""

    def __init__(self, told: Callable[[str], T]) -> None:
        self.told = told

    def __missing__(self, text: str) -> T:
        said = self.told(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = said
        return said
