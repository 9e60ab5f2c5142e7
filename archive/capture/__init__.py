"""The capture: a tap in Scrapy's download handler, and the archiver that writes what passes it."""

from __future__ import annotations

from archive.capture.archiver import Archiver
from archive.capture.extension import archiver_of
from archive.capture.items import ItemRecordPipeline

__all__ = ["Archiver", "ItemRecordPipeline", "archiver_of"]
