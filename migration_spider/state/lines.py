"""``items/news.jsonl``: what a line is, who reads it, how what is no line is taken out of it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any

from archive.dataset.lines import TOMBSTONE, is_tombstone, whole_lines
from archive.disk import sync
from migration_spider.exceptions import BadLineError, StateError

Record = dict[str, Any]
"""A line, parsed."""

DRAFT = ".mending-"

# ---- what a line is


_NONE = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "url", "first_seen", "last_changed", "fetched_at", "run_id"), (str,)),
    **dict.fromkeys(("language", "title", "publication_date"), (str, _NONE)),
    "version": (int,),
    "node_id": (int, _NONE),
    "warc": (dict,),
}


def parse(line: bytes) -> Record:
    """The item or tombstone that ``line`` is. Raises ValueError: it is none, or lacks what its readers rely on."""
    try:
        record: Record = json.loads(line)
        own = record[TOMBSTONE]["reason"] if is_tombstone(record) else record["content_sha256"]
        wrong = [name for name, kinds in _TYPES.items() if type(record.get(name)) not in kinds]
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    if wrong or not isinstance(own, str):
        raise ValueError(f"no or another {', '.join(wrong) or 'content_sha256 or reason'}")
    return record


# ---- reading


def read(path: Path, said: str = "", begin: int = 0) -> Iterator[tuple[int, bytes, Record]]:
    """(byte offset, line, the same parsed) of all whole lines from ``begin`` on with ``said`` in them.

    Most have it not, and parsing is what takes time. Raises StateError: the file does not exist, or a line is none.
    """
    if not path.exists():
        raise StateError(f"{path} does not exist: crawl first, or give -s DATA_DIR=...")
    with path.open("rb") as stream:
        for offset, line in whole_lines(stream, begin):
            if said.encode() in line:
                try:
                    yield offset, line, parse(line)
                except ValueError as error:
                    where = f"{path}: the line at byte {offset} is not an item ({error})"
                    raise BadLineError(f"{where}: `scrapy harvest` mends the file from the archive") from error


def line_at(path: Path, offset: int) -> Record:
    """The line that begins at ``offset``."""
    with path.open("rb") as stream:
        stream.seek(offset)
        return parse(stream.readline())


# ---- writing it anew


def set_bad_lines_aside(path: Path) -> tuple[int, Path, Path]:
    """Take what is no item out of the file at ``path``, but for a torn last line; keep it as it was beside it.

    Returns how many lines those were, the file, and the copy, ``<name>.damaged``. Raises StateError: it cannot be done.
    """
    bad = 0
    try:
        aside = next(name for n in count() if not (name := path.with_name(f"{path.name}.damaged{n or ''}")).exists())
        shutil.copyfile(path, aside)
        with written_anew(path) as mended, aside.open("rb") as stream:
            for line in stream:
                try:
                    if line.endswith(b"\n"):
                        parse(line)
                    mended.write(line)
                except ValueError:
                    bad += 1
    except OSError as error:
        raise StateError(f"{path} cannot be mended: {error.strerror}") from error
    return bad, path, aside


@contextmanager
def written_anew(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``path`` once it is on the disk."""
    for left in path.parent.glob(f"{DRAFT}*"):
        # Of a run that was killed.
        left.unlink()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=DRAFT, delete=False) as draft:
        yield draft
        draft.flush()
        os.fsync(draft.fileno())
    shutil.copymode(path, draft.name)
    Path(draft.name).replace(path)
    sync(path.parent)
