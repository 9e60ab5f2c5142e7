"""Excludes the objects that live as long as the crawl from garbage collection.

The objects that the capture creates for a page are freed by reference counting, but they make the collector run half
as often again. Most objects that the collector then visits are modules, classes and settings: at the start of a crawl,
four of five.
"""

from __future__ import annotations

import atexit
import gc


class Frozen:
    """Keeps what exists now out of collections, until `thaw`; of several at a time in a process, the first does."""

    def __init__(self) -> None:
        self._is_ours = not gc.get_freeze_count()
        if self._is_ours:
            gc.collect()  # Garbage that is frozen would stay.
            gc.freeze()
            # Python looks for garbage when it ends, and nobody needs what that frees: 4 % of a crawl's CPU time.
            atexit.unregister(gc.freeze)
            atexit.register(gc.freeze)

    def thaw(self) -> None:
        """Let everything be collected again."""
        if self._is_ours:
            self._is_ours = False
            gc.unfreeze()
