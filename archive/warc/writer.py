"""Writes the WARC files of a collection, with exact blocks; a finished file never contains an incomplete record."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from archive.errors import ArchiveError
from archive.warc.file import OpenFile
from archive.warc.lock import CollectionLock
from archive.warc.record import Draft, Span
from archive.warc.salvage import OPEN_SUFFIX, Salvaged, examine, finish, unfinished

_STAMP = re.compile(r"-(\d{17})-\d{5,}-")


def _file_name_part(text: str) -> str:
    return re.sub(r"[^\w.]+", "_", text)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03}"


def _next_stamp(name: str) -> str:
    """Return the stamp one millisecond after that in the name of a file; empty if it has none."""
    stamp = _STAMP.search(name)
    try:
        last = datetime.strptime(f"{stamp[1]}000+0000", "%Y%m%d%H%M%S%f%z") if stamp else None
        return _stamp(last + timedelta(milliseconds=1)) if last else ""
    except (ValueError, OverflowError):
        return ""


def _salvage_fields(salvaged: Sequence[Salvaged]) -> list[tuple[str, str]]:
    """Return the fields of a warcinfo record about the unfinished files of a killed writer."""
    fields = []
    for file in salvaged:
        if file.dropped or file.lost:
            fields.append(("salvaged", f"{file.file}: {file.records} records kept, {file.dropped} bytes dropped"))
            fields += [("lostRecord", record_id) for record_id in file.lost]
    return fields


class WarcWriter:
    """The only writer of the collection in ``directory``.

    A file is named ``PREFIX-<UTC, 17 digits>-<serial>-<host>.warc.gz``, with a time after all existing files. It has
    the suffix ``.open`` while it is written, which an atomic rename after an fsync removes. A file is opened on the
    first write.

    Args:
        directory: created if missing.
        prefix: first part of the file names.
        max_file_size: bytes after which the next file is begun.
        info: the fields of the warcinfo record at the start of every file.

    Raises:
        CollectionLockedError: another process writes the collection.
        ArchiveError: the directory cannot be written.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        prefix: str = "archive",
        max_file_size: int = 1_000_000_000,
        info: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.directory = Path(directory)
        self.prefix = _file_name_part(prefix)
        self.max_file_size = max_file_size
        self.info = list(info)
        self.files: list[str] = []
        """Names of the files opened, in order."""
        self.failed: OSError | None = None
        """The first error of the disk, after which nothing is written."""
        self._host = _file_name_part(socket.gethostname()) or "localhost"
        self._file: OpenFile | None = None
        self._finished_bytes = 0
        self._guard = threading.Lock()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._lock = CollectionLock(self.directory)
        except OSError as error:
            raise ArchiveError(f"{self.directory}: the archive cannot be written: {error}") from error
        self.salvaged: list[Salvaged] = []
        """The files of a killed writer."""
        try:
            self._salvage()
        except (OSError, ArchiveError) as error:
            self._abandon()
            self._lock.release()
            raise ArchiveError(f"{self.directory}: an unfinished file cannot be salvaged: {error}") from error

    def _salvage(self) -> None:
        self.salvaged = [examine(path) for path in unfinished(self.directory)]
        if any(file.lost for file in self.salvaged):
            # Recorded in the archive before anything is truncated: afterwards, nothing would show the loss.
            self._file = self._begin()
            self._file.sync()
        for file in self.salvaged:
            finish(self.directory, file)

    @property
    def bytes_written(self) -> int:
        """Bytes in all files."""
        return self._finished_bytes + (self._file.end if self._file else 0)

    @property
    def dirty(self) -> bool:
        """Whether any bytes were written since the last `sync`."""
        return self._file is not None and self._file.dirty

    def write(self, drafts: Sequence[Draft]) -> list[Span]:
        """Append ``drafts`` to one file, all or none.

        Raises:
            ArchiveError: nothing was written; all later writes will fail, too.
        """
        with self._failing():
            file = self._file
            if file is not None and file.end >= self.max_file_size:
                self._finish()
                file = None
            if file is None:
                file = self._file = self._begin()
            start = file.end
            try:
                return file.append(drafts)
            except BaseException:
                try:
                    file.cut(start)
                except OSError:
                    self._abandon()
                raise

    def sync(self) -> None:
        """Wait until everything written is on disk.

        Raises:
            ArchiveError: it may not be on disk.
        """
        with self._failing():
            if self._file is not None:
                try:
                    self._file.sync()
                except OSError:
                    # A second fsync may succeed although data is lost: only a salvage reads the actual contents.
                    self._abandon()
                    raise

    def finish(self) -> None:
        """Finish the current file; the next `write` begins another.

        Raises:
            ArchiveError: it is not finished; the next writer will salvage it.
        """
        with self._failing():
            self._finish()

    def close(self) -> None:
        """Finish the current file and release the collection. After a failed write, the complete records are kept.

        Raises:
            ArchiveError: the last file is not finished; the next writer will salvage it.
        """
        try:
            self._finish()
        except OSError as error:
            self.failed = self.failed or error
            raise ArchiveError(f"{self.directory}: the last file cannot be finished: {error}") from error
        finally:
            self._abandon()
            self._lock.release()

    def _begin(self) -> OpenFile:
        now = datetime.now(timezone.utc)
        # Names show the order of writing, even if the clock was set back.
        moment = max((_stamp(now), *(_next_stamp(path.name) for path in self.directory.glob("*.warc.gz*"))))
        serial = len(self.files)
        # The clock may be set back, and two writers may start in the same millisecond: never replace a finished file.
        while self._is_taken(name := f"{self.prefix}-{moment}-{serial:05}-{self._host}.warc.gz"):
            serial += 1
        info = self.info if self.files else self.info + _salvage_fields(self.salvaged)
        file = OpenFile(self.directory, name, now, info)
        self.files.append(name)
        return file

    def _is_taken(self, name: str) -> bool:
        return any((self.directory / (name + suffix)).exists() for suffix in ("", OPEN_SUFFIX))

    def _abandon(self) -> None:
        """Close the file under its unfinished name; the next writer salvages it."""
        if self._file is not None:
            self._file.abandon()
            self._finished_bytes += self._file.end
            self._file = None

    def _finish(self) -> None:
        if self._file is not None:
            try:
                self._file.finish()
            except OSError:
                self._abandon()  # Never retry, as after a failed fsync.
                raise
            self._finished_bytes += self._file.end
            self._file = None

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Set `failed` after the first error of the disk, and raise it again for all later operations."""
        with self._guard:
            if self.failed is not None:
                raise ArchiveError(f"{self.directory}: writing failed before: {self.failed}") from self.failed
            try:
                yield
            except OSError as error:
                self.failed = error
                raise ArchiveError(f"{self.directory}: the archive cannot be written: {error}") from error
