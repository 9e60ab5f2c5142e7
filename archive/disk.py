"""Helpers for files: they are synced to the disk, appear only when complete, and are never pipes or devices."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of ``path`` when it is complete and on the disk, else vanishes."""
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


def as_made(path: Path) -> None:
    """Give a temporary file or folder, which is private, the mode that the umask gives to any other."""
    mask = os.umask(0o077)
    os.umask(mask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def linked(path: Path) -> str | None:
    """Why a file of an archive is not taken, and what to do: ``is a link, ...``. None when it is no link.

    Asked of what a folder holds, which may come from anywhere, and not of what somebody names himself.
    """
    if not path.is_symlink():
        return None
    return f"is a link, not a file: put the file itself there ({path.readlink()}), or make the whole folder a link"


def oddity(path: Path) -> str | None:
    """Why ``path`` cannot be read like a file: ``is a named pipe, not a file``. None when it can, or is not there.

    Asked before it is opened: opening a pipe waits for somebody who writes into it.
    """
    try:
        kind = _KINDS.get(stat.S_IFMT(path.stat().st_mode))
    except (OSError, ValueError):
        return None  # whoever opens it says why
    return f"is {kind}, not a file" if kind else None


def require_makable(path: Path) -> None:
    """See that a new file or folder can be made at ``path``, as far as that can be seen before.

    Folders that lead to it and are not there are made by whoever writes; so the nearest one that is there counts.

    Raises:
        OSError: it cannot; as whoever writes would raise it, after the work.
    """
    there = next((one for one in path.absolute().parents if os.path.lexists(one)), None)
    if there is None or not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"cannot be made: {there} is no folder", str(path))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, f"cannot be made: this user cannot write in {there}", str(path))


# What an operating system (errno(3)) or SQLite (sqlite.org/rescode.html) says of a disk -> what to do.
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
    errno.ESTALE: _GONE,
    errno.EMFILE: f"let this process open more files (ulimit -n), {_AGAIN}",
    "disk is full": f"make room, {_AGAIN}",
    "disk I/O": f"look at the disk, {_AGAIN}",
    "readonly": f"let this user write it and its folder, {_AGAIN}",
    "unable to open": f"let this user read and write it and its folder, {_AGAIN}",
    "locked": f"another program has it open: end that one, {_AGAIN}",
}


def remedy(error: BaseException | None) -> str | None:
    """What to do about what a disk refused; None where it was no disk that refused."""
    if isinstance(error, OSError):
        return _REMEDIES.get(error.errno or 0)
    if isinstance(error, sqlite3.Error):
        return next((to_do for said, to_do in _REMEDIES.items() if isinstance(said, str) and said in str(error)), None)
    return None


def refusal(error: BaseException, place: object) -> str | None:
    """Place, cause and remedy of what a disk refused, in one line; None where it was no disk that refused.

    Args:
        place: file or folder, for errors that name none.
    """
    if (to_do := remedy(error)) is None:
        return None
    if isinstance(error, OSError):
        return f"{error.filename or place}: {error.strerror}: {to_do}"
    return f"{place}: {error}: {to_do}"
