"""Temporary folders of `scrapy browse`: they go with the process, and what a killed one left goes with the next."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from archive.errors import CollectionLockedError
from archive.warc.lock import LOCK_NAME, CollectionLock

PREFIX = "scrapy-browse-"

NEW = 60.0
"""Seconds after which a folder that nobody holds was left: before, its owner may be about to take it."""


def scratch() -> Path:
    """A new folder, which is there until the program ends.

    Raises:
        OSError: it cannot be made.
    """
    return Path(tempfile.mkdtemp(dir=_home()))


@cache
def _home() -> Path:
    """The folder of this process, which it holds for as long as it lives, however it ends."""
    remove_left(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    CollectionLock(folder)
    return folder


def remove_left(parent: Path) -> None:
    """Remove the folders below ``parent`` whose processes are dead: this user's, and no links."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError, CollectionLockedError):
            found = folder.lstat()
            is_ours = found.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()
            if is_ours and (folder / LOCK_NAME).is_file() and time.time() - found.st_mtime > NEW:
                CollectionLock.require_free(folder)
                shutil.rmtree(folder, ignore_errors=True)
