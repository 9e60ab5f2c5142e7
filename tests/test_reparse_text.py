"""Pages of which only the text is left: a saved text."""

import json

import pytest

from tests.crawling import scrapy

URL = "https://portal.example/es/node/7756"
TEXT = """A ferry for seasonal workers

A ferry for seasonal workers

Two harbours agreed on a night ferry, the port of the larger one said.

Fecha de publicación
17 Diciembre 2021
Tipo de material
Ámbito geográfico
West Asia
Tema transversal
Human rights
"""


@pytest.fixture
def saved(tmp_path):
    file = tmp_path / "page.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_one_item_is_printed(saved):
    item = json.loads(scrapy("reparse", "--text", saved, "--url", URL))
    assert ("7756@es", URL, "A ferry for seasonal workers") == (item["id"], item["url"], item["title"])
    assert "2021-12-17" == item["publication_date"]
    assert [("West Asia", "145")] == [(term["raw"], term["id"]) for term in item["geographic_scope"]]
    assert "text-rendition" in item["problems"]
    assert item["warc"] is None
    assert 64 == len(item["content_sha256"])


def test_one_item_is_written_but_never_over_a_file(saved, tmp_path):
    output = tmp_path / "item.jsonl"
    scrapy("reparse", "--text", saved, "--url", URL, "--output", output)
    line = output.read_bytes()
    assert b"\n" == line[-1:]
    assert line == scrapy("reparse", "--text", saved, "--url", URL)
    assert b"item.jsonl" in scrapy("reparse", "--text", saved, "--url", URL, "--output", output, code=2)
    assert line == output.read_bytes()


def test_the_seed(shared):
    file = next((shared / "seed").glob("*.txt"))
    item = json.loads(scrapy("reparse", "--text", file, "--url", URL))
    assert ("7756@es", "International Migrants Day (Azerbaijan)") == (item["id"], item["title"])
    assert "en" == item["content_language"]
    assert ["general-public"] == [term["id"] for term in item["target_audience"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--text", "page.txt"], "--url"),
        (["--url", URL], "--text"),
        (["--text", "no-such.txt", "--url", URL], "no-such.txt"),
        (["--text", "page.txt", "--url", "/es/node/7756"], "https://"),
        (["--text", "empty.txt", "--url", URL], "no text"),
        (["--text", "page.txt", "--url", URL, "-s", "MIGRATION_DAY_FIRST=maybe"], "MIGRATION_DAY_FIRST=maybe"),
    ],
)
def test_wrong_usage_is_exit_code_2(saved, words, says):
    (saved.parent / "empty.txt").write_bytes(b" \n")
    words = [saved.parent / word if word.endswith(".txt") else word for word in words]
    output = scrapy("reparse", *words, code=2).decode()
    assert says in output
    assert "Traceback" not in output
