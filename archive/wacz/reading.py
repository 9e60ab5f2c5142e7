"""Reads a WACZ file in place: nothing is extracted to disk, and only its descriptions are in memory."""

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
"""Bytes of a local file header before its name (ZIP specification, APPNOTE 4.3.7)."""
_LOCAL_START = b"PK\x03\x04"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""Exceptions of zipfile for a ZIP file that is damaged, encrypted or compressed with an unknown method."""


class WaczFile:
    """The WACZ file ``path``, open for reading; a context manager.

    Raises:
        ArchiveError: it does not exist, cannot be read, or is not a ZIP file; from all methods, if it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if problem := oddity(path):
            raise ArchiveError(f"{path} {problem}")
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
        """Names of the WARC files that it contains."""
        return list(self._warcs)

    def open(self, name: str) -> BinaryIO:
        """Open the WARC file ``name``; it is seekable, and offsets are those of the WARC file."""
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
        """Compute the SHA-256 of each WARC file that it contains."""
        return {name: self._digest(entry, advance)[1] for name, entry in self._warcs.items()}

    def size_and_digest(self, advance: Advance = lambda size: None) -> tuple[int, str]:
        """Return the size of the complete file, and its SHA-256."""
        self._stream.seek(0)
        return _digested(self._stream, advance)

    def described(self) -> tuple[str | None, str | None, str | None]:
        """Return format version, time of creation, and title, from ``datapackage.json``."""
        description = self.json(DESCRIPTION)
        version, created, title = (
            value if isinstance(value := description.get(name), str) else None
            for name in ("wacz_version", "created", "title")
        )
        return version, created, title

    def json(self, name: str) -> dict[str, Any]:
        """Return the JSON object in the file ``name`` of the package."""
        try:
            document = json.loads(self._small(name))
        except (ValueError, RecursionError) as error:
            raise ArchiveError(f"{self.path}: {name} is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise ArchiveError(f"{self.path}: {name} is not a JSON object")
        return document

    def has(self, name: str) -> bool:
        """Whether the package contains a file ``name``."""
        return name in self._zip.NameToInfo

    def problems(self, advance: Advance = lambda size: None) -> Iterator[str]:
        """Yield the differences between the package and its description, as sentences (WACZ 1.1.1, 5.2.4, 5.2.5)."""
        names = Counter(entry.filename for entry in self._zip.infolist() if not entry.is_dir())
        yield from (f"the package contains {name} {count} times" for name, count in names.items() if count > 1)
        if sum(entry.compress_size for entry in self._zip.infolist()) > self.path.stat().st_size:
            yield "its files overlap: together they have more bytes than the package"
            return
        resources = self.json(DESCRIPTION).get("resources")
        checked: dict[str, tuple[int, str] | None] = {}
        yield from self._resource_problems(resources, names, checked, advance)
        for name in checked:
            del names[name]
        yield from (f"{DESCRIPTION} does not name {name}" for name in names if name not in (DESCRIPTION, DIGEST))
        if self.has(DIGEST) and self.json(DIGEST).get("hash") != self.description_hash():
            yield f"the digest of {DESCRIPTION} differs from the one in {DIGEST}"

    def _resource_problems(
        self, resources: Any, names: Container[str], checked: dict[str, tuple[int, str] | None], advance: Advance
    ) -> Iterator[str]:
        """Yield the problems of the files in the description; add their names, sizes and digests to ``checked``."""
        for resource in resources if isinstance(resources, list) else []:
            name = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(name, str) or name not in names:
                yield f"{DESCRIPTION} names {str(name)[:200]!r}, which is not in the package"
                continue
            if name not in checked:
                entry = self._zip.getinfo(name)
                if is_warc(name) and entry.compress_type != zipfile.ZIP_STORED:
                    yield f"{name} is compressed, which WACZ forbids"
                    checked[name] = None
                else:
                    checked[name] = self._digest(entry, advance)
            if (computed := checked[name]) is None:
                continue
            size, digest = computed
            if resource.get("hash") != f"sha256:{digest}":
                yield f"the digest of {name} differs from the one in {DESCRIPTION}"
            if resource.get("bytes") != size:
                yield f"{name} has {size} bytes, not {resource.get('bytes')!r}"

    def description_hash(self) -> str:
        """Return ``sha256:<hex>`` of ``datapackage.json``."""
        return f"sha256:{sha256(self._small(DESCRIPTION)).hexdigest()}"

    def signed_data(self) -> dict[str, Any] | None:
        """Return the ``signedData`` of ``datapackage-digest.json`` (wacz-auth 0.1.0); None if it is not signed."""
        signed = self.json(DIGEST).get("signedData") if self.has(DIGEST) else None
        return signed if isinstance(signed, dict) else None

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
    """Return the offset of the bytes of ``entry`` in the ZIP file ``stream``.

    Raises:
        OSError, ValueError: its header is not at the expected offset.
    """
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or not header.startswith(_LOCAL_START):
        raise ValueError("it does not begin at the offset in the ZIP directory")
    variable = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL_HEADER + variable


def is_warc(name: str) -> bool:
    """Whether a file of the package is a WARC file, according to its name."""
    return name.startswith("archive/") and name.lower().endswith((".warc", ".warc.gz"))


class Window(io.RawIOBase):
    """``size`` bytes of ``stream`` from ``start`` on, as a separate file."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream, self._start, self._size = stream, start, size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._position)
        data = self._stream.read(max(0, min(len(buffer), self._size - self._position)))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
