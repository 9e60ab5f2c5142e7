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
from typing import IO, Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter, ValidationError

from archive.dataset.lines import is_tombstone, whole_lines
from archive.warc.salvage import sync_directory
from migration_spider.exceptions import BadLineError, StateError

Record = dict[str, Any]
"""A line, parsed."""

DRAFT = ".mending-"

# ---- what a line is


class _Line(BaseModel):
    model_config = ConfigDict(strict=True)

    id: str
    url: str
    version: int
    first_seen: str
    last_changed: str
    fetched_at: str
    run_id: str
    warc: dict[str, Any]
    node_id: int | None = None
    language: str | None = None
    title: str | None = None


class _Item(_Line):
    content_sha256: str
    publication_date: str | None = None


class _Reason(BaseModel):
    reason: str


class _Tombstone(_Line):
    tombstone: _Reason


_LINE: TypeAdapter[_Item | _Tombstone] = TypeAdapter(
    Annotated[
        Annotated[_Item, Tag("item")] | Annotated[_Tombstone, Tag("tombstone")],
        Discriminator(lambda line: "tombstone" if isinstance(line, dict) and is_tombstone(line) else "item"),
    ]
)


def parse(line: bytes) -> Record:
    """The item or tombstone that ``line`` is. Raises ValueError: it is none, or lacks what its readers rely on."""
    try:
        record: Record = json.loads(line)
        _LINE.validate_python(record)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}") from error
    return record


# ---- reading


def read(path: Path, said: str = "") -> Iterator[tuple[int, Record]]:
    """(byte offset, line) of all whole lines with ``said`` in them; nothing when the file does not exist.

    Most lines have it not, and parsing is what takes time.

    Raises:
        BadLineError: a line is none.
    """
    if path.exists():
        with path.open("rb") as stream:
            for offset, line in whole_lines(stream):
                if said.encode() in line:
                    yield offset, parsed(path, offset, line)


def present(path: Path) -> Iterator[Record]:
    """The last line of every item that is not withdrawn, in the order in which they first came. Raises BadLineError."""
    last = {record["id"]: None if is_tombstone(record) else offset for offset, record in read(path)}
    offsets = [offset for offset in last.values() if offset is not None]
    if offsets:
        with path.open("rb") as stream:
            for offset in offsets:
                yield line_at(stream, offset)


def line_at(stream: IO[bytes], offset: int) -> Record:
    """The line that begins at ``offset``."""
    stream.seek(offset)
    return parse(stream.readline())


def parsed(path: Path, offset: int, line: bytes) -> Record:
    try:
        return parse(line)
    except ValueError as error:
        raise BadLineError(
            f"{path}: the line at byte {offset} is not an item ({error}): "
            "`scrapy harvest` mends the file from the archive"
        ) from error


# ---- writing it anew


def set_bad_lines_aside(path: Path) -> tuple[int, Path, Path]:
    """Take what is no item out of the file at ``path``, and keep the file as it was beside it, ``<name>.damaged``.

    Returns:
        The number of lines taken out, the file, the copy. A torn last line is left alone.

    Raises:
        StateError: the file cannot be read or written.
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
    sync_directory(path.parent)
