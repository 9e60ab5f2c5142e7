"""Prints the output of a command to any terminal or pipe, even with a small character set or without a reader."""

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
    """Decorate the ``run`` method of a command, so that it ends properly with any output.

    Characters that standard output cannot show are replaced. If its reader has ended (``| head``), the command ends
    silently, with the exit code ``unread``, or its current one.
    """

    @wraps(run)
    def printed(command: Any, *arguments: Any) -> None:
        forgive()
        try:
            run(command, *arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            # Discard the buffered output, so that the interpreter does not complain at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            command.exitcode = command.exitcode if unread is None else unread

    return printed


def forgive(errors: str = "replace") -> None:
    """Make standard output replace characters that it cannot show, as standard error does by default."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=errors)


def error_text(error: BaseException) -> str:
    """Return an error in one line; for errors of the system, the file and the cause, without the number."""
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def harmless(json_text: str) -> str:
    """Return equivalent JSON without control characters for a terminal: C1 and bidi characters are escaped, too."""
    return _UNESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json_text)


def put(data: bytes) -> None:
    """Print ``data``: unchanged to a file or pipe, as text without control characters to a terminal."""
    if sys.stdout.isatty():
        text = data.decode("utf-8", "replace")
        sys.stdout.write("\n".join(map(cleaned, text.replace("\r\n", "\n").split("\n"))) + "\n")
    else:
        sys.stdout.buffer.write(data)


def counted(count: int, name: str) -> str:
    """Return count and name: ``1 file``, ``2 files``."""
    return f"{count} {name}{'' if count == 1 else 's'}"
