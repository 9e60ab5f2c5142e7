"""Records as Parquet, their Arrow schema made of the record's class alone. Needs pyarrow (extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from archive.dataset.schema import Field

ROWS_PER_GROUP = 1000

Names = Mapping[str, Sequence[str]]
"""Field with a map -> names of its key and value; see `Dataset.value_names`."""

_PAIR = ("key", "value")


def installed() -> bool:
    """Whether pyarrow is there."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True


def arrow_schema(fields: Sequence[Field], value_names: Names) -> Any:
    """The ``pyarrow.Schema`` of records with ``fields``, descriptions as field metadata.

    A map becomes a list of pairs, named as in its linked table: not every reader of Parquet knows maps (the library
    ``datasets`` of Hugging Face does not).
    """
    import pyarrow as pa

    return pa.schema(_columns(fields, value_names))


class ParquetFile:
    """A Parquet file being written, in row groups of 1000 records, compressed with Zstandard."""

    def __init__(self, path: Path, fields: Sequence[Field], value_names: Names) -> None:
        import pyarrow.parquet as pq

        self._fields = fields
        self._names = value_names
        self._schema = arrow_schema(fields, value_names)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._group: list[Any] = []

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a record."""
        self._group.append(_object(self._fields, record, self._names))
        if len(self._group) == ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        if self._group:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._group, schema=self._schema))
        self._group = []


def _columns(fields: Sequence[Field], names: Names) -> list[Any]:
    import pyarrow as pa

    return [
        pa.field(
            field.name,
            _type(field, names.get(field.name, _PAIR)),
            nullable=field.nullable,
            metadata={"description": field.description},
        )
        for field in fields
    ]


def _type(field: Field, pair: Sequence[str]) -> Any:
    import pyarrow as pa

    if field.kind == "object":
        return pa.struct(_columns(field.fields, {}))
    if field.kind == "list" and field.item:
        return pa.list_(_type(field.item, _PAIR))
    if field.kind == "map" and field.item:
        key, value = pair
        parts = [pa.field(key, pa.string(), nullable=False), pa.field(value, _type(field.item, _PAIR), nullable=False)]
        return pa.list_(pa.struct(parts))
    scalars = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "datetime": pa.timestamp("ms", tz="UTC"),
    }
    return scalars[field.kind]


def _object(fields: Sequence[Field], value: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {
        field.name: _pairs(value.get(field.name), names.get(field.name, _PAIR))
        if field.kind == "map"
        else _value(field, value.get(field.name))
        for field in fields
    }


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == "object":
        return _object(field.fields, value, {})
    if field.kind == "list" and field.item:
        return [_value(field.item, element) for element in value]
    if field.kind == "map":
        return _pairs(value, _PAIR)
    if field.kind == "date":
        return date.fromisoformat(value)
    if field.kind == "datetime":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def _pairs(value: Mapping[str, Any] | None, pair: Sequence[str]) -> list[dict[str, Any]] | None:
    return None if value is None else [dict(zip(pair, one, strict=True)) for one in value.items()]
