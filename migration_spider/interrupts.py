"""Handles SIGINT, SIGTERM and SIGHUP from the start of a crawl to its end, and prints a message at once.

Without a handler, Python ends a process on SIGTERM or SIGHUP without a message. Scrapy's handlers, which end a crawl
cleanly, exist only while the reactor runs, and do not handle SIGHUP, which is sent when the terminal is closed. So
there are four phases:

1. Loading takes one or two seconds on a busy machine. A signal during this time ends the process at once with exit
   code 3. settings.py, the first module of the project that Scrapy reads, calls `install`.
2. When the command runs, `Interruptions` takes over: signals are kept for the reactor.
3. When the reactor runs, Scrapy's handlers get the signals (`hand_over`): the first one ends the crawl cleanly, the
   second one ends it at once. If the crawl is already ending, the first signal is ignored, because Scrapy would stop
   the reactor while the archive is being closed.
4. After the reactor has stopped (`finishing`), index and report are written, which takes minutes for a large archive.
   Again the first signal changes nothing, because all data is already there. The second signal of a run ends the
   process.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migration_spider.finish import End

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

CRAWLS = ("crawl", "harvest", "survey")
"""Commands with an exit code for an interruption."""

INCOMPLETE = 3
"""The same as in `monitors`, which is not loaded yet."""


def install() -> None:
    """Handle the signals if this process runs one of these commands."""
    if sys.argv[1:] and sys.argv[1] in CRAWLS:
        _handle(_leave)


def _handle(handler: Any) -> None:
    for number in SIGNALS:
        # Under nohup a run continues after its terminal is closed.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(number: int, frame: Any) -> None:
    _print("scrapy: interrupted before the start: no request was sent; the same command starts again")
    os._exit(INCOMPLETE)  # no file is open, and an exception could be caught by a module that is being loaded


def _print(text: str) -> None:
    # Not with print, because the signal may have interrupted another call of it.
    with suppress(OSError):
        os.write(2, f"{text}\n".encode() if text else b"")


ENDS = "The run is already ending: closing files and writing the report. Press again to stop at once; nothing is lost."
CUT_OFF = "Interrupted at its end: everything stored is kept, and the next run writes what is missing."


class Interruptions:
    """Prints ``says`` to standard error at the first signal.

    Args:
        says: One line; if empty, nothing is printed.
    """

    def __init__(self, says: str) -> None:
        self._says = says
        self._is_quiet = not says
        self._early: int | None = None
        self._count = 0
        """Number of signals so far."""
        self._is_handed = False
        """Whether Scrapy got the first one."""
        _handle(self._keep)

    def hand_over(self, end: End) -> None:
        """Pass signals on to Scrapy, even an earlier one. Call it when the reactor runs and Scrapy has its handlers."""
        # Scrapy has no handler for SIGHUP, so it gets the one for SIGTERM.
        _handle(partial(self._pass_on, signal.getsignal(signal.SIGTERM), end))
        if self._early is not None:
            self._count -= 1  # the same signal is sent again
            os.kill(os.getpid(), self._early)

    def finishing(self, end: End) -> None:
        """Handle signals while the run finishes. Call it when the reactor has stopped."""
        _handle(partial(self._finish, end))

    def _keep(self, number: int, frame: Any) -> None:
        self._count += 1
        self._early = number
        self._print_once()

    def _pass_on(self, scrapys: Any, end: End, number: int, frame: Any) -> None:
        if end.is_past_requests() or (end.has_begun() and not self._is_handed):
            self._finish(end, number, frame)
            return
        self._count += 1
        self._print_once()
        scrapys(number, frame)
        if not self._is_handed:
            self._is_handed = True
            # Scrapy has now set its handlers for the second signal.
            _handle(partial(self._pass_on, signal.getsignal(signal.SIGTERM), end))

    def _finish(self, end: End, number: int, frame: Any) -> None:
        self._count += 1
        if self._count > 1:
            self._print_now(CUT_OFF)
            os._exit(end.code())  # no data is lost, as with SIGKILL
        self._says = ""
        self._print_now(ENDS)

    def _print_once(self) -> None:
        text, self._says = self._says, ""
        _print(text and f"\n{text}")

    def _print_now(self, text: str) -> None:
        if not self._is_quiet:
            _print(f"\n{text}")
