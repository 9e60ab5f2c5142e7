"""``runs/<run id>/run.json``: the options of a run and how it ended.

It is written when a run begins, and again when a run that stores items ends. If ``ended`` is missing, the run is still
running or was killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Optional

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic reads that of `typing` from Python 3.12 on only

from archive.disk import object_in, replacing
from migration_spider.report.write import pieces

FILE = "run.json"

SURVEY = "survey"
"""The command whose runs store no items."""


_Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class _Missing(TypedDict):
    url: str
    reason: str
    detail: str


class _Record(TypedDict, total=False):
    """The keys written by `begin` and `end` that other code uses. Earlier versions wrote fewer keys."""

    command: str
    started: Optional[str]  # noqa: UP045 - pydantic requires it on Python 3.10, also for the next ones
    ended: Optional[str]  # noqa: UP045
    options: dict[str, Any]
    asked: str
    pace: dict[str, Any]
    exit_code: Optional[_Whole]  # noqa: UP045
    kind: Optional[str]  # noqa: UP045
    messages: list[str]
    sample: Optional[str]  # noqa: UP045
    forbidden: _Whole
    counts: dict[str, Optional[_Whole]]  # noqa: UP045
    missing: list[_Missing]


@cache
def _adapter() -> TypeAdapter[Any]:
    # In a list, so that errors of pydantic have the same form for any value.
    return TypeAdapter(list[_Record], config=ConfigDict(strict=True))


def begin(
    folder: Path,
    run_id: str,
    command: str,
    started: str,
    options: Mapping[str, Any],
    asked: str,
    pace: Mapping[str, Any] | None = None,
) -> None:
    """Record the start of a run.

    Args:
        folder: Folder of the run, which exists.
        command: ``harvest``, ``crawl`` or ``survey``.
        started: UTC, ISO 8601 with Z.
        options: The options, as JSON.
        asked: Names of the options that restrict the run to a part of the site; empty if there are none.
        pace: The settings of its speed: ``delay`` (seconds), ``concurrency``, ``throttled``, ``obeys_robots``.
    """
    record = {"run": run_id, "command": command, "started": started, "options": {**options}, "asked": asked}
    _write(folder, record | ({"pace": {**pace}} if pace else {}))


def end(folder: Path, **values: Any) -> None:
    """Add how the run ended: ``ended``, ``exit_code``, ``kind`` (`outcomes.OUTCOMES`), ``finish_reason``, ``messages``,
    ``sample``, ``forbidden`` (number of pages), ``counts`` (by the words of `counts.WORDS`), ``missing`` (``url``,
    ``reason``, ``detail`` of each).

    Raises:
        OSError: It cannot be written.
    """
    _write(folder, {**(read(folder) or {}), **values})


def read(folder: Path) -> dict[str, Any] | None:
    """The record of the run in ``folder``; None if it is missing, unreadable or of another form."""
    record = object_in(folder / FILE)
    try:
        _adapter().validate_python([record])
    except ValidationError:
        return None
    return record


def _write(folder: Path, record: dict[str, Any]) -> None:
    with replacing(folder / FILE) as file:
        file.writelines(pieces(record))
