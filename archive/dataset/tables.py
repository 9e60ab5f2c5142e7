"""Converts records to tables: one row per record, and a linked table per list.

==============================  ===============================================================================
field of the record             becomes
==============================  ===============================================================================
scalar                          a column of the main table
object                          columns ``<field>_<key>`` of the main table
list of objects                 table ``<main>_<field>``: main key, ``position`` from 1, the object's keys
list of objects with a list     the same, one row per inner value: ``value_position`` from 1; 0 when there is none
list of strings, map            table ``<main>_<field>``: main key, ``position``, the value or key and value
==============================  ===============================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import methodcaller
from types import MappingProxyType
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.schema import Field, Kind

Record = Mapping[str, Any]
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of scalar values."""

    name: str
    kind: Kind
    nullable: bool
    description: str


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``column`` contains a value of the column ``of`` of table ``table``, or null."""

    column: str
    table: str
    of: str


@dataclass(frozen=True, slots=True)
class Added:
    """Additional columns of a linked table, which are not in its record."""

    columns: tuple[Column, ...]
    values: Callable[[Record], Row]
    """Called with a row (column name -> value), returns the values of these columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and how its rows are made from a record."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that identify a row."""

    foreign_keys: tuple[ForeignKey, ...]
    rows: Callable[[Record], Iterator[Row]] = lambda record: iter(())
    """Called with a record, yields its rows, in the order of ``columns``; none for a table from another source."""

    field: str | None = None
    """The record's field that a linked table contains."""

    def indexes(self, *names: str) -> list[int]:
        """Return the positions of columns in a row."""
        order = [column.name for column in self.columns]
        return [order.index(name) for name in names]


def main_table(dataset: Dataset, fields: Sequence[Field]) -> Table:
    """Return the table with one row per record: key, ``Dataset.first``, other content, and ``Dataset.provenance``."""
    leading = [dataset.key, *dataset.first]

    def place(field: Field) -> int:
        if field.name in leading:
            return leading.index(field.name)
        return len(leading) + (field.name in dataset.provenance)

    leaves = [leaf for field in sorted(fields, key=place) for leaf in _leaves(field)]
    columns = tuple(column for column, _ in leaves)
    getters = [_getter(path) for _, path in leaves]

    def rows(record: Record) -> Iterator[Row]:
        yield tuple([get(record) for get in getters])

    return Table(dataset.name, "Items, present state, one row each", columns, (dataset.key,), (), rows)


def link_tables(dataset: Dataset, fields: Sequence[Field]) -> list[Table]:
    """Return a table for each list and map of a record, in the order of the fields."""
    tables = [_link_table(dataset, field) for field in fields if field.kind in ("list", "map")]
    return [
        _extended(table, dataset.added[table.field or ""]) if table.field in dataset.added else table
        for table in tables
    ]


def _extended(table: Table, added: Added) -> Table:
    names = [column.name for column in table.columns]

    def rows(record: Record) -> Iterator[Row]:
        for row in table.rows(record):
            yield (*row, *added.values(dict(zip(names, row, strict=True))))

    return replace(table, columns=(*table.columns, *added.columns), rows=rows)


def select(table: Table, names: list[str], *, name: str, description: str) -> Table:
    """Return ``table`` with only the columns ``names``."""
    places = table.indexes(*names)

    def rows(record: Record) -> Iterator[Row]:
        for row in table.rows(record):
            yield tuple([row[place] for place in places])

    columns = tuple(table.columns[place] for place in places)
    foreign_keys = tuple(key for key in table.foreign_keys if key.column in names)
    return Table(name, description, columns, table.key, foreign_keys, rows, table.field)


def _leaves(field: Field) -> Iterator[tuple[Column, tuple[str, ...]]]:
    if field.kind == "object":
        for inner in field.fields:
            nullable = field.nullable or inner.nullable
            yield (
                Column(f"{field.name}_{inner.name}", inner.kind, nullable, inner.description),
                (
                    field.name,
                    inner.name,
                ),
            )
    elif field.kind not in ("list", "map"):
        yield Column(field.name, field.kind, field.nullable, field.description), (field.name,)


def _getter(path: tuple[str, ...]) -> Callable[[Record], Any]:
    """Return a function that gets a scalar from a record, or from an object in it."""
    if len(path) == 1:
        return methodcaller("get", path[0])
    outer, inner = path
    return lambda record: (record.get(outer) or {}).get(inner)


def _link_table(dataset: Dataset, field: Field) -> Table:
    owner = f"{dataset.name}_{dataset.key}"
    element = _element(dataset, field)
    columns = (
        Column(owner, "string", False, f"`{dataset.key}` of the item"),
        Column("position", "integer", False, "Place in the page's order, from 1"),
        *element.columns,
    )

    def rows(record: Record) -> Iterator[Row]:
        for position, part in enumerate(_elements(record.get(field.name)), 1):
            for value in element.values(part):
                yield record[dataset.key], position, *value

    name, foreign = f"{dataset.name}_{field.name}", ForeignKey(owner, dataset.name, dataset.key)
    key = (owner, "position", *element.key)
    return Table(name, field.description, columns, key, (foreign, *element.foreign_keys), rows, field.name)


@dataclass(frozen=True, slots=True)
class _Element:
    """The columns of a linked table for an element of a list or map, beside the record's key and the position."""

    columns: Sequence[Column]
    values: Callable[[Any], Iterator[Row]]
    """Called with an element, yields the values of ``columns``: one row, or a row per value of a list in it."""
    key: tuple[str, ...] = ()
    """Columns that identify these rows."""
    foreign_keys: tuple[ForeignKey, ...] = ()


def _element(dataset: Dataset, field: Field) -> _Element:
    assert field.item is not None  # noqa: S101 - lists and maps have elements
    if field.item.kind == "object":
        return _object(dataset, field.name, field.item)
    is_map = field.kind == "map"
    names = dataset.value_names.get(field.name, ("key", "value") if is_map else ("value",))
    columns = [Column(name, "string", False, field.description) for name in names]
    return _Element(columns, _of_map if is_map else _of_strings)


def _object(dataset: Dataset, name: str, element: Field) -> _Element:
    """Return the columns of an object, which may contain a list of objects."""
    scalars = [inner for inner in element.fields if inner.kind != "list"]
    columns = [Column(inner.name, inner.kind, inner.nullable, inner.description) for inner in scalars]
    foreign = tuple(ForeignKey("id", terms.name, "id") for terms in dataset.vocabularies if name in terms.fields)[:1]
    names = [inner.name for inner in scalars]
    nested = next((inner for inner in element.fields if inner.kind == "list" and inner.item), None)
    if nested is None or nested.item is None:
        return _Element(columns, _of_objects(names, None, []), (), foreign)
    parts = list(nested.item.fields)
    description = f"Place among the {nested.name}, from 1; 0: it has none"
    columns.append(Column("value_position", "integer", False, description))
    columns += [Column(inner.name, inner.kind, True, inner.description) for inner in parts]
    return _Element(columns, _of_objects(names, nested.name, parts), ("value_position",), foreign)


def _elements(value: Any) -> list[Any]:
    return [{"key": key, "value": value[key]} for key in value] if isinstance(value, Mapping) else value or []


def _of_map(element: Record) -> Iterator[Row]:
    yield element["key"], element["value"]


def _of_strings(element: Any) -> Iterator[Row]:
    yield (element,)


def _of_objects(names: list[str], nested: str | None, parts: list[Field]) -> Callable[[Record], Iterator[Row]]:
    def values(element: Record) -> Iterator[Row]:
        scalars = tuple(element.get(name) for name in names)
        if nested is None:
            yield scalars
            return
        inner = element.get(nested) or [None]
        for position, value in enumerate(inner, 1):
            if value is None:
                yield *scalars, 0, *(None for _ in parts)
            else:
                yield *scalars, position, *(value.get(part.name) for part in parts)

    return values


SEPARATOR = "|"


def flat_table(
    main: Table,
    links: list[Table],
    leave_out: tuple[str, ...],
    holders: Mapping[str, Mapping[str, list[str]]],
    first: Sequence[str] = (),
    notations: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Table:
    """Return ``main`` for spreadsheets: without the columns ``leave_out``, with the terms of linked tables in cells.

    Terms give a column ``<field>`` of labels (as printed, if the vocabulary has none) and a column ``<field>_id`` of
    codes (for values that the vocabulary has), separated by ``|``. This is for convenience; the linked tables are
    exact.

    Args:
        holders: field -> code -> the code and those of its broader terms; gives a column ``<field>_within``.
        first: columns that follow the key in ``main``; the terms are put after them. Empty: the terms come last.
        notations: field -> keys of its terms with a code of another list; each gives a column ``<field>_<key>``.
    """
    kept_names = [column.name for column in main.columns if column.name not in leave_out]
    base = select(main, kept_names, name=main.name, description=f"{main.description}: for spreadsheets")
    terms = [table for table in links if {"id", "label", "raw"} <= {column.name for column in table.columns}]
    added: list[Column] = []
    for table in terms:
        text = f"{table.description} Labels, as printed where there is none, separated by `{SEPARATOR}`"
        added.append(Column(str(table.field), "string", True, text))
        if any(key.column == "id" for key in table.foreign_keys):
            text = (
                f"{table.description} Codes of the values that have one, separated by `{SEPARATOR}`, not one per label"
            )
            added.append(Column(f"{table.field}_id", "string", True, text))
        if table.field in holders:
            text = f"{table.description} These codes and those of all broader terms, separated by `{SEPARATOR}`"
            added.append(Column(f"{table.field}_within", "string", True, text))
        for key in notations.get(str(table.field), ()):
            text = f"{table.description} Their `{key}`, of those that have one, separated by `{SEPARATOR}`"
            added.append(Column(f"{table.field}_{key}", "string", True, text))
    names = [column.name for column in added]
    insert_at = sum(name in (*main.key, *first) for name in kept_names) if first else len(kept_names)

    def rows(record: Record) -> Iterator[Row]:
        cells: list[str | None] = []
        for table in terms:
            name = str(table.field)
            values = record.get(name) or []
            codes = [term["id"] for term in values if term["id"] is not None]
            cells.append(_joined(term["label"] or term["raw"] for term in values))
            if f"{name}_id" in names:
                cells.append(_joined(codes))
            if name in holders:
                cells.append(_joined(dict.fromkeys(up for code in codes for up in holders[name].get(code, [code]))))
            for key in notations.get(name, ()):
                cells.append(_joined(dict.fromkeys(term[key] for term in values if term.get(key) is not None)))
        for row in base.rows(record):
            yield (*row[:insert_at], *cells, *row[insert_at:])

    columns = (*base.columns[:insert_at], *added, *base.columns[insert_at:])
    return Table(base.name, base.description, columns, base.key, base.foreign_keys, rows)


def _joined(values: Iterable[str]) -> str | None:
    return SEPARATOR.join(value.replace(SEPARATOR, "/") for value in values) or None
