"""What pages call things: words for people, where programs have names."""

import re

import pytest
from lxml import html

from migration_spider.browse.facets import NOTES
from migration_spider.browse.naming import FIELDS, dated, field_name, problem_meaning
from migration_spider.normalize.problems import PROBLEMS


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_is_told_without_names_of_columns(code):
    said = problem_meaning(code.format(field="geographic_scope"))
    assert said
    assert not re.search(r"`|_|\bnull\b|\bid\b", said)


def test_a_problem_of_another_version_is_told(collection):
    assert "a code that this version does not know" == problem_meaning("of-tomorrow:title")


@pytest.mark.parametrize(
    ("field", "name"),
    [("geographic_scope", "Geographic scope"), ("body_html", FIELDS["body_html"]), ("of_tomorrow", "Of tomorrow")],
)
def test_a_field_has_a_name(field, name):
    assert name == field_name(field)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("As of run 20261126T144125Z-2a5632: complete", "As of the run of 2026-11-26 14:41 UTC: complete"),
        ("As of run demo: sample of 25 items", "As of run demo: sample of 25 items"),
        ("No run is on record", "No run is on record"),
    ],
)
def test_a_run_is_named_by_its_time(said, told):
    assert told == dated(said)


def test_pages_name_the_run_by_its_time(client, collection):
    assert dated(collection.about.whole) != collection.about.whole
    for path in ("/", "/stories"):
        text = client.get(path).text
        assert dated(collection.about.whole) in text
        assert collection.about.whole not in text


def test_what_is_to_be_read_with_the_name_of_a_place_stands_on_every_page_where_a_story_has_it(
    client, collection, monkeypatch
):
    (note,) = NOTES.values()
    places = collection.facets["place"]
    for has_it in (False, True):
        monkeypatch.setattr(places, "bits", {key: bits for key, bits in places.bits.items() if key != "XKX"})
        if has_it:
            monkeypatch.setitem(places.bits, "XKX", 1)
            monkeypatch.setitem(places.labels, "XKX", "Kosovo")
        for path in ("/", "/stories", "/api"):
            page = html.fromstring(client.get(path).text)
            assert has_it == (note in page.xpath("//footer")[0].text_content()), path
        (map_of_it,) = html.fromstring(client.get("/").text).xpath("//figure[@class='map']")
        assert has_it == (note in map_of_it.text_content())
        assert has_it == ("Kosovo by the code XKX" in map_of_it.text_content())
        assert note in client.get("/about").text
