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
"""Records of one story; if a story has more, its records are not translations of each other."""

Member = tuple[dict[str, Any], bytes]
"""(present record, its line)."""


class Translations:
    """Computes from the existing records which of them are translations of each other.

    A page states the addresses of its translations at the time of capture; they may have moved or disappeared since.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._keys: dict[tuple[str, str], str] = {}
        """(language, address) -> key of the record, in the current story."""

    def of(self, members: Iterable[Member]) -> Iterator[Member]:
        """Yield ``members`` (in the order of the dataset), each with the existing voices of its story as translations.

        A record without a number keeps the translations that its page named. So do the records of a story with more
        than `MOST_MEMBERS`: each would name all others.
        """
        dataset, stories = self._dataset, self._dataset.stories
        if stories is None:
            yield from members
            return
        for _, group in groupby(members, lambda member: story_id(member[0], dataset, stories)):
            rest = iter(group)
            story = list(islice(rest, MOST_MEMBERS + 1))
            others = voices((record for record, _ in story), stories, str(dataset.language))
            self._keys = {
                (_language(other, dataset), other["url"]): other[dataset.key] for other in others if other.get("url")
            }
            for record, line in story:
                if record.get(stories.group) is None or len(story) > MOST_MEMBERS:
                    yield record, line
                    continue
                named = {_language(o, dataset): o["url"] for o in others if o is not record and o.get("url")}
                if named == record.get(stories.translations):
                    yield record, line
                else:
                    record = {**record, stories.translations: named}
                    yield record, dump(record)
            yield from rest

    def table(self, table: Table) -> Table:
        """Return the linked table of translations with a column of their keys; valid for the record yielded last."""
        dataset = self._dataset
        if dataset.stories is None or table.field != dataset.stories.translations:
            return table
        description = f"`{dataset.key}` of the translation; null if it is not known to be among the items"
        column = Column(dataset.key, "string", True, description)

        def rows(record: Record) -> Iterator[Row]:
            for row in table.rows(record):
                yield *row, self._keys.get((row[-2], row[-1]))

        foreign_keys = (*table.foreign_keys, ForeignKey(dataset.key, dataset.name, dataset.key))
        return replace(table, columns=(*table.columns, column), foreign_keys=foreign_keys, rows=rows)


def with_story(table: Table, dataset: Dataset) -> Table:
    """Return the main table with a column of the story, after the leading columns."""
    if (stories := dataset.stories) is None:
        return table
    column = Column(
        "story_id", "string", False, f"`id` of the story: `{stories.group}`, or without one the item's `id`"
    )

    insert_at = sum(leading.name in (dataset.key, *dataset.first) for leading in table.columns)

    def rows(record: Record) -> Iterator[Row]:
        for row in table.rows(record):
            yield *row[:insert_at], story_id(record, dataset, stories), *row[insert_at:]

    foreign_keys = (*table.foreign_keys, ForeignKey("story_id", NAME, "id"))
    columns = (*table.columns[:insert_at], column, *table.columns[insert_at:])
    return replace(table, columns=columns, foreign_keys=foreign_keys, rows=rows)


def _language(record: Record, dataset: Dataset) -> str:
    return str(record.get(str(dataset.language)))
