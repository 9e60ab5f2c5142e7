"""5 store: the state of earlier runs, in SQLite; it is an index of the JSON lines and the archive."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migration_spider.state.memory import Memory
    from migration_spider.state.store import ItemStore, revise

__all__ = ["ItemStore", "Memory", "revise"]

_HOMES = {"ItemStore": "store", "Memory": "memory", "revise": "store"}
"""Name -> its module, which is imported at the first use; code that only reads the JSON lines needs none of them."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
