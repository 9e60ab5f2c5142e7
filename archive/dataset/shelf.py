"""The folder of releases: lists them, finds the previous one, and moves a new one into place."""

from __future__ import annotations

import errno
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.dataset.errors import DatasetError
from archive.disk import oddity, set_default_mode, sync

LATEST = "latest"

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The ``folder`` with a sub-folder per release and the link ``latest``; it may not exist yet."""

    folder: Path

    def place(self, version: str) -> Path:
        """Return the path of the release ``version``, whether it exists or not.

        Raises:
            DatasetError: ``version`` cannot be the name of a folder.
        """
        if not _VERSION.fullmatch(version) or version == LATEST:
            raise DatasetError(
                f"{version!r} is not a version: use letters, digits and . _ + - (for example 2024-05-01)"
            )
        return self.folder / version

    def before(self, version: str, created: str) -> Path | None:
        """Return the newest release older than ``version``, which was created at ``created``."""
        current = (created, _natural(version), version)
        older = [release for release in self._releases() if release < current]
        return self.folder / older[-1][2] if older else None

    def free(self, version: str) -> str:
        """Return ``version`` with a number, so that it is not taken."""
        number = 2
        while (self.folder / f"{version}.{number}").exists():
            number += 1
        return f"{version}.{number}"

    def names(self, version: str, made_from: str) -> list[str]:
        """Return the possible names of a new release: ``version``, with a number if that is taken.

        If the last release of such a name was made from the same inputs (`Edition.made_from`), its name comes first:
        the new release may be identical.
        """
        taken: list[str] = []
        while self.place(name := f"{version}.{len(taken) + 1}" if taken else version).exists():
            taken.append(name)
        last = self.folder / taken[-1] if taken else None
        if last and (last / "datapackage.json").is_file() and descriptor(last).get("madeFrom") == made_from:
            return [last.name, name]
        return [name]

    def add(self, draft: Path, target: Path) -> bool:
        """Sync ``draft`` to disk and rename it to ``target``. Return False if that was created meanwhile."""
        for path in sorted(draft.rglob("*")):
            sync(path)
        set_default_mode(draft)
        sync(draft)
        try:
            draft.rename(target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                return False
            raise
        sync(self.folder)
        return True

    def link(self) -> bool:
        """Point ``latest`` to the newest release. Return False if that failed, which does not affect the release."""
        link = self.folder / f".{LATEST}"
        try:
            link.unlink(missing_ok=True)
            link.symlink_to(self._releases()[-1][2], target_is_directory=True)
            link.replace(self.folder / LATEST)
        except OSError:  # a file system without links, or a folder of that name
            with suppress(OSError):
                link.unlink(missing_ok=True)
            return False
        return True

    def _releases(self) -> list[tuple[str, tuple[Any, ...], str]]:
        """Return (time of creation, sort key of the version, version), oldest first."""
        releases = []
        for file in self.folder.glob("*/datapackage.json"):
            release = file.parent
            if not release.is_symlink() and not release.name.startswith(".") and release.name != LATEST:
                releases.append((str(descriptor(release).get("created")), _natural(release.name), release.name))
        return sorted(releases)


def descriptor(release: Path) -> dict[str, Any]:
    """Return the ``datapackage.json`` of a release.

    Raises:
        DatasetError: it is not a regular file, or not a JSON object.
    """
    file = release / "datapackage.json"
    if problem := oddity(file):
        raise _damaged(file, f"it {problem}")
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(document, dict):
        raise _damaged(file, "it is not a JSON object")
    return document


def _damaged(file: Path, why: str) -> DatasetError:
    return DatasetError(f"{file} is damaged ({why}): move the folder {file.parent} away")


def _natural(version: str) -> tuple[Any, ...]:
    """Return a sort key that puts ``1.10`` after ``1.9``."""
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else part) for part in re.split(r"(\d+)", version))
