"""Progress on standard error: a bar on a terminal, otherwise a line from time to time."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

_PLAIN_INTERVAL = 10.0  # seconds

_STEP = 1 << 18
"""Bytes between updates; an update for every record would take as long as reading it."""

_Self = TypeVar("_Self", bound="_Progress")


class _Progress:
    """A context manager that shows ``words`` and the progress; nothing if ``quiet``."""

    def __init__(self, words: str, total: int | None, *, in_bytes: bool = False, quiet: bool = False) -> None:
        self._words = words
        self._quiet = quiet
        self._last_print = time.monotonic()
        self._bar: Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bar = _bar(in_bytes=in_bytes)
            self._task = self._bar.add_task(words, total=total)

    def __enter__(self: _Self) -> _Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def _update(self, done: int, total: int | None, plain: str) -> None:
        if self._bar:
            self._bar.update(self._task, completed=done, total=total)
        elif not self._quiet and time.monotonic() - self._last_print >= _PLAIN_INTERVAL:
            self._last_print = time.monotonic()
            with suppress(OSError):  # standard error has no reader any more: continue
                print(f"{self._words}: {plain}", file=sys.stderr, flush=True)


def _bar(*, in_bytes: bool) -> Progress:
    # Importing it takes as long as checking a thousand records, and most commands have no terminal.
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    done = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), done, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class ByteProgress(_Progress):
    """Counts the bytes done of ``total``; `advance` is the callback for the library."""

    def __init__(self, words: str, total: int, *, quiet: bool = False) -> None:
        super().__init__(words, total, in_bytes=True, quiet=quiet)
        self._total = total
        self._done = self._shown = 0

    def advance(self, size: int) -> None:
        """Count ``size`` more bytes as done."""
        self._done += size
        if self._done - self._shown < _STEP and self._done < self._total:
            return
        self._shown = self._done
        percent = 100 * self._done // self._total if self._total else 100
        self._update(self._done, self._total, f"{percent} % of {self._total / 1e6:.0f} MB")


class Steps(_Progress):
    """Shows counts that the library reports; `update` is the callback for it."""

    def __init__(self, words: str) -> None:
        super().__init__(words, None)

    def update(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``."""
        self._update(done, total, f"{done} of {total}")
