"""Every command, option, setting, stat, item field and problem code is documented."""

import dataclasses
import re

import pytest

from migration_spider import monitors, settings
from migration_spider.items import Evidence, NewsItem
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.spiders import options
from tests.crawling import ROOT

DOCS = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md")}
CODE = {
    file: file.read_text(encoding="utf-8")
    for folder in ("migration_spider", "archive")
    for file in sorted((ROOT / folder).rglob("*.py"))
}


def test_item_fields_stand_in_their_order():
    documented = re.findall(r"^\| `(\w+)` \|", DOCS["data-format.md"].split("## Terms")[0], re.MULTILINE)
    assert [field.name for field in dataclasses.fields(NewsItem)] == documented


def test_evidence_keys():
    section = DOCS["data-format.md"].split("## Evidence")[1].split("##")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert [field.name for field in dataclasses.fields(Evidence)] == re.findall(r"`(\w+)`", " ".join(rows))


def test_problem_codes():
    section = DOCS["data-format.md"].split("## Problem codes")[1]
    assert sorted(PROBLEMS) == sorted(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", [name for name in vars(settings) if name.startswith(("MIGRATION_", "DATA_"))])
def test_settings(name):
    assert f"`{name}`" in DOCS["settings.md"]


def test_archive_settings():
    used = {name for text in CODE.values() for name in re.findall(r"\"(ARCHIVE_[A-Z_]+)\"", text)}
    assert used
    assert set() == {name for name in used if f"`{name}`" not in DOCS["archive.md"]}


def test_stats():
    used = {
        name
        for text in CODE.values()
        for name in re.findall(r"(?:count\(f?|note\(f?|(?:inc|set|get|max)_value\(\s*f?)\"([a-z_]+[/a-z_-]*)", text)
    }
    assert len(used) > 10
    documented = DOCS["settings.md"] + DOCS["archive.md"]

    def is_documented(name):
        head, _, tail = name.removeprefix("migration/").rstrip("/").rpartition("/")
        by_pattern = f"{head}/<" in documented and (f"`{tail}`" in documented or head == "archive/records")
        return f"`{name}`" in documented or f"/{head}/{tail}`" in documented or by_pattern or f"`/{tail}`" in documented

    scrapy_own = {"response_received_count", "item_scraped_count", "finish_reason"}
    names = {name for name in used - scrapy_own if not name.startswith(("scheduler/", "request", "dupefilter/"))}
    assert set() == {name for name in names if not is_documented(name) and f"migration/{name}" not in documented}


@pytest.mark.parametrize("name", options.NAMES)
def test_options(name):
    assert f"`{name}`" in DOCS["crawl.md"]


def test_commands():
    for file in (ROOT / "migration_spider" / "commands").glob("[a-z]*.py"):
        assert f"`scrapy {file.stem.replace('_', '-')}" in "".join(DOCS.values()), file.stem


def test_exit_codes():
    documented = re.findall(r"^\| (\d+) \|", DOCS["crawl.md"], re.MULTILINE)
    codes = {getattr(monitors, name) for name in ("COMPLETE", "INTERNAL_ERROR", "USAGE", "INCOMPLETE", "REFUSED")}
    assert {str(code) for code in codes | {monitors.NOT_ARCHIVED, monitors.LOCKED}} == set(documented)


def test_links_between_the_documents():
    for file in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists() or (ROOT / target).exists(), f"{file.name} links to {target}"


def test_each_word_of_the_glossary_has_one_meaning():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", DOCS["glossary.md"], re.MULTILINE)
    words = [word for names, _, _ in rows if names not in ("word", "-") for word in names.split(", ")]
    assert len(words) > 80
    assert [] == sorted({word for word in words if words.count(word) > 1})
    assert {"revisit", "tombstone", "gone", "withheld", "cycle", "verdict", "ledger", "evidence", "chrome"} <= {*words}


def test_every_page_is_linked_from_the_readme_or_another_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {name for text in (readme, *DOCS.values()) for name in re.findall(r"\((?:docs/)?([\w-]+\.md)", text)}
    assert set() == {*DOCS} - linked
