"""Runs other programs that the user has chosen: GnuPG, minisign, OpenSSL."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from archive.errors import ArchiveError

_PACKAGES = {"gpg": "gnupg", "minisign": "minisign", "openssl": "openssl"}

Ran = subprocess.CompletedProcess[str]


def run(command: Sequence[str], *, interactive: bool = False) -> Ran:
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
    """Raises ArchiveError: ``tool`` is not installed."""
    if not is_installed(tool):
        raise ArchiveError(f"{tool} is not installed: on Debian and Ubuntu `apt install {_PACKAGES[tool]}`")


def is_installed(tool: str) -> bool:
    """Whether there is such a program."""
    return shutil.which(tool) is not None


def last_words(ran: Ran) -> str:
    """The last line of what a program said, for a message."""
    told = (ran.stderr + ran.stdout).splitlines()
    lines = [line for line in told if line.strip() and not line.startswith("[GNUPG:]")]
    return lines[-1].strip()[:300] if lines else f"exit code {ran.returncode}"
