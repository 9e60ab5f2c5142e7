"""Puts a report into the folder of its run: ``report.json``, ``report.md``, ``report.html``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from archive.disk import replacing
from migration_spider.report.model import check


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Write the three files into ``folder``, which is made when it is not there; each appears whole or not at all.

    Raises:
        ReportError: ``report`` is not of the form that `model` describes; nothing is written.
        OSError: the folder cannot be written.
    """
    # A plain crawl, which writes none, does without Jinja.
    from migration_spider.report.html import page
    from migration_spider.report.markdown import markdown

    checked = check(report)
    texts = {
        "report.json": json_text(report),
        "report.md": markdown(checked),
        "report.html": page(checked),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with replacing(folder / name) as file:
            file.write(text.encode())


def json_text(report: dict[str, Any]) -> str:
    """The same text for the same report: keys sorted, one value a line."""
    text = json.dumps(report, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    # Half of a surrogate pair cannot be UTF-8, but stands in texts that came out of JSON.
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
