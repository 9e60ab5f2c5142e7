"""The documentation says what the code says: every option, setting, stat, field and code, and no other."""

import dataclasses
import re

import pytest
import scrapy

from archive.capture.settings import FALLBACK_HANDLERS, ArchiveSettings, setting_name
from docs import generate
from migration_spider import monitors, settings
from migration_spider.items import Evidence, NewsItem
from migration_spider.spiders import options
from tests.crawling import ROOT
from tests.documented import CODE, DOCS


@pytest.fixture(scope="module")
def current():
    return {page.relative_to(ROOT / "docs").as_posix(): text for page, text in generate.current().items()}


@pytest.mark.parametrize("name", ["settings.md", "harvest.md", "data-format.md", *generate.PAGES])
def test_generated_pages_are_what_would_be_written_now(current, name):
    if name in generate.PAGES and not scrapy.__version__.startswith("2.19."):
        pytest.skip("the page has Scrapy's own components as 2.19 has them")
    assert current[name] == DOCS[name], "run: python -m docs.generate"


def test_every_section_that_can_be_generated_stands_somewhere(current):
    found = {name for text in DOCS.values() for _, name in generate.sections(text)}
    assert {*generate.SECTIONS} == found


WORDS = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "list[Term]": "list of term",
    "list[Place]": "list of place",
    "list[str]": "list of string",
}
"""Type of a field -> how docs/data-format.md says it; other lists and objects are told by their keys."""


def test_item_fields_stand_in_their_order_with_their_types():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", DOCS["data-format.md"].split("## Tombstones")[0], re.MULTILINE)
    assert [field.name for field in dataclasses.fields(NewsItem)] == [name for name, _ in rows]
    said = dict(rows)
    for field in dataclasses.fields(NewsItem):
        kind, _, null = str(field.type).partition(" | ")
        if kind in WORDS:
            assert WORDS[kind] + (" or null" if null else "") == said[field.name], field.name


def test_evidence_keys():
    section = DOCS["data-format.md"].split("## Evidence")[1].split("##")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert [field.name for field in dataclasses.fields(Evidence)] == re.findall(r"`(\w+)`", " ".join(rows))


def test_exit_codes():
    documented = re.findall(r"^\| (\d+) \|", DOCS["crawl.md"], re.MULTILINE)
    codes = {getattr(monitors, name) for name in ("COMPLETE", "INTERNAL_ERROR", "USAGE", "INCOMPLETE", "REFUSED")}
    assert {str(code) for code in codes | {monitors.NOT_ARCHIVED, monitors.LOCKED}} == set(documented)


@pytest.mark.parametrize("name", [name for name in vars(settings) if name.startswith(("MIGRATION_", "DATA_"))])
def test_settings(name):
    assert f"`{name}`" in DOCS["settings.md"]


def test_every_setting_that_a_page_names_is_one():
    known = {name for name in vars(settings) if name.isupper()} | {"MIGRATION_DATA_DIR", "MIGRATION_ENV_FILE"}
    named = {(page, name) for page, text in DOCS.items() for name in re.findall(r"\bMIGRATION_[A-Z_]+", text)}
    assert len(named) > 50
    begun = {name[: place + 1] for name in known for place, one in enumerate(name) if one == "_"}
    assert set() == {(page, name) for page, name in named if name not in known | begun}


def test_archive_settings():
    used = {*map(setting_name, ArchiveSettings.model_fields), FALLBACK_HANDLERS}
    documented = re.findall(r"^\| `(ARCHIVE_[A-Z_]+)` \|", DOCS["archive.md"], re.MULTILINE)
    assert used == {*documented}
    assert len(documented) == len({*documented})


STAT = re.compile(r"(?:count\(f?|note\(f?|(?:inc|set|get|max)_value\(\s*f?)\"([a-z_]+[/a-z_-]*)")


def test_stats():
    used = {name for text in CODE.values() for name in STAT.findall(text)}
    assert len(used) > 10
    documented = DOCS["settings.md"] + DOCS["archive.md"]

    def is_documented(name):
        head, _, tail = name.removeprefix("migration/").rstrip("/").rpartition("/")
        by_pattern = f"{head}/<" in documented and (f"`{tail}`" in documented or head == "archive/records")
        return f"`{name}`" in documented or f"/{head}/{tail}`" in documented or by_pattern or f"`/{tail}`" in documented

    scrapy_own = {"response_received_count", "item_scraped_count", "finish_reason"}
    names = {name for name in used - scrapy_own if not name.startswith(("scheduler/", "request", "dupefilter/"))}
    assert set() == {name for name in names if not is_documented(name) and f"migration/{name}" not in documented}


def test_every_stat_that_is_documented_is_one():
    cells = re.findall(r"^\| (`(?:migration|archive)/.*?) \|", DOCS["settings.md"] + DOCS["archive.md"], re.MULTILINE)
    assert len(cells) > 40
    words = set(re.findall(r"[\w-]+", "".join(CODE.values())))
    gone = {
        (cell, part)
        for cell in cells
        for part in re.findall(r"[a-z_]+", re.sub(r"<\w+>", "", cell))
        if part not in words
    }
    assert set() == gone


@pytest.mark.parametrize("name", options.NAMES)
def test_options(name):
    assert f"`{name}`" in DOCS["crawl.md"]
