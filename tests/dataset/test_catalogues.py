"""A release in the words of each catalogue, with nobody named and with everything said; hostile texts stay texts."""

import json
import re
from urllib.parse import urljoin

import pytest

from archive.dataset import Author, Stewardship, publish
from archive.dataset.catalogues import CATALOGUES
from archive.dataset.catalogues.croissant import semantic
from archive.dataset.stewardship import FREQUENCIES
from tests.dataset.records import dataset, note, write

PERSON = Author(family="Carberry", given="Josiah", orcid="0000-0002-1825-0097", affiliation="Brown University")
STEWARD = Stewardship(
    authors=(PERSON, Author(name="The institute", affiliation="The university")),
    publisher="The library",
    contact="data@example.org",
    page="https://example.org/page",
    doi="10.5281/zenodo.1234",
    licence_note="The codes are CC0.",
    frequency="weekly",
    downloads="https://example.org/data/",
    funder="The fund",
    ckan_organization="the-library",
)
RECORDS = [
    note("a", day="2024-01-31", tags=[{"raw": "Ghana", "id": "288", "label": "Ghana"}]),
    note("b", day="2024-02-03"),
]


def release(folder, **changes):
    described = {"themes": {"SOCI": "Society"}, "places": ("world",), "language": "title", **changes}
    path = publish(dataset(**described), write(folder / "notes.jsonl", *RECORDS), folder / "dataset").path
    return path, {name: (path / name).read_text(encoding="utf-8") for name in CATALOGUES}


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    return release(tmp_path_factory.mktemp("nobody"))


@pytest.fixture(scope="module")
def somebody(tmp_path_factory):
    return release(tmp_path_factory.mktemp("somebody"), stewardship=STEWARD)


def document(made, name):
    return json.loads(made[1][name])


def cff(made):
    """Each line is a key and JSON, which is YAML."""
    lines = (line.partition(": ") for line in made[1]["CITATION.cff"].splitlines())
    return {key: json.loads(value) for key, _, value in lines}


def test_what_is_said_once_stands_in_every_description(somebody):
    for name, text in somebody[1].items():
        for word in ("Carberry", "10.5281/zenodo.1234", "Ask first. The codes are CC0.", "The institute"):
            # No DOI: Zenodo draws its own, CKAN has no place for it.
            if word not in text:
                assert (word, name) in (
                    ("10.5281/zenodo.1234", ".zenodo.json"),
                    ("10.5281/zenodo.1234", "ckan.json"),
                )
    for name in ("CITATION.cff", "dataset.jsonld", "dcat.jsonld", "ckan.json"):
        assert "data@example.org" in somebody[1][name], name
    for name in ("CITATION.cff", "datacite.json", "dataset.jsonld", "dcat.jsonld", "croissant.json", "ckan.json"):
        assert "https://example.org/page" in somebody[1][name], name
    card = (somebody[0] / "README.md").read_text(encoding="utf-8")
    cited = (
        'Carberry, Josiah; The institute (2024): Notes: "quoted", version 2024-05-01. The library. '
        "https://doi.org/10.5281/zenodo.1234"
    )
    assert cited in card
    assert cited == document(somebody, "croissant.json")["citeAs"] == document(somebody, "dataset.jsonld")["citation"]
    assert "data@example.org" in card


def test_without_a_word_about_them_nobody_is_invented(nobody):
    assert [{"name": "compiler 1.0"}] == cff(nobody)["authors"] == document(nobody, ".zenodo.json")["creators"]
    assert [{"name": "compiler 1.0", "nameType": "Organizational"}] == document(nobody, "datacite.json")["creators"]
    assert {"name": "compiler 1.0"} == document(nobody, "datacite.json")["publisher"]
    assert "compiler 1.0" == document(nobody, "dcat.jsonld")["dct:publisher"]["foaf:name"]
    assert "frequency/UNKNOWN" in document(nobody, "dcat.jsonld")["dct:accrualPeriodicity"]["@id"]
    assert "data_update_frequency" not in document(nobody, "ckan.json")
    for text in nobody[1].values():
        assert not re.search(r"doi\.org|orcid|mailto|@example|: (?:null|\"\")", text)


def test_names_and_identifiers_have_the_form_of_each_catalogue(somebody):
    orcid = "https://orcid.org/0000-0002-1825-0097"
    assert [
        {"family-names": "Carberry", "given-names": "Josiah", "orcid": orcid, "affiliation": "Brown University"},
        {"name": "The institute"},
    ] == cff(somebody)["authors"]
    assert {"name": "Carberry, Josiah", "affiliation": "Brown University", "orcid": "0000-0002-1825-0097"} == document(
        somebody, ".zenodo.json"
    )["creators"][0]
    assert "Ask first. The codes are CC0." == document(somebody, ".zenodo.json")["access_conditions"]
    person = document(somebody, "datacite.json")["creators"][0]
    assert ("Carberry", "Josiah", "Personal") == tuple(person[key] for key in ("familyName", "givenName", "nameType"))
    assert [orcid] == [one["nameIdentifier"] for one in person["nameIdentifiers"]]
    assert orcid == document(somebody, "dataset.jsonld")["creator"][0]["sameAs"]
    assert orcid == document(somebody, "dcat.jsonld")["dct:creator"][0]["@id"]


def test_files_are_found_beside_the_description_or_where_they_are_had(nobody, somebody):
    paths = {one["path"] for one in json.loads((nobody[0] / "datapackage.json").read_bytes())["resources"]}
    for made, base in ((nobody, ""), (somebody, "https://example.org/data/2024-05-01/")):
        ckan = document(made, "ckan.json")["resources"]
        assert {base + path for path in paths if "/" not in path} == {one["url"] for one in ckan}
        assert {"upload" if not base else "api"} == {one["url_type"] for one in ckan}
        dcat = document(made, "dcat.jsonld")["dcat:distribution"]
        assert {base + path for path in paths} == {one["dcat:downloadURL"]["@id"] for one in dcat}
        assert len(paths) == len({urljoin("https://x.example/", one["@id"]) for one in dcat})
        schema = document(made, "dataset.jsonld")["distribution"]
        assert {base + path for path in paths} == {one["contentUrl"] for one in schema}
        # A copy of the release is read without the network.
        assert paths == {one["contentUrl"] for one in document(made, "croissant.json")["distribution"]}


def test_frequencies_are_those_of_each_list(somebody):
    assert document(somebody, "dcat.jsonld")["dct:accrualPeriodicity"]["@id"].endswith("/frequency/WEEKLY")
    assert "7" == document(somebody, "ckan.json")["data_update_frequency"]
    # What the Humanitarian Data Exchange takes.
    assert {days for _, days in FREQUENCIES.values()} <= {None, -2, -1, 0, 1, 7, 14, 30, 90, 180, 365}


def test_ckan_has_what_hdx_requires(somebody):
    body = document(somebody, "ckan.json")
    required = (
        *("name", "title", "notes", "dataset_source", "owner_org", "maintainer", "dataset_date"),
        *("data_update_frequency", "groups", "license_id", "methodology", "tags"),
    )
    assert [] == [name for name in required if not body.get(name)]
    assert body["private"] is True
    assert "[2024-01-31T00:00:00 TO 2024-02-03T23:59:59]" == body["dataset_date"]
    assert [{"name": "world"}] == body["groups"]
    for one in body["resources"]:
        assert all(one[name] for name in ("name", "format", "description", "url_type", "resource_type"))


def test_a_date_is_a_version_to_croissant():
    versions = ("2024-05-01", "2024-05-01.2", "1.10", "1.10.0", "spring")
    assert ["2024.5.1", "2024.5.1+2", "1.10", "1.10.0", "spring"] == [semantic(version) for version in versions]


def test_croissant_names_fields_and_files_that_are_there(somebody):
    said = document(somebody, "croissant.json")
    assert "http://mlcommons.org/croissant/1.1" == said["conformsTo"]
    assert "2024.5.1" == said["version"]
    files = {one["@id"] for one in said["distribution"]}
    names = [one["@id"] for one in said["recordSet"]]
    assert ["notes", "places"] == names
    ids = [field["@id"] for one in said["recordSet"] for field in one["field"]]
    assert len({*files, *names, *ids}) == len([*files, *names, *ids])
    for one in said["recordSet"]:
        assert one["key"]["@id"] in ids
        assert {field["source"]["fileObject"]["@id"] for field in one["field"]} <= files
    tags = next(field for field in said["recordSet"][0]["field"] if field["name"] == "tags")
    assert ("$[*].id", True) == (tags["source"]["transform"]["jsonPath"], tags["isArray"])


def test_dcat_types_what_it_refers_to(somebody):
    said = document(somebody, "dcat.jsonld")
    assert "https://doi.org/10.5281/zenodo.1234" == said["@id"]
    assert [("http://publications.europa.eu/resource/authority/data-theme/SOCI", "Society")] == [
        (one["@id"], one["skos:prefLabel"]["@value"]) for one in said["dcat:theme"]
    ]
    used = {name.partition(":")[0] for name in re.findall(r'"([a-z]+:[A-Za-z]+)":', somebody[1]["dcat.jsonld"])}
    assert used <= set(said["@context"])

    def untyped(value):
        if isinstance(value, list):
            return [found for one in value for found in untyped(one)]
        if not isinstance(value, dict):
            return []
        here = [] if "@type" in value or "@value" in value else [value]
        return here + [found for key, one in value.items() if key != "@context" for found in untyped(one)]

    # Where the records come from is a site and nothing else; a mail address is none of the classes.
    assert {"https://example.org", "mailto:data@example.org"} == {
        one.get("@id") for one in untyped(said) if "@language" not in one
    }


def test_hostile_words_stay_words(tmp_path):
    evil = '"> </script>\x1b[31m \u202e ]]>'
    path, texts = release(tmp_path, title=evil, abstract=evil, publisher=evil, keywords=(evil,))
    assert evil == cff((path, texts))["title"]
    for name, text in texts.items():
        assert "\x1b" not in text, name
        if name.endswith((".json", ".jsonld")):
            assert evil in [*strings(json.loads(text))], name
    assert "\u202e" not in texts["DATASHEET.md"]
    assert not re.search(r"(?<!\\)</script", texts["DATASHEET.md"])


def strings(value):
    """All texts anywhere in ``value``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


@pytest.mark.parametrize(
    "said",
    [
        {"doi": "https://doi.org/10.5281/zenodo.1"},
        {"downloads": "https://example.org/data"},
        {"contact": "nobody"},
        {"frequency": "hourly"},
        {"publisher": "two\nlines"},
    ],
)
def test_a_steward_of_another_form_is_refused(said):
    with pytest.raises(ValueError, match=next(iter(said.values())).splitlines()[0]):
        Stewardship(**said)
