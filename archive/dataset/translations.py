"""Columns about translations in the tables of records: which records translate each other, and their story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, islice
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.lines import dump
from archive.dataset.stories import NAME, story_id, voices
from archive.dataset.tables import Column, ForeignKey, Record, Row, Table

MOST_MEMBERS = 200
"""Records of one story: a site with more languages than that is none that translates."""

Member = tuple[dict[str, Any], bytes]
"""A present record, and its line."""


class Translations:
    """Which records translate one another, made again from the existing records.

    A page names the addresses that its translations had when it was read; they move and go.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._keys: dict[tuple[str, str], str] = {}
        """(language, address) -> key of the record, in the story at hand."""

    def of(self, members: Iterable[Member]) -> Iterator[Member]:
        """``members`` (in the order of the dataset), each naming the voices of its story that are there.

        A record without a number has no story to look into: it says what its page said. So do those of a story that has
        more than `MOST_MEMBERS`: each would name all others.
        """
        dataset, told = self._dataset, self._dataset.stories
        if told is None:
            yield from members
            return
        for _, some in groupby(members, lambda member: story_id(member[0], dataset, told)):
            rest = iter(some)
            story = list(islice(rest, MOST_MEMBERS + 1))
            others = voices((record for record, _ in story), told, str(dataset.language))
            self._keys = {(_language(one, dataset), one["url"]): one[dataset.key] for one in others if one.get("url")}
            for record, line in story:
                if record.get(told.group) is None or len(story) > MOST_MEMBERS:
                    yield record, line
                    continue
                named = {_language(one, dataset): one["url"] for one in others if one is not record and one.get("url")}
                if named == record.get(told.translations):
                    yield record, line
                else:
                    record = {**record, told.translations: named}
                    yield record, dump(record)
            yield from rest

    def table(self, table: Table) -> Table:
        """The linked table of the translations with the key of each; its rows are those of the record yielded last."""
        dataset = self._dataset
        if dataset.stories is None or table.field != dataset.stories.translations:
            return table
        said = f"`{dataset.key}` of the translation; null if it is not known to be among the items"
        column = Column(dataset.key, "string", True, said)

        def rows(record: Record) -> Iterator[Row]:
            for row in table.rows(record):
                yield *row, self._keys.get((row[-2], row[-1]))

        foreign = (*table.foreign_keys, ForeignKey(dataset.key, dataset.name, dataset.key))
        return replace(table, columns=(*table.columns, column), foreign_keys=foreign, rows=rows)


def with_story(table: Table, dataset: Dataset) -> Table:
    """The main table with the story of each record, after the columns that stand first."""
    if (told := dataset.stories) is None:
        return table
    column = Column("story_id", "string", False, f"`id` of the story: `{told.group}`, or without one the item's `id`")

    here = sum(one.name in (dataset.key, *dataset.first) for one in table.columns)

    def rows(record: Record) -> Iterator[Row]:
        for row in table.rows(record):
            yield *row[:here], story_id(record, dataset, told), *row[here:]

    foreign = (*table.foreign_keys, ForeignKey("story_id", NAME, "id"))
    columns = (*table.columns[:here], column, *table.columns[here:])
    return replace(table, columns=columns, foreign_keys=foreign, rows=rows)


def _language(record: Record, dataset: Dataset) -> str:
    return str(record.get(str(dataset.language)))
