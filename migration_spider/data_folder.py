"""The location of the data folder; the rule is the same for all commands, in any folder of the project.

A given path is relative to the current folder, like all paths on a command line. The default is ``data`` in the folder
of the project, also for a command that is run in ``docs/``.
"""

from __future__ import annotations

import os
from pathlib import Path

from migration_spider.setting_types import WrongValueError

VARIABLE = "MIGRATION_DATA_DIR"
"""Environment variable with the default."""

DEFAULT = "data"

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("archive", "migration_spider")
_FOLDERS = (*_PACKAGES, "bench", "deploy", "docs", "tests")


def default_folder() -> Path:
    """The folder if none is given, relative to the current folder, so that it can be copied into a command."""
    if given := os.environ.get(VARIABLE):
        return Path(given)
    try:
        here = Path.cwd()
    except FileNotFoundError:  # somebody has removed it
        return Path(DEFAULT)
    is_inside = _is_checkout() and here.is_relative_to(_ROOT)
    return Path(os.path.relpath(_ROOT / DEFAULT, here)) if is_inside else Path(DEFAULT)


def checked_folder(folder: Path) -> Path:
    """Return ``folder`` if it is not among the files of the project, where data does not belong.

    Raises:
        WrongValueError: It is.
    """
    place = folder.resolve()
    for name in _FOLDERS if _is_checkout() else _PACKAGES:
        if place.is_relative_to(_ROOT / name):
            raise WrongValueError(
                f"it is in {name}/ of the project, which is not for data: name another folder, and move existing data "
                "there"
            )
    return folder


def _is_checkout() -> bool:
    """Whether the packages are in the folder of the project, not installed elsewhere."""
    return (_ROOT / "scrapy.cfg").is_file()
