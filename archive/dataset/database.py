"""Tables as one SQLite file: typed, with foreign keys and a full-text index; the same rows give the same bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from archive.dataset.tables import Column, Row, Table

_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}


class Database:
    """A new SQLite file.

    The main table has a column ``fts_row`` besides, the row number that the full-text index refers to.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        # A journal would leave its mark in the file's header; the file is new, and is thrown away when this fails.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "page_size=4096", "encoding='UTF-8'"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")

    def create(self, table: Table, *, number: bool = False) -> None:
        """Make ``table``, empty; with ``number`` as the main table."""
        columns = [_column(column) for column in table.columns]
        key = ", ".join(map(_name, table.key))
        columns = ["fts_row INTEGER PRIMARY KEY", *columns, f"UNIQUE ({key})"] if number else columns
        columns += [] if number else [f"PRIMARY KEY ({key})"]
        columns += [
            f"FOREIGN KEY ({_name(key.column)}) REFERENCES {_name(key.table)} ({_name(key.of)})"
            for key in table.foreign_keys
        ]
        rowid = "" if number else " WITHOUT ROWID"
        self._db.execute(f"CREATE TABLE {_name(table.name)} (\n  " + ",\n  ".join(columns) + f"\n){rowid}")

    def insert(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, values in the order of the table's columns."""
        names = ", ".join(_name(column.name) for column in table.columns)
        marks = ", ".join("?" for _ in table.columns)
        self._db.executemany(f"INSERT INTO {_name(table.name)} ({names}) VALUES ({marks})", rows)  # noqa: S608

    def index_keys(self, table: Table) -> None:
        """Index the foreign keys of ``table`` that its own key does not serve."""
        for foreign in table.foreign_keys:
            if foreign.column != table.key[0]:
                index = _name(f"{table.name}_{foreign.column}")
                self._db.execute(f"CREATE INDEX {index} ON {_name(table.name)} ({_name(foreign.column)})")

    def index_text(self, table: str, columns: Sequence[str]) -> None:
        """Full-text index ``<table>_fts`` (FTS5) over ``columns``: ``WHERE <table>_fts MATCH ...``."""
        names = ", ".join(map(_name, columns))
        self._db.execute(
            f"CREATE VIRTUAL TABLE {_name(table + '_fts')} USING fts5({names}, content={_name(table)}, "
            "content_rowid='fts_row', tokenize='unicode61 remove_diacritics 2')"
        )
        self._db.execute(f"INSERT INTO {_name(table + '_fts')} ({_name(table + '_fts')}) VALUES ('rebuild')")  # noqa: S608

    def close(self) -> None:
        """Finish the file.

        Raises:
            sqlite3.IntegrityError: a foreign key names a row that is not there.
        """
        with closing(self._db):
            broken = self._db.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise sqlite3.IntegrityError(f"table {broken[0]}: a row refers to table {broken[2]} in vain")
            self._db.execute("COMMIT")

    def discard(self) -> None:
        """Let go of a file that is not to be finished."""
        self._db.close()


def _column(column: Column) -> str:
    return f"{_name(column.name)} {_TYPES.get(column.kind, 'TEXT')}{'' if column.nullable else ' NOT NULL'}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
