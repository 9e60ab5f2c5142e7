"""Writes, reads and salvages WARC files (ISO 28500:2017, WARC/1.1)."""

from __future__ import annotations

from archive.warc.reader import iter_records, read_record
from archive.warc.record import Draft, Record, Span
from archive.warc.salvage import Salvaged
from archive.warc.writer import WarcWriter

__all__ = ["Draft", "Record", "Salvaged", "Span", "WarcWriter", "iter_records", "read_record"]
