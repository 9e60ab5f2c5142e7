"""Writes a report into the folder of its run: ``report.json``, ``report.md``, ``report.html``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

from archive.disk import replacing
from migration_spider.report.checking import check, checked_rows
from migration_spider.report.model import Report
from migration_spider.report.rows import AsList, Newest, Rows

AT_ONCE = 10_000
"""Pieces of JSON that are written together: some 100 KB."""


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Write the three files into ``folder``, which is created if necessary; each file is complete or not written.

    Raises:
        ReportError: ``report`` does not match the schema in `model`; nothing is written.
        OSError: The folder cannot be written.
    """
    # Imported here, because a plain crawl writes no report and does not need Jinja.
    from migration_spider.report.html import page
    from migration_spider.report.markdown import markdown

    items = report.get("items")
    long = {name: rows for name, rows in items.items() if isinstance(rows, Rows)} if isinstance(items, dict) else {}
    shown: dict[str, Newest[Any]] = {name: Newest() for name in long}
    passing = {name: Rows(len(rows), partial(_passing, name, rows, shown[name])) for name, rows in long.items()}
    rendered = cast(Report, _with(report, shown))
    check(_with(report, {name: [] for name in long}))
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "report.json") as file:
        file.writelines(pieces(_with(report, passing)))
        # Here the report is checked, and if one of these cannot be made, no file is written.
        texts = {"report.md": markdown(rendered), "report.html": page(rendered)}
    for name, text in texts.items():
        with replacing(folder / name) as file:
            file.write(text.encode())


def _passing(name: str, rows: Rows[Any], shown: Newest[Any]) -> Iterator[Any]:
    """Check and yield ``rows``, and add them to ``shown``."""
    return shown.passing(checked_rows(name, rows))


def _with(report: dict[str, Any], lists: dict[str, Any]) -> dict[str, Any]:
    """The report with other ``lists`` of items."""
    return {**report, "items": {**report["items"], **lists}} if lists else report


def json_text(report: dict[str, Any]) -> str:
    """The report as JSON with sorted keys and one value per line; the same report gives the same text."""
    return b"".join(pieces(report)).decode()


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True, default=AsList)


def pieces(report: dict[str, Any]) -> Iterator[bytes]:
    """Yield `json_text` as UTF-8, in pieces."""
    parts = _encoder.iterencode(report)
    while text := "".join(islice(parts, AT_ONCE)):
        # Half of a surrogate pair can be in a text parsed from JSON, but not in UTF-8.
        yield re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    yield b"\n"
