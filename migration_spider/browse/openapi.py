"""The OpenAPI 3.1 description of the API, made from the tables that the API itself uses."""

from __future__ import annotations

import json
from typing import Any

from migration_spider import __version__
from migration_spider.browse.collection import Collection
from migration_spider.browse.parameters import PARAMETERS, Parameter

_TEXT, _NUMBER, _ADDRESS = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "uri"}


def described(collection: Collection, base: str) -> dict[str, Any]:
    """The description of the API at the address ``base``; stories and items have the schemas of the collection."""
    schemas = _schemas(collection)
    known = "|".join(schemas["Story"]["properties"])
    every = {parameter.name: _parameter(parameter) for parameter in PARAMETERS}
    for name in ("fields[include][]", "fields[exclude][]"):
        every[name]["schema"] = {"type": "array", "items": {"type": "string", "pattern": f"^({known})(\\.\\w+)?$"}}
    selection = [every[parameter.name] for parameter in PARAMETERS if parameter.is_selection]
    fields = [every[parameter.name] for parameter in PARAMETERS if parameter.is_of_fields]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Migration network news",
            "version": __version__,
            "summary": "The stories of a release or of a data folder, read only",
            "description": f"{collection.about.name}. {collection.about.whole}.",
        },
        "servers": [{"url": base.rstrip("/")}],
        "paths": {
            "/v1/stories": _get("stories", "Stories of a selection", every.values(), "Stories"),
            "/v1/stories/{id}": _get("story", "One story", [_path("Id of a story"), *fields], "Stories", missing=True),
            "/v1/items/{id}": _get(
                "item", "One item: a story in one language", [_path("Id of an item")], "Items", missing=True
            ),
            "/v1/facets": _get("facets", "Values of all facets, counted in a selection", selection, "Facets"),
            "/v1/openapi.json": _get("openapi", "This description", [], None),
        },
        "components": {"schemas": schemas},
    }  # fmt: skip


def _get(name: str, summary: str, parameters: Any, answer: str | None, *, missing: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = _ref(answer) if answer else {"type": "object"}
    answers = {
        "200": {"description": "Found", "content": {"application/json": {"schema": schema}}},
        "304": {"description": "The same as you have"},
    }
    problem = {"application/problem+json": {"schema": _ref("Problem")}}
    answers["400"] = {"description": "This request is not valid", "content": problem}
    if missing:
        answers["404"] = {"description": "There is none of this id", "content": problem}
    return {"get": {"operationId": name, "summary": summary, "parameters": [*parameters], "responses": answers}}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    description: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "schema": parameter.schema,
    }
    if parameter.schema.get("type") == "array":
        description |= {"style": "form", "explode": parameter.repeated}
    return description


def _path(about: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"name": "id", "in": "path", "required": True, "description": about, "schema": schema}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(collection: Collection) -> dict[str, Any]:
    nullable = {"type": ["boolean", "null"]}
    link = _object({"href": _ADDRESS})
    value = _object({"value": _TEXT, "label": _TEXT, "count": _NUMBER})
    values = {"type": "array", "items": value}
    facet = _object({"type": _TEXT, "data": values, "more": {"type": "boolean"}})
    facets = {"type": "object", "additionalProperties": facet}
    counted = _object(
        {"name": _TEXT, "title": _TEXT, "field": {"type": ["string", "null"]}, "values": values}
    )  # fmt: skip
    known = {"name": _TEXT, "whole": _TEXT, "complete": nullable, "created": _TEXT}
    every = {"collection": _ref("Collection"), "href": _ADDRESS}
    every |= dict.fromkeys(("time", "totalCount", "count"), _NUMBER)
    links = {"type": "object", "additionalProperties": link}
    return {
        "Collection": {"description": "What the answer is of, and how complete it is", **_object(known)},
        "Story": _without_required(_schema(collection, "stories.schema.json")),
        "Item": _schema(collection, "schema.json"),
        "Stories": _object(
            {
                **every,
                "links": links,
                "data": _list("Story"),
                "embedded": _object({"facets": facets}),
            },
            optional=("embedded",),
        ),
        "Items": _object({**every, "links": links, "data": _list("Item")}),
        "Facets": _object({**every, "data": {"type": "array", "items": counted}}),
        "Problem": _object({"type": _TEXT, "title": _TEXT, "status": _NUMBER, "detail": _TEXT}),
    }  # fmt: skip


def _list(name: str) -> dict[str, Any]:
    entry = _object({"id": _TEXT, "score": {"type": "number"}, "href": _ADDRESS, "fields": _ref(name)})
    return {"type": "array", "items": entry}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _without_required(schema: Any) -> Any:
    """``schema`` without required properties, because a request can select fields."""
    if isinstance(schema, dict):
        return {name: _without_required(value) for name, value in schema.items() if name != "required"}
    return [_without_required(entry) for entry in schema] if isinstance(schema, list) else schema


def _schema(collection: Collection, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((collection.folder / name).read_text(encoding="utf-8"))
    schema.pop("$schema", None)
    return schema
