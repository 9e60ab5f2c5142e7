"""The WARC files that a release cites, and where the bytes of attached files are in them."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

from archive.cdxj import IndexEntry, build_index, index_path, iter_captures, lookup, surt, warc_files
from archive.cdxj.files import find
from archive.disk import replacing
from archive.errors import ArchiveError
from archive.message import parse_fields, split_head
from archive.warc.reader import StreamedRecord, is_gzip, read_record

DIGESTS_NAME = ".warc-digests.json"
_PIECE = 1 << 20
_LONGEST_HEAD = 1 << 16
_PAGES = frozenset(("text/html", "application/xhtml+xml", "warc/revisit", None))
_MOST_HOPS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A WARC file that a release cites."""

    name: str
    bytes: int | None = None
    sha256: str | None = None
    """SHA-256 of the file, in hex."""

    first_date: str | None = None
    """UTC time of the first capture in it, in seconds, ISO 8601 with Z."""

    last_date: str | None = None
    reason: str | None = None
    """Why there is no digest: `no-archive`, `missing`, or `unfinished` for a file that is still being written."""


@dataclass(frozen=True, slots=True)
class Place:
    """The response record that contains a file."""

    file: str
    offset: int
    length: int
    record_id: str
    target_uri: str
    """Differs from the file's address if that redirects, or if the same bytes were archived earlier elsewhere."""


class Holdings:
    """The collection of WARC files in ``directory``; a context manager. Its index is updated first.

    Digests are cached in a file beside the folder, which may be deleted. A file is digested again if its size, its
    ``mtime``, its ``ctime`` (which users cannot set back) or its inode changed. Disk errors change none of these, so
    the cached digest remains that of the original file; :mod:`archive.dataset.verification` never uses the cache.

    Args:
        index: by default that of the collection, beside the folder; other files are written beside it.

    Raises:
        ArchiveError: a WARC file cannot be read, or is not a regular file.
        OSError: the index cannot be written.
    """

    def __init__(self, directory: Path, index: Path | None = None) -> None:
        self.directory = directory
        self.index = index or index_path(directory)
        self._digests = Digests(self.index.with_name(DIGESTS_NAME))
        self._known: dict[tuple[str, str], Place | None] = {}
        self._dates: dict[str, tuple[str, str]] = {}
        self.used: set[str] = set()
        """Names of the files in which :meth:`place` found anything."""
        self.damaged = build_index(warc_files(directory), self.index).sentences
        """A sentence without its full stop per damaged WARC file, for the caller to report."""
        self._scratch = tempfile.TemporaryDirectory(prefix=".holdings-", dir=self.index.parent)
        # On disk: a collection may contain a million files.
        self._db = sqlite3.connect(Path(self._scratch.name, "files.sqlite"), isolation_level=None)
        try:
            self._read_index()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Holdings:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete the temporary database."""
        self._db.close()
        self._scratch.cleanup()

    def _read_index(self) -> None:
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE held (digest BLOB, key TEXT, time TEXT, name TEXT, offset INTEGER, length INTEGER)"
        )
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)", self._captures())
        self._db.execute("CREATE INDEX held_digest ON held (digest)")
        self._db.execute("COMMIT")

    def _captures(self) -> Iterator[tuple[Any, ...]]:
        """Remember the dates of each WARC file; yield the captures that are not pages."""
        for capture in iter_captures(self.index):
            name, time = capture.filename, capture.timestamp
            first, last = self._dates.get(name, (time, time))
            self._dates[name] = min(first, time), max(last, time)
            digest = _sha256_of(capture.digest)
            if capture.status == 200 and capture.mime not in _PAGES and digest:
                yield digest, capture.key, time, name, capture.offset, capture.length

    def file(self, name: str) -> HeldFile:
        """Return the facts about the WARC file ``name``.

        Raises:
            ArchiveError: it changed while it was read.
            OSError: it cannot be read.
        """
        try:
            path = find(self.directory, name)
        except ArchiveError:
            return HeldFile(name, reason="missing")
        first, last = map(_date, self._dates.get(name, (None, None)))
        if path.name != name:
            return HeldFile(name, None, None, first, None, "unfinished")
        size, digest = self._digests.of(path)
        return HeldFile(name, size, digest, first, last)

    def place(self, url: str, digest: str) -> Place | None:
        """Return the record whose entity has the SHA-256 ``digest`` (hex), or None.

        Records of the address ``url`` are preferred, then the earliest. If the digests in the index are of other bytes
        (with chunk headers, or compressed), the responses of the address, and of any address that it redirects to, are
        read.
        """
        key = url, digest
        if key not in self._known:
            self._known[key] = place = self._by_digest(url, digest) or self._by_address(url, digest)
            if place:
                self.used.add(place.file)
        return self._known[key]

    def _by_digest(self, url: str, digest: str) -> Place | None:
        # Encoded content has another digest, so an equal digest means that there is no encoding.
        query = "SELECT name, offset, length FROM held WHERE digest = ? ORDER BY key != ?, time, name, offset LIMIT 1"
        row = self._db.execute(query, (_sha256_of(f"sha256:{digest}"), surt(url))).fetchone()
        return self._read(*row) if row else None

    def _read(self, name: str, offset: int, length: int) -> Place | None:
        try:
            path = find(self.directory, name)
            with path.open("rb") as stream:
                gzipped = is_gzip(stream, offset)
                headers = StreamedRecord(str(path), stream, offset, is_gzipped=gzipped).headers
        except (ArchiveError, OSError):
            return None
        record_id, uri = headers.get("WARC-Record-ID"), headers.get("WARC-Target-URI")
        # In an uncompressed file, the index has the length of the record without the two line ends after it.
        return Place(name, offset, length if gzipped else length + 4, record_id, uri) if record_id and uri else None

    def _by_address(self, url: str, digest: str) -> Place | None:
        visited: set[str] = set()
        while len(visited) <= _MOST_HOPS and surt(url) not in visited:
            visited.add(surt(url))
            captures = lookup(self.index, url)
            for capture in captures:
                if capture.status == 200 and capture.mime != "warc/revisit" and self._contains(capture, digest):
                    return self._read(capture.filename, capture.offset, capture.length)
            redirects = [capture for capture in captures if capture.status in _REDIRECTS]
            target = self._location(redirects[-1]) if redirects else None
            if target is None:
                break
            url = urljoin(url, target)
        return None

    def _contains(self, capture: IndexEntry, digest: str) -> bool:
        place = self._read(capture.filename, capture.offset, capture.length)
        try:
            if place is None:
                return False
            record = read_record(find(self.directory, place.file), place.offset, place.length)
            return sha256(record.payload).hexdigest() == digest
        except ArchiveError:
            return False

    def _location(self, capture: IndexEntry) -> str | None:
        try:
            path = find(self.directory, capture.filename)
            with path.open("rb") as stream:
                record = StreamedRecord(str(path), stream, capture.offset, is_gzipped=is_gzip(stream, capture.offset))
                return parse_fields(split_head(record.start(_LONGEST_HEAD))[0]).get("Location")
        except (ArchiveError, OSError):
            return None


class Digests:
    """SHA-256 of files, cached in the file ``path``, which is recreated if it is damaged or missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[Any]] = {}
        try:
            known = json.loads(path.read_bytes())
            self._known = {name: [*stamp] for name, stamp in known.items() if len(stamp) == 5}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            pass  # Missing digests are computed.

    def of(self, path: Path) -> tuple[int, str]:
        """Return the size and SHA-256 of the file ``path``.

        Raises:
            ArchiveError: it changed while it was read.
            OSError: it cannot be read.
        """
        stamp = _stamp(path)
        known = self._known.get(path.name)
        if known and known[:4] == stamp and isinstance(known[4], str):
            return stamp[0], known[4]
        digest = file_sha256(path)
        if _stamp(path) != stamp:
            raise ArchiveError(
                f"{path} changed while it was read: a run is writing to the archive; publish when it has ended"
            )
        self._known[path.name] = [*stamp, digest]
        with replacing(self._path) as stream:
            stream.write(json.dumps(self._known, indent=1).encode() + b"\n")
        return stamp[0], digest


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    digest = sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _sha256_of(labelled: str | None) -> bytes | None:
    """Return the bytes of a ``sha256:<hex>`` digest; None for any other."""
    label, _, value = (labelled or "").partition(":")
    try:
        return bytes.fromhex(value) if label == "sha256" and len(value) == 64 else None
    except ValueError:
        return None


def _date(timestamp: str | None) -> str | None:
    if timestamp is None:
        return None
    day, time = timestamp[:8], timestamp[8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
