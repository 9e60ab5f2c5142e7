"""Saved pages: a folder ``<type>/<case>`` with page.html, capture.json and expected.json is a test per field."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from parsel import Selector

from migration_spider.pages import page_for

HERE = Path(__file__).parent
CASES = sorted(found.parent for found in HERE.glob("*/*/capture.json"))
FIELDS = {
    "news": (
        "title", "summary", "node_id", "node_type", "language", "canonical_url", "is_fallback", "translations",
        "body_text", "body_html", "metadata", "attachments", "images",
    ),
    "listing": ("rows", "pager_links", "next_url", "is_empty"),
    "other": ("node_id", "node_type", "language"),
}  # fmt: skip


def read(case):
    """What the page of ``case`` says, as JSON has it."""
    capture = json.loads((case / "capture.json").read_text(encoding="utf-8"))
    html = (case / "page.html").read_text(encoding="utf-8")
    page = page_for(capture["url"], Selector(html), named_as_news=capture.get("named_as_news", False))
    said = {"kind": page.kind} | {name: getattr(page, name) for name in FIELDS[page.kind]}
    return json.loads(json.dumps(said, default=asdict, ensure_ascii=False))


def checks():
    for case in CASES:
        for name in ("kind", *FIELDS[case.parent.name]):
            yield pytest.param(case, name, id=f"{case.parent.name}/{case.name}-{name}")


@pytest.mark.parametrize(("case", "name"), list(checks()))
def test_field_of_a_saved_page(case, name):
    said, file = read(case), case / "expected.json"
    if not file.exists():
        file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail(f"{file.relative_to(HERE)} was missing and is written now: review it, then run again")
    assert json.loads(file.read_text(encoding="utf-8"))[name] == said[name]


def test_there_are_cases_of_each_kind():
    assert {"listing", "news", "other"} == {case.parent.name for case in CASES}
