"""Ends a run before its end, without sending what is still queued."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.utils.defer import deferred_from_coro

from migration_spider.exceptions import NotWantedError

logger = logging.getLogger(__name__)

PAUSES = frozenset(("budget",))
"""Reasons that are nobody's fault: the next run goes on."""


def stop(crawler: Any, reason: str, why: str) -> None:
    """Close the spider with the finish reason ``reason``.

    ``why`` goes to the log and the stat ``migration/stopped``, or ``migration/paused`` when it was meant to end. The
    first reason counts. Requests under way end; those that wait fail with ``NotWantedError``.
    """
    if is_stopped(crawler):
        return
    if reason in PAUSES:
        crawler.stats.set_value("migration/paused", why)
        logger.warning("The run pauses: %s", why)
    else:
        crawler.stats.set_value("migration/stopped", why)
        logger.error("The run stops: %s", why)
    drop_queued(crawler)
    deferred_from_coro(crawler.engine.close_spider_async(reason=reason))


def is_stopped(crawler: Any) -> bool:
    """Whether `stop` was called."""
    return any(crawler.stats.get_value(f"migration/{name}") is not None for name in ("stopped", "paused"))


def drop_queued(crawler: Any) -> None:
    """Fail the requests that wait for their turn: Scrapy would send them before it closes, however long that takes."""
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            request, waiting = slot.queue.popleft()
            waiting.errback(NotWantedError(f"{request.url}: the run stops", "stopped"))
