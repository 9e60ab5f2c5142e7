"""The exceptions of publishing a dataset."""

from __future__ import annotations

from archive.errors import ArchiveError


class DatasetError(ArchiveError):
    """Nothing was published; the message gives the reason and the remedy. Raised by `archive.dataset.publish`."""
