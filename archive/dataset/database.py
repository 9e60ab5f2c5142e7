"""Writes tables into one SQLite file, with types, foreign keys and a full-text index. Equal rows give equal bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from archive.dataset.fulltext import FullText
from archive.dataset.tables import Column, Row, Table

_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}

_MOST_HELD = 200
"""Rows of a table."""


class Database:
    """A new SQLite file.

    A table with a full-text index has a column ``fts_row`` besides, its last: the number that the index knows a row by.
    It is a column of its own because a rowid that no column declares may change with VACUUM, and because a table whose
    primary key is the number would not be known by its key: Datasette and others make their links of the primary key.
    """

    def __init__(self, path: Path) -> None:
        self.tables: list[Table] = []
        """Those that were made, in their order."""
        self._numbers: dict[str, Iterator[int]] = {}
        self._inserts: dict[str, str] = {}
        self._held: dict[str, list[Row]] = {}
        """Table -> rows that are still to be written: many at once take half the time."""
        self._db = sqlite3.connect(path, isolation_level=None)
        # A journal would leave its mark in the file's header; the file is new, and is thrown away when this fails.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "page_size=4096", "encoding='UTF-8'"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._full_text: FullText | None = None

    def create(self, table: Table, *, number: bool = False) -> None:
        """Make ``table``, empty; with ``number`` its rows are numbered from 1, for a full-text index."""
        self.tables.append(table)
        columns = [_column(column) for column in table.columns]
        if number:
            columns.append("fts_row INTEGER NOT NULL UNIQUE")
            self._numbers[table.name] = count(1)
        key = ", ".join(map(quoted, table.key))
        columns.append(f"PRIMARY KEY ({key})")
        columns += [
            f"FOREIGN KEY ({quoted(key.column)}) REFERENCES {quoted(key.table)} ({quoted(key.of)})"
            for key in table.foreign_keys
        ]
        rowid = "" if number else " WITHOUT ROWID"
        self._held[table.name] = []
        marks = ", ".join("?" * (len(table.columns) + number))
        self._inserts[table.name] = f"INSERT INTO {quoted(table.name)} VALUES ({marks})"  # noqa: S608
        self._db.execute(f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(columns) + f"\n){rowid}")

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, values in the order of the table's columns."""
        if numbers := self._numbers.get(table.name):
            rows = ((*row, number) for row, number in zip(rows, numbers, strict=False))
        held = self._held[table.name]
        held += rows
        if numbers or len(held) >= _MOST_HELD:  # a record that does not fit is to be told before others meet it
            self._write(table.name)

    def _write(self, table: str) -> None:
        self._db.executemany(self._inserts[table], self._held[table])
        self._held[table].clear()

    def view(self, name: str, query: str) -> None:
        """Make the view ``name`` of ``query``, in which names are :func:`quoted` and texts :func:`literal`."""
        self._db.execute(f"CREATE VIEW {quoted(name)} AS {query}")

    def index_keys(self, table: Table) -> None:
        """Index the foreign keys of ``table`` that its own key does not serve."""
        self._write(table.name)
        for foreign in table.foreign_keys:
            if foreign.column != table.key[0]:
                index = quoted(f"{table.name}_{foreign.column}")
                self._db.execute(f"CREATE INDEX {index} ON {quoted(table.name)} ({quoted(foreign.column)})")

    def index(self, table: str, column: str) -> None:
        """Index ``column``, which people filter by."""
        self._write(table)
        self._db.execute(f"CREATE INDEX {quoted(f'{table}_{column}')} ON {quoted(table)} ({quoted(column)})")

    @property
    def full_text(self) -> FullText:
        """The full-text indexes; with the table of words, which is there from the first time that this is asked for."""
        if self._full_text is None:
            self._full_text = FullText(self._db)
        return self._full_text

    def close(self) -> None:
        """Finish the file.

        Raises:
            sqlite3.IntegrityError: a foreign key names a row that is not there.
        """
        with closing(self._db):
            for table in self._held:
                self._write(table)
            if self._full_text is not None:
                self._full_text.finish()
            broken = self._db.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise sqlite3.IntegrityError(f"table {broken[0]}: a row refers to a missing row of table {broken[2]}")
            self._db.execute("COMMIT")

    def discard(self) -> None:
        """Let go of a file that is not to be finished."""
        self._db.close()


def _column(column: Column) -> str:
    return f"{quoted(column.name)} {_TYPES.get(column.kind, 'TEXT')}{'' if column.nullable else ' NOT NULL'}"


def quoted(name: str) -> str:
    """``name`` as SQL names it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a value in SQL."""
    return "'" + text.replace("'", "''") + "'"
