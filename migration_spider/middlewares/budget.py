"""The budget of a run: number of requests, minutes, hours of the day."""

from __future__ import annotations

from datetime import datetime, time, timezone
from time import monotonic
from typing import Any

from scrapy import Request, signals
from scrapy.utils.asyncio import call_later

from migration_spider.exceptions import NotWantedError, OptionError

LOOK_EVERY = 5.0
"""Seconds between two checks of the clock."""


class BudgetMiddleware:
    """Ends a run that has used up its budget, with the reason ``budget``; the next harvest continues it.

    MIGRATION_MAX_REQUESTS counts sent requests, including robots.txt and retries, but not responses from the archive;
    MIGRATION_MAX_MINUTES counts from the start; MIGRATION_HOURS (``22:00-06:00``, UTC) are the hours in which requests
    may be sent. Requests in progress and their items are completed.

    Raises:
        OptionError: The run starts outside of MIGRATION_HOURS.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.run = crawler.spider.run
        self.max_requests = self.run.config.max_requests
        self.max_seconds = self.run.config.max_minutes * 60
        self.hours = self.run.config.hours
        self.started = monotonic()
        self.sent = 0
        self._guarded_look = self.run.guarded(self._look)
        if not is_within(self.hours, _now()):
            raise OptionError(
                f"it is {_now():%H:%M} UTC, outside of MIGRATION_HOURS ({crawler.settings['MIGRATION_HOURS']}): "
                "start the run in those hours"
            )
        if self.max_seconds or self.hours:
            self.run.connect(self._wait, signals.engine_started)

    @classmethod
    def from_crawler(cls, crawler: Any) -> BudgetMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if self.max_requests and self.sent >= self.max_requests:
            self._stop(f"{self.sent} requests were sent (MIGRATION_MAX_REQUESTS)")
            raise NotWantedError(f"{request.url}: the run stops", "stopped")
        self.sent += 1

    def _look(self) -> None:
        if self.crawler.engine is None or not self.crawler.engine.running:
            return
        if self.max_seconds and monotonic() - self.started >= self.max_seconds:
            self._stop(f"{self.max_seconds / 60:g} minutes are over (MIGRATION_MAX_MINUTES)")
        elif not is_within(self.hours, _now()):
            self._stop(f"it is {_now():%H:%M} UTC (MIGRATION_HOURS)")
        else:
            self._wait()

    def _wait(self) -> None:
        left = self.max_seconds - (monotonic() - self.started) if self.max_seconds else LOOK_EVERY
        call_later(max(0.0, min(LOOK_EVERY, left)), self._guarded_look)

    def _stop(self, why: str) -> None:
        self.run.stop("budget", why)


def is_within(hours: tuple[time, time] | None, now: datetime) -> bool:
    """Whether ``now`` is in the range, which may include midnight."""
    if hours is None:
        return True
    begin, end = hours
    clock = now.time()
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _now() -> datetime:
    return datetime.now(timezone.utc)
