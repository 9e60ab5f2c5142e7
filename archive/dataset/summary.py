"""Counts for a release: records by year and code, how well each field is filled, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.schema import Field
from archive.dataset.tables import Column, Record, Row, Table


@dataclass(slots=True)
class Summary:
    """Counts over the present records, and over their stories."""

    dataset: Dataset
    fields: Sequence[Field]
    records: int = 0
    years: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    """Counted field -> value, or id of a term -> number of records."""

    stories: int = 0
    story_years: Counter[str] = field(default_factory=Counter)
    """Number of stories by the year of the earliest date."""

    story_values: dict[str, Counter[str]] = field(default_factory=dict)
    """Counted field -> value, or id of a term -> number of stories that have it in any language."""

    labels: dict[str, str] = field(default_factory=dict)
    """``<field>/<id>`` -> English label."""

    filled: Counter[str] = field(default_factory=Counter)
    """Field -> number of records in which it is not empty."""

    elements: Counter[str] = field(default_factory=Counter)
    """Field with a list -> total number of values."""

    unrecognized: Counter[str] = field(default_factory=Counter)
    """Field with terms -> number of values without id."""

    problems: Counter[str] = field(default_factory=Counter)
    """Code -> number of records that have it."""

    first: str | None = None
    last: str | None = None
    """Earliest and latest value of ``Dataset.date``."""

    coded: frozenset[str] = field(init=False)
    """Fields with terms of a vocabulary."""

    def __post_init__(self) -> None:
        self.coded = frozenset(name for vocabulary in self.dataset.vocabularies for name in vocabulary.fields)

    def collect(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        coded = {name for vocabulary in self.dataset.vocabularies for name in vocabulary.fields}
        for column in self.fields:
            name, value = column.name, record.get(column.name)
            self.filled[name] += value is not None and value not in ("", [], {})
            if column.kind in ("list", "map"):
                self.elements[name] += len(value or ())
            if name in coded:
                self.unrecognized[name] += sum(term["id"] is None for term in value or ())
        if self.dataset.date:
            self._date(record.get(self.dataset.date))
        for name in self.dataset.counted:
            self.values.setdefault(name, Counter()).update(dict.fromkeys(self._values(name, record.get(name)), 1))
        if self.dataset.problems:
            self.problems.update(dict.fromkeys(record.get(self.dataset.problems) or (), 1))

    def collect_story(self, records: Sequence[Record]) -> None:
        """Count one story; ``records`` are those of its languages."""
        self.stories += 1
        if self.dataset.date:
            dates = (date for record in records if (date := record.get(self.dataset.date)))
            self.story_years[min(dates, default="")[:4]] += 1
        for name in self.dataset.counted:
            values = dict.fromkeys(value for record in records for value in self._values(name, record.get(name)))
            if len(values) > 1:
                values.pop("", None)
            self.story_values.setdefault(name, Counter()).update(dict.fromkeys(values, 1))

    def _date(self, value: str | None) -> None:
        self.years[value[:4] if value else ""] += 1
        if value:
            self.first = min(self.first or value, value)
            self.last = max(self.last or value, value)

    def _values(self, name: str, value: Any) -> list[str]:
        if not isinstance(value, list):
            return [value or ""]
        codes = []
        for term in value:
            code = term["id"] if term["id"] is not None else ""
            codes.append(code)
            if code:
                self.labels[f"{name}/{code}"] = term["label"]
        return codes or [""]

    @property
    def counts_text(self) -> str:
        """The number of items, and of stories if there are any, in words."""
        items = f"{self.records} item{'' if self.records == 1 else 's'}"
        if not self.dataset.stories:
            return items
        return f"{self.stories} {'story' if self.stories == 1 else 'stories'} in {items}"

    def languages(self) -> list[str]:
        """Return the BCP 47 languages of the records, sorted."""
        return sorted(code for code in self.values.get(self.dataset.language or "", ()) if code)

    def coverage(self) -> tuple[Table, list[Row]]:
        """Return a table, with its rows, of how well each field is filled."""
        columns = (
            Column("field", "string", False, "Field of the record"),
            Column("filled", "integer", False, "Records in which it says something"),
            Column("missing", "integer", False, "Records in which the page says nothing"),
            Column("share", "number", True, "`filled` as a share of all records"),
            Column("elements", "integer", True, "Values in all, of lists"),
            Column("unrecognized", "integer", True, "Values that are not in the vocabulary"),
        )
        rows: list[Row] = []
        for name in (column.name for column in self.fields):
            filled = self.filled[name]
            share = round(filled / self.records, 4) if self.records else None
            elements = self.elements.get(name)
            unknown = self.unrecognized.get(name)
            rows.append((name, filled, self.records - filled, share, elements, unknown))
        return Table("coverage", "How well each field is filled", columns, ("field",), ()), rows
