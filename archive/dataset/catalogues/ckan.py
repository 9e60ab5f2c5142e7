"""``ckan.json``: the body of CKAN's ``package_create``, with the fields that the Humanitarian Data Exchange requires.

The licence text is in ``license_other``, which belongs to HDX's ``hdx-other``; other CKAN servers ignore fields that
they do not know. ``private`` is true, so that a person checks the dataset before it is public.
"""

from __future__ import annotations

import re
from typing import Any

from archive.dataset.about import About
from archive.dataset.datapackage import media_type
from archive.dataset.stewardship import FREQUENCIES

_FORMATS = {"jsonl": "JSON", "jsonld": "JSON", "atom": "XML", "md": "TXT", "yaml": "TXT"}
"""Suffix -> name, if that is not the suffix in upper case."""


def ckan(about: About) -> dict[str, Any]:
    """Return the body. Without ``downloads`` the file addresses are relative: CKAN replaces them on upload."""
    dataset, edition, summary, steward = about.dataset, about.edition, about.summary, about.stewardship
    _, days = FREQUENCIES[steward.frequency or "unknown"]
    document: dict[str, Any] = {
        "name": dataset.package,
        "title": dataset.title,
        "notes": dataset.abstract,
        "url": about.page,
        "version": edition.version,
        "private": True,
        "author": "; ".join(author.filed for author in about.authors),
        "maintainer": about.publisher,
        "license_id": "hdx-other",
        "license_other": f"{about.rights} {dataset.rights_url}",
        "dataset_source": dataset.publisher,
        "methodology": "Other",
        "methodology_other": f"Read from {dataset.homepage} and compiled by {dataset.compiler}. Every record names the "
        "archived HTTP response that it was read from.",
        "caveats": "Known gaps are in README.md, how it was collected is in DATASHEET.md.",
        "groups": [{"name": name} for name in dataset.places],
        # CKAN: letters, digits, blanks, hyphens, underscores, dots.
        "tags": [{"name": re.sub(r"[^\w .-]+", " ", word).lower()} for word in dataset.keywords],
        "resources": [
            {
                "name": resource.path,
                "description": resource.description,
                "url": about.address(resource.path),
                "url_type": "api" if about.folder else "upload",
                "resource_type": "api" if about.folder else "file.upload",
                "format": _format(resource.path),
                "mimetype": media_type(resource.path),
                "size": resource.size,
                "hash": resource.sha256,
            }
            # The catalogue lists each on its page. The linked tables are left out, as the SQLite file contains them.
            for resource in about.resources
            if "/" not in resource.path
        ],
    }
    if steward.ckan_organization:
        document["owner_org"] = steward.ckan_organization
    if steward.contact:
        document["maintainer_email"] = steward.contact
    if summary.first:
        document["dataset_date"] = f"[{summary.first}T00:00:00 TO {summary.last}T23:59:59]"
    if days is not None:
        document["data_update_frequency"] = str(days)
    return document


def _format(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return _FORMATS.get(suffix, suffix.upper())
