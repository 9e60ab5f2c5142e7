"""The exceptions of publishing a dataset."""

from __future__ import annotations

from archive.errors import ArchiveError


class DatasetError(ArchiveError):
    """Nothing was published; the message says why and what to do. Raised by `archive.dataset.publish`."""
