"""Waiting, in `start`, until everything found so far is fetched and read."""

from __future__ import annotations

from typing import Any

from scrapy import signals


async def idle(crawler: Any) -> bool:
    """Return when no request waits or is under way, and no page is being read; False when the run ends early."""
    while (slot := crawler.engine._slot) is not None and (slot.inprogress or slot.scheduler.has_pending_requests()):
        await crawler.signals.wait_for(signals.scheduler_empty)
    return slot is not None and slot.closing is None
