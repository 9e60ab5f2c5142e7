"""The shape of a record, read from its dataclass: the one source of columns, JSON Schema and Arrow schema."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
import types
import typing
from dataclasses import dataclass
from typing import Any, Literal

from archive.dataset.description import Dataset

Kind = Literal["string", "integer", "number", "boolean", "date", "datetime", "object", "list", "map"]

_SCALARS: dict[type, Kind] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a JSON value."""

    kind: Kind
    nullable: bool = False
    fields: tuple[Field, ...] = ()
    """Of an object, in order."""

    item: Shape | None = None
    """Of the elements of a list and of the values of a map."""

    name: str = ""
    """Of an object: its class."""


@dataclass(frozen=True, slots=True)
class Field:
    """A key of an object."""

    name: str
    shape: Shape
    description: str


def record_shape(dataset: Dataset, *, texts: bool = True) -> Shape:
    """The shape of the records of ``dataset``, with or without the fields named in ``Dataset.texts``.

    Raises:
        TypeError: a field has a type that a table cannot hold, or no description.
    """
    shape = _object(dataset.item, dataset)
    kept = tuple(field for field in shape.fields if texts or field.name not in dataset.texts)
    return dataclasses.replace(shape, fields=kept)


def field_docstrings(cls: type) -> dict[str, str]:
    """Field -> the string literal below it in the source of ``cls`` and its bases, in the words of JSON."""
    found: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if not dataclasses.is_dataclass(owner):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        assert isinstance(tree, ast.ClassDef)  # noqa: S101 - the source of a class is a class
        for node, below in zip(tree.body, tree.body[1:], strict=False):
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                text = " ".join(below.value.value.replace("``", "`").split())
                found[node.target.id] = re.sub(r"\bNone\b", "null", text)
    return found


def _object(cls: type, dataset: Dataset) -> Shape:
    hints = typing.get_type_hints(cls)
    said = field_docstrings(cls)
    fields = []
    for member in dataclasses.fields(cls):
        where = f"{cls.__name__}.{member.name}"
        if where in dataset.unexported:
            continue
        description = said.get(member.name) or dataset.descriptions.get(where)
        if not description:
            raise TypeError(f"{where} has no docstring: every column of a dataset is described")
        shape = _shape(hints[member.name], where, dataset)
        if cls is dataset.item and member.name in dataset.formats:
            shape = dataclasses.replace(shape, kind=dataset.formats[member.name])
        fields.append(Field(member.name, shape, description))
    return Shape("object", fields=tuple(fields), name=cls.__name__)


def _shape(hint: Any, where: str, dataset: Dataset) -> Shape:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        if len(inner) == 1 and len(arguments) == 2:
            return dataclasses.replace(_shape(inner[0], where, dataset), nullable=True)
    elif origin is list:
        return Shape("list", item=_shape(arguments[0], where, dataset))
    elif origin is dict and arguments[0] is str:
        return Shape("map", item=_shape(arguments[1], where, dataset))
    elif hint in _SCALARS:
        return Shape(_SCALARS[hint])
    elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, dataset)
    raise TypeError(f"{where}: no table can hold {hint}")
