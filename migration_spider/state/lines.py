"""``items/news.jsonl``: the form of its lines, reading them, and removing invalid ones."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Annotated, Any, Optional, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from typing_extensions import Required, TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from archive.dataset.lines import LONGEST_LINE, TOMBSTONE, dump, is_tombstone, whole_lines
from archive.disk import oddity, sync
from migration_spider.exceptions import BadLineError, StateError
from migration_spider.items import NewsItem
from migration_spider.state.schedule import moment

Record = dict[str, Any]
"""A line, parsed."""

DRAFT = ".mending-"

# ---- the form of a line


REMEDY = "`scrapy harvest` repairs the file from the archive"

DEEPEST = 32
"""Levels of nested objects and lists; an item has five."""

TOO_DEEP = f"objects or lists in each other, more than {DEEPEST} deep"

_FEW = 256
"""Brackets in a line above which its nesting is checked; most items have fewer."""

_NEEDED = {"id", "url", "version", "first_seen", "last_changed", "fetched_at", "run_id", "warc"}
"""Fields that every line has. Lines of earlier versions may lack others; existing fields must have their type."""

_WHOLE = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
"""An integer that fits into SQLite."""


def _dated(text: str) -> str:
    moment(text)
    return text


_TIME = Annotated[str, AfterValidator(_dated)]
"""A time that the schedule can parse."""


def _shape(hint: Any) -> Any:
    """The type in JSON for ``hint``, a type in `items`; only the fields in `_NEEDED` must not be null."""
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        shapes = {
            field.name: Required[hints[field.name]]
            if field.default is field.default_factory
            else _shape(hints[field.name])
            for field in fields(hint)
        }
        return TypedDict(str(hint), shapes, total=False)  # type: ignore[operator]
    if get_origin(hint) is list:
        return list[_shape(get_args(hint)[0])]  # type: ignore[misc]
    if get_origin(hint) is dict:
        return dict[str, Any]
    if parts := get_args(hint):
        return Union[tuple(map(_shape, parts))]  # noqa: UP007 - there is no other way to write it
    return Optional[_WHOLE if hint is int else hint]  # noqa: UP045


class _Gone(TypedDict):
    reason: str
    status: _WHOLE
    confirmed: _WHOLE


class _Where(TypedDict):
    file: str
    offset: _WHOLE
    length: _WHOLE
    record_id: str
    target_uri: str | None
    date: str | None
    payload_digest: str | None


@cache
def _shapes() -> TypeAdapter[Any]:
    shapes = {name: _shape(hint) for name, hint in get_type_hints(NewsItem).items()}
    kinds = {"version": _WHOLE, **dict.fromkeys(("first_seen", "last_changed", "fetched_at"), _TIME)}
    shapes |= {name: Required[kinds.get(name, str)] for name in _NEEDED} | {"publication_date": Optional[_TIME]}  # noqa: UP045
    shapes |= {"warc": Required[_Where], TOMBSTONE: _Gone}
    line = TypedDict("Line", shapes, total=False)  # type: ignore[misc]
    return TypeAdapter(line)


def parse(line: bytes) -> Record:
    """Parse an item or tombstone. Raises ValueError: It is neither, or lacks values that other code needs."""
    try:
        text = line.decode()
        record: Record = json.loads(text, parse_constant=_refuse)
        if text.count("[") + text.count("{") > _FEW or not isinstance(record, dict):
            _look(record)
        if "\\u" in text:
            dump(record)  # half of a surrogate pair is not allowed
        _shapes().validate_python(record, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        named = sorted({".".join(map(str, entry["loc"])) for entry in errors})
        raise ValueError(f"no or another {', '.join(named[:3])}" if all(named) else "no object") from None
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    if not is_tombstone(record) and not isinstance(record.get("content_sha256"), str):
        raise ValueError("no or another content_sha256")
    return record


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _look(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(TOO_DEEP)
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        level = [one for group in inner for one in group if isinstance(one, (dict, list))]


def parse_or_say(line: bytes) -> Record:
    """Like `parse`, for readers that add the position themselves. Raises ValueError, with the remedy."""
    try:
        return parse(line)
    except ValueError as error:
        raise ValueError(f"{error}: {REMEDY}") from error


# ---- reading


def read(path: Path, said: str = "", begin: int = 0) -> Iterator[tuple[int, bytes, Record]]:
    """(byte offset, line, the same parsed) of all whole lines from ``begin`` on with ``said`` in them.

    Most have it not, and parsing is what takes time. Raises StateError: the file does not exist, or a line is none.
    """
    require_there(path)
    try:
        with path.open("rb") as stream:
            for offset, line in whole_lines(stream, begin):
                if said.encode("utf-8", "surrogateescape") in line:
                    yield offset, line, parsed(line, path, offset)
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}") from error


def parsed(line: bytes, path: Path, offset: int) -> Record:
    """Parse a line of ``path``. Raises StateError: It is not an item."""
    try:
        return parse(line)
    except ValueError as error:
        raise BadLineError(f"{path}: the line at byte {offset} is not an item ({error}): {REMEDY}") from error


def require_there(path: Path) -> None:
    """Raise StateError if ``path`` does not exist, or is not a file."""
    if not path.exists():
        raise StateError(f"{path} does not exist: crawl first, or give -s DATA_DIR=...")
    require_file(path)


def require_file(path: Path) -> None:
    """Raise StateError if ``path`` is a named pipe, a folder or the like; opening it might block forever."""
    if odd := oddity(path):
        raise StateError(f"{path} {odd}: move it away and run scrapy harvest; it is made again from the archive")


def line_at(path: Path, offset: int) -> Record:
    """The line that begins at ``offset``."""
    with path.open("rb") as stream:
        stream.seek(offset)
        return parse(stream.readline())


# ---- repairing


def set_bad_lines_aside(path: Path) -> tuple[int, Path, Path]:
    """Remove all lines that are not items from the file ``path``, except an incomplete last line.

    Returns the number of removed lines, the file, and ``<name>.damaged``, a copy of the original. Raises StateError: It
    cannot be done.
    """
    bad = 0
    names = (path.with_name(f"{path.name}.damaged{n or ''}") for n in count())
    try:
        aside = next(name for name in names if not os.path.lexists(name))
        shutil.copyfile(path, aside)
        with written_anew(path) as mended, aside.open("rb") as stream:
            is_rest = False
            while line := stream.readline(LONGEST_LINE):
                is_whole = line.endswith(b"\n")
                if is_rest or (len(line) == LONGEST_LINE and not is_whole):
                    bad += not is_rest
                    is_rest = not is_whole
                    continue
                try:
                    if is_whole:
                        parse(line)
                    mended.write(line)
                except ValueError:
                    bad += 1
    except OSError as error:
        raise StateError(f"{path} cannot be repaired: {error.strerror}") from error
    return bad, path, aside


@contextmanager
def written_anew(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that replaces ``path`` once it is on disk."""
    for draft_left in path.parent.glob(f"{DRAFT}*"):
        # Of a killed run.
        draft_left.unlink()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=DRAFT, delete=False) as draft:
        yield draft
        draft.flush()
        os.fsync(draft.fileno())
    shutil.copymode(path, draft.name)
    Path(draft.name).replace(path)
    sync(path.parent)
