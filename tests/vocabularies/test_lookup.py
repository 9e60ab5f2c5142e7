"""Names that the vocabularies know, and names that they must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_spider.vocabularies import (
    VOCABULARIES,
    key,
    label_field,
    label_kind,
    lookup,
    lookup_named,
    lookup_url,
    vocabularies_of,
    vocabulary,
)


def found(name, raw):
    term = lookup(name, raw)
    return term.id if term else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Date\u00a0of  Publication : ", "date of publication"),
        ("Source / éditeur", "source / editeur"),
        ("Objectifs\u202f:", "objectifs"),
        ("Kosovo*", "kosovo"),
        ("*Kosovo", "kosovo"),
        ("Droits de l’homme", "droits de l'homme"),
        ("1 – Données", "1 - donnees"),
        ("Cœur", "coeur"),
        ("Türkiye", "turkiye"),
        ("STRASSE", key("Straße")),
        ("Тип материала：", "тип материала"),
        ("и\u0306", "й"),
        ("أهداف", "أهداف"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("", ""),
        (" : ", ""),
    ],
)
def test_key(text, expected):
    assert key(text) == expected


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text):
    assert key(key(text)) == key(text)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("12. Strengthen certainty and predictability in migration procedures", "12"),
        ("12 - Screening and referral", "12"),
        ("12 – Contrôle, évaluation et orientation", "12"),
        ("12 — Screening and referral", "12"),
        ("12 Screening and referral", "12"),
        ("12) Screening and referral", "12"),
        ("12: Screening and referral", "12"),
        ("Screening and referral", "12"),
        ("Verificación de antecedentes y derivación", "12"),
        ("SCREENING AND REFERRAL", "12"),
        ("Objective 12", "12"),
        ("Objective 12: Screening and referral", "12"),
        ("GCM Objective 12", "12"),
        ("Objectif 4 - Identité légale et papiers", "4"),
        ("Objetivo 4", "4"),
        ("12", "12"),
        ("07. Reduce vulnerabilities", "7"),
        ("12. Worded in a way that no list has", "12"),
        ("1. Collecter et utiliser des données précises et ventilées", "1"),
        ("1. Сбор и использование точных данных", "1"),
        ("23 - International cooperation", "23"),
        ("International cooperation", "23"),
        ("General", "general"),
        ("3 - Data", None),
        ("12 million migrants", None),
        ("2.1 Stronger system", None),
        ("24 - Another objective", None),
        ("0 - None", None),
        ("2021", None),
        ("12 - 14 December", None),
        ("Human rights", None),
        ("", None),
    ],
)
def test_objectives(raw, expected):
    assert found("gcm_objectives", raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("West Asia", "145"),
        ("Western Asia", "145"),
        ("South-East Asia", "035"),
        ("South-eastern Asia", "035"),
        ("Southeast Asia", "035"),
        ("South Asia", "034"),
        ("East Asia", "030"),
        ("West Africa", "011"),
        ("East Africa", "014"),
        ("North Africa", "015"),
        ("Central Africa", "017"),
        ("Middle Africa", "017"),
        ("North America", "021"),
        ("Amérique du Nord", "021"),
        ("Global", "001"),
        ("Mundial", "001"),
        ("Périmètre géographique mondial", "001"),
        ("Africa", "002"),
        ("África", "002"),
        ("Afrique de l'Ouest", "011"),
        ("Bahamas, The", "044"),
        ("The Bahamas", "044"),
        ("Korea, Republic of", "410"),
        ("Korea, Democratic People's Republic of", "408"),
        ("Congo, Democratic Republic of the", "180"),
        ("Venezuela, Bolivarian Republic of", "862"),
        ("Palestine, State of", "275"),
        ("Macedonia, FYR", "807"),
        ("Somalia, Fed. Rep.", "706"),
        ("St. Martin (French part)", "663"),
        ("Puerto Rico (US)", "630"),
        ("Kosovo [1]", "XKX"),
        ("Congo, Rep.", "178"),
        ("Congo, Dem. Rep.", "180"),
        ("Congo", "178"),
        ("Côte d'Ivoire", "384"),
        ("Côte d’Ivoire", "384"),
        ("Costa de Marfil", "384"),
        ("Kosovo*", "XKX"),
        ("Kosovo", "XKX"),
        ("Turkey", "792"),
        ("Türkiye", "792"),
        ("Fiyi", "242"),
        ("Kirguistán", "417"),
        ("Bolivia (Estado Plurinacional de)", "068"),
        ("Bolivie (État plurinational de)", "068"),
        ("Brunéi Darussalam", "096"),
        ("Viet Nam", "704"),
        ("Korea, Rep.", "410"),
        ("Afghanistan (l')", "004"),
        ("أفغانستان", "004"),
        ("Афганистан", "004"),
        ("阿富汗", "004"),
        ("吉爾吉斯", "417"),
        ("Micronesia", "057"),
        ("Micronesia (Federated States of)", "583"),
        ("Niger", "562"),
        ("Nigeria", "566"),
        ("Guinea", "324"),
        ("Guinea-Bissau", "624"),
        ("Dominica", "212"),
        ("Dominican Republic", "214"),
        ("Korea", None),
        ("Asia and the Pacific", None),
        ("Arab Region", None),
        ("Middle East", None),
        ("Azerbaijn", None),
        ("Azerbaijan and Georgia", None),
    ],
)
def test_places(raw, expected):
    assert found("geographic_scope", raw) == expected


def test_a_country_has_its_iso_code_and_a_region_has_none():
    assert (lookup("geographic_scope", "Azerbaiyán").type, lookup("geographic_scope", "Azerbaiyán").iso3) == (
        "country",
        "AZE",
    )
    assert (lookup("geographic_scope", "West Asia").type, lookup("geographic_scope", "West Asia").iso3) == (
        "subregion",
        None,
    )
    assert lookup("geographic_scope", "Europe").type == "region"
    assert lookup("geographic_scope", "Global").type == "global"
    # XKX is user-assigned: not a code of ISO 3166.
    assert lookup("geographic_scope", "Kosovo*").iso3 is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("UN Network on Migration", "un-network-on-migration"),
        ("United Nations Network on Migration", "un-network-on-migration"),
        ("UN Network on Migration Azerbaijan", "un-network-on-migration-aze"),
        ("UN Network on Migration – Azerbaijan", "un-network-on-migration-aze"),
        ("UN Network on Migration in Thailand", "un-network-on-migration-tha"),
        ("UN Network on Migration Côte d’Ivoire", "un-network-on-migration-civ"),
        ("Réseau des Nations Unies sur les migrations au Sénégal", "un-network-on-migration-sen"),
        ("International Organization for Migration (IOM)", "iom"),
        ("International Organization for Migration", "iom"),
        ("IOM (International Organization for Migration)", "iom"),
        ("Organización Internacional para las Migraciones (OIM)", "iom"),
        ("IOM", "iom"),
        ("United Nations Department of Economic and Social Affairs (UN DESA)", "un-desa"),
        ("United Nations Children’s Fund (UNICEF)", "unicef"),
        ("UN-Habitat", "un-habitat"),
        ("UN Women", "un-women"),
        ("Migration MPTF", "migration-mptf"),
        ("UN Network on Migration Atlantis", None),
        ("UN Network on Migration Western Asia", None),
        ("UN Network on Migration Thematic Working Group 2 on Alternatives to Detention", None),
        ("International Labour Organization (IOM)", None),
        ("International Organization for Migration (XYZ)", None),
        ("IOM Azerbaijan", None),
        ("Ministry of Labour", None),
    ],
)
def test_publishers(raw, expected):
    assert found("source_publisher", raw) == expected


def test_a_country_network_names_its_country():
    term = lookup("source_publisher", "UN Network on Migration Azerbaiyán")
    assert (term.label, term.type, term.iso3) == ("UN Network on Migration Azerbaijan", "country-network", "AZE")


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("material_type", "News", "news"),
        ("material_type", "Actualités", "news"),
        ("material_type", "Press release", "press-release"),
        ("material_type", "Communiqué de presse", "press-release"),
        ("material_type", "Declaración", "statement"),
        ("material_type", "Événement", "event"),
        ("material_type", "Working Paper", "working-paper"),
        ("material_type", "新闻稿", "press-release"),
        ("material_type", "General Public", None),
        ("target_audience", "General Public", "general-public"),
        ("target_audience", "Migrants and diaspora", "migrants-and-diaspora"),
        ("target_audience", "Everybody", None),
        ("cross_cutting_themes", "International cooperation", "international-cooperation"),
        ("cross_cutting_themes", "Whole-of-government approach", "whole-of-government-approach"),
        ("cross_cutting_themes", "Droits de l’homme", "human-rights"),
        ("cross_cutting_themes", "人权", "human-rights"),
        ("cross_cutting_themes", "Data", None),
        ("working_group", "Alternatives to immigration detention\u00a0", "alternatives-to-detention"),
        ("working_group", "Workstream 3: Regular Pathways", "regular-pathways"),
        ("working_group", "Workstream 9: Something else", None),
        ("regional_review_process", "Arab Region", "arab-region"),
        ("regional_review_process", "UNECE Region", "europe-and-north-america"),
        ("regional_review_process", "West Asia", None),
        ("material_types", "News", "news"),
    ],
)
def test_other_vocabularies(name, raw, expected):
    assert found(name, raw) == expected


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("gcm_objectives", "/taxonomy/term/279", "1"),
        ("gcm_objectives", "https://portal.example/es/taxonomy/term/detail/287", "9"),
        ("gcm_objectives", "/fr/taxonomy/term/301?page=2", "23"),
        ("gcm_objectives", "https://portal.example/hub?gcm_objectives=279&text=&cross_cutting_theme=All", "1"),
        ("gcm_objectives", "/hub/repository-of-practices?23_objectives[0]=300&page=,2", "22"),
        ("cross_cutting_themes", "/hub?gcm_objectives=All&cross_cutting_theme=738", "people-centred"),
        ("cross_cutting_themes", "/fr/hub?gcm_objectives%3DAll%26cross_cutting_theme%3D738", "people-centred"),
        ("cross_cutting_themes", "/taxonomy/term/259", "human-rights"),
        ("gcm_objectives", "/taxonomy/term/738", None),
        ("gcm_objectives", "/hub?cross_cutting_theme=279", None),
        ("gcm_objectives", "/hub?gcm_objectives=All", None),
        ("gcm_objectives", "/taxonomy/term/279/feed", None),
        ("gcm_objectives", "/node/279", None),
        ("geographic_scope", "/taxonomy/term/313", None),
        ("gcm_objectives", "", None),
    ],
)
def test_a_link_names_a_term_by_its_id(name, url, expected):
    term = lookup_url(name, url)
    assert (term.id if term else None) == expected


def test_an_unknown_vocabulary_is_an_error():
    with pytest.raises(KeyError):
        lookup("other_source_publisher", "IOM")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("General Public", {"target_audience"}),
        ("Africa", {"geographic_scope", "regional_review_process"}),
        ("International cooperation", {"gcm_objectives", "cross_cutting_themes"}),
        ("Human rights", {"cross_cutting_themes"}),
        ("12 - Screening and referral", {"gcm_objectives"}),
        ("Objective 12: Screening and referral", {"gcm_objectives"}),
        # A numbered line of any list, and everyday words, are signs of nothing.
        ("12. Anything", set()),
        ("12", set()),
        ("General", set()),
        ("Summary", set()),
    ],
)
def test_where_a_name_can_belong(raw, expected):
    assert set(vocabularies_of(raw)) == expected


@given(st.sampled_from(VOCABULARIES), st.text(max_size=60))
def test_no_text_raises_and_what_is_found_is_a_term(name, raw):
    term = lookup(name, raw)
    assert term is None or term.type == "country-network" or vocabulary(name).terms[term.id] == term


def test_longer_names_are_looked_up_too():
    # Beyond what is kept in memory.
    assert "148" == found("geographic_scope", f"Chad{' ' * 300}")
    assert None is lookup_named("gcm_objectives", f"12{' ' * 300}")


def test_a_paragraph_is_no_label():
    assert None is label_field("Target audience of all " * 20)
    assert None is label_kind("Target audience of all " * 20)
