"""Writes how to cite a release: as text, ``CITATION.cff`` for citation managers, ``.zenodo.json`` for the deposit."""

from __future__ import annotations

import json
from typing import Any

from archive.dataset.about import About
from archive.dataset.stewardship import Author


def citation(about: About) -> str:
    """Return the reference as a line of text: authors (year): title, version. Publisher. Address."""
    authors = "; ".join(author.filed for author in about.authors)
    publisher = f" {about.publisher}." if about.publisher != authors else ""
    where = about.doi_address or about.page
    edition = about.edition
    return f"{authors} ({edition.date[:4]}): {about.dataset.title}, version {edition.version}.{publisher} {where}"


def citation_cff(about: About) -> str:
    """Return ``CITATION.cff``, Citation File Format 1.2.0."""
    dataset, edition, steward = about.dataset, about.edition, about.stewardship
    document: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": f"Cite the dataset as below, and {dataset.publisher} for the texts. {about.rights}",
        "type": "dataset",
        "title": dataset.title,
        "abstract": dataset.abstract,
        "authors": [_cff_author(author) for author in about.authors],
        "version": edition.version,
        "date-released": edition.date,
        "url": about.page,
        "license-url": dataset.rights_url,
        "keywords": list(dataset.keywords),
        "references": [
            {
                "type": "website",
                "title": dataset.publisher,
                "authors": [{"name": dataset.publisher}],
                "url": dataset.homepage,
            }
        ],
    }
    if steward.doi:
        document["doi"] = steward.doi
    if steward.contact:
        document["contact"] = [{"name": about.publisher, "email": steward.contact}]
    # JSON is YAML, so every text is quoted correctly.
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in document.items())


def _cff_author(author: Author) -> dict[str, str]:
    fields = {
        "name": author.name,
        "family-names": author.family,
        "given-names": author.given,
        "orcid": f"https://orcid.org/{author.orcid}" if author.orcid else "",
        # In this format, an organization has no affiliation.
        "affiliation": author.affiliation if author.family else "",
    }
    return {key: value for key, value in fields.items() if value}


def zenodo(about: About) -> dict[str, Any]:
    """Return ``.zenodo.json``: deposit metadata of Zenodo. Access is restricted, as the texts belong to others."""
    dataset, edition, steward = about.dataset, about.edition, about.stewardship
    related = [{"identifier": dataset.homepage, "relation": "isDerivedFrom", "scheme": "url"}]
    if steward.page:
        related.append({"identifier": steward.page, "relation": "isDescribedBy", "scheme": "url"})
    contributors = [{"name": dataset.publisher, "type": "Producer"}]
    if steward.publisher:
        contributors.append({"name": steward.publisher, "type": "Distributor"})
    if steward.funder:
        contributors.append({"name": steward.funder, "type": "Sponsor"})
    return {
        "title": dataset.title,
        "upload_type": "dataset",
        "description": dataset.abstract,
        "creators": [_zenodo_author(author) for author in about.authors],
        "contributors": contributors,
        "version": edition.version,
        "publication_date": edition.date,
        "keywords": list(dataset.keywords),
        "access_right": "restricted",
        "access_conditions": about.rights,
        "notes": about.rights,
        "related_identifiers": related,
    }


def _zenodo_author(author: Author) -> dict[str, str]:
    fields = {"name": author.filed, "affiliation": author.affiliation, "orcid": author.orcid}
    return {key: value for key, value in fields.items() if value}
