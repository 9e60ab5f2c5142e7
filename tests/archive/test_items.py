"""Items of a foreign project in its archive: every type that itemadapter knows, in a real ``scrapy crawl``."""

from __future__ import annotations

import json
import subprocess

import pytest

from archive import iter_records, read_record
from tests.archive.cases import BY_NAME
from tests.archive.foreign import scrapy

TYPES = {
    "dict": "Page = dict\n",
    "dataclass": "from dataclasses import dataclass\n@dataclass(slots=True)\nclass Page:\n    title: str\n    size: int\n"
    "    warc: dict | None = None\n",
    "attrs": "import attrs\n@attrs.define\nclass Page:\n    title: str\n    size: int\n    warc: dict | None = None\n",
    "pydantic": "from pydantic import BaseModel\nclass Page(BaseModel):\n    title: str\n    size: int\n"
    "    warc: dict | None = None\n",
    "item": "from scrapy import Field, Item\nclass Page(Item):\n    title = Field()\n    size = Field()\n    warc = Field()\n",
}  # fmt: skip

SPIDER = """
from scrapy import Spider
from shop.items import Page

class Pages(Spider):
    name = "pages"
    def parse(self, response):
        yield Page(title=response.css("title::text").get(), size=len(response.body))
"""

SETTINGS = """
BOT_NAME = "shop"
SPIDER_MODULES = ["shop.spiders"]
ADDONS = {"archive.addon.ArchiveAddon": 300}
ARCHIVE_DIR = "warc"
ARCHIVE_EXIT_CODE = 5
ITEM_PIPELINES = {"archive.capture.ItemRecordPipeline": 900}
FEEDS = {"items.jsonl": {"format": "jsonlines"}}
TELNETCONSOLE_ENABLED = REMOTE_CONTROL_ENABLED = False
"""


def project(folder, kind: str, server, settings: str = "", items: str | None = None) -> subprocess.CompletedProcess:
    """A project of its own in ``folder``, crawled."""
    package = folder / "shop"
    (package / "spiders").mkdir(parents=True)
    for path, text in {
        folder / "scrapy.cfg": "[settings]\ndefault = shop.settings\n",
        package / "__init__.py": "",
        package / "settings.py": SETTINGS + settings,
        package / "items.py": items or TYPES[kind],
        package / "spiders" / "__init__.py": "",
        package / "spiders" / "pages.py": SPIDER + f"    start_urls = ['{server.base}/plain', '{server.base}/gzip']\n",
    }.items():
        path.write_text(text)
    return scrapy(folder, "crawl", "pages")


@pytest.mark.parametrize("kind", TYPES)
def test_items_of_every_type_are_archived_and_carry_their_evidence(server, tmp_path, kind):
    run = project(tmp_path, kind, server)
    assert run.returncode == 0, run.stderr[-2000:]
    items = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert len(items) == 2
    for item in items:
        facts = item.pop("warc")
        response = read_record(tmp_path / "warc" / facts["file"], facts["offset"], facts["length"])
        assert response.type == "response"
        assert (response.record_id, response.target_uri) == (facts["record_id"], facts["target_uri"])
        own = facts["item_record"]
        record = read_record(tmp_path / "warc" / own["file"], own["offset"], own["length"])
        assert (record.type, record.record_id) == ("metadata", own["record_id"])
        assert (record.content_type, json.loads(record.block)) == ("application/json", item)
        assert record.headers.get("WARC-Refers-To") == facts["record_id"]
        assert item == {"title": "A page", "size": len(BY_NAME["plain"].entity)}
    checked = scrapy(tmp_path, "archive-verify", "--items", "items.jsonl")
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "0 faults"), checked.stdout


def test_an_item_that_was_changed_after_it_was_archived_is_a_fault(server, tmp_path):
    project(tmp_path, "dict", server)
    lines = tmp_path / "items.jsonl"
    lines.write_text(lines.read_text().replace("A page", "Another page", 1))
    checked = scrapy(tmp_path, "archive-verify", "--items", "items.jsonl")
    assert checked.returncode == 1
    assert checked.stdout.count("item-not-archived: line 1: ") == 1
    assert checked.stdout.splitlines()[-1] == "1 fault"


def test_a_type_without_the_field_is_told_in_one_clear_error(server, tmp_path):
    items = "from dataclasses import dataclass\n@dataclass\nclass Page:\n    title: str\n    size: int\n"
    run = project(tmp_path, "dataclass", server, items=items)
    assert "items of type Page do not accept the evidence in the field 'warc': add this field" in run.stderr
    assert (tmp_path / "items.jsonl").read_text() == ""


def test_the_field_is_a_setting(server, tmp_path):
    run = project(
        tmp_path, "dataclass", server, 'ARCHIVE_ITEM_FIELD = "proof"\n', TYPES["dataclass"].replace("warc", "proof")
    )
    assert run.returncode == 0
    items = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert [set(item) for item in items] == [{"title", "size", "proof"}] * 2


def test_without_the_pipeline_items_are_left_alone(server, tmp_path):
    run = project(tmp_path, "dict", server, "ITEM_PIPELINES = {}\n")
    assert run.returncode == 0
    assert '"warc"' not in (tmp_path / "items.jsonl").read_text()
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    assert "application/json" not in {record.content_type for record in iter_records(path)}
