"""Values and labels of a crawl that are in no vocabulary, for the people who maintain the vocabularies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from migration_spider.items import TERM_FIELDS
from migration_spider.vocabularies import VOCABULARIES, label_kind

EXAMPLES = 3

CODED = tuple(name for name in TERM_FIELDS if name in VOCABULARIES)
"""The item fields whose values are in a vocabulary."""


@dataclass(slots=True)
class Unknown:
    """One value or label as printed."""

    where: str
    """The item field whose vocabulary lacks the value, or ``label``."""

    text: str
    count: int = 0
    examples: list[str] = field(default_factory=list)
    """Addresses of the first items with it."""


def unknowns(items: Iterable[dict[str, Any]]) -> list[Unknown]:
    """Unknown values and labels of items (JSON objects of ``items/news.jsonl``), the most frequent first."""
    found: dict[tuple[str, str], Unknown] = {}
    for item in items:
        for where, text in _unknown(item):
            unknown = found.setdefault((where, text), Unknown(where, text))
            unknown.count += 1
            if len(unknown.examples) < EXAMPLES and item["url"] not in unknown.examples:
                unknown.examples.append(item["url"])
    return sorted(found.values(), key=lambda entry: (entry.where != "label", entry.where, -entry.count, entry.text))


def _unknown(item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name in CODED:
        yield from ((name, term["raw"]) for term in item.get(name, ()) if term.get("id") is None)
    for entry in item.get("metadata", ()):
        if entry["label"] and label_kind(entry["label"]) is None:
            yield "label", entry["label"]
