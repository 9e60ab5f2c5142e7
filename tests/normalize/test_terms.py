"""One printed value to one term, and lists of values to their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.items import TERM_FIELDS, Place, Term, Value
from migration_spider.normalize.terms import find, split, to_term
from migration_spider.vocabularies import VOCABULARIES, lookup


@pytest.mark.parametrize(
    ("field", "text", "parts"),
    [
        ("geographic_scope", "Chad", ["Chad"]),
        ("geographic_scope", "Chad, Mali", ["Chad", "Mali"]),
        ("geographic_scope", "Chad ,Mali;Kenya | Togo", ["Chad", "Mali", "Kenya", "Togo"]),
        ("geographic_scope", "Bahamas, The", ["Bahamas, The"]),
        ("geographic_scope", "Bahamas, The, Chad", ["Bahamas, The", "Chad"]),
        ("geographic_scope", "Congo, Rep., Congo, Dem. Rep.", ["Congo, Rep.", "Congo, Dem. Rep."]),
        ("geographic_scope", "تشاد، مالي", ["تشاد", "مالي"]),
        ("geographic_scope", "乍得、马里", ["乍得", "马里"]),
        ("geographic_scope", "Chad, Nowhere", ["Chad, Nowhere"]),
        ("geographic_scope", "Chad,", ["Chad"]),
        ("geographic_scope", ", Chad, Mali;", ["Chad", "Mali"]),
        ("geographic_scope", "Nowhere,", ["Nowhere,"]),
        ("gcm_objectives", "1 - Data, 1 - Data,", ["1 - Data", "1 - Data"]),
        ("target_audience", "Governments,\u00a0Academia", ["Governments", "Academia"]),
        (
            "gcm_objectives",
            "11. Manage borders in an integrated, secure and coordinated manner, 8. Save lives",
            ["11. Manage borders in an integrated, secure and coordinated manner", "8. Save lives"],
        ),
        ("gcm_objectives", "1 - Data, 3 – Fourniture d’informations", ["1 - Data", "3 – Fourniture d’informations"]),
        ("gcm_objectives", "11. Borders, seas and skies", ["11. Borders, seas and skies"]),
        ("gcm_objectives", "11. Borders, seas, 12. Screens", ["11. Borders, seas", "12. Screens"]),
        ("gcm_objectives", "11. Borders, 99. Nothing", ["11. Borders, 99. Nothing"]),
        ("other_source_publisher", "Chad, Mali", ["Chad, Mali"]),
        ("geographic_scope", "Chad; The ferry towns", ["Chad", "The ferry towns"]),
        ("geographic_scope", "The harbour; The ferry towns", ["The harbour; The ferry towns"]),
        (
            "source_publisher",
            "UN Network on Migration Chad, International Labour Organization (ILO)",
            ["UN Network on Migration Chad", "International Labour Organization (ILO)"],
        ),
    ],
)
def test_split(field, text, parts):
    assert split(field, Value(text=text)) == parts


@given(st.sampled_from(TERM_FIELDS), st.lists(st.sampled_from(["Chad", "The", "Bahamas", "IOM", "1 - Data", "", "x"])))
def test_parts_are_the_text_or_all_known(field, words):
    text = ", ".join(words)
    parts = split(field, Value(text=text))
    if len(parts) > 1:
        assert ", ".join(parts) == " ".join(text.split()).strip(" ,")
        assert [part for part in parts if lookup(field, part) is None] == []
    else:
        assert parts in ([" ".join(text.split())], [" ".join(text.split()).strip(" ,")])


def test_a_text_counts_before_a_link():
    value = Value(text="Save lives", url="/taxonomy/term/279")
    assert find("gcm_objectives", value).id == "8"
    assert find("gcm_objectives", Value(text=" ", url="/taxonomy/term/279")).id == "1"
    assert find("gcm_objectives", Value(text="")) is None
    assert find("other_source_publisher", Value(text="IOM")) is None


def test_a_place_has_its_type_and_code_and_any_other_term_has_not():
    chad = lookup("geographic_scope", "Chad")
    assert to_term("geographic_scope", "Tchad", chad) == Place(
        raw="Tchad", id="148", label="Chad", type="country", iso3="TCD"
    )
    assert to_term("geographic_scope", "Nowhere", None) == Place(raw="Nowhere")
    assert to_term("material_type", "News", lookup("material_type", "News")) == Term(
        raw="News", id="news", label="News"
    )
    assert set(VOCABULARIES) <= set(TERM_FIELDS) - {"other_source_publisher"}
