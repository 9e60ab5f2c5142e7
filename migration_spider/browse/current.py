"""The current collection: opened at the start, and again after a harvest or a new release."""

from __future__ import annotations

import errno
import multiprocessing
import sqlite3
import threading
from pathlib import Path
from typing import Any

from archive import ArchiveError, CollectionLockedError
from archive.dataset import DatasetError
from archive.dataset.draft import Progress
from migration_spider.browse import making
from migration_spider.browse.archived import Archive, archive_in, archive_of, require_archive
from migration_spider.browse.collection import DATABASE, Collection
from migration_spider.browse.scratch import scratch
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError

EVERY = 3.0
"""Seconds between two looks."""


class ReleaseSource:
    """A release, or the link to the latest one.

    Args:
        path: of the release.
        archive: a data folder or ``warc/`` with the records that it cites; None: that which it lies in.
    """

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        self._path, self._given = path, archive

    def first(self, progress: Progress) -> Collection:
        """Raises DatasetError: it is no release."""
        return Collection(self._path.resolve(), self._archive())

    def newer(self, than: Collection) -> Collection | None:
        """The release that came after ``than``; None where none did."""
        there = self._path.resolve()
        return Collection(there, self._archive()) if there != than.folder else None

    def _archive(self) -> Archive | None:
        return archive_of(self._path, self._given)


class DataSource:
    """The items of a data folder.

    Args:
        config: names the folder.
        archive: as of `ReleaseSource`; None: the ``warc/`` in the folder.
    """

    def __init__(self, config: Config, archive: Path | None = None) -> None:
        self._config, self._data, self._given = config, config.data_dir, archive
        self._tried: list[Any] = []
        self.elsewhere: Path | None = None
        """Where the collection is made when the folder cannot be written; it goes when the program ends."""

    def first(self, progress: Progress) -> Collection:
        """The items; while a run goes on, those that were there when they were last looked at.

        Raises:
            DatasetError: there are none.
            CollectionLockedError: a run goes on, and nobody has looked before.
            OSError: what is looked at cannot be written.
        """
        try:
            return self._collection(making.made(self._data, self._config, progress))
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise
            self.elsewhere = scratch()
            return self._collection(making.made(self._data, self._config, progress, self.elsewhere))
        except CollectionLockedError:
            if before := making.made_before(self._data):
                return self._collection(before)
            raise

    def newer(self, than: Collection) -> Collection | None:
        """What the items are now; None where they are as they were, or a run goes on.

        Raises:
            DatasetError: they could not be read.
        """
        now = making.stamp(self._data)
        if making.made_before(self._data, now, self.elsewhere) == than.folder or now == self._tried:
            return None
        if not making.made_before(self._data, now, self.elsewhere):
            # In a process of its own: it computes for long, and pages are answered meanwhile.
            process = multiprocessing.get_context("spawn").Process(
                target=_make, args=(self._config, self.elsewhere), daemon=True
            )
            process.start()
            process.join()
            if process.exitcode == _BUSY:
                return None
            if process.exitcode:
                self._tried = now  # the same again would fail again
                raise DatasetError("the items changed and cannot be read: scrapy publish says why")
        there = making.made_before(self._data, home=self.elsewhere)
        return self._collection(there) if there and there != than.folder else None

    def _collection(self, folder: Path) -> Collection:
        archive = archive_of(folder, self._given) if self._given else archive_in(self._data, self.elsewhere)
        return Collection(folder, archive, self._data)


Source = ReleaseSource | DataSource

_BUSY = 75
_READ_ONLY = frozenset((errno.EROFS, errno.EACCES, errno.EPERM))


def _make(config: Config, home: Path | None) -> None:
    try:
        making.made(config.data_dir, config, home=home)
    except CollectionLockedError:
        raise SystemExit(_BUSY) from None
    except (DatasetError, ArchiveError, MigrationError, OSError, sqlite3.Error) as error:
        raise SystemExit(f"scrapy browse: {error}") from None


class Current:
    """Gives the collection of now, and looks for a newer one in a thread of its own."""

    def __init__(self, source: Source, progress: Progress = lambda step, done, total: None) -> None:
        self._source = source
        self._now = source.first(progress)
        self.notice: str | None = None
        """What people are to know: why what they see is not the newest."""
        self._stopped = threading.Event()

    def __call__(self) -> Collection:
        return self._now

    def look(self) -> None:
        """Take a newer one where there is one."""
        try:
            newer = self._source.newer(self._now)
        except (DatasetError, ArchiveError, MigrationError, OSError, sqlite3.Error) as error:
            self.notice = f"There is newer data, which could not be loaded: {error}"
            return
        self.notice = None if newer else self.notice
        self._now = newer or self._now

    def watch(self, every: float = EVERY) -> None:
        """Look from now on, until `stop`."""

        def looking() -> None:
            try:
                while not self._stopped.wait(every):
                    self.look()
            except BaseException:
                self.notice = "There may be newer data: looking for it failed (see the terminal)"
                raise

        threading.Thread(target=looking, name="looks for newer items", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()


def source_of(path: Path, config: Config, archive: Path | None = None) -> Source:
    """What is browsed at ``path``: a release, a folder of releases or a data folder.

    Raises:
        DatasetError: it is none of them.
        ArchiveError: nor is ``archive`` what `archive_of` takes.
    """
    if archive:
        require_archive(archive)
    if (path / DATABASE).is_file():
        return ReleaseSource(path, archive)
    if making.items_of(path).exists():
        return DataSource(config.model_copy(update={"data_dir": path}), archive)
    if (path / "latest" / DATABASE).is_file():
        return ReleaseSource(path / "latest", archive)
    raise DatasetError(
        f"{path}: neither a data folder with items nor a release: run scrapy harvest first, or name another folder"
    )
