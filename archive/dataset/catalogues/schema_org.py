"""``dataset.jsonld``: schema.org ``Dataset`` as JSON-LD, for search engines."""

from __future__ import annotations

from typing import Any

from archive.dataset.about import About
from archive.dataset.catalogues.citation import citation
from archive.dataset.datapackage import media_type
from archive.dataset.stewardship import Author


def schema_org(about: About) -> dict[str, Any]:
    """Return the description. Addresses of files are relative if that of the release is not known."""
    dataset, edition, summary, steward = about.dataset, about.edition, about.summary, about.stewardship
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": dataset.title,
        "description": dataset.abstract,
        "url": about.page,
        "isBasedOn": dataset.homepage,
        "version": edition.version,
        "datePublished": edition.date,
        "dateModified": edition.created,
        "keywords": list(dataset.keywords),
        "license": dataset.rights_url,
        "usageInfo": dataset.rights_url,
        "conditionsOfAccess": about.rights,
        "citation": citation(about),
        "creator": [author_of(author) for author in about.authors],
        "publisher": publisher_of(about),
        "sourceOrganization": {"@type": "Organization", "name": dataset.publisher, "url": dataset.homepage},
        "inLanguage": summary.languages(),
        "variableMeasured": [field.name for field in summary.fields],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource.path,
                "description": resource.description,
                "contentUrl": about.address(resource.path),
                "encodingFormat": media_type(resource.path),
                "contentSize": f"{resource.size} B",
                "sha256": resource.sha256,
            }
            for resource in about.resources
        ],
    }
    if about.doi_address:
        document |= {"@id": about.doi_address, "identifier": about.doi_address}
    if steward.funder:
        document["funder"] = {"@type": "Organization", "name": steward.funder}
    if summary.first:
        document["temporalCoverage"] = f"{summary.first}/{summary.last}"
    return document


def author_of(author: Author) -> dict[str, Any]:
    """Return ``author`` as a person or an organization."""
    if not author.family:
        return {"@type": "Organization", "name": author.name}
    person: dict[str, Any] = {"@type": "Person", "name": author.called, "familyName": author.family}
    if author.given:
        person["givenName"] = author.given
    if author.orcid:
        person["sameAs"] = f"https://orcid.org/{author.orcid}"
    if author.affiliation:
        person["affiliation"] = {"@type": "Organization", "name": author.affiliation}
    return person


def publisher_of(about: About) -> dict[str, Any]:
    """Return who makes the dataset available, with the address for questions."""
    publisher: dict[str, Any] = {"@type": "Organization", "name": about.publisher}
    if contact := about.stewardship.contact:
        publisher["contactPoint"] = {
            "@type": "ContactPoint",
            "contactType": "questions about the dataset",
            "email": contact,
        }
    return publisher
