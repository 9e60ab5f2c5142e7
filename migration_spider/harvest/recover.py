"""Completes, before a run, what earlier runs left unfinished, from the archive and without the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from migration_spider.exceptions import BadLineError
from migration_spider.state import ItemStore, Memory
from migration_spider.state.lines import set_bad_lines_aside

logger = logging.getLogger(__name__)


def recover(memory: Memory, data: Path, advance: Callable[[int], None] = lambda size: None) -> int:
    """Update the indexes, and write the lines that a killed run had archived but not written.

    Lines that ``items/news.jsonl`` has lost since the last run are written again in their places, if their items are in
    the archive.

    Returns:
        The number of lines written.

    Raises:
        StateError: ``items/news.jsonl`` cannot be read or written.
    """
    database, lines = data / "state.sqlite", data / "items" / "news.jsonl"
    restored = 0
    try:
        store = ItemStore(database, lines, mending=True)
    except BadLineError:
        aside = set_bad_lines_aside(lines)
        logger.warning("Removed %d lines that are not items from %s; the original file is %s", *aside)
        store = ItemStore(database, lines, mending=True, anew=True)
    with closing(store):
        if store.is_other_file:
            memory.pages.forget_files()
            restored = store.mend(memory.pages.catch_up(advance))
        else:
            for record in (record for records in memory.pages.catch_up(advance) for record in records):
                before = store.item(record["id"])
                if before is None or before.version < record["version"]:
                    store.append(record)
                    restored += 1
    if restored:
        logger.warning("Restored %d lines of items/news.jsonl from the archive", restored)
    return restored
