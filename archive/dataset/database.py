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

_BATCH_SIZE = 200
"""Rows of a table that are written at once."""


class Database:
    """A new SQLite file.

    A table with a full-text index has a last column ``fts_row``: the number of the row in the index. It is an explicit
    column because an undeclared rowid may change with VACUUM. It is not the primary key because Datasette and others
    make their links from the primary key.
    """

    def __init__(self, path: Path) -> None:
        self.tables: list[Table] = []
        """The tables created, in order."""
        self._numbers: dict[str, Iterator[int]] = {}
        self._inserts: dict[str, str] = {}
        self._pending: dict[str, list[Row]] = {}
        """Table -> rows that are not written yet: writing many at once takes half the time."""
        self._db = sqlite3.connect(path, isolation_level=None)
        # A journal would leave a trace in the file's header. The file is new, and is discarded when this fails.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "page_size=4096", "encoding='UTF-8'"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._full_text: FullText | None = None

    def create(self, table: Table, *, number: bool = False) -> None:
        """Create the empty ``table``; with ``number`` its rows are numbered from 1, for a full-text index."""
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
        self._pending[table.name] = []
        marks = ", ".join("?" * (len(table.columns) + number))
        self._inserts[table.name] = f"INSERT INTO {quoted(table.name)} VALUES ({marks})"  # noqa: S608
        self._db.execute(f"CREATE TABLE {quoted(table.name)} (\n  " + ",\n  ".join(columns) + f"\n){rowid}")

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, values in the order of the table's columns."""
        if numbers := self._numbers.get(table.name):
            rows = ((*row, number) for row, number in zip(rows, numbers, strict=False))
        pending = self._pending[table.name]
        pending += rows
        if numbers or len(pending) >= _BATCH_SIZE:  # report a record that does not fit before others follow
            self._write(table.name)

    def _write(self, table: str) -> None:
        self._db.executemany(self._inserts[table], self._pending[table])
        self._pending[table].clear()

    def view(self, name: str, query: str) -> None:
        """Create the view ``name`` of ``query``, in which names are :func:`quoted` and texts :func:`literal`."""
        self._db.execute(f"CREATE VIEW {quoted(name)} AS {query}")

    def index_keys(self, table: Table) -> None:
        """Index the foreign keys of ``table``, except one that starts its primary key."""
        self._write(table.name)
        for foreign in table.foreign_keys:
            if foreign.column != table.key[0]:
                index = quoted(f"{table.name}_{foreign.column}")
                self._db.execute(f"CREATE INDEX {index} ON {quoted(table.name)} ({quoted(foreign.column)})")

    def index(self, table: str, column: str) -> None:
        """Index ``column``, for queries that filter by it."""
        self._write(table)
        self._db.execute(f"CREATE INDEX {quoted(f'{table}_{column}')} ON {quoted(table)} ({quoted(column)})")

    @property
    def full_text(self) -> FullText:
        """The full-text indexes; the first access creates the table of words."""
        if self._full_text is None:
            self._full_text = FullText(self._db)
        return self._full_text

    def close(self) -> None:
        """Finish the file.

        Raises:
            sqlite3.IntegrityError: a foreign key refers to a missing row.
        """
        with closing(self._db):
            for table in self._pending:
                self._write(table)
            if self._full_text is not None:
                self._full_text.finish()
            broken = self._db.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise sqlite3.IntegrityError(f"table {broken[0]}: a row refers to a missing row of table {broken[2]}")
            self._db.execute("COMMIT")

    def discard(self) -> None:
        """Close the file without finishing it."""
        self._db.close()


def _column(column: Column) -> str:
    return f"{quoted(column.name)} {_TYPES.get(column.kind, 'TEXT')}{'' if column.nullable else ' NOT NULL'}"


def quoted(name: str) -> str:
    """Return ``name`` quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
