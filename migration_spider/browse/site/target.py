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
from archive.disk import oddity, require_creatable, set_default_mode

MARK = "site.json"
"""File that marks a folder as a site, and lists its content."""


def require_free(folder: Path) -> None:
    """Check that a site can be written to ``folder``: it does not exist, is empty, or contains only a site.

    Raises:
        DatasetError: It contains other files, or cannot be replaced in one step.
        OSError: It cannot be created.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise DatasetError(f"{folder} is not a folder: give another one for the site")
    if not folder.exists():
        require_creatable(folder)
        return
    if folder.is_mount() or folder.resolve() == Path.cwd():
        raise DatasetError(f"{folder} cannot be replaced as a whole: give a folder in it, such as {folder / 'site'}")
    existing = {path.name for path in folder.iterdir()}
    of_site = _listed(folder / MARK)
    if existing and of_site is None:
        raise DatasetError(f"{folder} is not empty and is not a site: name an empty or a new folder")
    if others := sorted(existing - {*(of_site or ()), MARK}):
        raise DatasetError(
            f"{folder} contains a site and other files ({others[0]}), which would be lost: move them away"
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Yield a new folder for the site, which then replaces ``folder``; on an error ``folder`` is unchanged.

    Raises:
        DatasetError: As `require_free`.
        OSError: It cannot be written.
    """
    require_free(folder)
    parent = folder.absolute().parent
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=parent, prefix=f".{folder.name}-"))
    try:
        yield new
        names = sorted(path.name for path in new.iterdir())
        document = {"what": "a static site made by scrapy publish --site", "holds": names}
        (new / MARK).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        set_default_mode(new)
        if hasattr(os, "sync"):
            os.sync()  # the folder may be on a stick that is pulled out
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


def _listed(mark: Path) -> list[str] | None:
    """The names in the list of a site; None if there is no site."""
    if not mark.is_file() or oddity(mark):
        return None
    try:
        document = json.loads(mark.read_bytes())
        return [str(name) for name in document["holds"]]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
