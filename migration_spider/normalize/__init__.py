"""Converts printed values to dates, codes and languages: pure functions, one module per kind of value."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .block import BlockResult, normalize_block
    from .dates import parse_date
    from .html import sanitise
    from .identity import content_sha256, filename, item_id
    from .language import detect
    from .problems import PROBLEMS, problem

__all__ = [
    "PROBLEMS",
    "BlockResult",
    "content_sha256",
    "detect",
    "filename",
    "item_id",
    "normalize_block",
    "parse_date",
    "problem",
    "sanitise",
]

_HOMES = {
    "PROBLEMS": "problems",
    "BlockResult": "block",
    "content_sha256": "identity",
    "detect": "language",
    "filename": "identity",
    "item_id": "identity",
    "normalize_block": "block",
    "parse_date": "dates",
    "problem": "problems",
    "sanitise": "html",
}
"""Name -> its module. Who only names a file needs no dates."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
