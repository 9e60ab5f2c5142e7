"""Reads the files of an untrusted release safely. Paths cannot leave its folder, links are not followed, and the size
of every file that is read has a limit.
"""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from archive.dataset.signing import DETACHED, LARGEST_LIST
from archive.errors import ArchiveError

SUMS, DESCRIPTOR = "SHA256SUMS", "datapackage.json"

CITATION = ("warc_file", "warc_offset", "warc_length", "warc_record_id")
"""Columns with the position of a record."""

_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]+(/[^/\\\x00-\x1f\x7f]+)*")
SUM_LINE = re.compile(rb"([0-9a-f]{64})  ([^\n]+)\n")
_MOST_COLUMNS, _MOST_REFERENCES, _MOST_TABLES = 1000, 100, 1000
LONGEST_LINE = 16 << 20
"""Maximum characters of a row, or bytes of a line of JSON; as Python objects, these take some twenty times as much."""

FORMS = {
    "integer": re.compile(r"[+-]?[0-9]{1,19}"),  # the digits of 64 bits
    "boolean": re.compile(r"true|false"),
    "number": re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"),
}


@dataclass(slots=True)
class CsvSheet:
    """A CSV file as ``datapackage.json`` describes it."""

    path: str
    name: str
    columns: dict[str, str]
    """Name -> type."""

    key: tuple[str, ...]
    references: list[tuple[str, str, str]]
    """(column, other table, column of that)."""

    number: int
    """Its number among the tables of the release, from which all names in the scratch database are made."""

    rows: int = 0
    sum: int = 0
    """The `RowSum` of the columns ``compared``."""

    _places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._places = {name: place for place, name in enumerate(self.columns)}

    @property
    def staged(self) -> str:
        """Name of its table in the scratch database."""
        return f"t{self.number}"

    def column(self, name: str) -> str:
        """Return the name of the column ``name`` in that table."""
        return f"c{self._places[name]}"

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns that must be equal in all copies of the table."""
        return tuple(dict.fromkeys([*self.key, *(name for name in CITATION if name in self.columns)]))


class RowSum:
    """A digest of rows regardless of their order: the sum of their digests. It detects errors, not forgery."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, cells: Iterable[str]) -> None:
        """Add a row."""
        digest = blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16)
        self.value = (self.value + int.from_bytes(digest.digest(), "big")) % (1 << 128)


def reached(release: Path, path: str) -> BinaryIO:
    """Open a file of the release for reading.

    Raises:
        ArchiveError: ``path`` leads out of the folder, or to a link, a pipe or a folder.
        FileNotFoundError: it does not exist.
        OSError: it cannot be read.
    """
    parts = path.split("/")
    if not _NAME.fullmatch(path) or {".", ".."} & {*parts}:
        raise ArchiveError("this is not a path in the release")
    folder = release
    for part in parts[:-1]:
        folder = folder / part
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise ArchiveError("it is behind a link, or its parent is not a folder")
    if not stat.S_ISREG((folder / parts[-1]).lstat().st_mode):
        raise ArchiveError("a link, pipe or folder, and not a file of the release")
    return (folder / parts[-1]).open("rb")


def is_detached(path: str) -> bool:
    """Whether SHA256SUMS cannot name the file ``path``: it is SHA256SUMS itself, a signature or a time stamp."""
    return path == SUMS or path in DETACHED


def small_file(release: Path, path: str) -> bytes:
    """Return the contents of a file of the release.

    Raises:
        ArchiveError: it does not exist, is not a regular file, cannot be read, or has more than `LARGEST_LIST` bytes.
    """
    try:
        with reached(release, path) as stream:
            data = stream.read(LARGEST_LIST + 1)
    except FileNotFoundError as error:
        raise ArchiveError("it is not there") from error
    except OSError as error:
        raise ArchiveError(f"it cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST_LIST:
        raise ArchiveError(f"it has more than {LARGEST_LIST >> 20} MB")
    return data


def sheet_of(resource: Mapping[str, Any], others: Sequence[CsvSheet]) -> CsvSheet:
    """Return the table that ``resource`` of ``datapackage.json`` describes; ``others`` are the tables before it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it does not describe a table, or exceeds a limit.
    """
    schema = resource["schema"]
    if len(others) >= _MOST_TABLES or len(schema["fields"]) > _MOST_COLUMNS:
        raise ValueError(f"no more than {_MOST_TABLES} tables of {_MOST_COLUMNS} columns are read")
    if len(schema.get("foreignKeys", [])) > _MOST_REFERENCES:
        raise ValueError(f"no more than {_MOST_REFERENCES} foreign keys of a table are checked")
    columns = {str(field["name"]): str(field["type"]) for field in schema["fields"]}
    key = [schema.get("primaryKey", [])] if isinstance(schema.get("primaryKey"), str) else schema.get("primaryKey", [])
    references = []
    for foreign in schema.get("foreignKeys", []):
        (column,), (of,) = foreign["fields"], foreign["reference"]["fields"]
        references.append((str(column), str(foreign["reference"].get("resource") or resource["name"]), str(of)))
    if not {*key, *(column for column, _, _ in references)} <= {*columns}:
        raise ValueError("a key is of no column")
    name = str(resource["name"])
    if not all(text.isprintable() for text in (name, *columns)):
        raise ValueError("names are printable")
    if any(other.name == name or other.path == resource["path"] for other in others):
        raise ValueError("there are two of that name")
    return CsvSheet(resource["path"], name, columns, tuple(dict.fromkeys(key)), references, len(others))


@contextmanager
def csv_rows(stream: BinaryIO) -> Iterator[Iterator[list[str]]]:
    # A text may be longer than the default limit of the module.
    before = csv.field_size_limit(LONGEST_LINE)
    try:
        with stream, TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield _Rows(text).rows()
    finally:
        csv.field_size_limit(before)


class _Rows:
    """Reads the rows of a CSV file one by one; none may be longer than `LONGEST_LINE`."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._left = LONGEST_LINE

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows.

        Raises:
            csv.Error: a row is too long, or not valid.
        """
        for row in csv.reader(self._lines(), strict=True):
            self._left = LONGEST_LINE
            yield row

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(self._left):
            self._left -= len(line)
            if self._left <= 0:
                raise csv.Error(f"a row has more than {LONGEST_LINE >> 20} million characters")
            yield line


def ill_formed(sheet: CsvSheet, row: Mapping[str, str]) -> list[str]:
    return [
        name
        for name, kind in sheet.columns.items()
        if kind in FORMS and row[name] and not FORMS[kind].fullmatch(row[name])
    ]
