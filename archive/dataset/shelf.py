"""The folder of releases: which are there, which came before, how a new one gets its place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.dataset.errors import DatasetError
from archive.disk import sync

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
            raise DatasetError(f"{version!r} is no version: use letters, digits and . _ + - (for example 2024-05-01)")
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

    def add(self, draft: Path, target: Path) -> None:
        """Sync ``draft`` to disk and give it its place, in one step."""
        for path in sorted(draft.rglob("*")):
            sync(path)
        draft.chmod(0o755)  # temporary folders are private
        sync(draft)
        draft.rename(target)
        sync(self.folder)
        link = self.folder / f".{LATEST}"
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(self._releases()[-1][2], target_is_directory=True)
        except OSError:
            return  # a file system without links; the release itself is in its place
        link.replace(self.folder / LATEST)

    def _releases(self) -> list[tuple[str, tuple[Any, ...], str]]:
        """(time of the newest capture, version as it sorts, version), oldest first."""
        found = []
        for file in self.folder.glob("*/datapackage.json"):
            release = file.parent
            if not release.is_symlink() and not release.name.startswith("."):
                found.append((str(descriptor(release).get("created")), _natural(release.name), release.name))
        return sorted(found)


def descriptor(release: Path) -> dict[str, Any]:
    """The ``datapackage.json`` of a release.

    Raises:
        DatasetError: it is not JSON.
    """
    file = release / "datapackage.json"
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError as error:
        raise DatasetError(f"{file} is damaged ({error}): move the folder {release} away") from error
    return found


def _natural(version: str) -> tuple[Any, ...]:
    """Sorts ``1.10`` after ``1.9``."""
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else part) for part in re.split(r"(\d+)", version))
