"""Checks the tables of a release (CSV files): their values, their keys, and the references between them."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from archive.dataset.citations import Citations
from archive.dataset.delimited import unguard
from archive.dataset.findings import MOST_LISTED, Problem, Verified, counted_rows
from archive.dataset.untrusted import CsvSheet, RowSum, csv_rows, ill_formed, reached
from archive.errors import ArchiveError


class Tables:
    """Checks the ``sheets`` of the release in the folder ``release``; ``db`` stores the values of keys."""

    def __init__(
        self, release: Path, sheets: list[CsvSheet], db: sqlite3.Connection, citations: Citations, verified: Verified
    ) -> None:
        self._release, self._sheets, self._db = release, sheets, db
        self._citations, self._verified = citations, verified

    def problems(self) -> Iterator[Problem]:
        """Yield the problems of the tables, and store their citations."""
        for sheet in self._sheets:
            yield from self._table(sheet)
        for sheet in self._sheets:
            yield from self._references(sheet)

    def _table(self, sheet: CsvSheet) -> Iterator[Problem]:
        """Read a CSV file once: check its values and key, store its citations and the columns that keys need."""
        stored = self._needed(sheet)
        columns = ", ".join(f"{sheet.column(name)} TEXT" for name in stored) or "nothing TEXT"
        self._db.execute(f"CREATE TABLE {sheet.staged} ({columns})")
        insert = f"INSERT INTO {sheet.staged} VALUES ({', '.join('?' for _ in stored)})"  # noqa: S608
        total, compared = RowSum(), sheet.compared
        invalid = 0
        try:
            with csv_rows(reached(self._release, sheet.path)) as rows:
                header = next(rows, [])
                if header != [*sheet.columns]:
                    yield Problem(sheet.path, "table-syntax", "its columns are not those of its schema")
                    return
                for cells in rows:
                    sheet.rows += 1
                    if len(cells) != len(header):
                        words = f"row {sheet.rows} has {len(cells)} cells, not {len(header)}"
                        yield Problem(sheet.path, "table-syntax", words)
                        return
                    row = dict(zip(header, map(unguard, cells), strict=True))
                    for name in ill_formed(sheet, row):
                        invalid += 1
                        if invalid <= MOST_LISTED:
                            words = f"row {sheet.rows}: {row[name][:40]!r} in {name} is no {sheet.columns[name]}"
                            yield Problem(sheet.path, "table-syntax", words)
                    if stored:
                        self._db.execute(insert, [row[name] for name in stored])
                    total.add(row[name] for name in compared)
                    yield from self._citations.note_row(sheet, row)
        except (csv.Error, UnicodeDecodeError, ArchiveError) as error:
            yield Problem(sheet.path, "table-syntax", str(error))
        self._verified.rows += sheet.rows
        sheet.sum = total.value
        yield from self._key(sheet)

    def _needed(self, sheet: CsvSheet) -> list[str]:
        """Return the columns of ``sheet`` that are needed to check keys and citations."""
        wanted = {*sheet.key, *(column for column, _, _ in sheet.references)}
        for other in self._sheets:
            wanted |= {of for _, table, of in other.references if table == sheet.name}
        if sheet.name == "warc_files":
            wanted |= {"name", "bytes", "sha256", "first_date", "last_date"}
        if sheet.name == "packages":
            wanted |= {"name", "bytes", "sha256"}
        return [name for name in sheet.columns if name in wanted]

    def _key(self, sheet: CsvSheet) -> Iterator[Problem]:
        if not sheet.key or not sheet.rows:
            return
        key = ", ".join(map(sheet.column, sheet.key))
        (count,) = self._db.execute(f"SELECT count(*) FROM {sheet.staged} WHERE '' IN ({key})").fetchone()  # noqa: S608
        if count:
            yield Problem(sheet.path, "key", f"{counted_rows(count)} without {', '.join(sheet.key)}")
        self._db.execute(f"CREATE INDEX {sheet.staged}_key ON {sheet.staged} ({key})")
        duplicates = f"FROM {sheet.staged} GROUP BY {key} HAVING count(*) > 1 LIMIT {MOST_LISTED}"
        for *values, count in self._db.execute(f"SELECT {key}, count(*) {duplicates}"):
            yield Problem(sheet.path, "key", f"{', '.join(values)[:200]} stands in {count} rows")

    def _references(self, sheet: CsvSheet) -> Iterator[Problem]:
        sheets = {other.name: other for other in self._sheets}
        for column, table, of in sheet.references:
            if table not in sheets or column not in sheet.columns or of not in sheets[table].columns:
                yield Problem(sheet.path, "reference", f"{column} refers to {table}, {of}, which is not there")
                continue
            parent, child, to = sheets[table].staged, sheet.column(column), sheets[table].column(of)
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {parent}_{to} ON {parent} ({to})")
            among = f"(SELECT 1 FROM {parent} other WHERE other.{to} = one.{child})"  # noqa: S608
            lost = f"FROM {sheet.staged} one WHERE one.{child} != '' AND NOT EXISTS {among}"
            (count,) = self._db.execute(f"SELECT count(*) {lost}").fetchone()
            if count:
                (example,) = self._db.execute(f"SELECT one.{child} {lost} LIMIT 1").fetchone()
                words = f"{counted_rows(count)} whose {column} is in no row of {table}: {example[:100]}"
                yield Problem(sheet.path, "reference", words)
