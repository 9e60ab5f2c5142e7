"""A release that is being written: all parts add their files and tables to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from archive.dataset.database import Database
from archive.dataset.delimited import CsvFile
from archive.dataset.tables import Record, Row, Table

Progress = Callable[[str, int, int], None]
"""Is told what is done, and how many of how many records are; (0, 0) where nothing is counted."""


class Part(Protocol):
    """Files and tables of a release that are made from its records; made with the :class:`Draft` that it writes to."""

    def collect(self, record: Record) -> None:
        """Take one present record; they come in the order of the dataset."""

    def finish(self) -> None:
        """Write what is left. All records and vocabularies are in the database now."""


@dataclass(slots=True)
class Draft:
    """The folder of a release before it gets its place.

    What is named here gets into the card, the data package and the checksums, in the order in which it was named.
    """

    folder: Path
    database: Database
    stack: ExitStack
    """Closes what is open when the records are written, or when that fails."""

    texts: bool
    """Whether the texts themselves go in."""

    bom: bool
    """Whether CSV files start with a byte order mark."""

    progress: Progress
    cited: Set[str] = frozenset()
    """Names of the WARC files that any line cites."""

    descriptions: dict[str, str] = field(default_factory=dict)
    """Path relative to the release -> what the file holds."""

    packages: list[str] = field(default_factory=list)
    """File names of packages that hold all these WARC files."""

    tables: dict[str, Table] = field(default_factory=dict)
    """Path of a CSV file -> its columns."""

    sections: list[tuple[str, str]] = field(default_factory=list)
    """Heading and Markdown of what the parts say in the card."""

    def file(self, path: str, description: str) -> Path:
        """Where to write the file ``path`` (relative, ``/``); its folder is made."""
        self.descriptions[path] = description
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        return target

    def csv(self, path: str, table: Table) -> CsvFile:
        """A new CSV file; closed with the draft."""
        target = self.file(path, table.description)
        self.tables[path] = table
        file = CsvFile(target, table, bom=self.bom)
        self.stack.callback(file.close)
        return file

    def sheet(self, path: str, table: Table) -> Sheet:
        """``table`` as a CSV file and in the database, empty."""
        file = self.csv(path, table)
        self.database.create(table)
        return Sheet(table, file, self.database)

    def table(self, path: str, table: Table, rows: Iterable[Row]) -> None:
        """``table`` as a CSV file and in the database, with all its rows and the indexes of its keys."""
        sheet = self.sheet(path, table)
        rows = iter(rows)
        while some := list(islice(rows, 1000)):
            sheet.add(some)
        sheet.file.close()
        self.database.index_keys(table)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that is written row by row, into its CSV file and the database."""

    table: Table
    file: CsvFile
    database: Database

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, values in the order of the table's columns."""
        held = list(rows)
        self.file.add(held)
        self.database.insert(self.table, held)

    def collect(self, record: Record) -> None:
        """Add the rows that the table makes of ``record``."""
        self.add(self.table.rows(record))
