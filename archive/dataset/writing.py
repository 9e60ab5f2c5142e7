"""Writes the files of a release that contain records, in one pass over the lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive.dataset import parquet, skos
from archive.dataset.database import Database
from archive.dataset.delimited import CsvFile
from archive.dataset.description import Dataset
from archive.dataset.draft import Draft, Part, Progress
from archive.dataset.huggingface import Configuration, Keys, of_lines, of_parquet
from archive.dataset.lines import Lines, dump, is_tombstone
from archive.dataset.lists import term_lists
from archive.dataset.parallel import ParallelTexts
from archive.dataset.schema import Field, record_fields, record_schema
from archive.dataset.searching import SearchIndex
from archive.dataset.stories import NAME as STORIES
from archive.dataset.story_tables import StoryTables
from archive.dataset.summary import Summary
from archive.dataset.tables import Table, flat_table, link_tables, main_table, select
from archive.dataset.translations import Translations, with_story
from archive.dataset.versions import HISTORY, HISTORY_PARQUET, Versions, history_schema, versions_table
from archive.dataset.withdrawn import withdrawn_rows, withdrawn_table


class Writer:
    """Writes the records of ``lines`` to the empty ``folder``."""

    def __init__(
        self, dataset: Dataset, lines: Lines, folder: Path, *, texts: bool, bom: bool, progress: Progress
    ) -> None:
        self.dataset = dataset
        self.lines = lines
        self.schema = record_schema(dataset, f"A line of {dataset.name}.jsonl", texts=texts)
        self.fields = record_fields(self.schema)
        self.translations = Translations(dataset)
        self.main = with_story(main_table(dataset, self.fields), dataset)
        self.links = [self.translations.table(table) for table in link_tables(dataset, self.fields)]
        self.summary = Summary(dataset, self.fields)
        self.lists = term_lists(dataset)
        self.stories: StoryTables | None = None
        self.versions = Versions(dataset, lines, self.fields)
        self.history_schema = history_schema(dataset, self.schema)
        # A tombstone may lack any field.
        self.history_fields = [replace(field, nullable=True) for field in record_fields(self.history_schema["then"])]
        self.withdrawn = 0
        """Number of records that are gone from their source."""
        stack = ExitStack()
        database = Database(folder / f"{dataset.name}.sqlite")
        stack.callback(database.discard)
        self.draft = Draft(folder, database, stack, texts, bom, progress, lines.files)

    def write(self) -> None:
        """Write everything."""
        name, draft = self.dataset.name, self.draft
        with draft.stack:
            draft.file(f"{name}.jsonl", "Items, present state, one JSON object per line: everything, nested")
            holders = {
                field: up for terms in self.lists if (up := terms.holders()) for field in terms.vocabulary.fields
            }
            notations = {field: terms.vocabulary.notations for terms in self.lists for field in terms.vocabulary.fields}
            texts, first = tuple(self.dataset.texts), self.dataset.first
            flat = flat_table(self.main, self.links, texts, holders, first, notations)
            draft.file(f"{name}.csv", flat.description)
            draft.file(f"{name}.sqlite", "All tables in one SQLite file, with full-text search")
            if parquet.installed():
                draft.file(f"{name}.parquet", "Items, present state, typed columns, nested")
            parts: list[Part] = [SearchIndex(self.dataset, draft)]
            if stories := self.dataset.stories:
                self.stories = StoryTables(self.dataset, stories, self.schema, holders, self.summary, draft)
                parts.append(self.stories)
                if self.dataset.parallel and draft.texts:
                    parts.append(ParallelTexts(self.dataset, stories, draft))
            parts += [part(draft) for part in self.dataset.parts]
            self._records(flat, parts)
            self._withdrawn()
            draft.table("tables/versions.csv", versions_table(self.dataset), self.versions.rows())
            self._vocabularies()
            for table in (self.main, *self.links):
                draft.database.index_keys(table)
            for field in filter(None, (self.dataset.language, self.dataset.date)):
                draft.database.index(name, field)
            for part in parts:
                part.finish()
            draft.database.close()
        self._history()
        table, rows = self.summary.coverage()
        file = draft.csv("tables/coverage.csv", table)
        file.add(rows)
        file.close()

    def configurations(self) -> list[Configuration]:
        """Return the files that can be loaded by name, the records first; available when all files are written."""
        dataset, stories, folder = self.dataset, self.stories, self.draft.folder
        keys = {name: names.union(stories.languages if stories else ()) for name, names in self.versions.keys.items()}
        files: list[tuple[str, Sequence[Field], parquet.Names, Keys]] = [
            (dataset.name, self.fields, dataset.value_names, keys)
        ]
        if stories:
            files.append((STORIES, stories.fields, stories.value_names, {"titles": stories.languages}))
        # The library fails on an empty file.
        if (folder / HISTORY).stat().st_size:
            files.append(("history", self.history_fields, dataset.value_names, keys))
        # All files have one format: the library reads them with one reader.
        if parquet.installed():
            return [
                Configuration(name, f"{name}.parquet", of_parquet(fields, pairs)) for name, fields, pairs, _ in files
            ]
        return [Configuration(name, f"{name}.jsonl", of_lines(fields, known)) for name, fields, _, known in files]

    def _records(self, flat: Table, parts: list[Part]) -> None:
        name, draft = self.dataset.name, self.draft
        draft.database.create(self.main, number=True)
        with ExitStack() as stack:
            stream = stack.enter_context((draft.folder / f"{name}.jsonl").open("wb"))
            sheets = [draft.csv(f"{name}.csv", flat)]
            links = [draft.sheet(f"tables/{table.name}.csv", table) for table in self.links]
            if draft.texts and self.dataset.texts:
                sheets.append(self._texts())
            collectors: list[Any] = [*sheets, *links, *self.lists, self.summary, *parts]
            if parquet.installed():
                arrow = parquet.ParquetFile(draft.folder / f"{name}.parquet", self.fields, self.dataset.value_names)
                stack.callback(arrow.close)
                collectors.append(arrow)
            total = sum(not self.lines.last(key).is_withdrawn for key in self.lines.keys)
            for done, (record, line) in enumerate(self.translations.of(self.lines.present())):
                if done % 100 == 0:
                    draft.progress("Writing tables", done, total)
                stream.write(line if draft.texts else dump(self._without_texts(record)))
                draft.database.insert(self.main, self.main.rows(record))
                for collector in collectors:
                    collector.collect(record)
            for file in (*sheets, *(link.file for link in links)):
                file.close()

    def _texts(self) -> CsvFile:
        description = "The texts, apart because a spreadsheet breaks cells of more than 32,767 characters"
        columns = [*self.main.key, *self.dataset.texts]
        table = select(self.main, columns, name=f"{self.main.name}_text", description=description)
        return self.draft.csv(f"tables/{table.name}.csv", table)

    def _withdrawn(self) -> None:
        rows = list(withdrawn_rows(self.dataset, self.lines))
        self.draft.table("tables/withdrawn.csv", withdrawn_table(self.dataset), rows)
        self.withdrawn = len(rows)

    def _vocabularies(self) -> None:
        for terms in self.lists:
            name = terms.vocabulary.name
            for table in (terms.table(), terms.within()):
                if table is not None:
                    rows = (row for term in terms.terms() for row in table.rows(term))
                    self.draft.table(f"vocabularies/{table.name}.csv", table, rows)
            file = self.draft.file(f"vocabularies/{name}.json", f"{terms.vocabulary.title} (other names, sources)")
            file.write_text(json.dumps(terms.document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            skos.write(terms, self.draft)
        self.draft.sections += skos.section(self.lists)

    def _history(self) -> None:
        present = f"`{self.dataset.name}.jsonl`"
        description = (
            f"What {present} does not have: earlier versions and gone items, in the order in which they were stored"
        )
        with ExitStack() as stack:
            stream = stack.enter_context(self.draft.file(HISTORY, description).open("wb"))
            arrow = None
            if parquet.installed():
                path = self.draft.file(HISTORY_PARQUET, f"The same as `{HISTORY}`, typed columns, nested")
                arrow = parquet.ParquetFile(path, self.history_fields, self.dataset.value_names)
                stack.callback(arrow.close)
            for record, line in self.lines.past():
                is_unchanged = self.draft.texts or (
                    is_tombstone(record) and not any(name in record for name in self.dataset.texts)
                )
                stream.write(line if is_unchanged else dump(self._without_texts(record)))
                if arrow:
                    arrow.collect(record)

    def _without_texts(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if name not in self.dataset.texts}
