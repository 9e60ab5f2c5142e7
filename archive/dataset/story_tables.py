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
"""Columns of titles: what a page calls its language is its own, and SQLite takes 2000 columns. The most frequent."""


class StoryTables:
    """The part of a release that tells of stories: ``stories.*``, their linked tables and a view."""

    def __init__(
        self,
        dataset: Dataset,
        told: Stories,
        schema: Mapping[str, Any],
        holders: Mapping[str, Mapping[str, list[str]]],
        summary: Summary,
        draft: Draft,
    ) -> None:
        self._dataset, self._told, self._draft, self._holders = dataset, told, draft, holders
        self._summary = summary
        self.schema = story_schema(dataset, told, schema)
        self.fields: tuple[Field, ...] = record_fields(self.schema)
        self.languages: list[str] = []
        """Of all voices, sorted; known at the end."""
        self._shown: list[str] = []
        """Those with a column of their own."""
        self._heard: Counter[str] = Counter()
        self._members: list[Record] = []
        """Of the story at hand, without their texts."""
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
        """Take one present record; its story is told when the first record of the next one comes."""
        is_next = self._members and self._id(record) != self._id(self._members[0])
        if is_next:
            self._tell()
        self._members.append({name: record[name] for name in self._needed if name in record})

    def _id(self, record: Record) -> str:
        return story_id(record, self._dataset, self._told)

    def _tell(self) -> None:
        self._summary.collect_story(voices(self._members, self._told, str(self._dataset.language)) or self._members)
        told = story(self._members, self._dataset, self._told)
        self._members = []
        told = {field.name: told[field.name] for field in self.fields}
        self._heard.update(told["languages"])
        self._stream.write(dump(told))
        if self._arrow:
            self._arrow.collect(told)

    def finish(self) -> None:
        """Write the tables: only now it is known which languages there are."""
        if self._members:
            self._tell()
        self._stream.close()
        self.languages = sorted(self._heard)
        often = sorted(self.languages, key=lambda code: -self._heard[code])
        self._shown = sorted(often[:MOST_LANGUAGES])
        database = self._draft.database
        dataset = replace(self._dataset, name=NAME, key="id", value_names=self.value_names, first=(), provenance=())
        # Which items are of a story stands with the items; its languages are those of its titles.
        links = link_tables(dataset, [one for one in self.fields if one.name not in ("languages", "items")])
        main = replace(main_table(dataset, self.fields), description="Stories, one row each")
        database.create(main)
        wide = self._draft.csv(f"{NAME}.csv", self._wide(main, links))
        sheets = [self._draft.sheet(f"tables/{table.name}.csv", table) for table in links]
        with self._path.open("rb") as stream:
            for line in stream:
                told = json.loads(line)
                wide.collect(told)
                database.insert(main, main.rows(told))
                for sheet in sheets:
                    sheet.collect(told)
        for file in (wide, *(sheet.file for sheet in sheets)):
            file.close()
        for table in links:
            database.index_keys(table)
        for name in filter(None, ("source_language", self._dataset.date)):
            database.index(NAME, name)
        database.view(VIEW, self._readable(main, links))

    def _wide(self, main: Table, links: list[Table]) -> Table:
        """The table for spreadsheets: one column per language, lists in a cell."""
        base = flat_table(main, links, (), self._holders)
        parts = [
            Column(
                "languages", "string", True, f"BCP 47 languages in which it can be read, separated by `{SEPARATOR}`"
            ),
            Column("items", "string", False, f"`{self._dataset.key}` of its items, separated by `{SEPARATOR}`"),
            *(Column(f"title_{code}", "string", True, f"Title in the language `{code}`") for code in self._shown),
        ]

        def rows(told: Record) -> Iterator[Row]:
            for row in base.rows(told):
                titles = (told["titles"].get(code) for code in self._shown)
                yield *row, SEPARATOR.join(told["languages"]) or None, SEPARATOR.join(told["items"]), *titles

        whole = replace(base, columns=(*base.columns, *parts), rows=rows)
        first = ["id", self._told.group, "source_language", "source_told_by", "languages", "title"]
        first += [f"title_{code}" for code in self._shown]
        names = [*first, *(one.name for one in base.columns if one.name not in first), "items"]
        return select(whole, names, name=NAME, description=base.description)

    def _readable(self, main: Table, links: list[Table]) -> str:
        """The query of the view: a story in a row, its terms in words."""
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
