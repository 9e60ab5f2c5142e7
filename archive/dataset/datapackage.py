"""``datapackage.json``: Data Package v2 (datapackage.org), with a Table Schema for every CSV file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from archive.dataset.description import Dataset
from archive.dataset.edition import Edition
from archive.dataset.tables import Column, Table

PROFILES = "https://datapackage.org/profiles/2.0/"

MEDIA_TYPES = {
    "atom": "application/atom+xml",
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "sqlite": "application/vnd.sqlite3",
    "tmx": "application/x-tmx+xml",
    "ttl": "text/turtle",
    "txt": "text/plain",
    "yaml": "application/yaml",
}

# Version 2 cannot state that a file is not a table. frictionless-py takes "jsonl" and "parquet" for tables and
# fails if its readers for them are not installed. It treats files in formats that it does not know as plain files.
_FORMATS = {"jsonl": "json-lines", "parquet": "apache-parquet"}


def media_type(path: str) -> str:
    """Return the media type of a file of a release, by its suffix."""
    return MEDIA_TYPES[path.rpartition(".")[2]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the release."""

    name: str
    path: str
    """Relative to the release, with ``/``."""

    description: str
    size: int
    sha256: str
    table: Table | None = None
    """The table in a CSV file."""


def data_package(dataset: Dataset, resources: Iterable[Resource], edition: Edition) -> dict[str, Any]:
    """Return the descriptor.

    Keys beyond the standard: ``previousVersion``, ``rights``, ``texts`` (whether it contains them), ``whole`` (whether
    it is complete, in words), ``complete`` (true, false, or null if not known), ``madeFrom`` (`Edition.made_from`).
    """
    return {
        "$schema": PROFILES + "datapackage.json",
        "name": dataset.package,
        "title": dataset.title,
        "description": dataset.abstract,
        "homepage": dataset.homepage,
        "version": edition.version,
        "created": edition.created,
        "previousVersion": edition.previous,
        "whole": edition.whole,
        "complete": edition.complete,
        "madeFrom": edition.made_from,
        "texts": edition.texts,
        "keywords": list(dataset.keywords),
        "licenses": [{"title": dataset.rights_title, "path": dataset.rights_url}],
        "rights": dataset.rights,
        "sources": [{"title": dataset.publisher, "path": dataset.homepage}],
        "contributors": [
            {"title": dataset.publisher, "path": dataset.homepage, "roles": ["author"]},
            {"title": dataset.compiler, "roles": ["wrangler"]},
        ],
        "resources": [_resource(resource) for resource in resources],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    suffix = resource.path.rpartition(".")[2]
    descriptor: dict[str, Any] = {
        "name": resource.name,
        "path": resource.path,
        "description": resource.description,
        "format": _FORMATS.get(suffix, suffix),
        "mediatype": media_type(resource.path),
        "bytes": resource.size,
        "hash": f"sha256:{resource.sha256}",
    }
    if resource.table:
        descriptor |= {"type": "table", "encoding": "utf-8", "schema": table_schema(resource.table)}
    return descriptor


def table_schema(table: Table) -> dict[str, Any]:
    """Return the Table Schema of a CSV file: empty cells are null, texts are guarded (`archive.dataset.delimited`)."""
    schema: dict[str, Any] = {
        "$schema": PROFILES + "tableschema.json",
        "fields": [_field(column, table) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    keys = [
        # A key into the table itself names no resource.
        {
            "fields": [key.column],
            "reference": {**({} if key.table == table.name else {"resource": key.table}), "fields": [key.of]},
        }
        for key in table.foreign_keys
    ]
    return {**schema, "foreignKeys": keys} if keys else schema


def _field(column: Column, table: Table) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.kind, "description": column.description}
    if column.kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    # An empty text and null are both an empty cell, so a text is required only where it is part of a key.
    if not column.nullable and (column.kind != "string" or column.name in table.key):
        field["constraints"] = {"required": True}
        if table.key == (column.name,):
            field["constraints"]["unique"] = True
    return field
