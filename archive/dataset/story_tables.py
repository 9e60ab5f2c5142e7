"""Writes stories as files and tables of a release: ``stories.*``, their linked tables, and a view for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archive.dataset import parquet
from archive.dataset.database import literal, quoted
from archive.dataset.description import Dataset, Stories
from archive.dataset.draft import Draft
from archive.dataset.lines import dump
from archive.dataset.schema import Field, record_fields
from archive.dataset.stories import NAME, story, story_id, story_schema, voices
from archive.dataset.summary import Summary
from archive.dataset.tables import SEPARATOR, Column, Record, Row, Table, flat_table, link_tables, main_table, select

VIEW = "stories_view"

MOST_LANGUAGES = 50
"""Columns of titles, those of the most frequent languages: pages may state any language, SQLite allows 2000 columns."""


class StoryTables:
    """The part of a release that contains the stories: ``stories.*``, their linked tables and a view."""

    def __init__(
        self,
        dataset: Dataset,
        stories: Stories,
        schema: Mapping[str, Any],
        holders: Mapping[str, Mapping[str, list[str]]],
        summary: Summary,
        draft: Draft,
    ) -> None:
        self._dataset, self._stories, self._draft, self._holders = dataset, stories, draft, holders
        self._summary = summary
        self.schema = story_schema(dataset, stories, schema)
        self.fields: tuple[Field, ...] = record_fields(self.schema)
        self.languages: list[str] = []
        """Languages of all voices, sorted; known at the end."""
        self._shown: list[str] = []
        """Languages with a column of titles."""
        self._language_counts: Counter[str] = Counter()
        self._members: list[Record] = []
        """Records of the current story, without their texts."""
        self._needed = [name for name in schema["properties"] if name not in {*dataset.texts, *dataset.provenance}]
        draft.file(f"{NAME}.csv", "Stories, one row each: for spreadsheets")
        self._path = draft.file(f"{NAME}.jsonl", "Stories, one JSON object per line: one story in all its languages")
        self._stream = self._path.open("wb")
        draft.stack.callback(self._stream.close)
        self.value_names = {"titles": ("language", "title")}
        self._arrow: parquet.ParquetFile | None = None
        if parquet.installed():
            path = draft.file(f"{NAME}.parquet", "Stories, typed columns, nested")
            self._arrow = parquet.ParquetFile(path, self.fields, self.value_names)
            draft.stack.callback(self._arrow.close)

    def collect(self, record: Record) -> None:
        """Take one present record; its story is written when the first record of the next story comes."""
        is_next = self._members and self._id(record) != self._id(self._members[0])
        if is_next:
            self._write()
        self._members.append({name: record[name] for name in self._needed if name in record})

    def _id(self, record: Record) -> str:
        return story_id(record, self._dataset, self._stories)

    def _write(self) -> None:
        self._summary.collect_story(voices(self._members, self._stories, str(self._dataset.language)) or self._members)
        line = story(self._members, self._dataset, self._stories)
        self._members = []
        line = {field.name: line[field.name] for field in self.fields}
        self._language_counts.update(line["languages"])
        self._stream.write(dump(line))
        if self._arrow:
            self._arrow.collect(line)

    def finish(self) -> None:
        """Write the tables: the languages, which become columns, are known only now."""
        if self._members:
            self._write()
        self._stream.close()
        self.languages = sorted(self._language_counts)
        by_frequency = sorted(self.languages, key=lambda code: -self._language_counts[code])
        self._shown = sorted(by_frequency[:MOST_LANGUAGES])
        database = self._draft.database
        dataset = replace(self._dataset, name=NAME, key="id", value_names=self.value_names, first=(), provenance=())
        # The items name their story; the languages are those of its titles. Neither needs a linked table.
        links = link_tables(dataset, [field for field in self.fields if field.name not in ("languages", "items")])
        main = replace(main_table(dataset, self.fields), description="Stories, one row each")
        database.create(main)
        wide = self._draft.csv(f"{NAME}.csv", self._wide(main, links))
        sheets = [self._draft.sheet(f"tables/{table.name}.csv", table) for table in links]
        with self._path.open("rb") as stream:
            for text in stream:
                told_line = json.loads(text)
                wide.collect(told_line)
                database.insert(main, main.rows(told_line))
                for sheet in sheets:
                    sheet.collect(told_line)
        for file in (wide, *(sheet.file for sheet in sheets)):
            file.close()
        for table in links:
            database.index_keys(table)
        for name in filter(None, ("source_language", self._dataset.date)):
            database.index(NAME, name)
        database.view(VIEW, self._readable(main, links))

    def _wide(self, main: Table, links: list[Table]) -> Table:
        """Return the table for spreadsheets: one column per language, lists in a cell."""
        base = flat_table(main, links, (), self._holders)
        parts = [
            Column(
                "languages", "string", True, f"BCP 47 languages in which it can be read, separated by `{SEPARATOR}`"
            ),
            Column("items", "string", False, f"`{self._dataset.key}` of its items, separated by `{SEPARATOR}`"),
            *(Column(f"title_{code}", "string", True, f"Title in the language `{code}`") for code in self._shown),
        ]

        def rows(line: Record) -> Iterator[Row]:
            for row in base.rows(line):
                titles = (line["titles"].get(code) for code in self._shown)
                yield *row, SEPARATOR.join(line["languages"]) or None, SEPARATOR.join(line["items"]), *titles

        wide = replace(base, columns=(*base.columns, *parts), rows=rows)
        first = ["id", self._stories.group, "source_language", "source_told_by", "languages", "title"]
        first += [f"title_{code}" for code in self._shown]
        names = [*first, *(column.name for column in base.columns if column.name not in first), "items"]
        return select(wide, names, name=NAME, description=base.description)

    def _readable(self, main: Table, links: list[Table]) -> str:
        """Return the query of the view: a story per row, with the labels of its terms."""
        name, key = quoted(self._dataset.name), quoted(self._dataset.key)
        columns = [f"s.{quoted(column.name)}" for column in main.columns if not column.name.startswith("differs_")]
        for table in links:
            linked, field = quoted(table.name), quoted(str(table.field))
            if table.field == "titles":
                columns += [
                    f"(SELECT title FROM {linked} WHERE stories_id = s.id AND language = {literal(code)}) "  # noqa: S608
                    f"AS {quoted('title_' + code)}"
                    for code in self._shown
                ]
            else:
                words = f"SELECT group_concat(label, '; ') FROM {linked} WHERE stories_id = s.id"  # noqa: S608
                columns.append(f"({words}) AS {field}")
        items = f"SELECT group_concat({key}, '{SEPARATOR}') FROM {name} WHERE story_id = s.id"  # noqa: S608
        columns.append(f"({items}) AS items")
        return "SELECT " + ",\n  ".join(columns) + f"\nFROM {NAME} AS s"
