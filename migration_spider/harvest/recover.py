"""Before a run: what earlier ones left is made whole, from the archive, without the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from migration_spider.harvest.lines import Mending, set_bad_lines_aside
from migration_spider.state import Memory, State

logger = logging.getLogger(__name__)


def recover(memory: Memory, data: Path, advance: Callable[[int], None] = lambda size: None) -> int:
    """Bring the indexes up to date, and write the lines that a killed run had archived but not written.

    Lines that ``items/news.jsonl`` has lost since the last run, some or all, are written again in their place, as far
    as the archive holds its items.

    Returns:
        The number of lines written.

    Raises:
        StateError: ``items/news.jsonl`` cannot be read or written.
    """
    lines = data / "items" / "news.jsonl"
    if bad := set_bad_lines_aside(lines):
        logger.warning("Took %d lines that are no items out of %s; the file as it was is %s", *bad)
    restored = 0
    with State(data / "state.sqlite", lines) as state:
        is_lost = bool(bad) or state.is_other_file
        if is_lost:
            memory.pages.forget_files()
            with Mending(lines) as mending:
                for items in memory.pages.catch_up(advance):
                    mending.add(items)
                restored = mending.finish()
        else:
            for items in memory.pages.catch_up(advance):
                for record in items:
                    known = state.known(record["id"])
                    if known is None or known.version < record["version"]:
                        state.append(record)
                        restored += 1
    if is_lost:
        # The index of the new file; the old one is open no longer.
        State(data / "state.sqlite", lines).close()
    if restored:
        logger.warning("Wrote %d lines of items/news.jsonl that the archive holds and the file did not", restored)
    return restored
