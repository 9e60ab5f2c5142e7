"""Runs the command as a user would, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.starter import ROOT, start

# Without compiled files, every process would compile all of the project anew.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("MIGRATION_") and name != "PYTHONDONTWRITEBYTECODE"
}
SCRAPY = [sys.executable, "-m", "scrapy"]

FEWER = {"MIGRATION_LINK_SAMPLE": 0, "MIGRATION_REQUISITES": False}
"""What spares requests, and is told by the tests that are about it."""


def command(data: Path, *arguments: str, site: str | None = None, **settings: Any) -> list[str]:
    """The words of ``scrapy crawl news`` into ``data``; ``arguments`` are ``-a`` options."""
    words = [*SCRAPY, "crawl", "news", "-s", f"DATA_DIR={data}"]
    for argument in (*arguments, *([f"site={site}"] if site else [])):
        words += ["-a", argument]
    for name, value in {**FEWER, **settings}.items():
        words += ["-s", f"{name}={value}"]
    return words


def run(words: list[str], code: int = 0) -> bytes:
    """Run ``words`` to their end, require exit code ``code``, return all they printed."""
    if SCRAPY == words[:3]:
        # What is made again from the archive must not owe its order to that of the crawl's hashes.
        done = start(words[3:], ENVIRONMENT, server=words[3] if words[3] == "reparse" else "", is_merged=True)
    else:
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(words, cwd=ROOT, env=ENVIRONMENT, **both, timeout=600, check=False)
    assert code == done.returncode, done.stdout[-6000:].decode(errors="replace")
    return done.stdout


def crawl(data: Path, *arguments: str, site: str | None = None, code: int = 0, **settings: Any) -> str:
    """Run ``scrapy crawl news`` to its end, require exit code ``code``, return all it printed."""
    return run(command(data, *arguments, site=site, **settings), code).decode()


def scrapy(name: str, *words: object, data: Path | None = None, code: int = 0) -> bytes:
    """Run another command of the project on ``data``, require exit code ``code``, return all it printed."""
    folder = ["-s", f"DATA_DIR={data}"] if data else []
    return run([*SCRAPY, name, *map(str, words), *folder], code)


def items(data: Path) -> list[dict[str, Any]]:
    """The lines of ``items/news.jsonl``."""
    file = data / "items" / "news.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def last_run(data: Path) -> Path:
    """The folder of the run that ended last; several may begin in one second."""
    return max((path for path in (data / "runs").iterdir() if path.is_dir()), key=lambda run: run.stat().st_mtime_ns)


def stats(data: Path) -> dict[str, Any]:
    """Stats of the last run."""
    return json.loads((last_run(data) / "stats.json").read_text(encoding="utf-8"))
