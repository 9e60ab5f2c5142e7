"""SIGINT and SIGTERM from the first moment of a crawl on, and what is said at once when one comes.

Python ends a process on SIGTERM without a word until somebody handles it; Scrapy's handlers, which end a crawl in good
order, are there only once the reactor runs. Loading takes a second or two on a busy machine: what comes meanwhile ends
with exit code 3, as what comes later. settings.py, the first module of the project that Scrapy reads, calls `install`;
`Interruptions` takes over when the command runs, and hands over to Scrapy.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)

CRAWLS = ("crawl", "harvest", "survey")
"""Commands whose exit codes tell an interruption."""

INCOMPLETE = 3
"""As in `monitors`, which is not loaded yet."""


def install() -> None:
    """Handle the signals in the process of such a command; nowhere else."""
    if sys.argv[1:] and sys.argv[1] in CRAWLS:
        for number in SIGNALS:
            signal.signal(number, _leave)


def _leave(number: int, frame: Any) -> None:
    _say("scrapy: interrupted before it began: nothing was asked; the same command begins anew")
    os._exit(INCOMPLETE)  # nothing is open; an exception might be caught by whatever is being loaded


def _say(text: str) -> None:
    # Not by print: a signal may come in the middle of one.
    with suppress(OSError):
        os.write(2, f"{text}\n".encode() if text else b"")


class Interruptions:
    """Tells ``says`` on standard error at the first signal.

    Args:
        says: one line; empty to say nothing.
    """

    def __init__(self, says: str) -> None:
        self._says = says
        self._early: int | None = None
        for number in SIGNALS:
            signal.signal(number, self._keep)

    def hand_over(self) -> None:
        """To be called when the reactor runs and Scrapy has set its handlers: they get what came before."""
        for number in SIGNALS:
            scrapys: Any = signal.getsignal(number)
            signal.signal(number, partial(self._pass_on, scrapys))
        if self._early is not None:
            os.kill(os.getpid(), self._early)

    def _keep(self, number: int, frame: Any) -> None:
        self._early = number
        self._tell()

    def _pass_on(self, scrapys: Callable[[int, Any], Any], number: int, frame: Any) -> None:
        self._tell()
        scrapys(number, frame)

    def _tell(self) -> None:
        said, self._says = self._says, ""
        _say(said and f"\n{said}")
