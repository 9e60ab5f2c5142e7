"""Runs other programs that the user has chosen: GnuPG, minisign, OpenSSL."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from archive.errors import ArchiveError

_PACKAGES = {"gpg": "gnupg", "minisign": "minisign", "openssl": "openssl"}

Result = subprocess.CompletedProcess[str]


def run(command: Sequence[str], *, interactive: bool = False) -> Result:
    """Run a program to its end; without a shell, and without input unless it is ``interactive``.

    Raises:
        ArchiveError: it is not installed.
    """
    require(command[0])
    return subprocess.run(  # noqa: S603 (no shell; file names are absolute, so that none is an option)
        command,
        check=False,
        stdin=None if interactive else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )


def require(tool: str) -> None:
    """Raise ArchiveError if ``tool`` is not installed."""
    if not is_installed(tool):
        raise ArchiveError(f"{tool} is not installed: on Debian and Ubuntu `apt install {_PACKAGES[tool]}`")


def is_installed(tool: str) -> bool:
    """Whether the program ``tool`` is installed."""
    return shutil.which(tool) is not None


def error_line(result: Result) -> str:
    """Return the last line of a program's output, for a message."""
    output = (result.stderr + result.stdout).splitlines()
    lines = [line for line in output if line.strip() and not line.startswith("[GNUPG:]")]
    return lines[-1].strip()[:300] if lines else f"exit code {result.returncode}"
