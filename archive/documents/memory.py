"""Stores the text of documents by the SHA-256 of their bytes, so that each document is read once."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from archive.documents import Document, Reader, versions

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE document (
    sha256 TEXT PRIMARY KEY, reader TEXT NOT NULL, title TEXT, pages INTEGER, text BLOB, problem TEXT
) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""


class Memory:
    """Documents in the file ``path``, which may be deleted, and is if it is damaged; a context manager.

    Documents that other versions of the libraries read are read again. Only one process at a time may use it.
    """

    def __init__(self, path: Path, reader: Reader) -> None:
        self._path, self._reader = path, reader
        self._versions = versions()
        self._db = self._open()

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _open(self) -> sqlite3.Connection:
        for is_new in (False, True):
            try:
                db = sqlite3.connect(self._path, isolation_level=None)
            except sqlite3.OperationalError as error:
                raise OSError(f"{self._path}: {error}") from error
            try:
                # Documents lost in a crash are read again.
                db.execute("PRAGMA synchronous = OFF")
                if db.execute("PRAGMA user_version").fetchone() == (0,):
                    db.executescript(_SCHEMA)
                db.execute("SELECT sha256, reader, title, pages, text, problem FROM document LIMIT 1")
                sound = db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            except sqlite3.DatabaseError as error:
                db.close()
                if is_new or "locked" in str(error) or "unable to open" in str(error):
                    raise OSError(f"{self._path}: {error}") from error
                self._path.unlink()
            else:
                if sound:
                    return db
                db.close()
                self._path.unlink()
        raise OSError(f"{self._path} cannot be made")

    def document(self, sha256: str, data: Callable[[], bytes]) -> Document:
        """Return the content of the document with this digest; ``data`` returns its bytes if it must be read."""
        row = self._db.execute(
            "SELECT title, pages, text, problem FROM document WHERE sha256 = ? AND reader IS ?",
            (sha256, self._versions),
        ).fetchone()
        if row:
            title, pages, packed, problem = row
            return Document(title, pages, zlib.decompress(packed).decode() if packed else None, problem)
        content = self._reader.read(data())
        packed = zlib.compress(content.text.encode()) if content.text else None
        self._db.execute(
            "REPLACE INTO document VALUES (?, ?, ?, ?, ?, ?)",
            (sha256, self._versions, content.title, content.pages, packed, content.problem),
        )
        return content
