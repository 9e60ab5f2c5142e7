"""The schema of a record: JSON Schema that pydantic makes from its class, and the fields parsed from it.

The columns, ``schema.json`` and the Arrow schema are all made from it.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import is_typeddict

from archive.dataset.description import Dataset

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Kind = Literal["string", "integer", "number", "boolean", "date", "datetime", "object", "list", "map"]

_KINDS: dict[tuple[str, str | None], Kind] = {
    ("string", None): "string",
    ("string", "date"): "date",
    ("string", "date-time"): "datetime",
    ("integer", None): "integer",
    ("number", None): "number",
    ("boolean", None): "boolean",
}
_FORMATS = {"date": "date", "datetime": "date-time"}


@dataclass(frozen=True, slots=True)
class Field:
    """A key of an object and its value, or the elements of a list or map."""

    name: str
    """Empty for elements."""

    kind: Kind
    nullable: bool
    description: str
    fields: tuple[Field, ...] = ()
    """The keys of an object, in order."""

    item: Field | None = None
    """The elements of a list, the values of a map."""


class _Documented(GenerateJsonSchema):
    """Generates schemas with a description of every key, also of inherited ones (pydantic reads only the class itself).

    Every key is required, except ``NotRequired`` keys of a TypedDict: keys with default values are written, too.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        inner = self.generate_inner(schema["schema"])
        kind = inner.get("type")
        return {**inner, "type": [kind, "null"]} if isinstance(kind, str) else super().nullable_schema(schema)

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        return _described(schema["cls"], super().dataclass_schema(schema))

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
        object_schema = super().typed_dict_schema(schema)
        required = object_schema.get("required", [])
        return {**_described(schema["cls"], object_schema), "required": required}

    def model_schema(self, schema: Any) -> dict[str, Any]:
        return _described(schema["cls"], super().model_schema(schema))

    def sort(self, value: Any, parent_key: str | None = None) -> Any:
        return value  # keep the order: equal inputs give equal bytes


def class_schema(cls: type) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the objects of ``cls`` (dataclass, TypedDict, pydantic model).

    Nested classes are in ``$defs``, by name; docstrings become descriptions, with the terms of JSON. Additional keys
    are allowed.

    Raises:
        TypeError: a field has a type that JSON cannot represent, or ``cls`` has no fields.
    """
    try:
        # A list, because a class of another project cannot be given a configuration.
        adapter = TypeAdapter(list[cls], config=ConfigDict(use_attribute_docstrings=True))  # type: ignore[valid-type]
        schema = adapter.json_schema(mode="serialization", schema_generator=_Documented)
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema) as error:
        raise TypeError(f"{cls.__name__}: no JSON can hold it: {error}") from error
    if "$ref" not in schema["items"]:
        raise TypeError(f"{cls.__name__} has no fields: a record is described by a class that has")
    definitions = schema["$defs"]
    for definition in definitions.values():
        for name, inner in definition["properties"].items():
            description = definitions[_class_of(inner)].get("description") if "$ref" in inner else None
            if description and "description" not in inner:  # pydantic omits it if it equals that of the class
                definition["properties"][name] = {"description": description, **inner}
    return {"$schema": DRAFT, **definitions.pop(_class_of(schema["items"])), "$defs": definitions}


def record_schema(dataset: Dataset, title: str = "", *, texts: bool = True) -> dict[str, Any]:
    """Return the JSON Schema of the records of ``dataset``, with nested classes inline, and its texts if ``texts``.

    Raises:
        TypeError: a field has a type that a table cannot contain, or no description.
    """
    item_schema = class_schema(dataset.item)
    item_name = dataset.item.__name__
    classes = {**item_schema.pop("$defs"), item_name: item_schema}
    for cls, schema in classes.items():
        for name in [*schema["properties"]]:
            where = f"{cls}.{name}"
            is_left_out = cls == item_name and not texts and name in dataset.texts
            if where in dataset.unexported or is_left_out:
                del schema["properties"][name]
                continue
            field_schema = schema["properties"][name]
            description = field_schema.get("description") or dataset.descriptions.get(where)
            if not description:
                raise TypeError(f"{where} has no docstring: every column of a dataset is described")
            form = {"format": _FORMATS[dataset.formats[name]]} if cls == item_name and name in dataset.formats else {}
            schema["properties"][name] = {"description": description, **field_schema, **form}
    return {"$schema": DRAFT, "title": title, **_in_place({"$ref": item_name}, classes, item_name)}


def record_fields(schema: dict[str, Any]) -> tuple[Field, ...]:
    """Return the fields of a record, or of an object in it, from its :func:`record_schema`."""
    return tuple(_field(name, inner) for name, inner in schema["properties"].items())


def _class_of(schema: dict[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _described(cls: type, schema: dict[str, Any]) -> dict[str, Any]:
    """Return ``schema`` of ``cls`` with the descriptions inherited from its base classes."""
    descriptions: dict[str, str] = {}
    for base in reversed([*getattr(cls, "__orig_bases__", ()), *cls.__mro__[1:]]):
        if dataclasses.is_dataclass(base) or is_typeddict(base):
            inherited = class_schema(base)["properties"]
            descriptions |= {name: inner["description"] for name, inner in inherited.items() if "description" in inner}
    properties = {}
    for name, field_schema in schema["properties"].items():
        text = " ".join(field_schema.pop("description", descriptions.get(name, "")).replace("``", "`").split())
        properties[name] = {"description": re.sub(r"\bNone\b", "null", text), **field_schema} if text else field_schema
    own_description = {"description": schema["description"]} if "description" in schema else {}
    return {**own_description, "type": "object", "properties": properties, "required": [*properties]}


def _in_place(schema: dict[str, Any], classes: dict[str, dict[str, Any]], where: str) -> dict[str, Any]:
    """Return ``schema`` with the classes that it refers to inline."""
    description = {"description": schema["description"]} if "description" in schema else {}
    if "anyOf" in schema and len(schema["anyOf"]) == 2 and {"type": "null"} in schema["anyOf"]:
        (inner,) = (option for option in schema["anyOf"] if option != {"type": "null"})
        inner = _in_place(inner, classes, where)
        return {**description, **inner, "type": [inner["type"], "null"]}
    if "$ref" in schema:
        cls = _class_of(schema)
        inside = classes[cls]["properties"]
        properties = {name: _in_place(field, classes, f"{cls}.{name}") for name, field in inside.items()}
        return {**description, "type": "object", "properties": properties, "required": [*properties]}
    if isinstance(schema.get("items"), dict) and not schema.get("uniqueItems"):
        return {**schema, "items": _in_place(schema["items"], classes, where)}
    if isinstance(schema.get("additionalProperties"), dict):
        return {**schema, "additionalProperties": _in_place(schema["additionalProperties"], classes, where)}
    if (_kind(schema)[0], schema.get("format")) not in _KINDS:
        raise TypeError(f"{where}: no table can hold {schema}")
    return schema


def _kind(schema: dict[str, Any]) -> tuple[Any, bool]:
    """Return (type, whether it may be null)."""
    kind = schema.get("type")
    return (kind[0], True) if isinstance(kind, list) else (kind, False)


def _field(name: str, schema: dict[str, Any]) -> Field:
    kind, nullable = _kind(schema)
    description = schema.get("description", "")
    if "properties" in schema:
        return Field(name, "object", nullable, description, fields=record_fields(schema))
    if kind == "array":
        return Field(name, "list", nullable, description, item=_field("", schema["items"]))
    if kind == "object":
        return Field(name, "map", nullable, description, item=_field("", schema["additionalProperties"]))
    return Field(name, _KINDS[kind, schema.get("format")], nullable, description)
