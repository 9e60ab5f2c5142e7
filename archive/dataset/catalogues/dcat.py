"""``dcat.jsonld``: DCAT-AP 3.0, the profile of data portals in Europe, as JSON-LD.

Referenced resources have their types here, too, so that readers need not fetch the lists of the Publications Office of
the European Union, whose codes DCAT-AP requires.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from archive.dataset.about import About
from archive.dataset.datapackage import Resource, media_type
from archive.dataset.stewardship import FREQUENCIES, Author

_AUTHORITY = "http://publications.europa.eu/resource/authority/"

_LANGUAGES = {"ar": "ARA", "de": "DEU", "en": "ENG", "es": "SPA", "fr": "FRA", "pt": "POR", "ru": "RUS", "zh": "ZHO"}
"""First subtag of a BCP 47 language -> code of the list ``language``."""

_FILE_TYPES = {"csv": "CSV", "json": "JSON", "jsonld": "JSON_LD", "ttl": "RDF_TURTLE", "txt": "TXT", "atom": "ATOM"}
"""Suffix -> code of the list ``file-type``, if it has one."""

_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat(about: About) -> dict[str, Any]:
    """Return the dataset with a distribution per file, identified by its DOI, else by the address of the release."""
    dataset, edition, summary, steward = about.dataset, about.edition, about.summary, about.stewardship
    frequency, _ = FREQUENCIES[steward.frequency or "unknown"]
    license_document = {"@id": dataset.rights_url, "@type": "dct:LicenseDocument"}
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": about.doi_address or f"{about.folder}#dataset",
        "@type": "dcat:Dataset",
        "dct:title": _english(dataset.title),
        "dct:description": _english(dataset.abstract),
        "dct:identifier": about.doi_address or f"{dataset.package}/{edition.version}",
        "dcat:version": edition.version,
        "dcat:keyword": [_english(word) for word in dataset.keywords],
        "dcat:theme": [
            {"@id": f"{_AUTHORITY}data-theme/{code}", "@type": "skos:Concept", "skos:prefLabel": _english(name)}
            for code, name in dataset.themes.items()
        ],
        "dct:issued": _typed(edition.date, "date"),
        "dct:modified": _typed(edition.created, "dateTime"),
        "dct:accrualPeriodicity": {"@id": f"{_AUTHORITY}frequency/{frequency}", "@type": "dct:Frequency"},
        "dct:language": [_language(code) for code in dict.fromkeys(map(_first_subtag, summary.languages()))],
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": about.publisher},
        "dct:creator": [_agent(author) for author in about.authors],
        "dct:accessRights": {
            "@id": f"{_AUTHORITY}access-right/RESTRICTED",
            "@type": "dct:RightsStatement",
        },
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": _english(f"Read from {dataset.homepage} and compiled by {dataset.compiler}."),
        },
        "prov:wasDerivedFrom": {"@id": dataset.homepage},
        "dcat:landingPage": {"@id": about.page, "@type": "foaf:Document"},
        "dcat:distribution": [_distribution(about, resource, license_document) for resource in about.resources],
    }
    if steward.contact:
        document["dcat:contactPoint"] = {
            "@type": ["vcard:Kind", "vcard:Organization"],
            "vcard:fn": about.publisher,
            "vcard:hasEmail": {"@id": f"mailto:{steward.contact}"},
        }
    if summary.first and summary.last:
        document["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(summary.first, "date"),
            "dcat:endDate": _typed(summary.last, "date"),
        }
    return document


def _distribution(about: About, resource: Resource, license_document: dict[str, str]) -> dict[str, Any]:
    address = {"@id": about.address(resource.path), "@type": "rdfs:Resource"}
    suffix = resource.path.rpartition(".")[2]
    distribution: dict[str, Any] = {
        "@id": f"{about.folder}#{quote(resource.path)}",
        "@type": "dcat:Distribution",
        "dct:title": _english(resource.path),
        "dct:description": _english(resource.description),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": {
            "@id": f"https://www.iana.org/assignments/media-types/{media_type(resource.path)}",
            "@type": "dct:MediaType",
        },
        "dcat:byteSize": _typed(str(resource.size), "nonNegativeInteger"),
        "dct:license": license_document,
        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": _english(about.rights)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": _typed(resource.sha256, "hexBinary"),
        },
    }
    if code := _FILE_TYPES.get(suffix):
        distribution["dct:format"] = {"@id": f"{_AUTHORITY}file-type/{code}", "@type": "dct:MediaTypeOrExtent"}
    return distribution


def _agent(author: Author) -> dict[str, Any]:
    agent: dict[str, Any] = {"@type": "foaf:Agent", "foaf:name": author.called}
    if author.orcid:
        agent["@id"] = f"https://orcid.org/{author.orcid}"
    if author.affiliation:
        agent["org:memberOf"] = {"@type": "org:Organization", "skos:prefLabel": author.affiliation}
    return agent


def _english(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _typed(text: str, kind: str) -> dict[str, str]:
    return {"@value": text, "@type": f"xsd:{kind}"}


def _first_subtag(code: str) -> str:
    return code.partition("-")[0]


def _language(code: str) -> dict[str, str]:
    known = _LANGUAGES.get(code)
    address = f"{_AUTHORITY}language/{known}" if known else f"http://id.loc.gov/vocabulary/iso639-1/{code}"
    return {"@id": address, "@type": "dct:LinguisticSystem"}
