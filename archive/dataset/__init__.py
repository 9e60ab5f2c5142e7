"""6 publish: JSON lines as a dataset that a stranger can use: tables, schema, description, changes, checksums.

Knows no site: :class:`Dataset` says what the records are and where they come from.
"""

from __future__ import annotations

from archive.dataset.collection import Collection, Pace, Visit
from archive.dataset.delimited import unguard
from archive.dataset.description import Dataset, Example, Stories, Vocabulary
from archive.dataset.draft import Draft, Part, Sheet
from archive.dataset.edition import Wholeness
from archive.dataset.errors import DatasetError
from archive.dataset.holdings import Holdings
from archive.dataset.proof import placed, proof
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
