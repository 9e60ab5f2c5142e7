"""How a release is described to citation managers, repositories and search engines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from archive.dataset.datapackage import MEDIA_TYPES, Resource
from archive.dataset.description import Dataset
from archive.dataset.edition import Edition
from archive.dataset.summary import Summary


def citation_cff(dataset: Dataset, edition: Edition) -> str:
    """``CITATION.cff``, Citation File Format 1.2.0."""
    document: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": f"Cite the dataset as below, and {dataset.publisher} for the texts. {dataset.rights}",
        "type": "dataset",
        "title": dataset.title,
        "abstract": dataset.abstract,
        "authors": [{"name": dataset.compiler}],
        "version": edition.version,
        "date-released": edition.date,
        "url": dataset.homepage,
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
    # JSON is YAML: texts are quoted right whatever they hold.
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in document.items())


def zenodo(dataset: Dataset, edition: Edition) -> dict[str, Any]:
    """``.zenodo.json``: deposit metadata of Zenodo. Access is restricted: the texts are not ours to license."""
    return {
        "title": dataset.title,
        "upload_type": "dataset",
        "description": dataset.abstract,
        "creators": [{"name": dataset.compiler}],
        "contributors": [{"name": dataset.publisher, "type": "Producer"}],
        "version": edition.version,
        "publication_date": edition.date,
        "keywords": list(dataset.keywords),
        "access_right": "restricted",
        "access_conditions": dataset.rights,
        "notes": dataset.rights,
        "related_identifiers": [{"identifier": dataset.homepage, "relation": "isDerivedFrom", "scheme": "url"}],
    }


def schema_org(dataset: Dataset, summary: Summary, resources: Sequence[Resource], edition: Edition) -> dict[str, Any]:
    """schema.org ``Dataset`` as JSON-LD, for search engines."""
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": dataset.title,
        "description": dataset.abstract,
        "url": dataset.homepage,
        "isBasedOn": dataset.homepage,
        "version": edition.version,
        "dateModified": edition.created,
        "keywords": list(dataset.keywords),
        "license": dataset.rights_url,
        "usageInfo": dataset.rights_url,
        "conditionsOfAccess": dataset.rights,
        "creator": {"@type": "Organization", "name": dataset.compiler},
        "sourceOrganization": {"@type": "Organization", "name": dataset.publisher, "url": dataset.homepage},
        "inLanguage": summary.languages(),
        "variableMeasured": [field.name for field in summary.fields],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": resource.description,
                "contentUrl": resource.path,
                "encodingFormat": MEDIA_TYPES[resource.path.rpartition(".")[2]],
                "contentSize": f"{resource.size} B",
                "sha256": resource.sha256,
            }
            for resource in resources
        ],
    }
    if summary.first:
        document["temporalCoverage"] = f"{summary.first}/{summary.last}"
    return document
