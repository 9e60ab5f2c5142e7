"""Reads a WACZ file in place: nothing is unpacked to the disk, and only its descriptions are in memory."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from archive.disk import oddity
from archive.errors import ArchiveError
from archive.warc.reader import Advance

DESCRIPTION, DIGEST = "datapackage.json", "datapackage-digest.json"
_BUFFER = 1 << 18
_LARGEST_DESCRIPTION = 16 << 20
_LOCAL_HEADER = 30
"""Bytes of a local file header in front of its name (ZIP specification, APPNOTE 4.3.7)."""
_LOCAL_START = b"PK\x03\x04"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises at a ZIP file that is damaged, encrypted or packed in a way of its own."""


class WaczFile:
    """The WACZ file ``path``, open for reading; a context manager.

    Raises:
        ArchiveError: it is not there, cannot be read, or is no ZIP file; so do all methods when it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if odd := oddity(path):
            raise ArchiveError(f"{path} {odd}")
        self._stack = ExitStack()
        try:
            self._stream = self._stack.enter_context(path.open("rb"))
            self._zip = self._stack.enter_context(zipfile.ZipFile(self._stream))
        except OSError as error:
            self._stack.close()
            raise ArchiveError(f"{path}: {error.strerror or error}") from error
        except BROKEN as error:
            self._stack.close()
            raise ArchiveError(f"{path}: not a WACZ file: {error}") from error
        self._warcs = {
            entry.filename.rpartition("/")[2]: entry for entry in self._zip.infolist() if is_warc(entry.filename)
        }

    def __enter__(self) -> WaczFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def names(self) -> list[str]:
        """Names of the WARC files in it."""
        return list(self._warcs)

    def open(self, name: str) -> BinaryIO:
        """The WARC file ``name``, seekable; offsets are its own."""
        entry = self._warcs.get(name)
        if entry is None:
            raise ArchiveError(f"{self.path}: it does not contain {name}")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise ArchiveError(f"{self.path}: {entry.filename} is compressed, which WACZ forbids")
        stream = self.path.open("rb")
        try:
            start = data_offset(stream, entry)
        except (OSError, ValueError) as error:
            stream.close()
            raise ArchiveError(f"{self.path}: {entry.filename} is damaged: {error}") from error
        window = Window(stream, start, entry.file_size)
        return cast("BinaryIO", io.BufferedReader(window, _BUFFER))

    def digests(self, advance: Advance = lambda size: None) -> dict[str, str]:
        """SHA-256 of each WARC file in it, computed."""
        return {name: self._digest(entry, advance)[1] for name, entry in self._warcs.items()}

    def size_and_digest(self, advance: Advance = lambda size: None) -> tuple[int, str]:
        """Bytes of the whole file, and their SHA-256."""
        self._stream.seek(0)
        return _digested(self._stream, advance)

    def described(self) -> tuple[str | None, str | None, str | None]:
        """Version of the format, time at which it was made, and title, as ``datapackage.json`` says."""
        said = self.json(DESCRIPTION)
        version, created, title = (
            value if isinstance(value := said.get(name), str) else None for name in ("wacz_version", "created", "title")
        )
        return version, created, title

    def json(self, name: str) -> dict[str, Any]:
        """The JSON object in the file ``name`` of the package."""
        try:
            found = json.loads(self._small(name))
        except (ValueError, RecursionError) as error:
            raise ArchiveError(f"{self.path}: {name} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise ArchiveError(f"{self.path}: {name} is not a JSON object")
        return found

    def has(self, name: str) -> bool:
        """Whether there is a file ``name`` in the package."""
        return name in self._zip.NameToInfo

    def problems(self, advance: Advance = lambda size: None) -> Iterator[str]:
        """Differences between the package and its description, one sentence each (WACZ 1.1.1, 5.2.4 and 5.2.5)."""
        named = Counter(entry.filename for entry in self._zip.infolist() if not entry.is_dir())
        yield from (f"the package contains {name} {count} times" for name, count in named.items() if count > 1)
        if sum(entry.compress_size for entry in self._zip.infolist()) > self.path.stat().st_size:
            yield "its files overlap: together they have more bytes than the package"
            return
        resources = self.json(DESCRIPTION).get("resources")
        found: dict[str, tuple[int, str] | None] = {}
        yield from self._resource_problems(resources, named, found, advance)
        for name in found:
            del named[name]
        yield from (f"{DESCRIPTION} does not name {name}" for name in named if name not in (DESCRIPTION, DIGEST))
        if self.has(DIGEST) and self.json(DIGEST).get("hash") != self.description_hash():
            yield f"the digest of {DESCRIPTION} differs from the one in {DIGEST}"

    def _resource_problems(
        self, resources: Any, named: Container[str], found: dict[str, tuple[int, str] | None], advance: Advance
    ) -> Iterator[str]:
        """Problems of the files in the description; ``found`` gets their names, sizes and digests."""
        for resource in resources if isinstance(resources, list) else []:
            name = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(name, str) or name not in named:
                yield f"{DESCRIPTION} names {str(name)[:200]!r}, which is not in the package"
                continue
            if name not in found:
                entry = self._zip.getinfo(name)
                if is_warc(name) and entry.compress_type != zipfile.ZIP_STORED:
                    yield f"{name} is compressed, which WACZ forbids"
                    found[name] = None
                else:
                    found[name] = self._digest(entry, advance)
            if (computed := found[name]) is None:
                continue
            size, digest = computed
            if resource.get("hash") != f"sha256:{digest}":
                yield f"the digest of {name} differs from the one in {DESCRIPTION}"
            if resource.get("bytes") != size:
                yield f"{name} has {size} bytes, not {resource.get('bytes')!r}"

    def description_hash(self) -> str:
        """``sha256:<hex>`` of ``datapackage.json``."""
        return f"sha256:{sha256(self._small(DESCRIPTION)).hexdigest()}"

    def signed_data(self) -> dict[str, Any] | None:
        """The ``signedData`` of ``datapackage-digest.json`` (wacz-auth 0.1.0); None when it is not signed."""
        said = self.json(DIGEST).get("signedData") if self.has(DIGEST) else None
        return said if isinstance(said, dict) else None

    def _small(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as stream:
                data = stream.read(_LARGEST_DESCRIPTION + 1)
        except KeyError as error:
            raise ArchiveError(f"{self.path}: not a WACZ file: it does not contain {name}") from error
        except (OSError, *BROKEN) as error:
            raise ArchiveError(f"{self.path}: {name} is damaged: {error}") from error
        if len(data) > _LARGEST_DESCRIPTION:
            raise ArchiveError(f"{self.path}: {name} is larger than {_LARGEST_DESCRIPTION >> 20} MB")
        return data

    def _digest(self, entry: zipfile.ZipInfo, advance: Advance) -> tuple[int, str]:
        try:
            with self._zip.open(entry) as stream:
                return _digested(cast("BinaryIO", stream), advance)
        except (OSError, *BROKEN) as error:
            raise ArchiveError(f"{self.path}: {entry.filename} is damaged: {error}") from error


def _digested(stream: BinaryIO, advance: Advance) -> tuple[int, str]:
    digest, size = sha256(), 0
    while piece := stream.read(_BUFFER):
        digest.update(piece)
        size += len(piece)
        advance(len(piece))
    return size, digest.hexdigest()


def data_offset(stream: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Where the bytes of ``entry`` begin in the ZIP file ``stream``.

    Raises:
        OSError, ValueError: it does not begin where it should.
    """
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_START):
        raise ValueError("it does not begin at the offset in the ZIP directory")
    variable = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL_HEADER + variable


def is_warc(name: str) -> bool:
    """Whether a file of the package is a WARC file, by its name."""
    return name.startswith("archive/") and name.lower().endswith((".warc", ".warc.gz"))


class Window(io.RawIOBase):
    """``size`` bytes from ``start`` on of ``stream``, as a file of their own."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream, self._start, self._size = stream, start, size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._place)
        data = self._stream.read(max(0, min(len(buffer), self._size - self._place)))
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
