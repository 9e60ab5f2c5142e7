"""Excludes the objects that live as long as the crawl from garbage collection.

The objects that the capture creates for a page are freed by reference counting, but they make the collector run 50 %
more often. Most objects that the collector then visits are modules, classes and settings: at the start of a crawl, four
of five.
"""

from __future__ import annotations

import atexit
import gc


class Frozen:
    """Excludes all existing objects from collections, until `thaw`; only the first instance of a process does."""

    def __init__(self) -> None:
        self._is_ours = not gc.get_freeze_count()
        if self._is_ours:
            gc.collect()  # Frozen garbage would never be freed.
            gc.freeze()
            # Prevents the last collection when Python exits: it is useless and takes 4 % of a crawl's CPU time.
            atexit.unregister(gc.freeze)
            atexit.register(gc.freeze)

    def thaw(self) -> None:
        """Include all objects in collections again."""
        if self._is_ours:
            self._is_ours = False
            gc.unfreeze()
