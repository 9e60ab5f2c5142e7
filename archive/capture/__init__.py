"""The capture: records the bytes of every exchange in Scrapy's download handler and writes them to WARC files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.capture.archiver import Archiver
    from archive.capture.extension import archiver_of
    from archive.capture.items import ItemRecordPipeline

__all__ = ["Archiver", "ItemRecordPipeline", "archiver_of"]

_HOMES = {"Archiver": "archiver", "ItemRecordPipeline": "items", "archiver_of": "extension"}
"""Name -> its module, imported on first access: reading a setting does not need the capture."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
