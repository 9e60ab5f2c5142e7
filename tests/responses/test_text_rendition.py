"""Pages of which only text is left."""

import pytest

from migration_spider.normalize.item import normalize
from migration_spider.responses.text_rendition import TextPage

URL = "https://portal.example/es/node/7756"
TEXT = """Skip to main content

A ferry for seasonal workers

Statements

A ferry for seasonal workers

 Two harbours agreed on a night ferry, the port of the larger one said.

The crossing takes nine hours and has a doctor on board.
Tickets are sold at the pier.

Fecha de publicación
Tipo de material
General Public
UN Network on Migration Azerbaijan
Ámbito geográfico: West Asia
Objetivos del Pacto Mundial para la Migración
1 - Datos
Tide table

*Todas las referencias a Kosovo deben entenderse en el contexto de la Resolución 1244 [1999].
"""


@pytest.fixture
def page():
    return TextPage(URL, TEXT)


def test_what_text_says(page):
    assert page.is_news
    item = page.to_item()
    assert ("A ferry for seasonal workers", 7756, "es") == (item.title, item.node_id, item.language)
    assert (
        "Two harbours agreed on a night ferry, the port of the larger one said.\n\n"
        "The crossing takes nine hours and has a doctor on board.\nTickets are sold at the pier."
    ) == item.body_text
    assert [
        ("Fecha de publicación", []),
        ("Tipo de material", ["General Public", "UN Network on Migration Azerbaijan"]),
        ("Ámbito geográfico", ["West Asia"]),
        ("Objetivos del Pacto Mundial para la Migración", ["1 - Datos", "Tide table"]),
    ] == [(entry.label, [value.text for value in entry.values]) for entry in item.metadata]


def test_values_find_their_fields_and_what_was_lost_is_said(page):
    item = page.to_item()
    normalize(item)
    assert ["general-public"] == [term.id for term in item.target_audience]
    assert ["un-network-on-migration-aze"] == [term.id for term in item.source_publisher]
    assert ["145"] == [term.id for term in item.geographic_scope]
    assert ["1", None] == [term.id for term in item.gcm_objectives]
    assert [
        "text-rendition",
        "value-lost:publication_date",
        "value-moved:target_audience",
        "value-moved:source_publisher",
        "unrecognized:gcm_objectives",
    ] == item.problems


def test_a_label_printed_twice_lost_nothing_when_one_has_a_value():
    page = TextPage(URL, "A\n\nGrupo de trabajo\nGrupo de trabajo\nLighthouses\nTema transversal\n")
    assert ["text-rendition", "value-lost:cross_cutting_themes"] == page.to_item().problems


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "One line",
        "A\nB\nC",
        "Date of Publication\n",
        "Main organizer/s\nGeographic Scope\nGCM Objectives\n",
    ],
)
def test_other_texts_are_no_news(text):
    page = TextPage(URL, text)
    assert not page.is_news
    page.to_item()


def test_the_seed(shared):
    text = next((shared / "seed").glob("*.txt")).read_text(encoding="utf-8")
    item = TextPage(URL, text).to_item()
    normalize(item)
    assert "International Migrants Day (Azerbaijan)" == item.title
    assert ["General Public"] == [term.raw for term in item.target_audience]
    assert ["IOM Azerbaijan"] == [term.raw for term in item.other_source_publisher]
    assert ["145"] == [term.id for term in item.geographic_scope]
    assert [
        "international-cooperation",
        "human-rights",
        "whole-of-government-approach",
        "whole-of-society-approach",
    ] == [term.id for term in item.cross_cutting_themes]
    assert [] == item.material_type
    assert item.body_text.startswith("IOM Azerbaijan, UNNM")
    assert item.body_text.endswith("presented to participants.")
    assert 8 == item.body_text.count("\n\n") + 1
