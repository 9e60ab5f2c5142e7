"""The metadata block: every value in its field, or marked."""

from hypothesis import given
from hypothesis import strategies as st

from migration_spider.items import TERM_FIELDS, Entry, Place, Term, Value
from migration_spider.normalize.block import normalize_block
from migration_spider.normalize.problems import PROBLEMS
from migration_spider.vocabularies import key, label_field
from migration_spider.vocabularies.data import FILES, load
from tests.normalize.blocks import FIELDS, GENERAL_PUBLIC, entry, filled, ids


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
