"""The header of a card for the Hugging Face Hub and the library ``datasets``: configurations and features.

Without features, the library guesses the types of JSON lines from the first megabytes, and fails if a field that was
empty there has a value later (https://huggingface.co/docs/hub/datasets-manual-configuration).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.dataset.schema import Field

Keys = Mapping[str, Collection[str]]
"""Field with a map -> keys that it has in the file."""

_TYPES = {
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "date": "date32",
    "datetime": "timestamp[ms, tz=UTC]",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file that can be loaded by name; without a name, the first is loaded."""

    name: str
    path: str
    features: list[dict[str, Any]]


def of_parquet(fields: Sequence[Field], pairs: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return the features of a file written by `archive.dataset.parquet`; ``pairs`` names key and value of maps."""
    return [_feature(field, pairs, None) for field in fields]


def of_lines(fields: Sequence[Field], keys: Keys) -> list[dict[str, Any]]:
    """Return the features of a file of JSON lines: an object has the keys that it has in any line."""
    return [_feature(field, {}, keys) for field in fields]


def _feature(field: Field, pairs: Mapping[str, Sequence[str]], keys: Keys | None) -> dict[str, Any]:
    name = {"name": field.name} if field.name else {}
    if field.kind == "object":
        return {**name, "struct": [_feature(inner, pairs, keys) for inner in field.fields]}
    if field.kind == "list" and field.item:
        inner = _feature(field.item, pairs, keys)
        return {**name, "list": inner.get("struct") or inner["dtype"]}
    if field.kind == "map":
        if keys is None:
            parts = [{"name": part, "dtype": "string"} for part in pairs.get(field.name, ("key", "value"))]
            return {**name, "list": parts}
        return {**name, "struct": [{"name": key, "dtype": "string"} for key in sorted(keys.get(field.name, ()))]}
    return {**name, "dtype": _TYPES[field.kind]}
