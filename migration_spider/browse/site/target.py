"""The folder of a static site: it belongs to the site alone, and exists only when it is complete."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.dataset import DatasetError
from archive.disk import as_made, oddity, require_makable

MARK = "site.json"
"""Says that a folder is a site, and what is in it."""


def require_free(folder: Path) -> None:
    """Raise unless a site can be written to ``folder``: it is not there, is empty, or holds a site and nothing else.

    Raises:
        DatasetError: it holds something else, or cannot be replaced in one step.
        OSError: it cannot be made.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DatasetError(f"{folder} is not a folder: give another one for the site")
    if not folder.exists():
        require_makable(folder)
        return
    if folder.is_mount() or folder.resolve() == Path.cwd():
        raise DatasetError(f"{folder} cannot be replaced as a whole: give a folder in it, such as {folder / 'site'}")
    there = {path.name for path in folder.iterdir()}
    ours = _named(folder / MARK)
    if there and ours is None:
        raise DatasetError(f"{folder} is not empty and is not a site: name an empty or a new folder")
    if others := sorted(there - {*(ours or ()), MARK}):
        raise DatasetError(
            f"{folder} contains a site and other files ({others[0]}), which would be lost: move them away"
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder to write the site to, which then takes the place of ``folder``; on an error nothing changes.

    Raises:
        DatasetError: as `require_free`.
        OSError: it cannot be written.
    """
    require_free(folder)
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=parent, prefix=f".{folder.name}-"))
    try:
        yield new
        names = sorted(path.name for path in new.iterdir())
        told = {"what": "a static site made by scrapy publish --site", "holds": names}
        (new / MARK).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        as_made(new)
        if hasattr(os, "sync"):
            os.sync()  # a stick may be pulled out
        require_free(folder)
        _swap(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(dir=new.parent, prefix=f".{folder.name}-old-"))
    folder.replace(old)  # onto an empty folder
    try:
        new.rename(folder)
    except OSError:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _named(mark: Path) -> list[str] | None:
    """What a site says it holds; None: there is no site."""
    if not mark.is_file() or oddity(mark):
        return None
    try:
        told = json.loads(mark.read_bytes())
        return [str(name) for name in told["holds"]]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
