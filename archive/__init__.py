"""Wire-exact web archiving for Scrapy, and a plain library for WARC files.

The library half needs no Scrapy: ``from archive import iter_records``.
"""

from __future__ import annotations

from archive.errors import (
    ArchiveError,
    BrokenRecordError,
    CollectionLockedError,
    ConfigurationError,
    UndecodableEntityError,
)
from archive.warc import Draft, Record, Salvaged, Span, WarcWriter, iter_records, read_record

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
