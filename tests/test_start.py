"""Scrapy imports all commands to find the one that is asked for, and what is switched off: what only one of them needs,
that one imports."""

import subprocess
import sys

import pytest

from tests.starter import ROOT

IMPORT_ALL = """
import pkgutil, sys
from importlib import import_module
import migration_spider.settings
for name in ("migration_spider.commands", "archive.commands"):
    for module in pkgutil.iter_modules(import_module(name).__path__, f"{name}."):
        import_module(module.name)
from migration_spider.config import Config
if Config.__pydantic_complete__:
    print("Config is built")
from scrapy.utils.project import get_project_settings
get_project_settings().get_component_priority_dict_with_base("EXTENSIONS")  # loads them
print(*sys.modules)
"""

HEAVY = frozenset(
    (
        "archive.dataset.release",
        "jinja2",
        "migration_spider.browse.app",
        "migration_spider.publish",
        "migration_spider.report.html",
        "migration_spider.standing",
        "migration_spider.survey.make",
        "pyarrow",
        "scrapy.core.downloader.handlers.http11",
        "scrapy.extensions.remote_control",
        "starlette",
    )
)

LIGHT = frozenset(
    (
        *("archive.commands", "archive.dataset", "archive.dataset.errors", "archive.errors"),
        *(
            "migration_spider.commands",
            "migration_spider.config",
            "migration_spider.data_folder",
            "migration_spider.exceptions",
        ),
        *("migration_spider.interrupts", "migration_spider.monitors", "migration_spider.sampling"),
        *("migration_spider.setting_types", "migration_spider.settings"),
    )
)
"""What every command pays for, with the commands themselves."""

LINES = frozenset(
    ("archive.capture.archiver", "migration_spider.pages", "migration_spider.run", "migration_spider.state.memory")
)
"""What no command needs that reads the JSON lines or a report."""


def loaded_by(*words: str) -> set[str]:
    """The modules that ``scrapy`` with these ``words`` imports, by what the interpreter tells of each."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "scrapy", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    told = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    loaded = set(told)
    assert "migration_spider.commands.publish" in loaded
    return loaded


def test_no_command_pays_for_another():
    words = [sys.executable, "-c", IMPORT_ALL]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    loaded = set(done.stdout.split())
    assert {"migration_spider.commands.publish", "archive.commands.archive_index"} <= loaded
    assert set() == HEAVY & loaded
    assert "built" not in loaded


def test_a_command_is_found_with_little_more_than_the_commands():
    loaded = loaded_by("version")
    ours = {name for name in loaded if name.startswith(("archive.", "migration_spider."))}
    assert {name for name in ours if ".commands." not in name} <= LIGHT
    assert set() == {"rich", "archive.commands.progress"} & loaded


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (
            ["archive-index", "-o", "-", "-s", "ARCHIVE_DIR=archive"],
            {"archive.capture.archiver", "archive.dataset.lines", "archive.wacz", "rich"},
        ),
        (["report", "none"], {*LINES, "migration_spider.report.run", "jinja2"}),
        (["vocabulary", "-s", "DATA_DIR=none"], LINES),
        (["files", "none", "1@en", "-s", "DATA_DIR=none"], {*LINES, "migration_spider.normalize.dates"}),
    ],
)
def test_a_short_command_imports_what_it_does(words, without):
    assert set() == without & loaded_by(*words)
