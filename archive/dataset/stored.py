"""Opens the WARC files that a release cites, in a folder or inside a WACZ file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from archive.cdxj.files import find
from archive.errors import ArchiveError
from archive.wacz.reading import WaczFile
from archive.warc.reader import Advance

_PIECE = 1 << 20


class Folder:
    """The WARC files of a folder, without links and pipes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: no resource is open."""

    def open(self, name: str) -> BinaryIO:
        """Open the file ``name`` for reading; it is seekable.

        Raises:
            ArchiveError: it does not exist, or is not a regular file.
        """
        path = find(self._path, name)
        try:
            return path.open("rb")
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror or error}") from error


Stored = Folder | WaczFile


def stored(path: Path) -> Stored:
    """Return the WARC files of ``path``.

    Raises:
        ArchiveError: it is neither a folder nor a WACZ file.
    """
    return Folder(path) if path.is_dir() else WaczFile(path)


def size_and_digest(stream: BinaryIO, advance: Advance) -> tuple[int, str]:
    """Return the size of ``stream`` in bytes, and its SHA-256 in hex."""
    digest, size = sha256(), 0
    stream.seek(0)
    while piece := stream.read(_PIECE):
        digest.update(piece)
        size += len(piece)
        advance(len(piece))
    return size, digest.hexdigest()
