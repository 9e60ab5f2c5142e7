"""`scrapy vocabulary`: what nobody has put on a list yet."""

import pytest

from migration_spider.drift import unknowns
from tests.crawling import scrapy


def item(url, **fields):
    return {"url": url, "metadata": [], **fields}


def term(raw, code=None):
    return {"raw": raw, "id": code, "label": None}


def test_values_and_labels_are_counted_with_examples():
    items = [
        item("u1", target_audience=[term("Lighthouse keepers"), term("General Public", "general-public")]),
        item("u2", target_audience=[term("Lighthouse keepers")], geographic_scope=[term("Atlantis")]),
        item("u3", metadata=[{"label": "Tide table", "values": []}, {"label": "GCM Objectives", "values": []}]),
        item("u4", other_source_publisher=[term("A free text")], metadata=[{"label": "", "values": []}]),
    ]
    found = [(one.where, one.text, one.count, one.examples) for one in unknowns(items)]
    assert [
        ("label", "Tide table", 1, ["u3"]),
        ("geographic_scope", "Atlantis", 1, ["u2"]),
        ("target_audience", "Lighthouse keepers", 2, ["u1", "u2"]),
    ] == found


def test_the_demo_portal_has_some_on_purpose(demo):
    output = scrapy("vocabulary", data=demo.data, code=1).decode()
    assert "Lighthouse keepers" in output
    assert "Upper Valley District" in output
    assert scrapy("vocabulary", "label", data=demo.data, code=1).decode().count("label ") == 1
    assert "Every value and label is known." in scrapy("vocabulary", "working_group", data=demo.data).decode()


@pytest.mark.parametrize("words", [["no_such_field"], []])
def test_wrong_usage_is_exit_code_2(demo, tmp_path, words):
    output = scrapy("vocabulary", *words, data=demo.data if words else tmp_path, code=2).decode()
    assert "error: " in output
    assert "Traceback" not in output
