"""JSON Schema (draft 2020-12) of a record, from the same shape as the columns."""

from __future__ import annotations

from typing import Any

from archive.dataset.shapes import Shape

_TYPES: dict[str, dict[str, str]] = {
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def json_schema(shape: Shape, title: str) -> dict[str, Any]:
    """The schema of one line; every key is there, unknown ones may follow in records of later versions."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **_schema(shape)}


def _schema(shape: Shape) -> dict[str, Any]:
    schema: dict[str, Any]
    if shape.kind == "object":
        properties = {field.name: {"description": field.description, **_schema(field.shape)} for field in shape.fields}
        schema = {"type": "object", "properties": properties, "required": [field.name for field in shape.fields]}
    elif shape.kind == "list" and shape.item:
        schema = {"type": "array", "items": _schema(shape.item)}
    elif shape.kind == "map" and shape.item:
        schema = {"type": "object", "additionalProperties": _schema(shape.item)}
    else:
        schema = dict(_TYPES.get(shape.kind, {"type": shape.kind}))
    if shape.nullable:
        schema["type"] = [schema["type"], "null"]
    return schema
