"""6 publish: makes a dataset from JSON lines: tables, schema, description, changes, checksums.

It contains nothing about a site: :class:`Dataset` describes the records and their source.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archive.dataset.errors import DatasetError

if TYPE_CHECKING:
    from archive.dataset.collection import Collection, Pace, Visit
    from archive.dataset.delimited import unguard
    from archive.dataset.description import Dataset, Example, Stories, Vocabulary
    from archive.dataset.draft import Draft, Part, Sheet
    from archive.dataset.edition import Wholeness
    from archive.dataset.holdings import Holdings
    from archive.dataset.proofs import placed, proof
    from archive.dataset.release import Release, publish
    from archive.dataset.stewardship import Author, Stewardship

__all__ = [
    "Author",
    "Collection",
    "Dataset",
    "DatasetError",
    "Draft",
    "Example",
    "Holdings",
    "Pace",
    "Part",
    "Release",
    "Sheet",
    "Stewardship",
    "Stories",
    "Visit",
    "Vocabulary",
    "Wholeness",
    "placed",
    "proof",
    "publish",
    "unguard",
]

_HOMES = {
    "Author": "stewardship",
    "Collection": "collection",
    "Dataset": "description",
    "Draft": "draft",
    "Example": "description",
    "Holdings": "holdings",
    "Pace": "collection",
    "Part": "draft",
    "Release": "release",
    "Sheet": "draft",
    "Stewardship": "stewardship",
    "Stories": "description",
    "Visit": "collection",
    "Vocabulary": "description",
    "Wholeness": "edition",
    "placed": "proofs",
    "proof": "proofs",
    "publish": "release",
    "unguard": "delimited",
}
"""Name -> its module, imported on first access: a crawl, which reads lines, needs none of the modules that write a
release."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
