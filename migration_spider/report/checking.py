"""Checks that a value has the form of a report, as defined in ``model``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from migration_spider.exceptions import MigrationError
from migration_spider.report.model import SCHEMA, Report
from migration_spider.report.model_items import Items


class ReportError(MigrationError):
    """A report does not match its schema, or there is none. Raised by ``check`` and ``read``."""


def check(value: Any) -> Report:
    """Check that ``value`` is a report of this schema, and return it.

    Raises:
        ReportError: It is not; the message names the first key that is missing or has a wrong type.
    """
    if isinstance(value, dict) and value.get("schema", SCHEMA) != SCHEMA:
        raise ReportError(f"the report has the schema {value['schema']!r:.80}, expected {SCHEMA!r}")
    _check(_lists_of(Report), value, "report")
    return cast(Report, value)


def checked_rows(name: str, rows: Iterable[Any]) -> Iterator[Any]:
    """Check and yield ``rows`` of the list ``name`` of `Items`. Raises ReportError, like `check`."""
    [kind] = get_args(get_type_hints(Items)[name])
    adapter = _lists_of(kind)
    for number, row in enumerate(rows):
        _check(adapter, row, f"report.items.{name}[{number}]")
        yield row


def _check(adapter: TypeAdapter[Any], value: Any, name: str) -> None:
    try:
        adapter.validate_python([value])
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = name + "".join(map(_step, first["loc"][1:]))
        if first["type"] == "missing":
            raise ReportError(f"{where} is missing") from None
        kind = _EXPECTED.get(first["type"], "an integer")
        raise ReportError(f"{where} is {first['input']!r:.80}, expected {kind}") from None


_EXPECTED = {
    "string_type": "a string",
    "float_type": "a finite number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "literal_error": repr(SCHEMA),
}
"""Error type of pydantic -> the expected type in words; an integer for all other errors."""


@cache
def _lists_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(list[kind], config=ConfigDict(strict=True, allow_inf_nan=False))


def _step(key: int | str) -> str:
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r:.80}]"
