"""The lock of a collection: only one process may write to it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from archive.errors import CollectionLockedError

LOCK_NAME = ".lock"

# O_NOFOLLOW, as the target of a link would be truncated.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class CollectionLock:
    """An advisory lock on a directory, held until `release` or any end of the process.

    The lock file is not deleted: otherwise two processes could lock two files of the same name.

    Raises:
        CollectionLockedError: another process, or another writer in this one, holds it.
        OSError: the directory cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._descriptor = os.open(directory / LOCK_NAME, _FLAGS, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).strip()
            os.close(self._descriptor)
            raise CollectionLockedError(str(directory), int(holder) if holder.isdigit() else None) from None
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, b"%d\n" % os.getpid(), 0)
        except OSError:
            os.close(self._descriptor)
            raise

    @staticmethod
    def require_free(directory: Path) -> None:
        """Check that no process holds the lock of ``directory``, without taking it or writing there.

        Raises:
            CollectionLockedError: a process holds it.
        """
        try:
            descriptor = os.open(directory / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).strip()
            raise CollectionLockedError(str(directory), int(holder) if holder.isdigit() else None) from None
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Release the lock."""
        os.close(self._descriptor)
