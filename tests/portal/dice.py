"""Repeatable choices: the same key gives the same content on every machine and Python version."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices determined by ``key`` alone (``random.Random`` promises less between versions)."""

    def __init__(self, *key: object) -> None:
        self._key = "\x1f".join(map(str, key)).encode()
        self._rolls = 0

    def _roll(self) -> int:
        self._rolls += 1
        return int.from_bytes(blake2b(self._key + self._rolls.to_bytes(4, "big"), digest_size=8).digest(), "big")

    def number(self, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""
        return low + self._roll() % (high - low + 1)

    def chance(self, percent: int) -> bool:
        return self._roll() % 100 < percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self._roll() % len(options)]

    def sample(self, options: Sequence[T], size: int) -> list[T]:
        """``size`` different options, in the order of the choices."""
        left = list(options)
        return [left.pop(self._roll() % len(left)) for _ in range(min(size, len(left)))]


def token(*key: object, length: int = 8) -> str:
    """A short hexadecimal name for ``key``, for file names and query strings."""
    return blake2b("\x1f".join(map(str, key)).encode(), digest_size=32).hexdigest()[:length]
