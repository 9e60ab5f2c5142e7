"""Makes a collection from the items of a data folder, in ``DATA_DIR/browse/``, and makes it again after they have
changed.

It has the form of a release but is not published: nothing refers to it, and the folder can be deleted at any time.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from archive import CollectionLockedError
from archive.cdxj import index_path
from archive.cdxj.files import manifest_path
from archive.dataset import DatasetError, Wholeness, publish
from archive.dataset.attachments import MEMORY_NAME
from archive.dataset.draft import Progress
from archive.dataset.holdings import DIGESTS_NAME
from archive.warc.lock import CollectionLock
from migration_spider import EXTRACTOR
from migration_spider.config import Config
from migration_spider.publish import described, holdings_of
from migration_spider.standing import standing_of

FOLDER, MADE = "browse", "made.json"

LAYOUT = 2
"""Version of the layout of a collection; one with another number is made again."""

_UNUSED = ("*.parquet", "*.md", "tables", "vocabularies")
"""Files of a release that no page reads."""


def items_of(data: Path) -> Path:
    """The file with the items of a data folder."""
    return data / "items" / "news.jsonl"


def stamp(data: Path) -> list[Any]:
    """The state of the files that a collection is made of; when it differs, the collection is out of date."""
    watched = [items_of(data), *sorted((data / "runs").glob("*/run.json"))]
    return [LAYOUT, EXTRACTOR, *(_stamp(path) for path in watched)]


def made(
    data: Path, config: Config, progress: Progress = lambda step, done, total: None, home: Path | None = None
) -> Path:
    """Make a collection of the current items of ``data``, unless there is one, and return its folder.

    Args:
        home: The folder to make it in; by default ``browse/`` in ``data``. With another one nothing is written to
            ``data``.

    Raises:
        DatasetError: There are no items, or they cannot be read.
        CollectionLockedError: A run is in progress.
        OSError: It cannot be written.
    """
    if existing := made_before(data, stamp(data), home):
        return existing
    for folder in (data, data / "warc"):
        if folder.is_dir():
            CollectionLock.require_free(folder)
    place = home or data / FOLDER
    place.mkdir(exist_ok=True)
    lock = _wait_for_lock(place, progress)
    try:
        existing = made_before(data, stamp(data), place)
        return existing or _make(data, config, place, progress, _copied_index(data, home) if home else None)
    except (msgspec.MsgspecError, sqlite3.Error) as error:
        # The first reading found no error, and a run only appends: somebody else changed the file.
        raise DatasetError(f"{items_of(data)} changed while it was read ({error}): try again") from error
    finally:
        lock.release()


def _wait_for_lock(home: Path, progress: Progress) -> CollectionLock:
    """Take the lock of ``home``; wait for another process that holds it, because it makes the same collection."""
    while True:
        try:
            return CollectionLock(home)
        except CollectionLockedError:
            progress("Waiting for another process, which makes the same", 0, 0)
            time.sleep(_AGAIN)


_AGAIN = 0.2
"""Seconds between two tries."""


def made_before(data: Path, wanted: list[Any] | None = None, home: Path | None = None) -> Path | None:
    """The last complete collection; None if there is none, or if its stamp is not ``wanted``."""
    home = home or data / FOLDER
    try:
        record = json.loads((home / MADE).read_bytes())
        folder = home / str(record["folder"])
        is_wanted = wanted is None or record["stamp"] == wanted
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return folder if is_wanted and folder.parent == home and folder.is_dir() else None


def _copied_index(data: Path, home: Path) -> Path:
    """The path of the archive's index in ``home``, after copying there the index and notes that ``data`` has."""
    index = home / index_path(data / "warc").name
    for name in (index.name, manifest_path(index).name, DIGESTS_NAME, MEMORY_NAME):
        if (data / name).is_file() and not (home / name).exists():
            shutil.copy2(data / name, home / name)
    return index


def _make(data: Path, config: Config, home: Path, progress: Progress, index: Path | None) -> Path:
    current, before = stamp(data), made_before(data, home=home)
    standing = standing_of(data, config.languages)
    draft = Path(tempfile.mkdtemp(dir=home, prefix="new-"))
    try:
        with holdings_of(data / "warc", index) as holdings:
            publish(
                described(data, config, standing=standing, holdings=holdings),
                items_of(data),
                draft,
                version="items",
                wholeness=Wholeness(standing.said, standing.complete, standing.ended),
                progress=progress,
            )
        _delete(path for pattern in _UNUSED for path in (draft / "items").glob(pattern))
        target = home / draft.name.replace("new-", "items-")
        (draft / "items").rename(target)
        new = home / f"{MADE}.new"
        new.write_text(json.dumps({"folder": target.name, "stamp": current}), encoding="utf-8")
        new.replace(home / MADE)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    # A running server may still read the collection before this one.
    _delete(path for path in home.iterdir() if path.is_dir() and path not in (target, before))
    return target


def _stamp(path: Path) -> list[str | int] | None:
    with suppress(OSError):
        status = path.stat()
        return [path.parent.name, status.st_size, status.st_mtime_ns]
    return None


def _delete(paths: Iterable[Path]) -> None:
    for path in list(paths):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
