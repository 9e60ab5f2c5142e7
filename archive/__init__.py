"""Wire-exact web archiving for Scrapy, and a library for WARC files.

The library part needs no Scrapy: ``from archive import iter_records``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.errors import (
    ArchiveError,
    BrokenRecordError,
    CollectionLockedError,
    ConfigurationError,
    UndecodableEntityError,
)

if TYPE_CHECKING:
    from archive.warc import Draft, Record, Salvaged, Span, WarcWriter, iter_records, read_record

__version__ = "0.1.0"
"""Version of `archive` and of the project around it, which are released together."""

__all__ = [
    "ArchiveError",
    "BrokenRecordError",
    "CollectionLockedError",
    "ConfigurationError",
    "Draft",
    "Record",
    "Salvaged",
    "Span",
    "UndecodableEntityError",
    "WarcWriter",
    "iter_records",
    "read_record",
]


def __getattr__(name: str) -> Any:
    """Import the readers and writers of WARC files on first access: code that catches an error does not need them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from archive import warc

    return getattr(warc, name)
