"""Before a run: what earlier ones left is made whole, from the archive, without the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from migration_spider.state import Memory, State

logger = logging.getLogger(__name__)


def recover(memory: Memory, data: Path, advance: Callable[[int], None] = lambda size: None) -> int:
    """Bring the indexes up to date, and write the lines that a killed run had archived but not written.

    A lost ``items/news.jsonl`` is written again in the same way, as far as the archive holds its items.

    Returns:
        The number of lines written.

    Raises:
        StateError: ``items/news.jsonl`` cannot be read or written.
    """
    restored = 0
    with State(data / "state.sqlite", data / "items" / "news.jsonl") as state:
        if state.is_empty() and memory.pages.count():
            memory.pages.forget_files()

        for items in memory.pages.catch_up(advance):
            for record in items:
                known = state.known(record["id"])
                if known is None or known.version < record["version"]:
                    state.append(record)
                    restored += 1
    if restored:
        logger.warning("Wrote %d lines of items/news.jsonl that the archive holds and the file did not", restored)
    return restored
