"""What the items of the demo portal say, in their languages, and that the truth says the same."""

from __future__ import annotations

import json

import pytest

from tests.portal import VARIANTS, Portal
from tests.portal.client import get
from tests.portal.seen import path, printed
from tests.truth import fold


def test_default_size() -> None:
    with Portal() as portal:
        truth = portal.truth()
    assert len({record["nid"] for record in truth}) == 150
    translations = [record for record in truth if record["langcode"] != record["source_lang"]]
    assert len(translations) >= 300
    assert {record["langcode"] for record in truth} == {"en", "fr", "es", "ar", "ru", "zh-hant"}
    assert len({record["url"] for record in truth}) == len(truth)


def test_content_is_the_same_every_time() -> None:
    texts = []
    for _ in range(2):
        with Portal(nodes=20) as portal:
            texts.append(json.dumps(portal.truth()).replace(portal.url, ""))
    assert texts[0] == texts[1]


def test_every_item_of_the_truth_answers_at_its_address(portal: Portal) -> None:
    for record in portal.truth():
        reply = get(portal, path(portal, record))
        page = reply.selector
        assert reply.status == 200
        assert page.css("html::attr(lang)").get() == record["langcode"]
        assert page.css("html::attr(dir)").get() == ("rtl" if record["langcode"] == "ar" else "ltr")
        assert page.css('link[rel="canonical"]::attr(href)').get() == record["url"]
        assert page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall() == sorted_like(record)
        assert " ".join((page.css("h1 span::text").get() or "").split()) == record["title"]


def sorted_like(record: dict) -> list[str]:
    order = ["en", "fr", "es", "ar", "ru", "zh-hant"]
    if record["source_lang"] == "ar":
        return ["ar", "zh-hant"]
    return sorted(record["translations"], key=order.index)


def test_the_page_that_is_known(portal: Portal) -> None:
    page = get(portal, "/es/node/7756").selector
    labels = [" ".join(text.split()) for text in page.css(".node__meta .field__label::text").getall()]
    assert labels == [
        "Fecha de publicación",
        "Tipo de material",
        "Other Source / Publisher",
        "Ámbito geográfico",
        "Grupo de trabajo",
        "Proceso de revisión regional",
        "Objetivos del Pacto Mundial para la Migración",
        "Tema transversal",
    ]
    assert page.css(".node__meta .field__item::text").getall() == [
        "General Public",
        "UN Network on Migration Azerbaijan",
        "International Organization for Migration (IOM)",
        "IOM Azerbaijan",
        "West Asia",
        "International cooperation",
        "Human rights",
        "Whole-of-government approach",
        "Whole-of-society approach",
    ]
    title = "International Migrants Day (Azerbaijan)"
    assert [page.css("h1 span::text").get(), page.css("article h2::text").get()] == [title, title]
    assert page.css('link[rel="canonical"]::attr(href)').get() == f"{portal.url}/es/node/7756"
    assert "1244 [1999]" in page.css("footer p::text").get("")
    assert page.css(".skip-link::text").get() == "Skip to main content"


def test_truth_matches_what_the_stock_markup_prints(portal: Portal) -> None:
    for record in portal.truth():
        page = get(portal, path(portal, record)).selector
        assert printed(page) == record["metadata"]
        body = page.css(".field--name-body")
        words = " ".join(body.xpath(".//text()").getall()).split()
        assert "".join(words) == "".join(record["body_text"].replace(" [1]", "1").split())


def test_unknown_missing_and_odd_values(portal: Portal) -> None:
    records = {(record["nid"], record["langcode"]): record for record in portal.truth()}
    assert records[8836, "en"]["geographic_scope"] == ["Bahamas, The", "Kosovo*"]
    assert records[8836, "fr"]["metadata"][0]["values"] == ["1er mars 2022"]
    assert {"label": "Related commitment", "values": ["Harbour pledge no. 31"]} in records[8840, "fr"]["metadata"]
    assert records[8840, "en"]["ids"]["geographic_scope"][0] is None
    assert [row["values"] for row in records[9100, "fr"]["metadata"]] == [[]] * 6
    assert records[9107, "es"]["metadata"] == []
    assert records[16200, "en"]["date"] is None
    assert records[15, "zh-hant"]["body_language"] == "ar"
    assert any("Global" in record["geographic_scope"] for record in records.values())


@pytest.mark.parametrize("language", ["fr", "ar", "ru", "zh-hant"])
def test_a_missing_translation_shows_the_source_under_foreign_labels(portal: Portal, language: str) -> None:
    reply = get(portal, f"/{language}/node/7756")
    page = reply.selector
    assert reply.status == 200
    assert page.css("html::attr(lang)").get() == language
    assert page.css('link[rel="canonical"]::attr(href)').get() == f"{portal.url}/international-migrants-day-azerbaijan"
    assert page.css('link[rel="alternate"][hreflang]::attr(hreflang)').getall() == ["en", "es"]
    assert "shared one stage" in page.css("article p").get("")
    assert page.css(".field__label::text").get() != "Date of Publication"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_prints_the_same_values(variant: str) -> None:
    with Portal(nodes=20, variant=variant) as portal:
        for record in portal.truth():
            page = get(portal, path(portal, record)).selector
            alts = page.css("article img::attr(alt)").getall()
            text = fold(" ".join(page.css("article").xpath(".//text()").getall() + alts))
            for row in record["metadata"]:
                assert row["label"] in text
                assert all(value in text for value in row["values"]), row
            assert record["body_text"].split("\n\n")[0].split("\n")[0] in text


def test_variants_differ_in_structure() -> None:
    pages = {}
    for variant in VARIANTS:
        with Portal(nodes=20, variant=variant) as portal:
            pages[variant] = get(portal, "/international-migrants-day-azerbaijan").selector
    assert pages["bootstrap"].css("main").get() is None
    assert pages["bootstrap"].css(".field--label::text").get() == "Date of Publication"
    assert pages["bare"].css("[class]").getall() == []
    assert pages["headings"].css("article h5::text").get() == "Date of Publication"
    assert pages["hidden"].css(".field__label.visually-hidden").get() is not None
    assert pages["dl"].css("dl dt::text").get() == "Date of Publication"
    assert pages["table"].css("th::text").get() == "Date of Publication"
    assert pages["list"].css("article li::text").get() == "Date of Publication: "
    assert pages["paragraph"].css("article p strong + br").get() is not None
    assert pages["inline"].css(".meta-label::text").get() == "Date of Publication:"
