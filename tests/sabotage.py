"""Runs a command with parts of it broken: statements that are run before the command, in its process."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests import crawling, harvesting
from tests.crawling import ENVIRONMENT, ROOT
from tests.starter import start

PRELUDE = """\
from migration_spider.settings import *

def broken(*arguments, **named):
    raise AttributeError("sabotage")
"""


def run(folder: Path, portal: Any, statements: str, name: str = "crawl", **settings: Any) -> SimpleNamespace:
    """``scrapy crawl news`` of one page, ``scrapy harvest`` of it, or ``scrapy reparse``, after ``statements``.

    ``broken`` raises AttributeError, whatever it is called with. Returns ``code``, ``output``, ``asked`` (paths).
    """
    (folder / "sabotaged.py").write_text(PRELUDE + statements + "\n", encoding="utf-8")
    settings = {"MIGRATION_REQUISITES": False, "RETRY_TIMES": 0} | settings
    page = f"{portal.url}/es/node/7756"
    if name == "crawl":
        words = crawling.command(folder / "data", f"urls={page}", site=portal.url, **settings)
    elif name == "reparse":
        words = [
            *crawling.SCRAPY,
            name,
            "--jobs",
            "1",
            "--output",
            str(folder / "again.jsonl"),
            "-s",
            f"DATA_DIR={folder / 'data'}",
        ]
    else:
        words = harvesting.command(folder / "data", "-a", f"urls={page}", site=portal.url, **settings)
    environment = ENVIRONMENT | {
        "SCRAPY_SETTINGS_MODULE": "sabotaged",
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
    }
    before = len(portal.requests)
    done = start(words[3:], environment, imported=())
    asked = [path for _, path, _, _ in portal.requests[before:]]
    printed, errors = done.stdout.decode(), done.stderr.decode()
    return SimpleNamespace(code=done.returncode, output=printed + errors, printed=printed, asked=asked)


def receiver(signal: str) -> str:
    """The statements that add an extension of somebody else, which raises on ``signal``."""
    return f"""\
from scrapy import signals
class Extension:
    @classmethod
    def from_crawler(cls, crawler):
        made = cls()
        crawler.signals.connect(made.receive, signals.{signal})
        return made
    def receive(self):
        raise KeyError("sabotage")
EXTENSIONS = {{**EXTENSIONS, Extension: 1}}"""
