"""Odd metadata blocks: unknown and joined values, labels that are lost, unknown or printed twice, dates that are none."""

import pytest

from migration_spider.items import Entry, Place, Term, Value
from migration_spider.normalize.block import normalize_block
from tests.normalize.blocks import GENERAL_PUBLIC, entry, filled, ids


def test_an_unknown_value_stays_under_its_label():
    result = normalize_block(
        [entry("Type of material", "Podcast"), entry("Source / Publisher", "Ministry of Labour, Albania")], "en"
    )
    assert result.fields["material_type"] == [Term(raw="Podcast")]
    assert result.fields["source_publisher"] == [Term(raw="Ministry of Labour, Albania")]
    assert result.problems == ["unrecognized:material_type", "unrecognized:source_publisher"]
    assert result.unrecognized == [
        ("material_type", "Podcast"),
        ("source_publisher", "Ministry of Labour, Albania"),
    ]


def test_a_region_of_the_reviews_stays_a_geographic_scope():
    result = normalize_block(
        [entry("Geographic scope", "Asia and the Pacific"), entry("Regional review process")], "en"
    )
    assert filled(result) == {"geographic_scope": [Place(raw="Asia and the Pacific")]}
    assert result.problems == ["unrecognized:geographic_scope"]


def test_a_field_with_values_under_its_own_label_takes_in_no_strays():
    result = normalize_block([entry("Type of material", "Media"), entry("Target audience", "Governments")], "en")
    assert result.fields["material_type"] == [Term(raw="Media")]
    assert ids(result, "target_audience") == ["governments"]
    assert result.problems == ["unrecognized:material_type"]


def test_everyday_words_are_no_sign_of_a_field():
    result = normalize_block([entry("Target audience", "General", "Summary")], "en")
    assert result.fields["target_audience"] == [Term(raw="General"), Term(raw="Summary")]
    assert result.problems == ["unrecognized:target_audience"]
    assert ids(normalize_block([entry("", "Summary")], "en"), "material_type") == ["summary"]


def test_free_text_keeps_what_other_vocabularies_know():
    result = normalize_block([entry("Other Source / Publisher", "UN Women", "General Public", "A, B")], "en")
    assert filled(result) == {
        "other_source_publisher": [Term(raw="UN Women"), Term(raw="General Public"), Term(raw="A, B")]
    }
    assert result.problems == []


def test_values_joined_by_commas_are_parted_when_all_are_known():
    result = normalize_block(
        [
            entry("Geographic scope", "Bahamas, The, Congo, Rep., Chad"),
            entry("Cross-cutting theme", "Human rights; People-centred"),
            entry("Target audience", "Governments, Martians"),
        ],
        "en",
    )
    assert [place.raw for place in result.fields["geographic_scope"]] == ["Bahamas, The", "Congo, Rep.", "Chad"]
    assert ids(result, "geographic_scope") == ["044", "178", "148"]
    assert ids(result, "cross_cutting_themes") == ["human-rights", "people-centred"]
    assert result.fields["target_audience"] == [Term(raw="Governments, Martians")]
    assert result.problems == ["unrecognized:target_audience"]


def test_an_objective_with_commas_in_its_title_is_one_value():
    printed = "11. Manage borders in an integrated, secure and coordinated manner"
    result = normalize_block([entry("GCM Objectives", printed)], "en")
    assert [(term.raw, term.id) for term in result.fields["gcm_objectives"]] == [(printed, "11")]


def test_joined_values_under_another_label_move_together():
    result = normalize_block([entry("Tipo de material", "Governments, Academia")], "es")
    assert ids(result, "target_audience") == ["governments", "academia"]
    assert result.problems == ["value-moved:target_audience"]


def test_a_value_without_text_is_known_by_its_link():
    links = [Value(text="", url="https://portal.example/taxonomy/term/279")]
    result = normalize_block([Entry(label="GCM Objectives", values=links)], "en")
    assert [(term.raw, term.id) for term in result.fields["gcm_objectives"]] == [("", "1")]
    # With text the text counts: the same term id means another term on another site.
    links = [Value(text="Something else", url="https://portal.example/taxonomy/term/279")]
    result = normalize_block([Entry(label="GCM Objectives", values=links)], "en")
    assert result.fields["gcm_objectives"] == [Term(raw="Something else")]


def test_a_label_printed_twice_and_a_block_printed_twice_give_each_value_once():
    block = [
        entry("Grupo de trabajo"),
        entry("Grupo de trabajo", "Alternatives to immigration detention "),
        entry("Fecha de publicación", "17 Diciembre 2021"),
    ]
    once, twice = normalize_block(block, "es"), normalize_block(block + block, "es")
    assert once.fields["working_group"] == [
        Term(
            raw="Alternatives to immigration detention",
            id="alternatives-to-detention",
            label="Alternatives to immigration detention",
        )
    ]
    assert once.fields["publication_date"] == "2021-12-17"
    assert once == twice


def test_unknown_labels_are_reported_and_their_values_left_alone():
    result = normalize_block(
        [entry("Hashtag", "General Public"), entry("Hashtag", "x"), entry("Main organizer/s", "UN Women")], "en"
    )
    assert filled(result) == {}
    assert (result.problems, result.unknown_labels) == (["label-unknown"], ["Hashtag"])


@pytest.mark.parametrize("dash", ["-", "–", "—", "…", " / "])
def test_a_dash_where_there_is_no_value_is_none(dash):
    labels = ["Date of Publication", "Type of Resource", "Other Source / Publisher", "Geographic Scope", ""]
    result = normalize_block([entry(label, dash) for label in labels], "en")
    assert {} == filled(result)
    assert [] == result.problems


def test_the_footnote_is_no_value():
    note = "*References to Kosovo shall be understood in the context of resolution 1244 (1999)."
    result = normalize_block([entry("Cross-cutting theme", "Human rights", note), entry(note)], "en")
    assert ids(result, "cross_cutting_themes") == ["human-rights"]
    assert (result.problems, result.unknown_labels) == ([], [])


def test_dates_that_are_none_keep_what_was_printed():
    result = normalize_block([entry("Date of publication", "December 2021")], "en")
    assert (result.fields["publication_date"], result.fields["publication_date_raw"]) == (None, "December 2021")
    assert result.problems == ["date-incomplete"]


def test_a_date_without_label_is_the_publication_date():
    result = normalize_block([entry("", "17 December 2021")], "en")
    assert result.fields["publication_date"] == "2021-12-17"
    assert result.problems == []


def test_values_of_a_lost_label_below_the_date_move():
    result = normalize_block([entry("Date of publication", "17 December 2021", "General Public")], "en")
    assert result.fields["publication_date"] == "2021-12-17"
    assert result.fields["target_audience"] == [GENERAL_PUBLIC]
    assert result.problems == ["value-moved:target_audience"]


def test_two_different_dates_keep_the_first_and_say_so():
    result = normalize_block([entry("Date of publication", "17 December 2021", "18 December 2021")], "en")
    assert result.fields["publication_date"] == "2021-12-17"
    assert result.problems == ["date-conflict"]
