"""Disks that are small, or cannot be written."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def mounted(options: str) -> Iterator[Path | None]:
    """A new folder with a file system of its own, with the ``options`` of mount(8); None where root alone may mount.

    Not in the folder of the tests: what a killed test leaves mounted could not be deleted there, and pytest fails at
    its end when it clears what earlier runs left.
    """
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        if subprocess.run(words, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield folder
        finally:
            # Lazily: a process that still ends may have a file open.
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()
