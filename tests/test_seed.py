"""The one page of the portal that is known in full: /es/node/7756, Spanish chrome over an English body."""

import pytest

from tests.crawling import items


@pytest.fixture(scope="module")
def seed(demo):
    return next(item for item in items(demo.data) if item["url"] == demo.url + "/es/node/7756")


EXPECTED = {
    "id": "7756@es",
    "node_id": 7756,
    "language": "es",
    "content_language": "en",
    "is_fallback": False,
    "title": "International Migrants Day (Azerbaijan)",
    "publication_date": None,
    "publication_date_raw": None,
    "material_type": [],
    "target_audience": [{"raw": "General Public", "id": "general-public", "label": "General Public"}],
    "source_publisher": [
        {
            "raw": "UN Network on Migration Azerbaijan",
            "id": "un-network-on-migration-aze",
            "label": "UN Network on Migration Azerbaijan",
        },
        {
            "raw": "International Organization for Migration (IOM)",
            "id": "iom",
            "label": "International Organization for Migration",
        },
    ],
    "other_source_publisher": [{"raw": "IOM Azerbaijan", "id": None, "label": None}],
    "geographic_scope": [
        {"raw": "West Asia", "id": "145", "label": "Western Asia", "type": "subregion", "iso3": None},
    ],
    "working_group": [],
    "regional_review_process": [],
    "gcm_objectives": [],
    "cross_cutting_themes": [
        {"raw": raw, "id": raw.lower().replace(" ", "-"), "label": raw}
        for raw in (
            "International cooperation",
            "Human rights",
            "Whole-of-government approach",
            "Whole-of-society approach",
        )
    ],
    "attachments": [],
    "problems": ["translation-fallback"],
}


@pytest.mark.parametrize("field", EXPECTED)
def test_field(seed, field):
    assert EXPECTED[field] == seed[field]


def test_the_whole_block_is_kept_as_printed(seed):
    printed = [(entry["label"], [value["text"] for value in entry["values"]]) for entry in seed["metadata"]]
    assert [
        ("Fecha de publicación", []),
        ("Tipo de material", []),
        ("", ["General Public"]),
        ("", ["UN Network on Migration Azerbaijan", "International Organization for Migration (IOM)"]),
        ("Other Source / Publisher", ["IOM Azerbaijan"]),
        ("Ámbito geográfico", ["West Asia"]),
        ("Grupo de trabajo", []),
        ("Proceso de revisión regional", []),
        ("Objetivos del Pacto Mundial para la Migración", []),
        (
            "Tema transversal",
            [
                "International cooperation",
                "Human rights",
                "Whole-of-government approach",
                "Whole-of-society approach",
            ],
        ),
    ] == printed


@pytest.mark.parametrize(
    "chrome",
    ["International Migrants Day (Azerbaijan)", "Skip to main content", "1244", "Kosovo", "Fecha de publicación"],
)
def test_the_body_is_the_article_alone(seed, chrome):
    assert seed["body_text"].count("\n\n") >= 2
    assert chrome not in seed["body_text"]
    assert chrome not in seed["body_html"]
