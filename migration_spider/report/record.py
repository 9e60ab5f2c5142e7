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


class _Noted(TypedDict, total=False):
    """What `begin` and `end` write, as far as others rely on it. Versions before had fewer keys."""

    command: str
    started: Optional[str]  # noqa: UP045 - pydantic asks for it on Python 3.10, so for the next ones
    ended: Optional[str]  # noqa: UP045
    options: dict[str, Any]
    asked: str
    pace: dict[str, Any]
    exit_code: Optional[_Whole]  # noqa: UP045
    kind: Optional[str]  # noqa: UP045
    messages: list[str]
    sample: Optional[str]  # noqa: UP045
    counts: dict[str, Optional[_Whole]]  # noqa: UP045
    missing: list[_Missing]


@cache
def _noted() -> TypeAdapter[Any]:
    # In a list, which pydantic names in its errors whatever the value is.
    return TypeAdapter(list[_Noted], config=ConfigDict(strict=True))


def begin(
    folder: Path,
    run_id: str,
    command: str,
    started: str,
    options: Mapping[str, Any],
    asked: str,
    pace: Mapping[str, Any] | None = None,
) -> None:
    """Note that a run begins.

    Args:
        folder: of the run; it is there.
        command: ``harvest``, ``crawl`` or ``survey``.
        started: UTC, ISO 8601 with Z.
        options: what it was asked for, as JSON.
        asked: names of the options by which it is a part of the site only; empty when it is all.
        pace: how fast it was set to ask: ``delay`` (seconds), ``concurrency``, ``throttled``, ``obeys_robots``.
    """
    noted = {"run": run_id, "command": command, "started": started, "options": {**options}, "asked": asked}
    _write(folder, noted | ({"pace": {**pace}} if pace else {}))


def end(folder: Path, **said: Any) -> None:
    """Add how it ended: ``ended``, ``exit_code``, ``kind`` (`outcomes.OUTCOMES`), ``finish_reason``, ``messages``,
    ``sample``, ``counts`` (by the words of `counts.WORDS`), ``missing`` (``url``, ``reason``, ``detail`` of each).

    Raises:
        OSError: it cannot be written.
    """
    _write(folder, {**(read(folder) or {}), **said})


def read(folder: Path) -> dict[str, Any] | None:
    """What is noted of the run in ``folder``; None when there is nothing that can be read, or is of another shape."""
    found = object_in(folder / FILE)
    try:
        _noted().validate_python([found])
    except ValidationError:
        return None
    return found


def _write(folder: Path, record: dict[str, Any]) -> None:
    with replacing(folder / FILE) as file:
        file.writelines(pieces(record))
