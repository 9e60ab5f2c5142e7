"""Knows which WARC files an index covers, and whether they have changed since it was made."""

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
"""Maximum bytes of a file name (NAME_MAX in limits.h), without the suffix."""

_SUFFIXES = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file; its name in indexes and items lacks the suffix ``.open`` of a file that is being written."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the finished file."""
        return self.path.name.removesuffix(OPEN_SUFFIX)

    @property
    def is_open(self) -> bool:
        """Whether the file is being written, or its writer was killed: its last record may be incomplete."""
        return self.path.name.endswith(OPEN_SUFFIX)


def warc_files(directory: str | os.PathLike[str]) -> list[WarcFile]:
    """Return the WARC files of a collection, finished and open ones, sorted by name.

    Raises:
        ArchiveError: the folder cannot be read; an entry with the name of a WARC file is not a regular file.
    """
    try:
        paths = [path for path in Path(directory).iterdir() if not path.name.startswith(".")]
    except OSError as error:
        raise ArchiveError(f"{directory}: {error.strerror}") from error
    candidates = [path for path in paths if path.name.removesuffix(OPEN_SUFFIX).endswith(_SUFFIXES)]
    for path in sorted(candidates):
        if problem := linked(path):
            raise ArchiveError(f"{path} {problem}, or name the WARC files")
    return _by_name(candidates)


def named_files(paths: Iterable[str | os.PathLike[str]]) -> list[WarcFile]:
    """Return the files sorted by name; a folder stands for its WARC files.

    Raises:
        ArchiveError: two have the same name, so that an index could not distinguish them; a folder cannot be read.
    """
    expanded: list[Path] = []
    for path in map(Path, paths):
        expanded += [file.path for file in warc_files(path)] if path.is_dir() else [path]
    return _by_name(expanded)


def _by_name(paths: Iterable[Path]) -> list[WarcFile]:
    files: dict[str, WarcFile] = {}
    for path in paths:
        if problem := oddity(path):
            raise ArchiveError(f"{path} {problem}: move it away, or name the WARC files")
        file = WarcFile(path)
        other = files.setdefault(file.name, file)
        if other.path != file.path:
            raise ArchiveError(f"{other.path} and {file.path} have the same name: rename one of them")
    return [files[name] for name in sorted(files)]


def current(file: WarcFile) -> WarcFile:
    """Return ``file``, or the finished file if its writer has renamed it meanwhile."""
    finished = WarcFile(file.path.with_name(file.name))
    return finished if file.is_open and not file.path.exists() and finished.path.exists() else file


def find(directory: str | os.PathLike[str], name: str) -> Path:
    """Return the path of the file with this ``name`` in indexes and items, finished or open.

    ``name`` is not trusted: it must be the name of a regular file directly in the folder, not of a link or pipe.

    Raises:
        ArchiveError: there is no such file.
    """
    if not name.strip(".") or set(name) & {"/", "\\", "\0"} or len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise ArchiveError(f"{name!r:.300} is not the name of a file in {directory}")
    for path in (Path(directory) / name, Path(directory) / (name + OPEN_SUFFIX)):
        if problem := linked(path) or oddity(path):
            raise ArchiveError(f"{path}: not a file of the archive, it {problem}")
        if path.exists():
            return path
    raise ArchiveError(f"{Path(directory) / name}: the file is not there")


Stamp = dict[str, int]


def stamp(path: Path) -> Stamp:
    """Return size and time of change, which detect that a file was replaced."""
    status = path.stat()
    return {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}


def manifest_path(index: Path) -> Path:
    """Return the path of the hidden file beside ``index`` with the files that it covers; recreated if missing."""
    return index.with_name(f".{index.name}.json")


def read_manifest(index: Path) -> dict[str, Stamp]:
    """Return the stamps of the files that ``index`` covers; empty if that is not certain."""
    try:
        manifest = json.loads(manifest_path(index).read_text(encoding="utf-8"))
        if manifest["index"] == stamp(index):
            return dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass  # No index, or one of another program: it is made again.
    return {}


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a WARC file without a readable record."""

    file: str
    """Name of the file."""
    offset: int
    end: int | None
    """None: the rest of the file."""
    problem: str
    """Why, as a clause."""

    def holds(self, offset: int | None) -> bool:
        """Whether a record at ``offset`` of this file is in the damaged part."""
        return offset is not None and self.offset <= offset and (self.end is None or offset < self.end)

    @property
    def sentence(self) -> str:
        """The damage as a sentence without its full stop."""
        end = "the end" if self.end is None else f"byte {self.end:,}"
        return f"{self.file} is damaged: it cannot be read from byte {self.offset:,} to {end} ({self.problem})"


def read_damage(index: Path, directory: Path) -> list[Damage]:
    """Return the damage in the WARC files in ``directory`` when ``index`` was made; files that changed are left out."""
    try:
        entries = json.loads(manifest_path(index).read_text(encoding="utf-8")).get("damage", [])
        return [
            Damage(str(entry["file"]), int(entry["offset"]), entry["end"], str(entry["problem"]))
            for entry in entries
            if entry["bytes"] == (directory / str(entry["file"])).stat().st_size
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def lost_files(index: Path, files: Iterable[WarcFile]) -> dict[str, str]:
    """Return the WARC files that ``index`` covers and that are not there any more, or shorter: name -> sentence.

    A file that was cut after a record looks whole: only its former size tells that records are lost.
    """
    sizes = {file.name: file.path.stat().st_size for file in files}
    lost: dict[str, str] = {}
    for name, known in read_manifest(index).items():
        size, before = sizes.get(name), known["bytes"]
        if size is None:
            lost[name] = f"{name} is not there any more"
        elif size < before:
            lost[name] = f"{name} has lost its end: it has {size:,} of {before:,} bytes"
    return lost


def write_manifest(index: Path, files: dict[str, Stamp], damage: Sequence[tuple[Damage, int]] = ()) -> None:
    """Note that ``index`` in its current state has all lines of ``files``.

    Args:
        damage: the missing parts of other files, each with the size of the file.
    """
    path = manifest_path(index)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    manifest: dict[str, Any] = {"index": stamp(index), "files": files}
    if damage:
        manifest["damage"] = [{**asdict(place), "bytes": size} for place, size in damage]
    temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
