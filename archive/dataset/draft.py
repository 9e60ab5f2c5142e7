"""A release while it is written: all parts add their files and tables to it."""

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
"""Called with (step, records done, records in total); (0, 0) in a step without a count."""


class Part(Protocol):
    """Files and tables of a release that are made from its records; created with the :class:`Draft` to write to."""

    def collect(self, record: Record) -> None:
        """Take one present record; they come in the order of the dataset."""

    def finish(self) -> None:
        """Write the rest. All records and vocabularies are in the database by now."""


@dataclass(slots=True)
class Draft:
    """The folder of a release before it is moved into its place.

    All files named here are listed in the card, the data package and the checksums, in the order of naming.
    """

    folder: Path
    database: Database
    stack: ExitStack
    """Closes all open files after the records are written, or when writing fails."""

    texts: bool
    """Whether the release contains the texts themselves."""

    bom: bool
    """Whether CSV files start with a byte order mark."""

    progress: Progress
    cited: Set[str] = frozenset()
    """Names of the WARC files that any line cites."""

    descriptions: dict[str, str] = field(default_factory=dict)
    """Path relative to the release -> content of the file, in words."""

    packages: list[str] = field(default_factory=list)
    """File names of the packages that contain all these WARC files."""

    tables: dict[str, Table] = field(default_factory=dict)
    """Path of a CSV file -> its columns."""

    sections: list[tuple[str, str]] = field(default_factory=list)
    """(heading, Markdown) of the sections that the parts add to the card."""

    def file(self, path: str, description: str) -> Path:
        """Return the path at which to write the file ``path`` (relative, with ``/``); its folder is created."""
        self.descriptions[path] = description
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        return target

    def csv(self, path: str, table: Table) -> CsvFile:
        """Return a new CSV file, which is closed with the draft."""
        target = self.file(path, table.description)
        self.tables[path] = table
        file = CsvFile(target, table, bom=self.bom)
        self.stack.callback(file.close)
        return file

    def sheet(self, path: str, table: Table) -> Sheet:
        """Create the empty ``table`` as a CSV file and in the database."""
        file = self.csv(path, table)
        self.database.create(table)
        return Sheet(table, file, self.database)

    def table(self, path: str, table: Table, rows: Iterable[Row]) -> None:
        """Write ``table`` as a CSV file and into the database, with all its rows and the indexes of its keys."""
        sheet = self.sheet(path, table)
        rows = iter(rows)
        while batch := list(islice(rows, 1000)):
            sheet.add(batch)
        sheet.file.close()
        self.database.index_keys(table)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that is written row by row to its CSV file and the database."""

    table: Table
    file: CsvFile
    database: Database

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, values in the order of the table's columns."""
        batch = list(rows)
        self.file.add(batch)
        self.database.insert(self.table, batch)

    def collect(self, record: Record) -> None:
        """Add the rows of ``record``."""
        self.add(self.table.rows(record))
