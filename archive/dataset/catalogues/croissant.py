"""``croissant.json``: Croissant 1.1 (MLCommons), a description for machine learning tools.

The record sets are the records, with the codes of their terms as lists, and the vocabularies. They refer to Parquet or
JSON, never to CSV: readers of Croissant guess the types of a CSV file and turn the code ``001`` into the number 1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from archive.dataset.about import About
from archive.dataset.catalogues.citation import citation
from archive.dataset.catalogues.schema_org import author_of, publisher_of
from archive.dataset.datapackage import Resource, media_type
from archive.dataset.schema import Field

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the specification."""

_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
}
_MEDIA_TYPES = {"jsonl": "application/jsonlines", "parquet": "application/x-parquet"}
"""Suffix -> media type that Croissant uses, if it differs from the usual one."""


def croissant(about: About) -> dict[str, Any]:
    """Return the description. Addresses of files are relative to it, so that it works in a copy of the release."""
    dataset, edition = about.dataset, about.edition
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": dataset.title,
        "description": dataset.abstract,
        "url": about.page,
        "license": dataset.rights_url,
        "conditionsOfAccess": about.rights,
        "citeAs": citation(about),
        "version": semantic(edition.version),
        "datePublished": edition.date,
        "dateModified": edition.created,
        "keywords": list(dataset.keywords),
        "inLanguage": about.summary.languages(),
        "isLiveDataset": False,
        "creator": [author_of(author) for author in about.authors],
        "publisher": publisher_of(about),
        "isBasedOn": dataset.homepage,
        "distribution": [_file(resource) for resource in about.resources],
        "recordSet": _record_sets(about),
    }
    if about.doi_address:
        document["identifier"] = about.doi_address
    return document


def semantic(version: str) -> str:
    """Return ``version`` in the form of semver.org: ``2024-05-01.2`` is ``2024.5.1+2``; a name is unchanged."""
    match = re.fullmatch(r"(\d+)[.-](\d+)[.-](\d+)(?:\.([0-9A-Za-z.-]+))?", version, re.ASCII)
    if not match:
        return version
    numbers = ".".join(str(int(number)) for number in match.groups()[:3])
    return f"{numbers}+{match[4]}" if match[4] else numbers


def _file(resource: Resource) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": resource.path,
        "name": resource.path,
        "description": resource.description,
        "contentUrl": resource.path,
        "contentSize": f"{resource.size} B",
        "encodingFormat": _MEDIA_TYPES.get(resource.path.rpartition(".")[2], media_type(resource.path)),
        "sha256": resource.sha256,
    }


def _record_sets(about: About) -> list[dict[str, Any]]:
    dataset = about.dataset
    files = {resource.path: resource for resource in about.resources}
    data = next(path for path in (f"{dataset.name}.parquet", f"{dataset.name}.jsonl") if path in files)
    sets = [_records(about, files[data])]
    for vocabulary in dataset.vocabularies:
        source = files.get(f"vocabularies/{vocabulary.name}.json")
        if source:
            sets.append(_terms(vocabulary.name, vocabulary.title, source))
    return sets


def _records(about: About, source: Resource) -> dict[str, Any]:
    dataset = about.dataset
    coded = {name for vocabulary in dataset.vocabularies for name in vocabulary.fields}
    fields = [_field(dataset.name, field, source, coded) for field in about.summary.fields]
    return {
        "@type": "cr:RecordSet",
        "@id": dataset.name,
        "name": dataset.name,
        "description": source.description,
        "key": {"@id": f"{dataset.name}/{dataset.key}"},
        # No `references` from lists to vocabularies: readers join by equality, and a list never equals a code.
        "field": [field for field in fields if field],
    }


def _field(owner: str, field: Field, source: Resource, coded: Collection[str]) -> dict[str, Any] | None:
    description: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{owner}/{field.name}",
        "name": field.name,
        "description": field.description,
        "source": {"fileObject": {"@id": source.path}, "extract": {"column": field.name}},
    }
    if field.kind in _TYPES:
        return {**description, "dataType": _TYPES[field.kind]}
    if field.kind == "list" and field.item and _is_term(field.item.fields):
        # A field without a vocabulary has no codes: the printed values are used instead.
        description["source"]["transform"] = {"jsonPath": f"$[*].{'id' if field.name in coded else 'raw'}"}
        return {**description, "dataType": "sc:Text", "isArray": True, "arrayShape": "-1"}
    return None


def _is_term(fields: Sequence[Field]) -> bool:
    return {"id", "label", "raw"} <= {field.name for field in fields}


def _terms(name: str, title: str, source: Resource) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": title,
        "key": {"@id": f"{name}/id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": description,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": source.path}, "extract": {"jsonPath": f"$.terms[*].{path}"}},
            }
            for column, path, description in (("id", "id", "Code, stable"), ("label", "label.en", "English name"))
        ],
    }
