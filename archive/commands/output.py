"""Prints the output of a command on any terminal or pipe, also with few characters or without a reader."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any


def printing(run: Callable[..., None], unread: int | None = None) -> Callable[..., None]:
    """``run`` of a command, made to end well wherever its output goes.

    Characters that standard output cannot show are replaced. Where its reader has gone (``| head``), the command ends
    without a word, with the exit code ``unread``, or the one that it has by then.
    """

    @wraps(run)
    def printed(command: Any, *arguments: Any) -> None:
        forgive()
        try:
            run(command, *arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still buffered goes nowhere, without a complaint of the interpreter at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            command.exitcode = command.exitcode if unread is None else unread

    return printed


def forgive(errors: str = "replace") -> None:
    """Have standard output replace what it cannot show; standard error does so by itself."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=errors)


def told(error: BaseException) -> str:
    """An error in one line: of what the system refused place and cause, without its number."""
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
