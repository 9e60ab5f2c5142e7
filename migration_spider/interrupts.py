"""SIGINT, SIGTERM and SIGHUP from the first moment of a crawl to its last, and what is said at once when one comes.

Python ends a process on SIGTERM or SIGHUP without a word until somebody handles it; Scrapy's handlers, which end a
crawl in good order, are there only while the reactor runs, and know no SIGHUP, which comes when the terminal is closed.

1. Loading takes a second or two on a busy machine: what comes meanwhile ends at once with exit code 3. settings.py, the
   first module of the project that Scrapy reads, calls `install`.
2. `Interruptions` takes over when the command runs: what comes is kept for the reactor.
3. When that runs, Scrapy's handlers get it (`hand_over`): the first signal ends the crawl, the second at once. A crawl
   that ends already is left alone at the first: Scrapy would stop the reactor while the archive is being closed.
4. When it has stopped (`finishing`), index and report are being made, which takes minutes on a large archive: again the
   first signal changes nothing, as all is there that will be there; the second of a run ends the process.
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
"""Commands whose exit codes tell an interruption."""

INCOMPLETE = 3
"""As in `monitors`, which is not loaded yet."""


def install() -> None:
    """Handle the signals in the process of such a command; nowhere else."""
    if sys.argv[1:] and sys.argv[1] in CRAWLS:
        _handle(_leave)


def _handle(handler: Any) -> None:
    for number in SIGNALS:
        # Under nohup a run is to outlive its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(number: int, frame: Any) -> None:
    _say("scrapy: interrupted before the start: no request was sent; the same command starts again")
    os._exit(INCOMPLETE)  # nothing is open; an exception might be caught by whatever is being loaded


def _say(text: str) -> None:
    # Not by print: a signal may come in the middle of one.
    with suppress(OSError):
        os.write(2, f"{text}\n".encode() if text else b"")


ENDS = "The run is already ending: closing files and writing the report. Press again to stop at once; nothing is lost."
CUT_OFF = "Interrupted at its end: everything stored is kept, and the next run writes what is missing."


class Interruptions:
    """Tells ``says`` on standard error at the first signal.

    Args:
        says: one line; empty to say nothing.
    """

    def __init__(self, says: str) -> None:
        self._says = says
        self._is_quiet = not says
        self._early: int | None = None
        self._came = 0
        """Signals so far."""
        self._is_handed = False
        """Whether Scrapy got the first."""
        _handle(self._keep)

    def hand_over(self, end: End) -> None:
        """To be called when the reactor runs and Scrapy has set its handlers: they get what came before."""
        # Scrapy has none for SIGHUP: it gets what SIGTERM would.
        _handle(partial(self._pass_on, signal.getsignal(signal.SIGTERM), end))
        if self._early is not None:
            self._came -= 1  # the same once more
            os.kill(os.getpid(), self._early)

    def finishing(self, end: End) -> None:
        """To be called when the reactor has stopped."""
        _handle(partial(self._finish, end))

    def _keep(self, number: int, frame: Any) -> None:
        self._came += 1
        self._early = number
        self._tell()

    def _pass_on(self, scrapys: Any, end: End, number: int, frame: Any) -> None:
        if end.is_past_requests() or (end.has_begun() and not self._is_handed):
            self._finish(end, number, frame)
            return
        self._came += 1
        self._tell()
        scrapys(number, frame)
        if not self._is_handed:
            self._is_handed = True
            # Scrapy has set its handlers for the second one by now.
            _handle(partial(self._pass_on, signal.getsignal(signal.SIGTERM), end))

    def _finish(self, end: End, number: int, frame: Any) -> None:
        self._came += 1
        if self._came > 1:
            self._tell_now(CUT_OFF)
            os._exit(end.code())  # as a kill, which loses nothing
        self._says = ""
        self._tell_now(ENDS)

    def _tell(self) -> None:
        said, self._says = self._says, ""
        _say(said and f"\n{said}")

    def _tell_now(self, text: str) -> None:
        if not self._is_quiet:
            _say(f"\n{text}")
