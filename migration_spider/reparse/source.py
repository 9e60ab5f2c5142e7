"""Finds WARC files: in folders, in WACZ files, or in storage that fsspec supports (``s3://``)."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from archive.disk import linked, oddity
from archive.wacz.reading import BROKEN, Window, data_offset, is_warc
from archive.warc.salvage import OPEN_SUFFIX
from migration_spider.exceptions import MigrationError

_BUFFER = 1 << 18
_STAMP = re.compile(r"-(\d{17})-(\d{5,})-")


class SourceError(MigrationError):
    """A file of the archive is missing or cannot be read. Raised by :func:`sources`."""


@dataclass(frozen=True, slots=True)
class Source:
    """One WARC file. It can be sent to another process or machine that can read the same ``location``."""

    location: str
    """Path or URL of the file, or of the WACZ that contains it."""

    name: str
    """Name of the WARC file, as cited by items, also inside a WACZ."""

    start: int = 0
    """Offset of its first byte in ``location``."""

    size: int | None = None
    """Bytes; None means up to the end of ``location``."""

    def __str__(self) -> str:
        return self.location if self.size is None else f"{self.location}: {self.name}"

    def open(self) -> BinaryIO:
        """Open the file for reading; it is seekable, with the offsets of the WARC file. Raises OSError."""
        stream = _open(self.location)
        if self.size is None:
            return stream
        return cast("BinaryIO", io.BufferedReader(Window(stream, self.start, self.size), _BUFFER))

    def read(self, offset: int, length: int) -> bytes:
        """Read ``length`` bytes at ``offset``, or fewer at the end of the file. Raises OSError."""
        if self.size is not None:
            length = max(0, min(length, self.size - offset))
        begin = self.start + offset
        if is_remote(self.location):
            storage, path = _storage(self.location)
            return bytes(storage.cat_file(path, start=begin, end=begin + length))
        with Path(self.location).open("rb", buffering=0) as stream:
            stream.seek(begin)
            return stream.read(length)


def sources(locations: Iterable[str]) -> list[Source]:
    """Return the WARC files of ``locations``; those of an own archive are in the order in which they were written.

    ``locations`` are paths and URLs of WARC and WACZ files; URLs may contain ``*``.

    Raises:
        SourceError: One is missing, cannot be read, or is named like a WACZ file but is not a WACZ 1.x.
    """
    found: list[Source] = []
    for location in locations:
        for file in _expanded(location):
            if file.lower().endswith(".wacz"):
                found += _packaged(file)
            else:
                found.append(Source(file, file.rpartition("/")[2].removesuffix(OPEN_SUFFIX)))
    return sorted(found, key=_order)


def own_files(folder: Path) -> list[str]:
    """Return the WARC files in ``folder``, including those that are being written or were left by a killed run.

    Raises:
        SourceError: One is a link, which `archive.cdxj.files.find` does not follow, either.
    """
    found = [path for pattern in ("*.warc.gz", f"*.warc.gz{OPEN_SUFFIX}") for path in folder.glob(pattern)]
    for path in sorted(found):
        if odd := linked(path):
            raise SourceError(f"{path} {odd}, or name the WARC files")
    return [str(path) for path in found if path.is_file()]


def _order(source: Source) -> tuple[str, ...]:
    """Sort key by time and serial number in the names of the project's writer; other names come first."""
    stamp = _STAMP.search(source.name)
    return (*(stamp.groups() if stamp else ("", "")), source.name, source.location)


def is_remote(location: str) -> bool:
    """Whether ``location`` is a URL for fsspec, not a path."""
    return "://" in location


def _expanded(location: str) -> list[str]:
    if not is_remote(location):
        if not Path(location).is_file():
            if odd := oddity(Path(location)):
                raise SourceError(f"{location} {odd}: name WARC or WACZ files, or the folder with -s DATA_DIR=...")
            raise SourceError(f"{location}: no such file; name WARC or WACZ files, or the folder with -s DATA_DIR=...")
        return [location]
    try:
        storage, path = _storage(location)
        paths = sorted(storage.glob(path)) if "*" in path else [path] if storage.isfile(path) else []
    except Exception as error:
        # Errors of the libraries for storages derive only from Exception; botocore may not be installed.
        if not isinstance(error, (OSError, ValueError)) and not type(error).__module__.startswith("botocore"):
            raise
        raise SourceError(f"{location}: {error}") from error
    if not paths:
        raise SourceError(f"{location}: no such file")
    return [storage.unstrip_protocol(path) for path in paths]


def _storage(location: str) -> tuple[Any, str]:
    """(file system, path in it); fsspec caches one file system per process and kind."""
    try:
        from fsspec.core import url_to_fs

        storage, path = url_to_fs(location)
    except ImportError as error:
        raise SourceError(f"{location}: {error}: pip install -e '.[s3]'") from error
    return storage, path


def _open(location: str) -> BinaryIO:
    if is_remote(location):
        storage, path = _storage(location)
        # The scan reads sequentially, so one block ahead is enough, and earlier blocks need not be kept.
        return cast("BinaryIO", storage.open(path, "rb", cache_type="readahead", block_size=8 << 20))
    return Path(location).open("rb")


def _packaged(location: str) -> Iterator[Source]:
    """Yield the WARC files inside a WACZ, which are stored uncompressed (WACZ 1.1.1, section 4)."""
    try:
        with _open(location) as stream, zipfile.ZipFile(stream) as package:
            entries = [entry for entry in package.infolist() if is_warc(entry.filename)]
            if not entries:
                raise SourceError(f"{location}: no WARC file in archive/: this is not a WACZ file")
            for entry in entries:
                if entry.compress_type != zipfile.ZIP_STORED:
                    raise SourceError(
                        f"{location}: {entry.filename} is compressed, which WACZ forbids: unzip it and name that file"
                    )
            if sum(entry.file_size for entry in entries) > stream.seek(0, os.SEEK_END):
                raise SourceError(
                    f"{location}: its files have more bytes than the file itself: it is truncated, or they overlap"
                )
            if twice := [name for name, n in Counter(entry.filename for entry in entries).items() if n > 1]:
                raise SourceError(
                    f"{location}: {twice[0]} is in it more than once: it is not clear which one an item cites"
                )
            for entry in entries:
                name = entry.filename.rpartition("/")[2]
                yield Source(location, name, data_offset(stream, entry), entry.file_size)
    except (*BROKEN, OSError) as error:
        raise SourceError(f"{location}: not a readable WACZ file: {error}") from error
