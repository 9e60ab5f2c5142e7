"""The metadata block: every value in its field, or marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.items import TERM_FIELDS, Entry, Place, Term, Value
from migration_spider.normalize.block import normalize_block
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.vocabularies import key, label_field
from migration_spider.vocabularies.data import FILES, load

FIELDS = ["publication_date", "publication_date_raw", *TERM_FIELDS]
GENERAL_PUBLIC = Term(raw="General Public", id="general-public", label="General Public")


def entry(label, *texts):
    return Entry(label=label, values=[Value(text=text) for text in texts])


def filled(result):
    return {name: value for name, value in result.fields.items() if value not in (None, [])}


def ids(result, name):
    return [term.id for term in result.fields[name]]


def test_the_seed_values_without_their_labels_go_where_they_belong():
    result = normalize_block(
        [
            entry("Fecha de publicación"),
            entry(
                "Tipo de material",
                "General Public",
                "UN Network on Migration Azerbaijan",
                "International Organization for Migration (IOM)",
            ),
            entry("Other Source / Publisher", "IOM Azerbaijan"),
            entry("Ámbito geográfico", "West Asia"),
            entry("Grupo de trabajo"),
            entry("Proceso de revisión regional"),
            entry("Objetivos del Pacto Mundial para la Migración"),
            entry(
                "Tema transversal",
                "International cooperation",
                "Human rights",
                "Whole-of-government approach",
                "Whole-of-society approach",
            ),
        ],
        "es",
    )
    assert filled(result) == {
        "target_audience": [GENERAL_PUBLIC],
        "source_publisher": [
            Term(
                raw="UN Network on Migration Azerbaijan",
                id="un-network-on-migration-aze",
                label="UN Network on Migration Azerbaijan",
            ),
            Term(
                raw="International Organization for Migration (IOM)",
                id="iom",
                label="International Organization for Migration",
            ),
        ],
        "other_source_publisher": [Term(raw="IOM Azerbaijan")],
        "geographic_scope": [Place(raw="West Asia", id="145", label="Western Asia", type="subregion")],
        "cross_cutting_themes": [
            Term(raw="International cooperation", id="international-cooperation", label="International cooperation"),
            Term(raw="Human rights", id="human-rights", label="Human rights"),
            Term(
                raw="Whole-of-government approach",
                id="whole-of-government-approach",
                label="Whole-of-government approach",
            ),
            Term(raw="Whole-of-society approach", id="whole-of-society-approach", label="Whole-of-society approach"),
        ],
    }
    assert result.problems == ["value-moved:target_audience", "value-moved:source_publisher"]
    assert (result.unrecognized, result.unknown_labels) == ([], [])


def test_an_empty_label_is_a_field_without_label_and_needs_no_code():
    result = normalize_block(
        [
            entry("Tipo de material", "News"),
            entry("", "General Public"),
            entry("", "UN Network on Migration Azerbaijan"),
        ],
        "es",
    )
    assert ids(result, "material_type") == ["news"]
    assert result.fields["target_audience"] == [GENERAL_PUBLIC]
    assert ids(result, "source_publisher") == ["un-network-on-migration-aze"]
    assert result.problems == []


def test_every_field_of_a_full_block():
    result = normalize_block(
        [
            Entry(label="Date of publication", values=[Value(text="26 August 2018", datetime="2018-08-26T12:00:00Z")]),
            entry("Type of material:", "Press release"),
            entry("Target audience", "Civil society", "Academia"),
            entry("Source / Publisher", "UN-Habitat"),
            entry("Other Source / Publisher", "Red Cross Society – Nepal"),
            entry("Geographic scope", "Central America", "Mexico", "Kosovo*"),
            entry("Working group", "Workstream 3: Regular Pathways"),
            entry("Regional review process", "Africa"),
            entry("GCM Objectives", "12. Strengthen certainty and predictability in migration procedures", "General"),
            entry("Cross-cutting theme", "People-centred"),
        ],
        "en",
    )
    assert (result.fields["publication_date"], result.fields["publication_date_raw"]) == (
        "2018-08-26",
        "26 August 2018",
    )
    assert {name: ids(result, name) for name in TERM_FIELDS if result.fields[name]} == {
        "material_type": ["press-release"],
        "target_audience": ["civil-society", "academia"],
        "source_publisher": ["un-habitat"],
        "other_source_publisher": [None],
        "geographic_scope": ["013", "484", "XKX"],
        "working_group": ["regular-pathways"],
        "regional_review_process": ["africa"],
        "gcm_objectives": ["12", "general"],
        "cross_cutting_themes": ["people-centred"],
    }
    assert result.fields["geographic_scope"][1] == Place(
        raw="Mexico", id="484", label="Mexico", type="country", iso3="MEX"
    )
    assert result.problems == []


def test_a_block_that_says_nothing_is_no_problem():
    result = normalize_block([entry("Date of Publication"), entry("GCM Objectives", "", "\u00a0")], "en")
    assert result.fields == dict.fromkeys(FIELDS[:2]) | {name: [] for name in TERM_FIELDS}
    assert (result.problems, result.unrecognized, result.unknown_labels) == ([], [], [])


def test_the_field_decides_between_an_objective_and_a_theme():
    printed = "International cooperation"
    assert ids(normalize_block([entry("GCM Objectives", printed)], "en"), "gcm_objectives") == ["23"]
    assert ids(normalize_block([entry("Cross-cutting theme", printed)], "en"), "cross_cutting_themes") == [
        "international-cooperation"
    ]


def test_a_value_of_two_vocabularies_without_label_goes_to_the_one_whose_label_is_missing():
    result = normalize_block([entry("GCM Objectives"), entry("", "International cooperation")], "en")
    assert ids(result, "cross_cutting_themes") == ["international-cooperation"]
    assert result.problems == ["value-inferred:cross_cutting_themes"]


def test_values_printed_together_without_label_belong_together():
    result = normalize_block([entry("", "Canada", "Africa", "West Africa"), entry("Date of Publication")], "en")
    assert ["124", "002", "011"] == ids(result, "geographic_scope")
    assert ["value-inferred:geographic_scope"] == result.problems
    result = normalize_block([entry("", "Human rights", "International cooperation")], "en")
    assert ["human-rights", "international-cooperation"] == ids(result, "cross_cutting_themes")
    result = normalize_block([entry("", "General Public", "UNICEF", "Africa")], "en")
    assert (["general-public"], ["unicef"]) == (ids(result, "target_audience"), ids(result, "source_publisher"))
    assert ["value-unassigned"] == result.problems


def test_of_two_fields_without_label_each_has_its_own():
    result = normalize_block([entry("", "Africa"), entry("", "Chad", "West Africa")], "en")
    assert ["148", "011"] == ids(result, "geographic_scope")
    assert ["africa"] == ids(result, "regional_review_process")
    assert ["value-inferred:regional_review_process"] == result.problems


def test_a_value_of_two_vocabularies_and_no_other_sign_is_given_to_none():
    result = normalize_block([entry("", "International cooperation", "Africa")], "en")
    assert filled(result) == {}
    assert result.problems == ["value-unassigned"]
    assert result.unrecognized == [("unlabelled", "International cooperation"), ("unlabelled", "Africa")]


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


LABELS = [e["text"] for entries in load("labels")["kinds"].values() for e in entries]
NAMES = [row["label"]["en"] for name in FILES.values() for row in load(name)["terms"]]
TEXTS = st.one_of(
    st.sampled_from([*NAMES, "17 December 2021", "03/04/2022", "12. Anything", "A, B", "", "\u00a0"]),
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=3).map(", ".join),
    st.text(max_size=20),
)
VALUES = st.builds(
    Value,
    text=TEXTS,
    url=st.sampled_from([None, "/taxonomy/term/279", "https://x.example/hub?cross_cutting_theme=738", "::"]),
    datetime=st.sampled_from([None, None, None, "2021-12-17T12:00:00Z", "?"]),
)
BLOCKS = st.lists(
    st.builds(
        Entry,
        label=st.one_of(st.sampled_from([*LABELS, "", ":"]), st.text(max_size=12)),
        values=st.lists(VALUES, max_size=4),
    ),
    max_size=8,
)


@given(BLOCKS, st.sampled_from(["en", "es", "ar", "zh-hant", ""]))
def test_no_block_raises_and_no_value_changes_field_without_a_code(block, language):
    result = normalize_block(block, language)
    assert sorted(result.fields) == sorted(FIELDS)
    known = {code.split(":")[0] for code in PROBLEMS}
    assert {code.split(":")[0] for code in result.problems} <= known
    assert len(set(result.problems)) == len(result.problems)
    for name in TERM_FIELDS:
        own = {" ".join(v.text.split()) for e in block if label_field(e.label) == name for v in e.values}
        unlabelled = {" ".join(v.text.split()) for e in block if not key(e.label) for v in e.values}
        for term in result.fields[name]:
            if not any(term.raw in text for text in own | unlabelled):
                assert f"value-moved:{name}" in result.problems
            if term.id is None and name != "other_source_publisher":
                assert (name, term.raw) in result.unrecognized


@given(BLOCKS)
def test_a_doubled_block_says_the_same(block):
    assert normalize_block(block + block, "en").fields == normalize_block(block, "en").fields


@given(st.permutations(range(10)))
def test_labels_in_any_order_give_the_same_fields(order):
    block = [
        entry("Date of publication", "26 August 2018"),
        entry("Type of material", "News"),
        entry("Target audience", "Academia"),
        entry("Source / Publisher", "UN Women"),
        entry("Other Source / Publisher", "IOM Canada"),
        entry("Geographic scope", "Africa"),
        entry("Working group", "Workstream 1: Global Migration Data"),
        entry("Regional review process", "Africa"),
        entry("GCM Objectives", "23 - International cooperation"),
        entry("Cross-cutting theme", "International cooperation"),
    ]
    straight, shuffled = normalize_block(block, "en"), normalize_block([block[i] for i in order], "en")
    assert (straight.fields, straight.problems) == (shuffled.fields, [])
