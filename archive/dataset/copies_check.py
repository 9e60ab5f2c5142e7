"""Checks that a table has the same content in all its formats: CSV, JSON lines, SQLite and Parquet."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count, islice
from pathlib import Path

from archive.dataset.citations import Citations
from archive.dataset.findings import MOST_LISTED, Problem, Verified, counted_rows
from archive.dataset.untrusted import LONGEST_LINE, CsvSheet, RowSum, reached

_LEAST_STEPS, _STEPS_OF_A_BYTE, _STEPS_AT_ONCE = 10_000_000, 32, 100_000
"""Steps of SQLite's virtual machine; to check and read a byte of an undamaged file, it takes fewer than 10."""
_COMPUTED = """
    SELECT one.name, 'a column' FROM sqlite_master one, pragma_table_xinfo(one.name) field
    WHERE one.type = 'table' AND one.sql NOT LIKE 'CREATE VIRTUAL%' AND field.hidden IN (2, 3)
    UNION ALL
    SELECT one.name, 'an index'
    FROM sqlite_master one, pragma_index_list(one.name) made, pragma_index_xinfo(made.name) field
    WHERE one.type = 'table' AND one.sql NOT LIKE 'CREATE VIRTUAL%' AND (field.cid = -2 OR made.partial)
    LIMIT 1"""


class Copies:
    """Checks the files of the release in the folder ``release`` that are copies of the tables ``sheets``.

    Args:
        found: path of each file that may be read -> (size, digest).
        citations: stores the citations in the JSON lines.
    """

    def __init__(
        self,
        release: Path,
        sheets: list[CsvSheet],
        found: Mapping[str, tuple[int, str]],
        citations: Citations,
        verified: Verified,
    ) -> None:
        self._release, self._sheets, self._found = release, sheets, found
        self._citations, self._verified = citations, verified

    def problems(self) -> Iterator[Problem]:
        """Yield the differences."""
        by_path = {sheet.path: sheet for sheet in self._sheets}
        for path in self._found:
            stem, _, suffix = path.rpartition(".")
            twin = by_path.get(f"{stem}.csv")
            if suffix == "jsonl":
                yield from self._json_lines(path, twin)
            elif suffix == "sqlite":
                yield from self._sqlite(path)
            elif suffix == "parquet" and twin:
                yield from self._parquet(path, twin)

    def _json_lines(self, path: str, twin: CsvSheet | None) -> Iterator[Problem]:
        total, rows = RowSum(), 0
        stream = reached(self._release, path)
        with stream:
            while line := stream.readline(LONGEST_LINE):
                rows += 1
                try:
                    record = json.loads(line) if line.endswith(b"\n") else None
                except (ValueError, RecursionError):
                    record = None
                if not isinstance(record, dict):
                    yield Problem(path, "table-syntax", f"line {rows} is not a JSON object")
                    return
                where = record["warc"] if isinstance(record.get("warc"), dict) else {}
                if where:
                    yield from self._citations.note(where, where.get("file"), f"{path}, line {rows}")
                if twin:
                    flat = {f"warc_{name}": value for name, value in where.items()}
                    total.add(_text({**flat, **record}.get(name)) for name in twin.compared)
        if twin and (rows, total.value) != (twin.rows, twin.sum):
            yield _differs(path, rows, twin)

    def _sqlite(self, path: str) -> Iterator[Problem]:
        reached(self._release, path).close()
        try:
            with _opened(self._release / path, self._found[path][0]) as db:
                # The computation of a row may never end. A release has no such columns, indexes or rules.
                for table, words in db.execute(_COMPUTED):
                    yield Problem(path, "sqlite", f"{words} of table {table[:100]} is computed: the file is not read")
                    return
                for (words,) in db.execute(f"PRAGMA integrity_check({MOST_LISTED})"):
                    if words != "ok":
                        yield Problem(path, "sqlite", str(words)[:200])
                for table, _, parent, _ in islice(db.execute("PRAGMA foreign_key_check"), MOST_LISTED):
                    yield Problem(path, "reference", f"a row of {table} refers to a row of {parent} that is not there")
                tables = {
                    name: sql or ""
                    for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
                }
                main = next((sheet for sheet in self._sheets if f"{sheet.name}.sqlite" == path), None)
                if main and main.name not in tables:
                    yield Problem(path, "sqlite", f"there is no table {main.name}")
                for sheet in self._sheets:
                    # The texts are in the main table; the coverage is in no table of the database.
                    if sheet.name in tables and not re.match(r"(?i)\s*CREATE\s+VIRTUAL", tables[sheet.name]):
                        yield from self._copy(path, db, sheet)
        except sqlite3.Error as error:
            yield Problem(path, "sqlite", str(error))

    def _copy(self, path: str, db: sqlite3.Connection, sheet: CsvSheet) -> Iterator[Problem]:
        total, rows = RowSum(), 0
        columns = ", ".join(map(_quoted, sheet.compared))
        for row in db.execute(f"SELECT {columns} FROM {_quoted(sheet.name)}"):  # noqa: S608
            rows += 1
            total.add(map(_text, row))
        if (rows, total.value) != (sheet.rows, sheet.sum):
            yield _differs(f"{path}, table {sheet.name}", rows, sheet)

    def _parquet(self, path: str, twin: CsvSheet) -> Iterator[Problem]:
        try:
            from pyarrow import ArrowException
            from pyarrow.parquet import ParquetFile as Parquet
        except ImportError:
            self._verified.notes.append(f"{path} was not read: pyarrow is not installed")
            return
        try:
            with reached(self._release, path) as stream, Parquet(stream) as file:
                rows = file.metadata.num_rows
        except (ArrowException, OSError) as error:
            yield Problem(path, "table-syntax", str(error)[:200])
            return
        if rows != twin.rows:
            yield _differs(path, rows, twin)


@contextmanager
def _opened(path: Path, size: int) -> Iterator[sqlite3.Connection]:
    """Open a database read-only, with limits on time and size; nothing that its schema defines is trusted."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        db.text_factory = lambda data: data.decode("utf-8", "replace")
        if sys.version_info >= (3, 11):
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_LINE)
        steps_left = count(_LEAST_STEPS + _STEPS_OF_A_BYTE * size, -_STEPS_AT_ONCE)
        db.set_progress_handler(lambda: next(steps_left) < 0, _STEPS_AT_ONCE)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "ignore_check_constraints = ON"):
            db.execute(f"PRAGMA {pragma}")
        yield db


def _text(value: object) -> str:
    """Return a value of JSON or SQLite as in a CSV cell."""
    return "" if value is None else str(value)


def _differs(path: str, rows: int, sheet: CsvSheet) -> Problem:
    same = "with other keys or citations" if rows == sheet.rows else f"not {sheet.rows}"
    return Problem(path, "copies-differ", f"{counted_rows(rows)}, {same}, as in {sheet.path}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
