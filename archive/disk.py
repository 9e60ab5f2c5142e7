"""Helpers for files: sync them to disk, make them appear only when complete, and reject pipes and devices."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that replaces ``path`` when it is complete and on disk; after an error it is deleted."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make the bytes of a file, or the names created, renamed or removed in a folder, durable (fsync(2), notes)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def set_default_mode(path: Path) -> None:
    """Give a temporary file or folder, which is private, the mode that the umask gives to others."""
    mask = os.umask(0o077)
    os.umask(mask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def linked(path: Path) -> str | None:
    """Return why a link is rejected, and the remedy: ``is a link, ...``. None if ``path`` is not a link.

    To be called for the contents of folders, which may be untrusted, and not for paths that the user gave.
    """
    if not path.is_symlink():
        return None
    return f"is a link, not a file: put the file itself there ({path.readlink()}), or make the whole folder a link"


def oddity(path: Path) -> str | None:
    """Return why ``path`` is not a regular file: ``is a named pipe, not a file``. None if it is, or does not exist.

    To be called before it is opened: opening a pipe blocks until it has a writer.
    """
    try:
        kind = _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    except (OSError, ValueError):
        return None  # opening it raises the error
    return f"is {kind}, not a file" if kind else None


def object_in(file: Path) -> dict[str, Any]:
    """Return the JSON object in ``file``; empty if there is no readable one."""
    try:
        value = None if oddity(file) else json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def require_creatable(path: Path) -> None:
    """Check that a new file or folder can be created at ``path``, as far as that can be known in advance.

    The writer creates missing parent folders, so the nearest existing one is checked.

    Raises:
        OSError: it cannot be created; the same error that the writer would raise after the work.
    """
    existing = next((parent for parent in path.absolute().parents if os.path.lexists(parent)), None)
    if existing is None or not existing.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"cannot be made: {existing} is no folder", str(path))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, f"cannot be made: this user cannot write in {existing}", str(path))


# Error of the operating system (errno(3)) or SQLite (sqlite.org/rescode.html) about a disk -> remedy.
_AGAIN = "and run again"
_GONE = f"it was moved or deleted during the run: put it back, {_AGAIN}"
_REMEDIES: dict[int | str, str] = {
    errno.ENOSPC: f"make room, {_AGAIN}",
    errno.EDQUOT: f"make room, or have the quota raised, {_AGAIN}",
    errno.EFBIG: f"no file may grow that long here: raise the limit (ulimit -f), {_AGAIN}",
    errno.EROFS: f"mount it for writing, {_AGAIN}",
    errno.EACCES: f"let this user write it and its folder, {_AGAIN}",
    errno.EPERM: f"let this user write it and its folder, {_AGAIN}",
    errno.EIO: f"look at the disk, {_AGAIN}",
    errno.ENOENT: _GONE,
    errno.ENOTDIR: f"a file is where a folder belongs: move it away, {_AGAIN}",
    errno.EEXIST: f"a file is where a folder belongs: move it away, {_AGAIN}",
    errno.ESTALE: _GONE,
    errno.EMFILE: f"let this process open more files (ulimit -n), {_AGAIN}",
    "disk is full": f"make room, {_AGAIN}",
    "disk I/O": f"look at the disk, {_AGAIN}",
    "readonly": f"let this user write it and its folder, {_AGAIN}",
    "unable to open": f"let this user read and write it and its folder, {_AGAIN}",
    "locked": f"another program has it open: end that one, {_AGAIN}",
}


def remedy(error: BaseException | None) -> str | None:
    """Return the remedy for an error of a disk; None for any other error."""
    if isinstance(error, OSError):
        return _REMEDIES.get(error.errno or 0)
    if isinstance(error, sqlite3.Error):
        return next((to_do for text, to_do in _REMEDIES.items() if isinstance(text, str) and text in str(error)), None)
    return None


def refusal(error: BaseException, place: object) -> str | None:
    """Return place, cause and remedy of an error of a disk, in one line; None for any other error.

    Args:
        place: file or folder, for errors without a file name.
    """
    if (to_do := remedy(error)) is None:
        return None
    if isinstance(error, sqlite3.Error) and "disk I/O" in str(error) and _is_full(place):
        return f"{place}: {os.strerror(errno.ENOSPC)}: {_REMEDIES[errno.ENOSPC]}"
    if isinstance(error, OSError):
        return f"{error.filename or place}: {error.strerror}: {to_do}"
    return f"{place}: {error}: {to_do}"


_INDEX_OF_WAL = 1 << 16
"""Bytes that SQLite needs at once for a file that it maps (``-shm``); without them it says ``disk I/O error``."""


def _is_full(place: object) -> bool:
    """Whether the disk of a file or folder has no room even for the smallest file of SQLite."""
    if not isinstance(place, Path):
        return False
    try:
        disk = os.statvfs(place if place.exists() else place.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _INDEX_OF_WAL
