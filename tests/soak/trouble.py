"""Runs ``scrapy`` with a machine that fails it: ``python -m tests.soak.trouble TROUBLE ... -- ARGUMENTS OF SCRAPY``.

A trouble is a name and a number: ``clock=3600``, ``fsync=0.1``, ``eio=40``; see `TROUBLES`. It is there before anything of
Scrapy or of the project is imported.
"""

from __future__ import annotations

import datetime
import errno
import os
import runpy
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

JUMP_AFTER = 400
"""Looks at the clock between two jumps."""

_Real = datetime.datetime


class _Like(type):
    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, _Real)


def clock(seconds: float) -> None:
    """The clock is ahead by ``seconds``, behind by as many after `JUMP_AFTER` looks at it, then right, and so on.

    That of the calendar, as when somebody sets it: intervals are measured by another one, which nobody can set.
    """
    looks = count()
    ways = (1, -1, 0)

    def skew() -> float:
        return ways[next(looks) // JUMP_AFTER % 3] * seconds

    class Jumping(_Real, metaclass=_Like):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(_Real.now().timestamp() + skew(), tz)

    right = time.time
    time.time = lambda: right() + skew()
    datetime.datetime = Jumping  # type: ignore[misc]


def fsync(seconds: float) -> None:
    """A disk on which each fsync takes ``seconds``."""
    right = os.fsync

    def slow(descriptor: Any) -> None:
        time.sleep(seconds)
        right(descriptor)

    os.fsync = slow


def eio(number: float) -> None:
    """From the ``number``-th fsync on, the disk answers each with an I/O error."""
    calls, right = count(1), os.fsync

    def broken(descriptor: Any) -> None:
        if next(calls) >= number:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        right(descriptor)

    os.fsync = broken


TROUBLES: dict[str, Callable[[float], None]] = {"clock": clock, "fsync": fsync, "eio": eio}


def main() -> None:
    at = sys.argv.index("--")
    troubles, sys.argv[1:] = sys.argv[1:at], sys.argv[at + 1 :]
    for name, _, number in (trouble.partition("=") for trouble in troubles):
        TROUBLES[name](float(number))
    runpy.run_module("scrapy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
