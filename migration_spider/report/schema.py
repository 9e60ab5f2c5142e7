"""``report.schema.json`` (JSON Schema, draft 2020-12) from the classes of `model`.

``python -m migration_spider.report.schema > migration_spider/report/report.schema.json`` after a change there.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import types
import typing
from functools import cache
from typing import Annotated, Any, Literal

from migration_spider.report import model

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def report_schema() -> dict[str, Any]:
    """The schema of a whole report. Further keys are allowed: later versions may add some."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of a harvest, " + model.SCHEMA,
        **_schema(model.Report),
        "$defs": {cls.__name__: _object(cls) for cls in _classes(model.Report)},
    }


@cache
def documentation(name: str) -> tuple[str, dict[str, str]]:
    """Class of `model` -> (what it is, key -> what that is), inherited keys first."""
    (node,) = (one for one in _source().body if isinstance(one, ast.ClassDef) and one.name == name)
    keys: dict[str, str] = {}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id != "TypedDict":
            keys |= documentation(base.id)[1]
    for member, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            keys[member.target.id] = _docstring(below)
    return ast.get_docstring(node) or "", keys


@cache
def _source() -> ast.Module:
    return ast.parse(inspect.getsource(model))


def _docstring(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return re.sub(r"\s+", " ", node.value.value)
    return ""


def _classes(cls: Any, found: dict[str, Any] | None = None) -> list[Any]:
    """Every class that ``cls`` holds, itself left out, in reading order."""
    found = {} if found is None else found
    for hint in typing.get_type_hints(cls).values():
        for one in (hint, *typing.get_args(hint)):
            if typing.is_typeddict(one) and one.__name__ not in found:
                found[one.__name__] = one
                _classes(one, found)
    return list(found.values())


def _object(cls: Any) -> dict[str, Any]:
    said, keys = documentation(cls.__name__)
    hints = typing.get_type_hints(cls, include_extras=True)
    properties = {name: {"description": keys[name], **_schema(hint)} for name, hint in hints.items()}
    return {"description": said, "type": "object", "properties": properties, "required": list(hints)}


def _schema(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return {}
    if origin is Annotated:
        return {**_schema(arguments[0]), "format": arguments[1]}
    if origin is Literal:
        return {"const": arguments[0]}
    if origin is types.UnionType:
        (inner,) = (one for one in arguments if one is not type(None))
        return {"type": [_TYPES[inner], "null"]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if typing.is_typeddict(hint):
        return _object(hint) if hint is model.Report else {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": _TYPES[hint]}


if __name__ == "__main__":
    json.dump(report_schema(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
