"""Runs ``scrapy harvest`` as a user would, and reads what it leaves."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.crawling import FEWER, last_run, run

OFTEN = "[[null, 0]]"
"""MIGRATION_REVISIT by which every item is due in every run."""

SELDOM = "[[null, 30]]"
"""By which none is due that was looked at today."""


IN_TWO = ("-a", "languages=en,fr")
"""The words that leave four of six languages out, and with them a good third of a run."""


def command(data: Path, *flags: str, site: str, **settings: Any) -> list[str]:
    """The words of ``scrapy harvest`` into ``data``; ``flags`` are further words."""
    words = [sys.executable, "-m", "scrapy", "harvest", "-a", f"site={site}", "-s", f"DATA_DIR={data}", *flags]
    for name, value in {**FEWER, **settings}.items():
        words += ["-s", f"{name}={value}"]
    return words


def harvest(data: Path, *flags: str, site: str, code: int = 0, **settings: Any) -> dict[str, Any]:
    """Run it to its end, require exit code ``code``, return the report."""
    run(command(data, *flags, site=site, **settings), code)
    return report(data)


def report(data: Path) -> dict[str, Any]:
    """The report of the last run."""
    return json.loads((last_run(data) / "report.json").read_text(encoding="utf-8"))


def ids(report: dict[str, Any], kind: str) -> set[str]:
    """Ids of the items listed as ``new``, ``changed``, ``vanished``, ``reappeared`` or ``unconfirmed``."""
    return {item["id"] for item in report["items"][kind]}


def messages(report: dict[str, Any]) -> str:
    """The problems of the run, in one text."""
    return "; ".join(report["outcome"]["messages"])


def lose(data: Path, *names: str) -> None:
    """Delete files and folders below ``data``."""
    for name in names:
        for path in data.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
