"""``items/news.jsonl`` that has lost lines, or holds some that are none, made whole from the archive."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from archive.dataset.lines import dump
from archive.warc.salvage import sync_directory
from migration_spider.exceptions import StateError

_TEXTS = ("id", "url", "first_seen", "last_changed", "fetched_at", "run_id")

_DRAFT = ".mending-"

Key = tuple[str, int]
"""Id and version: there is one line of each."""


def set_bad_lines_aside(path: Path) -> tuple[int, Path, Path] | None:
    """Take what is no item out of the file at ``path``, and keep the file as it was beside it, ``<name>.damaged``.

    Returns:
        The number of lines taken out, the file, the copy; None when all are items. A torn last line is left alone.

    Raises:
        StateError: the file cannot be read or written.
    """
    try:
        for draft in path.parent.glob(f"{_DRAFT}*"):
            # Of a run that was killed.
            draft.unlink()
        with path.open("rb") as stream:
            bad = sum(key is None for key, _ in _read(stream))
        if not bad:
            return None
        aside = next(name for n in count() if not (name := path.with_name(f"{path.name}.damaged{n or ''}")).exists())
        shutil.copyfile(path, aside)
        with path.open("rb") as stream, _draft_for(path) as mended:
            mended.writelines(line for key, line in _read(stream) if key is not None)
        _replace(Path(mended.name), path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be mended: {error.strerror}") from error
    return bad, path, aside


class Mending:
    """Puts lines of the archive where ``path`` lacks them. What is there stays as it is, byte for byte.

    Raises:
        StateError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archived: BinaryIO = tempfile.TemporaryFile(dir=path.parent, prefix=_DRAFT)  # noqa: SIM115
        self._spans: dict[Key, tuple[int, int]] = {}
        """Key -> where its line stands among the archived ones, in their order."""

    def __enter__(self) -> Mending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archived.close()

    def add(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Items and tombstones of the archive, in their order there."""
        for record in records:
            line = dump(record)
            key = record["id"], record["version"]
            # A version noted twice: the first run was killed before it wrote the line, the second wrote it.
            self._spans.pop(key, None)
            self._spans[key] = self._archived.tell(), len(line)
            self._archived.write(line)

    def finish(self) -> int:
        """Write the file anew when it lacks something; the number of lines that it lacked."""
        try:
            there = self._there()
            lacking = self._spans.keys() - there.keys()
            if lacking:
                self._write(there)
        except OSError as error:
            raise StateError(f"{self.path} cannot be mended: {error.strerror}") from error
        return len(lacking)

    def _there(self) -> dict[Key, tuple[int, int]]:
        found: dict[Key, tuple[int, int]] = {}
        with self.path.open("rb") as stream:
            offset = 0
            for key, line in _read(stream):
                if key is not None:
                    found[key] = offset, len(line)
                offset += len(line)
        return found

    def _write(self, there: Mapping[Key, tuple[int, int]]) -> None:
        with self.path.open("rb") as old, _draft_for(self.path) as draft:
            for key in _in_order(list(there), list(self._spans)):
                stream, (offset, length) = (old, there[key]) if key in there else (self._archived, self._spans[key])
                stream.seek(offset)
                draft.write(stream.read(length))
        _replace(Path(draft.name), self.path)


def _in_order(there: Sequence[Key], archived: Sequence[Key]) -> Iterator[Key]:
    """All keys in the order of the archive; those that it has not, right behind the one that they followed."""
    known = set(archived)
    behind: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in there:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    yield from behind.get(None, ())
    for key in archived:
        yield key
        yield from behind.get(key, ())


def _read(stream: BinaryIO) -> Iterator[tuple[Key | None, bytes]]:
    """(key, line) of each whole line; the key is None when it is no item."""
    for line in stream:
        if line.endswith(b"\n"):
            yield _key(line), line


def _key(line: bytes) -> Key | None:
    try:
        record = json.loads(line)
        if not all(isinstance(record[name], str) for name in _TEXTS) or not isinstance(record["warc"], dict):
            return None
        if not isinstance(record["tombstone"]["reason"] if "tombstone" in record else record["content_sha256"], str):
            return None
        return (record["id"], record["version"]) if isinstance(record["version"], int) else None
    except (ValueError, KeyError, TypeError):
        return None


def _draft_for(path: Path) -> Any:
    return tempfile.NamedTemporaryFile(dir=path.parent, prefix=_DRAFT, delete=False)


def _replace(draft: Path, path: Path) -> None:
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    shutil.copymode(path, draft)
    draft.replace(path)
    sync_directory(path.parent)
