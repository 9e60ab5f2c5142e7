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
"""Seconds between two checks for a newer collection."""


class ReleaseSource:
    """A release, or the link to the latest one.

    Args:
        path: The release, or the link.
        archive: A data folder or ``warc/`` with the records that it cites; by default the data folder it is in.
    """

    def __init__(self, path: Path, archive: Path | None = None) -> None:
        self._path, self._given = path, archive

    def first(self, progress: Progress) -> Collection:
        """The release. Raises DatasetError: It is not a release."""
        return Collection(self._path.resolve(), self._archive())

    def newer(self, than: Collection) -> Collection | None:
        """The release that replaced ``than``, if any."""
        folder = self._path.resolve()
        return Collection(folder, self._archive()) if folder != than.folder else None

    def _archive(self) -> Archive | None:
        return archive_of(self._path, self._given)


class DataSource:
    """The items of a data folder.

    Args:
        config: Configuration with the data folder.
        archive: As for `ReleaseSource`; by default the ``warc/`` in the folder.
    """

    def __init__(self, config: Config, archive: Path | None = None) -> None:
        self._config, self._data, self._given = config, config.data_dir, archive
        self._tried: list[Any] = []
        self.elsewhere: Path | None = None
        """A temporary folder in which the collection is made if the data folder cannot be written."""

    def first(self, progress: Progress) -> Collection:
        """The current items, or during a run the last collection that was made.

        Raises:
            DatasetError: There are no items.
            CollectionLockedError: A run is in progress, and no collection was made before.
            OSError: The collection cannot be written.
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
        """A collection of the changed items; None if they have not changed, or during a run.

        Raises:
            DatasetError: They could not be read.
        """
        now = making.stamp(self._data)
        if making.made_before(self._data, now, self.elsewhere) == than.folder or now == self._tried:
            return None
        if not making.made_before(self._data, now, self.elsewhere):
            # In a separate process, because it takes long and would slow down the responses.
            process = multiprocessing.get_context("spawn").Process(
                target=_make, args=(self._config, self.elsewhere), daemon=True
            )
            process.start()
            process.join()
            if process.exitcode == _BUSY:
                return None
            if process.exitcode:
                self._tried = now  # do not try again until the items change
                raise DatasetError("the items changed and cannot be read: scrapy publish says why")
        folder = making.made_before(self._data, home=self.elsewhere)
        return self._collection(folder) if folder and folder != than.folder else None

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
    """Returns the current collection when called; a separate thread looks for a newer one."""

    def __init__(self, source: Source, progress: Progress = lambda step, done, total: None) -> None:
        self._source = source
        self._now = source.first(progress)
        self.notice: str | None = None
        """A sentence for all pages, if newer data could not be loaded."""
        self._stopped = threading.Event()

    def __call__(self) -> Collection:
        return self._now

    def look(self) -> None:
        """Switch to a newer collection if there is one."""
        try:
            newer = self._source.newer(self._now)
        except (DatasetError, ArchiveError, MigrationError, OSError, sqlite3.Error) as error:
            self.notice = f"There is newer data, which could not be loaded: {error}"
            return
        self.notice = None if newer else self.notice
        self._now = newer or self._now

    def watch(self, every: float = EVERY) -> None:
        """Look regularly in a thread, until `stop` is called."""

        def looking() -> None:
            try:
                while not self._stopped.wait(every):
                    self.look()
            except BaseException:
                self.notice = "There may be newer data: looking for it failed (see the terminal)"
                raise

        threading.Thread(target=looking, name="looks for newer items", daemon=True).start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()


def source_of(path: Path, config: Config, archive: Path | None = None) -> Source:
    """The source at ``path``: a release, a folder of releases or a data folder.

    Raises:
        DatasetError: It is none of them.
        ArchiveError: ``archive`` is not valid for `archive_of`.
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
