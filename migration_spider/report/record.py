"""``runs/<run id>/run.json``: what a run was asked for and how it ended.

Written when the run begins, and again when one that stores items has ended: without ``ended`` it goes on, or was
killed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.disk import replacing
from migration_spider.report.write import json_text

FILE = "run.json"

SURVEY = "survey"
"""The command whose runs store no items."""


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
    """What is noted of the run in ``folder``; None when there is nothing that can be read."""
    try:
        found = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write(folder: Path, record: dict[str, Any]) -> None:
    with replacing(folder / FILE) as file:
        file.write(json_text(record).encode())
