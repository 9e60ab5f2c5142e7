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
from archive.disk import as_made, oddity, sync

LATEST = "latest"

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """``folder`` with a sub-folder for each release and the link ``latest``; it need not be there yet."""

    folder: Path

    def place(self, version: str) -> Path:
        """Where the release ``version`` stands, or is to stand.

        Raises:
            DatasetError: that is no name for a folder.
        """
        if not _VERSION.fullmatch(version) or version == LATEST:
            raise DatasetError(
                f"{version!r} is not a version: use letters, digits and . _ + - (for example 2024-05-01)"
            )
        return self.folder / version

    def before(self, version: str, created: str) -> Path | None:
        """The newest release older than ``version``, whose newest capture is of ``created``."""
        here = (created, _natural(version), version)
        older = [release for release in self._releases() if release < here]
        return self.folder / older[-1][2] if older else None

    def free(self, version: str) -> str:
        """A version made of ``version`` that is not taken."""
        number = 2
        while (self.folder / f"{version}.{number}").exists():
            number += 1
        return f"{version}.{number}"

    def names(self, version: str, made_from: str) -> list[str]:
        """How a release is to be called that has no name yet: ``version``, or with a number where that is taken.

        First comes that of the last one with such a name when it was made from the same (`Edition.made_from`): this is
        perhaps the very same.
        """
        taken: list[str] = []
        while self.place(name := f"{version}.{len(taken) + 1}" if taken else version).exists():
            taken.append(name)
        last = self.folder / taken[-1] if taken else None
        if last and (last / "datapackage.json").is_file() and descriptor(last).get("madeFrom") == made_from:
            return [last.name, name]
        return [name]

    def add(self, draft: Path, target: Path) -> bool:
        """Sync ``draft`` to disk and give it its place, in one step. False when another has got there meanwhile."""
        for path in sorted(draft.rglob("*")):
            sync(path)
        as_made(draft)
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
        """Have ``latest`` lead to the newest release; False when it cannot, which is no harm to the release itself."""
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
        """(time of the newest capture, version as it sorts, version), oldest first."""
        found = []
        for file in self.folder.glob("*/datapackage.json"):
            release = file.parent
            if not release.is_symlink() and not release.name.startswith(".") and release.name != LATEST:
                found.append((str(descriptor(release).get("created")), _natural(release.name), release.name))
        return sorted(found)


def descriptor(release: Path) -> dict[str, Any]:
    """The ``datapackage.json`` of a release.

    Raises:
        DatasetError: it is no file, or not a JSON object.
    """
    file = release / "datapackage.json"
    if odd := oddity(file):
        raise _damaged(file, f"it {odd}")
    try:
        found = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _damaged(file, str(error)) from error
    if not isinstance(found, dict):
        raise _damaged(file, "it is not a JSON object")
    return found


def _damaged(file: Path, why: str) -> DatasetError:
    return DatasetError(f"{file} is damaged ({why}): move the folder {file.parent} away")


def _natural(version: str) -> tuple[Any, ...]:
    """Sorts ``1.10`` after ``1.9``."""
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else part) for part in re.split(r"(\d+)", version))
