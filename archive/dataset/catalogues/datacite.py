"""``datacite.json``: DataCite Metadata Schema 4.5 in the JSON of the DataCite API, for registering a DOI."""

from __future__ import annotations

from typing import Any

from archive.dataset.about import About
from archive.dataset.datapackage import media_type
from archive.dataset.stewardship import Author


def datacite(about: About) -> dict[str, Any]:
    """Return the metadata; without a DOI, ``doi`` is missing, so that DataCite assigns one."""
    dataset, edition, summary, steward = about.dataset, about.edition, about.summary, about.stewardship
    document: dict[str, Any] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "News items with codes and provenance"},
        "creators": [_person(author) for author in about.authors],
        "titles": [{"title": dataset.title, "lang": "en"}],
        "publisher": {"name": about.publisher},
        "publicationYear": edition.date[:4],
        "version": edition.version,
        "url": about.page,
        "subjects": [{"subject": word, "lang": "en"} for word in dataset.keywords],
        "contributors": [_contributor(dataset.publisher, "Producer")],
        "dates": [
            {"date": edition.date, "dateType": "Issued"},
            {"date": edition.created, "dateType": "Updated", "dateInformation": "the newest capture in it"},
        ],
        "relatedIdentifiers": [
            {
                "relatedIdentifier": dataset.homepage,
                "relatedIdentifierType": "URL",
                "relationType": "IsDerivedFrom",
            }
        ],
        "sizes": [summary.counts_text, f"{sum(resource.size for resource in about.resources)} bytes"],
        "formats": sorted({media_type(resource.path) for resource in about.resources}),
        "rightsList": [{"rights": dataset.rights_title, "rightsUri": dataset.rights_url, "lang": "en"}],
        "descriptions": [
            {"description": dataset.abstract, "descriptionType": "Abstract", "lang": "en"},
            {"description": f"Rights. {about.rights}", "descriptionType": "Other", "lang": "en"},
        ],
    }
    if steward.doi:
        document["doi"] = steward.doi
    if steward.publisher:
        document["contributors"].append(_contributor(steward.publisher, "Distributor"))
    if steward.funder:
        document["fundingReferences"] = [{"funderName": steward.funder}]
    if summary.first:
        document["dates"].append({"date": f"{summary.first}/{summary.last}", "dateType": "Other"})
        document["dates"][-1]["dateInformation"] = "dates of the records"
    return document


def _contributor(name: str, kind: str) -> dict[str, str]:
    return {"name": name, "nameType": "Organizational", "contributorType": kind}


def _person(author: Author) -> dict[str, Any]:
    person: dict[str, Any] = {"name": author.filed, "nameType": "Personal" if author.family else "Organizational"}
    if author.family:
        person["familyName"] = author.family
    if author.given:
        person["givenName"] = author.given
    if author.affiliation:
        person["affiliation"] = [{"name": author.affiliation}]
    if author.orcid:
        scheme = {"nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
        person["nameIdentifiers"] = [{"nameIdentifier": f"https://orcid.org/{author.orcid}", **scheme}]
    return person
