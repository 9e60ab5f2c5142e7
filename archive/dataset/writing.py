"""The files of a release that hold records: all written in one pass over the lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.dataset import parquet
from archive.dataset.database import Database
from archive.dataset.delimited import CsvFile
from archive.dataset.description import Dataset
from archive.dataset.lines import Lines, dump, is_tombstone
from archive.dataset.lists import TermList, term_lists
from archive.dataset.schema import record_fields, record_schema
from archive.dataset.summary import Summary
from archive.dataset.tables import Row, Table, flat_table, link_tables, main_table, select
from archive.dataset.withdrawn import withdrawn_rows, withdrawn_table

Progress = Callable[[str, int, int], None]
"""Is told what is done, and how many of how many records are; (0, 0) where nothing is counted."""


@dataclass(slots=True)
class Written:
    """What was written, in the order in which the README names it."""

    schema: dict[str, Any]
    """Of the records."""

    summary: Summary
    lists: list[TermList]
    descriptions: dict[str, str] = field(default_factory=dict)
    """Path relative to the release -> what the file holds."""

    tables: dict[str, Table] = field(default_factory=dict)
    """Path of a CSV file -> its columns."""

    withdrawn: int = 0


class Writer:
    """Writes the records of ``lines`` into ``folder``, which is empty."""

    def __init__(
        self, dataset: Dataset, lines: Lines, folder: Path, *, texts: bool, bom: bool, progress: Progress
    ) -> None:
        self.dataset = dataset
        self.lines = lines
        self.folder = folder
        self.texts = texts
        self.bom = bom
        self.progress = progress
        self.schema = record_schema(dataset, f"A line of {dataset.name}.jsonl", texts=texts)
        self.fields = record_fields(self.schema)
        self.main = main_table(dataset, self.fields)
        self.links = link_tables(dataset, self.fields)
        self.written = Written(self.schema, Summary(dataset, self.fields), term_lists(dataset))

    def write(self) -> Written:
        """Write everything."""
        self._add(f"{self.dataset.name}.jsonl", "Items, present state, one JSON object per line: everything, nested")
        holders = {name: up for one in self.written.lists if (up := one.holders()) for name in one.vocabulary.fields}
        flat = flat_table(self.main, self.links, tuple(self.dataset.texts), holders)
        self._add(f"{self.dataset.name}.csv", flat.description, flat)
        self._add(f"{self.dataset.name}.sqlite", "All tables in one SQLite file, with full-text search")
        if parquet.installed():
            self._add(f"{self.dataset.name}.parquet", "Items, present state, typed columns, nested")
        self._add("history.jsonl", "All versions of all items, and what is gone, in the order in which they were met")
        for name in ("tables", "vocabularies"):
            (self.folder / name).mkdir()
        with ExitStack() as stack:
            database = Database(self.folder / f"{self.dataset.name}.sqlite")
            stack.callback(database.discard)
            self._records(database, flat)
            self._withdrawn(database)
            self._vocabularies(database)
            for table in self.links:
                database.index_keys(table)
            present = [column.name for column in self.main.columns]
            database.index_text(self.main.name, [name for name in self.dataset.searched if name in present])
            database.close()
        self._history()
        table, rows = self.written.summary.coverage()
        self._csv("tables/coverage.csv", table, rows)
        return self.written

    def _records(self, database: Database, flat: Table) -> None:
        tables = [*self.links]
        if self.texts and self.dataset.texts:
            names = [*self.main.key, *self.dataset.texts]
            said = "The texts, apart because a spreadsheet breaks cells of more than 32,767 characters"
            tables.append(select(self.main, names, name=f"{self.main.name}_text", description=said))
        database.create(self.main, number=True)
        for table in self.links:
            database.create(table)
        with ExitStack() as stack:
            stream = stack.enter_context((self.folder / f"{self.dataset.name}.jsonl").open("wb"))
            files = []
            for path, table in (
                (f"{self.dataset.name}.csv", flat),
                *((f"tables/{table.name}.csv", table) for table in tables),
            ):
                self._add(path, table.description, table)
                files.append(CsvFile(self.folder / path, table, bom=self.bom))
                stack.callback(files[-1].close)
            arrow = None
            if parquet.installed():
                file_name = f"{self.dataset.name}.parquet"
                arrow = parquet.ParquetFile(self.folder / file_name, self.fields, self.dataset.value_names)
                stack.callback(arrow.close)
            total = sum(not last.is_withdrawn for last in self.lines.last.values())
            for done, (record, line) in enumerate(self.lines.present()):
                if done % 100 == 0:
                    self.progress("Writing tables", done, total)
                stream.write(line if self.texts else dump(self._without_texts(record)))
                for file in files:
                    file.add(file.table.rows(record))
                for table in (self.main, *self.links):
                    database.insert(table, table.rows(record))
                if arrow:
                    arrow.add(record)
                for one in self.written.lists:
                    one.collect(record)
                self.written.summary.collect(record)

    def _withdrawn(self, database: Database) -> None:
        table = withdrawn_table(self.dataset)
        rows = list(withdrawn_rows(self.dataset, self.lines))
        self._csv("tables/withdrawn.csv", table, rows)
        database.create(table)
        database.insert(table, rows)
        self.written.withdrawn = len(rows)

    def _vocabularies(self, database: Database) -> None:
        for one in self.written.lists:
            name = one.vocabulary.name
            for table in (one.table(), one.within()):
                if table is None:
                    continue
                rows = [row for term in one.terms() for row in table.rows(term)]
                self._csv(f"vocabularies/{table.name}.csv", table, rows)
                database.create(table)
                database.insert(table, rows)
                database.index_keys(table)
            self._add(f"vocabularies/{name}.json", f"{one.vocabulary.title} (other names, sources)")
            text = json.dumps(one.document(), ensure_ascii=False, indent=1)
            (self.folder / "vocabularies" / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def _history(self) -> None:
        with (self.folder / "history.jsonl").open("wb") as stream:
            for record, line in self.lines.all():
                whole = self.texts or (is_tombstone(record) and not any(name in record for name in self.dataset.texts))
                stream.write(line if whole else dump(self._without_texts(record)))

    def _csv(self, path: str, table: Table, rows: Iterable[Row]) -> None:
        self._add(path, table.description, table)
        file = CsvFile(self.folder / path, table, bom=self.bom)
        try:
            file.add(rows)
        finally:
            file.close()

    def _add(self, path: str, description: str, table: Table | None = None) -> None:
        self.written.descriptions[path] = description
        if table:
            self.written.tables[path] = table

    def _without_texts(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if name not in self.dataset.texts}
