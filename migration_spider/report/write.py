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
    """Write the three files into ``folder``, which is made when it is not there; each appears whole or not at all.

    Raises:
        ReportError: ``report`` is not of the form that `model` describes; nothing is written.
        OSError: the folder cannot be written.
    """
    # A plain crawl, which writes none, does without Jinja.
    from migration_spider.report.html import page
    from migration_spider.report.markdown import markdown

    items = report.get("items")
    long = {name: rows for name, rows in items.items() if isinstance(rows, Rows)} if isinstance(items, dict) else {}
    shown: dict[str, Newest[Any]] = {name: Newest() for name in long}
    passing = {name: Rows(len(rows), partial(_passing, name, rows, shown[name])) for name, rows in long.items()}
    told = cast(Report, _with(report, shown))
    check(_with(report, {name: [] for name in long}))
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "report.json") as file:
        file.writelines(pieces(_with(report, passing)))
        # Of a checked report; and when one of these cannot be made, none is there.
        texts = {"report.md": markdown(told), "report.html": page(told)}
    for name, text in texts.items():
        with replacing(folder / name) as file:
            file.write(text.encode())


def _passing(name: str, rows: Rows[Any], shown: Newest[Any]) -> Iterator[Any]:
    """``rows`` once more, checked; ``shown`` learns which of them come first."""
    return shown.passing(checked_rows(name, rows))


def _with(report: dict[str, Any], lists: dict[str, Any]) -> dict[str, Any]:
    """The report with other ``lists`` of items."""
    return {**report, "items": {**report["items"], **lists}} if lists else report


def json_text(report: dict[str, Any]) -> str:
    """The same text for the same report: keys sorted, one value a line."""
    return b"".join(pieces(report)).decode()


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True, default=AsList)


def pieces(report: dict[str, Any]) -> Iterator[bytes]:
    """`json_text`, as UTF-8, some of it at a time."""
    parts = _encoder.iterencode(report)
    while text := "".join(islice(parts, AT_ONCE)):
        # Half of a surrogate pair cannot be UTF-8, but stands in texts that came out of JSON.
        yield re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    yield b"\n"
