"""Verifies a release: its own consistency and, if available, the archive that it cites.

A release may come from an untrusted source. Paths cannot leave its folder, links are not followed, no code in it runs,
and memory does not depend on its size. Digests are computed from the files, never taken from stored values.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from archive.dataset.citations import Citations
from archive.dataset.copies_check import Copies
from archive.dataset.findings import Problem, Verified
from archive.dataset.signing import check
from archive.dataset.stored import Stored, size_and_digest
from archive.dataset.tables_check import Tables
from archive.dataset.untrusted import (
    DESCRIPTOR,
    SUM_LINE,
    SUMS,
    CsvSheet,
    is_detached,
    reached,
    sheet_of,
    small_file,
)
from archive.errors import ArchiveError
from archive.wacz.signing import is_pem_key
from archive.warc.reader import Advance

_MOST_SYNTAX = 5
_MOST_OF_A_CODE = 1000
_DEEPEST = 100


class Verification:
    """Checks the release in the folder ``release``.

    Args:
        archive: the WARC files that it cites; None if they are not available.
        advance: called with the number of bytes read; each file of the release and each WARC file counts once.
        keys: public keys of GnuPG or minisign that must have signed it.
        certificates: PEM file with the trusted certificates of time stamp servers.
    """

    def __init__(
        self,
        release: Path,
        archive: Stored | None = None,
        advance: Advance = lambda size: None,
        *,
        keys: Sequence[Path] = (),
        certificates: Path | None = None,
    ) -> None:
        self.release = release
        self.verified = Verified()
        self._archive, self._advance = archive, advance
        self._keys, self._certificates = keys, certificates
        self._found: dict[str, tuple[int, str]] = {}
        """Path of each file that may be read -> (size, digest)."""
        self._sheets: list[CsvSheet] = []

    def run(self) -> Iterator[Problem]:
        """Yield the problems in the order of discovery; at most a thousand of each code, the rest are counted.

        Raises:
            OSError: the temporary folder, or a file of the release, cannot be read or written.
        """
        counts: Counter[str] = Counter()
        omitted: Counter[str] = Counter()
        with (
            tempfile.TemporaryDirectory(prefix="verify-") as scratch,
            closing(sqlite3.connect(Path(scratch, "scratch.sqlite"), isolation_level=None)) as db,
        ):
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            for problem in self._all(db):
                self.verified.problems += 1
                counts[problem.code] += 1
                if counts[problem.code] <= (_MOST_SYNTAX if problem.code == "release-syntax" else _MOST_OF_A_CODE):
                    yield problem
                else:
                    omitted[problem.code] += 1
        self.verified.notes += [f"{count} more of {code} are not listed" for code, count in omitted.items()]

    def _all(self, db: sqlite3.Connection) -> Iterator[Problem]:
        citations = Citations(db, self.verified, self._archive, self._advance, self._keys, self._certificates)
        yield from self._files()
        yield from self._package()
        yield from Tables(self.release, self._sheets, db, citations, self.verified).problems()
        yield from Copies(self.release, self._sheets, self._found, citations, self.verified).problems()
        yield from citations.problems(self._sheets)
        yield from self._signatures()

    def _signatures(self) -> Iterator[Problem]:
        try:
            keys = [key for key in self._keys if not is_pem_key(key)]
            for finding in check(self.release, keys, self._certificates):
                if finding.is_wrong:
                    yield Problem(finding.path, "signature", finding.words)
                else:
                    self.verified.notes.append(f"{finding.path}: {finding.words}")
        except ArchiveError as error:
            yield Problem(str(self.release), "signature", str(error))

    # ---- files -----------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[Problem]:
        try:
            sums = yield from self._sums()
        except ArchiveError as error:
            yield Problem(SUMS, "release-syntax", str(error))
            sums = {}
        for path, digest in sums.items():
            try:
                with reached(self.release, path) as stream:
                    self._found[path] = size_digest = size_and_digest(stream, self._advance)
            except FileNotFoundError:
                yield Problem(path, "file-missing", "it is not there")
                continue
            except OSError as error:  # such as a name that is too long to be one
                yield Problem(path, "file-missing", f"it cannot be read: {error.strerror or error}")
                continue
            except ArchiveError as error:
                yield Problem(path, "path", str(error))
                continue
            self.verified.files += 1
            if size_digest[1] != digest:
                yield Problem(path, "file-changed", f"its SHA-256 is {size_digest[1]}, not {digest}")
        for folder, folders, files in os.walk(self.release):
            relative = Path(folder).relative_to(self.release)
            if len(relative.parts) > _DEEPEST:
                yield Problem(relative.as_posix(), "path", "deeper in folders than is looked")
                folders.clear()
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in sorted([*files, *links]):
                path = Path(folder, name).relative_to(self.release).as_posix()
                if path not in sums and not is_detached(path):
                    yield Problem(path, "file-unlisted", "SHA256SUMS does not name it")

    def _sums(self) -> Generator[Problem, None, dict[str, str]]:
        """Return path -> digest for the files that SHA256SUMS names; for a name that occurs twice, the first digest.

        Raises:
            ArchiveError: it cannot be read.
        """
        data = small_file(self.release, SUMS)
        listed: dict[str, str] = {}
        place = 0
        while place < len(data):
            line = SUM_LINE.match(data, place)
            if line is None:
                raise ArchiveError(f"the line at byte {place} is not `<sha256>  <path>`")
            path = line[2].decode("utf-8", "surrogateescape")
            if path in listed:
                yield Problem(SUMS, "release-syntax", f"it names {path[:100]} more than once")
            else:
                listed[path] = line[1].decode()
            place = line.end()
        return listed

    # ---- datapackage.json ------------------------------------------------------------------------------------------

    def _package(self) -> Iterator[Problem]:
        try:
            descriptor = json.loads(small_file(self.release, DESCRIPTOR))
            resources = [*descriptor["resources"]]
        except (ArchiveError, ValueError, KeyError, TypeError, RecursionError) as error:
            yield Problem(DESCRIPTOR, "release-syntax", f"no data package: {error}")
            return
        for resource in resources:
            path = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(path, str):
                yield Problem(DESCRIPTOR, "release-syntax", "a resource has no path")
            elif path not in self._found:
                yield Problem(path, "file-missing", f"{DESCRIPTOR} names it; it is not there, or SHA256SUMS lacks it")
            else:
                size, digest = self._found[path]
                if (resource.get("bytes"), resource.get("hash")) != (size, f"sha256:{digest}"):
                    yield Problem(path, "file-changed", f"{DESCRIPTOR} says another size or digest")
                if "schema" in resource:
                    try:
                        self._sheets.append(sheet_of(resource, self._sheets))
                    except (KeyError, TypeError, ValueError, AttributeError) as error:
                        yield Problem(DESCRIPTOR, "release-syntax", f"the schema of {path} is none: {error!r}")
