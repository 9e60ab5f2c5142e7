"""Finds the archived records that a collection cites."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from archive.cdxj import Damage, build_index, read_damage, warc_files
from archive.disk import oddity
from archive.errors import ArchiveError
from archive.wacz.reading import WaczFile
from migration_spider.browse.scratch import scratch

_PIECE = 1 << 20


@dataclass(frozen=True)
class Archive:
    """A folder of WARC files, including those of a running crawl, and their index."""

    folder: Path
    index: Path
    """The CDXJ file; it need not exist yet."""

    @cached_property
    def damage(self) -> Sequence[Damage]:
        """The parts that could not be read when the index was made."""
        return read_damage(self.index, self.folder)

    def is_damaged(self, file: str | None, offset: int | None) -> bool:
        """Whether the record at ``offset`` of ``file`` could not be read."""
        return any(damage.file == file and damage.holds(offset) for damage in self.damage)


def archive_of(release: Path, given: Path | None = None) -> Archive | None:
    """The archive that the release in ``release`` cites.

    Args:
        given: A data folder, its ``warc/``, any other folder of WARC files, or a WACZ file. By default the archive of
            the data folder that the release is in.

    Raises:
        ArchiveError: ``given`` is none of these, or cannot be read.
    """
    if given is None:
        return archive_in(release.resolve().parent.parent)
    if given.is_file():
        return _unpacked(given, given.stat().st_mtime_ns)
    folder = _folder_of(given)
    return _with_index(folder, folder.parent / "index.cdxj")


def require_archive(given: Path) -> None:
    """Check that ``given`` is valid for `archive_of`. Raises ArchiveError."""
    if not given.is_file():
        _folder_of(given)
        return
    with WaczFile(given):
        pass


def _folder_of(given: Path) -> Path:
    folder = given / "warc" if (given / "warc").is_dir() else given
    if not folder.is_dir() or not warc_files(folder):
        raise ArchiveError(f"{given}: neither a data folder, nor a folder of WARC files, nor a WACZ file")
    return folder


def archive_in(data: Path, home: Path | None = None) -> Archive | None:
    """The archive of a data folder, if it has one.

    Args:
        home: Folder of its index, by default the data folder.

    Raises:
        ArchiveError: It has no index, and none can be made.
    """
    folder = data / "warc"
    return _with_index(folder, (home or data) / "index.cdxj") if folder.is_dir() else None


def _with_index(folder: Path, index: Path) -> Archive:
    return Archive(folder, index if index.is_file() else _indexed(folder, scratch()))


def _indexed(folder: Path, home: Path) -> Path:
    """Make a temporary index in ``home``, so that nothing is written to the folder of the archive."""
    index = home / "index.cdxj"
    build_index(warc_files(folder), index)
    return index


@lru_cache(maxsize=2)
def _unpacked(path: Path, changed: int) -> Archive:
    """The WARC files of a WACZ file in a temporary folder, with an index; ``changed`` is only a key of the cache."""
    home = scratch()
    folder = home / "warc"
    folder.mkdir()
    with WaczFile(path) as package:
        for name in package.names:
            target = folder / name
            if odd := oddity(target):
                raise ArchiveError(f"{path}: {name} {odd}")
            with package.open(name) as source, target.open("wb") as stream:
                shutil.copyfileobj(source, stream, _PIECE)
    return Archive(folder, _indexed(folder, home))
