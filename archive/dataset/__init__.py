"""6 publish: JSON lines as a dataset that a stranger can use: tables, schema, description, changes, checksums.

Knows no site: :class:`Dataset` says what the records are and where they come from.
"""

from __future__ import annotations

from archive.dataset.delimited import unguard
from archive.dataset.description import Dataset, Example, Vocabulary
from archive.dataset.errors import DatasetError
from archive.dataset.release import Release, publish

__all__ = ["Dataset", "DatasetError", "Example", "Release", "Vocabulary", "publish", "unguard"]
