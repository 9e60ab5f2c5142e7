"""``datasette.yaml``: the settings with which Datasette (datasette.io) shows the SQLite file."""

from __future__ import annotations

from typing import Any

from archive.dataset.about import About
from archive.dataset.fulltext import WORDS
from archive.dataset.stories import NAME as STORIES
from archive.dataset.tables import Table


def datasette(about: About) -> dict[str, Any]:
    """Return titles and descriptions, facets, labels, full-text search and stored queries.

    Version 0.65 reads it with ``--metadata``; from version 1.0 on, ``--config`` and ``--metadata`` share the keys.
    """
    dataset = about.dataset
    tables = {table.name: _table(table, about) for table in about.tables}
    searched = [table.name for table in about.tables if any(column.name == "fts_row" for column in table.columns)]
    tables |= {name: {"hidden": True} for name in (WORDS, *(f"{name}_fts" for name in (dataset.name, *searched)))}
    return {
        "title": dataset.title,
        "description": dataset.abstract,
        "license": dataset.rights_title,
        "license_url": dataset.rights_url,
        "source": dataset.publisher,
        "source_url": dataset.homepage,
        "databases": {
            dataset.name: {
                "description": f"Release {about.edition.version}. {about.rights}",
                "tables": tables,
                "queries": _queries(about),
            }
        },
    }


def _table(table: Table, about: About) -> dict[str, Any]:
    dataset, is_main = about.dataset, table is about.tables[0]
    names = [column.name for column in table.columns]
    settings: dict[str, Any] = {
        "description": table.description,
        "columns": {column.name: column.description for column in table.columns},
    }
    if is_main:
        settings["columns"]["fts_row"] = "Number of the row in the full-text index"
        settings["facets"] = [dataset.language] if dataset.language else []
        if dataset.date:
            settings["sort_desc"] = dataset.date
    elif table.field and "label" in names:
        settings["facets"] = ["label"]
    label = dataset.heading if is_main else None
    if len(table.key) == 1:
        label = label or next((name for name in ("label", "title") if name in names), None)
    return {**settings, **({"label_column": label} if label else {})}


def _queries(about: About) -> dict[str, Any]:
    dataset, name = about.dataset, _quoted(about.dataset.name)
    shown = ", ".join(map(_quoted, (dataset.key, *dataset.first)))
    queries: dict[str, Any] = {}
    if dataset.searched:
        index = _quoted(f"{dataset.name}_fts")
        queries["search"] = {
            "title": f"Search in {', '.join(dataset.searched)}",
            "description": "One word in small letters (no l' or 's), found in other forms too; or Chinese characters.",
            # The index has stems and single Chinese characters: the second half makes a phrase of the latter.
            "sql": "WITH RECURSIVE parted (place, text) AS (SELECT 1, substr(:word, 1, 1) UNION ALL "  # noqa: S608
            "SELECT place + 1, text || ' ' || substr(:word, place + 1, 1) FROM parted WHERE place < length(:word)) "
            f"SELECT {shown} FROM {name} WHERE fts_row IN (SELECT {index}.rowid FROM {WORDS} JOIN {index} "
            f"ON {index} MATCH stem WHERE word = lower(trim(:word))) OR fts_row IN (SELECT rowid FROM {index} "
            f"WHERE {index} MATCH (SELECT '\"' || replace(text, '\"', '') || '\"' "
            "FROM parted ORDER BY place DESC LIMIT 1))",
        }
    # Stories are counted rather than items, as a story in three languages is three items.
    unit, counted = ("stories", STORIES) if dataset.stories else ("items", dataset.name)
    if dataset.date:
        queries["by_year"] = {
            "title": f"{unit.capitalize()} by year",
            "sql": f"SELECT substr({_quoted(dataset.date)}, 1, 4) AS year, count(*) AS {unit} "  # noqa: S608
            f"FROM {_quoted(counted)} "
            "GROUP BY 1 ORDER BY 1",
        }
    for table in about.tables:
        if table.field in dataset.counted and table.name == f"{counted}_{table.field}":
            queries[f"by_{table.field}"] = {
                "title": f"{unit.capitalize()} by {table.field}",
                "sql": f"SELECT id, label, count(DISTINCT {_quoted(table.key[0])}) AS {unit} "  # noqa: S608
                f"FROM {_quoted(table.name)} GROUP BY 1, 2 ORDER BY 3 DESC, 1",
            }
    for number, example in enumerate((example for example in dataset.examples if example.tool.startswith("SQLite")), 1):
        queries["example" if number == 1 else f"example_{number}"] = {
            "title": example.question or example.tool,
            "sql": example.code.strip().rstrip(";"),
        }
    return queries


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
