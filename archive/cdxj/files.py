"""Which WARC files an index covers, and whether they have changed since it was made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.disk import linked, oddity
from archive.errors import ArchiveError
from archive.warc.salvage import OPEN_SUFFIX

_LONGEST_NAME = 255 - len(OPEN_SUFFIX)
"""Bytes that file systems hold of a name (NAME_MAX of limits.h)."""

_SUFFIXES = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A file and the name by which indexes and items call it: without the ``.open`` of a file being written."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the finished file."""
        return self.path.name.removesuffix(OPEN_SUFFIX)

    @property
    def is_open(self) -> bool:
        """Whether the file is being written, or was left by a killed writer: its end may be half a record."""
        return self.path.name.endswith(OPEN_SUFFIX)


def warc_files(directory: str | os.PathLike[str]) -> list[WarcFile]:
    """The WARC files of a collection, finished and open ones, by name.

    Raises:
        ArchiveError: the folder cannot be read; something in it is called like a WARC file and is none, or is a link.
    """
    try:
        paths = [path for path in Path(directory).iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise ArchiveError(f"{directory}: {error.strerror}") from error
    found = [path for path in paths if path.name.removesuffix(OPEN_SUFFIX).endswith(_SUFFIXES)]
    for path in sorted(found):
        if odd := linked(path):
            raise ArchiveError(f"{path} {odd}, or name the WARC files")
    return _by_name(found)


def named_files(paths: Iterable[str | os.PathLike[str]]) -> list[WarcFile]:
    """Files by name; for a folder, its WARC files.

    Raises:
        ArchiveError: two have the same name, so that an index could not tell them apart; a folder cannot be read.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        found += [file.path for file in warc_files(path)] if path.is_dir() else [path]
    return _by_name(found)


def _by_name(paths: Iterable[Path]) -> list[WarcFile]:
    files: dict[str, WarcFile] = {}
    for path in paths:
        if odd := oddity(path):
            raise ArchiveError(f"{path} {odd}: move it away, or name the WARC files")
        file = WarcFile(path)
        other = files.setdefault(file.name, file)
        if other.path != file.path:
            raise ArchiveError(f"{other.path} and {file.path} have the same name: rename one of them")
    return [files[name] for name in sorted(files)]


def current(file: WarcFile) -> WarcFile:
    """``file``, or what it became when its writer finished it meanwhile."""
    finished = WarcFile(file.path.with_name(file.name))
    return finished if file.is_open and not file.path.exists() and finished.path.exists() else file


def find(directory: str | os.PathLike[str], name: str) -> Path:
    """The file that an index or an item calls ``name``, finished or open.

    ``name`` may come from anywhere: it is one in the folder itself, and of a file, not of a link or pipe.

    Raises:
        ArchiveError: there is none.
    """
    if not name.strip(".") or set(name) & {"/", "\\", "\0"} or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise ArchiveError(f"{name!r:.300} is not the name of a file in {directory}")
    for path in (Path(directory) / name, Path(directory) / (name + OPEN_SUFFIX)):
        if odd := linked(path) or oddity(path):
            raise ArchiveError(f"{path}: not a file of the archive, it {odd}")
        if path.exists():
            return path
    raise ArchiveError(f"{Path(directory) / name}: the file is not there")


Stamp = dict[str, int]


def stamp(path: Path) -> Stamp:
    """Size and time of change, by which a file that was replaced is known."""
    status = path.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


def manifest_path(index: Path) -> Path:
    """The file beside ``index`` that says of which files it is made; hidden, and made again when it is lost."""
    return index.with_name(f".{index.name}.json")


def read_manifest(index: Path) -> dict[str, Stamp]:
    """The stamps of the files whose lines stand in ``index``; none when that is not certain."""
    try:
        manifest = json.loads(manifest_path(index).read_text(encoding="utf-8"))
        if manifest["index"] == stamp(index):
            return dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass  # No index, or one from elsewhere: it is made again.
    return {}


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a WARC file that hold no record that can be read."""

    file: str
    """Name of the file."""
    offset: int
    end: int | None
    """None: all that stood from there on."""
    problem: str
    """A clause."""

    def holds(self, offset: int | None) -> bool:
        """Whether a record at ``offset`` of this file is among what is lost."""
        return offset is not None and self.offset <= offset and (self.end is None or offset < self.end)

    @property
    def said(self) -> str:
        """In words: a sentence without its full stop."""
        end = "the end" if self.end is None else f"byte {self.end:,}"
        return f"{self.file} is damaged: it cannot be read from byte {self.offset:,} to {end} ({self.problem})"


def read_damage(index: Path, directory: Path) -> list[Damage]:
    """What was damaged in the WARC files in ``directory`` when ``index`` was made of them; not of files that are others
    by now."""
    try:
        told = json.loads(manifest_path(index).read_text(encoding="utf-8")).get("damage", [])
        return [
            Damage(str(one["file"]), int(one["offset"]), one["end"], str(one["problem"]))
            for one in told
            if one["bytes"] == (directory / str(one["file"])).stat().st_size
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def write_manifest(index: Path, files: dict[str, Stamp], damage: Sequence[tuple[Damage, int]] = ()) -> None:
    """Say that ``index``, as it now is, has all lines of ``files``.

    Args:
        damage: what it lacks of other files, each with the size of the file.
    """
    path = manifest_path(index)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    told: dict[str, Any] = {"index": stamp(index), "files": files}
    if damage:
        told["damage"] = [{**asdict(one), "bytes": size} for one, size in damage]
    temporary.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
