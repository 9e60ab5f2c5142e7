"""Writes records as Parquet; the Arrow schema is made from the record's class. Needs pyarrow (extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from archive.dataset.schema import Field

ROWS_PER_GROUP = 1000

_ROWS_PER_TABLE = 100
"""Records that are kept as JSON before they are converted."""

_EPOCH = date(1970, 1, 1).toordinal()

_encode = msgspec.json.Encoder().encode

Names = Mapping[str, Sequence[str]]
"""Field with a map -> names of its key and value; see `Dataset.value_names`."""

_PAIR = ("key", "value")


def installed() -> bool:
    """Whether pyarrow is installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True


def arrow_schema(fields: Sequence[Field], value_names: Names) -> Any:
    """Return the ``pyarrow.Schema`` of records with ``fields``, descriptions as field metadata.

    A map becomes a list of pairs, named as in its linked table: not every reader of Parquet supports maps (the library
    ``datasets`` of Hugging Face does not).
    """
    import pyarrow as pa

    return pa.schema(_columns(fields, value_names))


class ParquetFile:
    """A Parquet file that is being written, in row groups of 1000 records, compressed with Zstandard."""

    def __init__(self, path: Path, fields: Sequence[Field], value_names: Names) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._converters = _converters(fields, value_names)
        self._schema = arrow_schema(fields, value_names)
        # The JSON reader does not support fields that must not be null.
        self._read_as = pa.schema([pa.field(column.name, column.type) for column in self._schema])
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._lines: list[bytes] = []
        self._tables: list[Any] = []

    def collect(self, record: Mapping[str, Any]) -> None:
        """Write a record."""
        self._lines.append(_encode(_converted(record, self._converters)))
        if len(self._lines) == _ROWS_PER_TABLE:
            self._read()
            if len(self._tables) * _ROWS_PER_TABLE == ROWS_PER_GROUP:
                self._flush()

    def close(self) -> None:
        if self._lines:
            self._read()
        if self._tables:
            self._flush()
        self._writer.close()

    def _read(self) -> None:
        # Arrow reads JSON in half the time that it takes to convert Python objects, for which it also imports pandas.
        import pyarrow as pa
        from pyarrow import json

        data = b"\n".join(self._lines)
        self._lines = []
        table = json.read_json(
            pa.BufferReader(data),
            read_options=json.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=json.ParseOptions(explicit_schema=self._read_as, unexpected_field_behavior="ignore"),
        )
        self._tables.append(table.cast(self._schema))

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.concat_tables(self._tables))
        self._tables = []


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


Convert = Callable[[Any], Any]


def _moment(text: str) -> str:
    """Return a time in milliseconds, in the form that Arrow's JSON reader parses."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _converters(fields: Sequence[Field], names: Names) -> list[tuple[str, Convert]]:
    """Return the converters of the fields whose JSON values Arrow does not accept, which few are."""
    converters = [(field.name, _converter(field, names.get(field.name, _PAIR))) for field in fields]
    return [(name, convert) for name, convert in converters if convert]


def _converter(field: Field, pair: Sequence[str]) -> Convert | None:
    if field.kind == "date":
        return lambda value: date.fromisoformat(value).toordinal() - _EPOCH
    if field.kind == "datetime":
        return _moment
    if field.kind == "map":
        return lambda value: [dict(zip(pair, entry, strict=True)) for entry in value.items()]
    if field.kind == "object" and (inner := _converters(field.fields, {})):
        return lambda value: _converted(value, inner)
    if field.kind == "list" and field.item and (element := _converter(field.item, _PAIR)):
        return lambda value: [None if part is None else element(part) for part in value]
    return None


def _converted(value: Mapping[str, Any], converters: Sequence[tuple[str, Convert]]) -> dict[str, Any]:
    """Return ``value`` with some of its values converted; Arrow ignores keys that are not in its schema."""
    changed = {name: convert(value[name]) for name, convert in converters if value.get(name) is not None}
    return {**value, **changed}
