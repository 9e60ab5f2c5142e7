"""Temporary folders of `scrapy browse`. They are removed when the process ends, or by the next one if it was killed."""

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
"""Seconds after which an unlocked folder counts as left behind; a newer one may be about to be locked by its owner."""


def scratch() -> Path:
    """Create a folder that is removed when the program ends.

    Raises:
        OSError: It cannot be created.
    """
    return Path(tempfile.mkdtemp(dir=_home()))


@cache
def _home() -> Path:
    """The folder of this process, locked until the process ends in any way."""
    remove_left(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    CollectionLock(folder)
    return folder


def remove_left(parent: Path) -> None:
    """Remove the folders of this user below ``parent`` whose processes have ended; links are not followed."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError, CollectionLockedError):
            status = folder.lstat()
            is_ours = status.st_uid == os.getuid() and folder.is_dir() and not folder.is_symlink()
            if is_ours and (folder / LOCK_NAME).is_file() and time.time() - status.st_mtime > NEW:
                CollectionLock.require_free(folder)
                shutil.rmtree(folder, ignore_errors=True)
