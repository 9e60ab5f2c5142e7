"""Prints the output of a command on any terminal or pipe, also with few characters or without a reader."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from archive.errors import cleaned

_UNESCAPED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


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


def harmless(json_text: str) -> str:
    """JSON that says the same, and nothing to a terminal: what JSON leaves as it is (C1, bidirectional) is escaped."""
    return _UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def put(data: bytes) -> None:
    """Print ``data``: into a file or pipe as it is, on a terminal as text that says nothing to it."""
    if sys.stdout.isatty():
        text = data.decode("utf-8", "replace")
        sys.stdout.write("\n".join(map(cleaned, text.replace("\r\n", "\n").split("\n"))) + "\n")
    else:
        sys.stdout.buffer.write(data)


def counted(count: int, name: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {name}{'' if count == 1 else 's'}"
