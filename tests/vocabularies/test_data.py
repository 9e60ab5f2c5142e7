"""The data files: complete, consistent, and each says where it comes from."""

import pytest

from migration_spider.items import TERM_FIELDS
from migration_spider.vocabularies import VOCABULARIES, is_kosovo_footnote, key, label_field, label_kind, labels, lookup
from migration_spider.vocabularies.data import FILES, load
from migration_spider.vocabularies.terms import other_names

FOUND_FIELDS = {
    "publication_date",
    "material_type",
    "target_audience",
    "source_publisher",
    "other_source_publisher",
    "geographic_scope",
    "working_group",
    "regional_review_process",
    "gcm_objectives",
    "cross_cutting_themes",
}
"""The fields of the portal's block when it was first read. One that is added later has the labels that were seen."""


@pytest.mark.parametrize("name", [*FILES.values(), "labels", "phrases"])
def test_a_file_names_title_source_date_and_licence(name):
    data = load(name)
    assert [field for field in ("title", "source", "date", "licence", "notes") if not data.get(field)] == []


@pytest.mark.parametrize("name", VOCABULARIES)
def test_ids_and_term_ids_are_unique_and_every_term_has_an_english_label(name):
    rows = load(FILES[name])["terms"]
    ids = [row["id"] for row in rows]
    tids = [tid for row in rows for tid in row.get("tids", [])]
    assert (len(ids), len(tids)) == (len(set(ids)), len(set(tids)))
    assert [row["id"] for row in rows if not row["label"].get("en")] == []


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_name_finds_its_own_term(name):
    rows = load(FILES[name])["terms"]
    names = [
        (row["id"], printed)
        for row in rows
        for printed in [*row["label"].values(), *other_names(row), *row.get("acronyms", [])]
    ]
    wrong = [(i, printed) for i, printed in names if (lookup(name, printed) or lookup("places", "World")).id != i]
    assert wrong == []


def test_the_closed_lists_have_their_known_sizes():
    objectives = [row["id"] for row in load("gcm_objectives")["terms"]]
    assert objectives == [*(str(n) for n in range(1, 24)), "general"]
    assert len(load("cross_cutting_themes")["terms"]) == 10
    assert len(load("regional_reviews")["terms"]) == 5


def test_the_term_ids_of_objectives_follow_their_numbers():
    rows = load("gcm_objectives")["terms"][:23]
    assert [row["tids"] for row in rows] == [[278 + n] for n in range(1, 24)]


def test_places_have_codes_of_their_kind_and_parents_that_exist():
    rows = {row["id"]: row for row in load("places")["terms"]}
    assert [i for i in rows if not (len(i) == 3 and (i.isdecimal() or i == "XKX"))] == []
    assert {row["type"] for row in rows.values()} == {"global", "region", "subregion", "country"}
    assert [i for i, row in rows.items() if row["parent"] not in rows and row["parent"] is not None] == []
    assert [i for i, row in rows.items() if (row["type"] == "country" and i != "XKX") != bool(row["iso3"])] == []
    six = {"en", "fr", "es", "ar", "ru", "zh"}
    assert [i for i, row in rows.items() if not six <= set(row["label"])] == []


def test_a_key_labels_one_field_only():
    owners: dict[str, set[tuple[str, str | None]]] = {}
    for kind, entries in load("labels")["kinds"].items():
        for entry in entries:
            owners.setdefault(key(entry["text"]), set()).add((kind, entry.get("field")))
    assert {label: fields for label, fields in owners.items() if len(fields) > 1} == {}
    assert labels() == frozenset(owners)


def test_every_field_has_labels():
    named = {entry["field"] for entry in load("labels")["kinds"]["news"]}
    assert named == {"publication_date", *TERM_FIELDS}


def test_the_fields_of_the_portal_have_labels_in_every_language():
    entries = load("labels")["kinds"]["news"]
    languages = {"en", "fr", "es", "ar", "ru", "zh", "zh-Hant", "pt", "de"}
    have = {(entry["field"], entry["language"]) for entry in entries}
    assert {(field, language) for field in FOUND_FIELDS for language in languages} - have == set()
    assert {e["status"] for e in entries if e["language"] not in ("en", "fr", "es")} == {"inferred"}


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Date of Publication", "publication_date"),
        ("Date of publication:", "publication_date"),
        ("FECHA DE PUBLICACIÓN", "publication_date"),
        ("Date de publication\u00a0:", "publication_date"),
        ("Tipo de material", "material_type"),
        ("Type of Resource", "material_type"),
        ("Type de matériel", "material_type"),
        ("Target audience", "target_audience"),
        ("Public cible", "target_audience"),
        ("Source / éditeur", "source_publisher"),
        ("Source / Publisher", "source_publisher"),
        ("Other Source / Publisher", "other_source_publisher"),
        ("Échelle géographique", "geographic_scope"),
        ("Ámbito geográfico", "geographic_scope"),
        ("Workstream Output", "working_group"),
        ("Produit d'un groupe de travail", "working_group"),
        ("Proceso de revisión regional", "regional_review_process"),
        ("Processus d’examen régional", "regional_review_process"),
        ("Objectifs Pacte mondial pour la migration", "gcm_objectives"),
        ("Objetivos del Pacto Mundial para la Migración", "gcm_objectives"),
        ("Tema transversal", "cross_cutting_themes"),
        ("تاريخ النشر", "publication_date"),
        ("Дата публикации", "publication_date"),
        ("发布日期", "publication_date"),
        ("Zielgruppe", "target_audience"),
        ("Date", None),
        ("Attachments", None),
        ("Country:", None),
        ("Full width banner", None),
        ("Something new", None),
        ("", None),
    ],
)
def test_label_field(label, field):
    assert label_field(label) == field


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("GCM Objectives", "news"),
        ("Date:", "event"),
        ("Main organizer/s", "event"),
        ("GCM Guiding Principles*", "practice"),
        ("Sub Regions:", "practice"),
        ("LAST UPDATED:", "pledge"),
        ("Discussion Space Detail Link", "discussion"),
        ("Upload document", "file"),
        ("Full width banner", "chrome"),
        ("Pièces jointes", "file"),
        ("Something new", None),
    ],
)
def test_label_kind(label, kind):
    assert label_kind(label) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*References to Kosovo shall be understood in the context of resolution 1244 (1999).", True),
        ("*Todas las referencias a Kosovo deben entenderse según la Resolución 1244 [1999].", True),
        ("Toutes les références\u00a0au Kosovo s’entendent au sens de la résolution 1244 (1999).", True),
        ("The Council adopted resolution 1244 on Kosovo in 1999.", False),
        ("References to Kosovo in the report were few.", False),
        ("Kosovo*", False),
        ("", False),
    ],
)
def test_is_kosovo_footnote(text, expected):
    assert is_kosovo_footnote(text) is expected


def test_every_list_of_phrases_says_what_its_texts_mean_and_has_each_text_once():
    for name, entry in load("phrases")["lists"].items():
        assert entry["why"], name
        assert sorted(set(entry["texts"])) == sorted(entry["texts"]), name
