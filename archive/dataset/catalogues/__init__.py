"""Describes a release in the format of each catalogue, all from one :class:`~archive.dataset.about.About`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from archive.dataset.about import About
from archive.dataset.catalogues.citation import citation, citation_cff, zenodo
from archive.dataset.catalogues.ckan import ckan
from archive.dataset.catalogues.croissant import croissant
from archive.dataset.catalogues.datacite import datacite
from archive.dataset.catalogues.datasheet import datasheet
from archive.dataset.catalogues.dcat import dcat
from archive.dataset.catalogues.schema_org import schema_org
from archive.dataset.markdown import plain

CATALOGUES: Mapping[str, str] = {
    "CITATION.cff": "GitHub, Zotero and other citation managers (Citation File Format 1.2)",
    ".zenodo.json": "Zenodo: deposit metadata",
    "datacite.json": "DataCite (4.5): what registering a DOI takes; Dataverse, InvenioRDM",
    "dataset.jsonld": "search engines for data (schema.org): goes into the page about the dataset",
    "dcat.jsonld": "portals of public data (DCAT-AP 3): data.europa.eu, CKAN with ckanext-dcat",
    "croissant.json": "machine learning (Croissant 1.1): mlcroissant, Kaggle, OpenML",
    "DATASHEET.md": "people who ask how it was collected (datasheets for web archives)",
    "ckan.json": "CKAN and the Humanitarian Data Exchange: the body of `package_create`",
}
"""File -> the catalogues that use it."""


def descriptions(about: About) -> Iterator[tuple[str, str]]:
    """Yield each file of `CATALOGUES` and its text."""
    yield "CITATION.cff", citation_cff(about)
    yield "DATASHEET.md", datasheet(about)
    for path, document in (
        (".zenodo.json", zenodo(about)),
        ("datacite.json", datacite(about)),
        ("dataset.jsonld", schema_org(about)),
        ("dcat.jsonld", dcat(about)),
        ("croissant.json", croissant(about)),
        ("ckan.json", ckan(about)),
    ):
        yield path, as_json(document)


def card_sections(about: About) -> list[tuple[str, str]]:
    """Return (heading, Markdown) for the README: how to cite, whom to ask, which file is for which catalogue."""
    steward = about.stewardship
    paragraphs = [f"> {plain(citation(about))}", "`CITATION.cff` has this for citation managers."]
    if steward.contact:
        paragraphs.append(f"Questions about the dataset: <{steward.contact}>.")
    if steward.licence_note:
        paragraphs.append(f"The authors' own part: {plain(steward.licence_note)}")
    files = "\n".join(f"- `{path}`: {reader}" for path, reader in CATALOGUES.items())
    return [("How to cite", "\n\n".join(paragraphs)), ("In catalogues", files)]


def as_json(document: Any) -> str:
    """Return the text of a JSON file."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
