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
"""Suffix -> name where it is another than the suffix in capitals."""


def ckan(about: About) -> dict[str, Any]:
    """The body. Without ``downloads`` the addresses of the files are relative: upload each, and CKAN sets its own."""
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
                "name": one.path,
                "description": one.description,
                "url": about.address(one.path),
                "url_type": "api" if about.folder else "upload",
                "resource_type": "api" if about.folder else "file.upload",
                "format": _format(one.path),
                "mimetype": media_type(one.path),
                "size": one.size,
                "hash": one.sha256,
            }
            # A page of a catalogue shows each: the linked tables stand in the SQLite file, too.
            for one in about.resources
            if "/" not in one.path
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
