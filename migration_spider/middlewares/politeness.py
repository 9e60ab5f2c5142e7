"""Follows the site's limits: Crawl-delay, Retry-After, a lower rate after 429 and 503, an unreadable robots.txt."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.utils.asyncio import call_later

from archive.capture.decoding import START_KEY
from migration_spider import scrapy_internals
from migration_spider.exceptions import NotWantedError, in_words

logger = logging.getLogger(__name__)

REFUSALS = frozenset((429, 503))
"""Statuses of a site that requests a slower pace (RFC 6585 section 4, RFC 9110 section 15.6.4)."""

LARGEST_ROBOTS = 500 * 1024
"""Bytes of robots.txt that are read, the minimum for a crawler (RFC 9309, section 2.5)."""

RECOVERY = 0.8
"""Factor of the added delay after each good response."""

SHORTEST = 0.01
"""Seconds; the delay of a slot must not be 0, because then Scrapy ignores its clock."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait from ``now`` according to a ``Retry-After`` field; None if it is not valid.

    RFC 9110 section 10.2.3: delay-seconds, or an HTTP-date in any of its three forms. Fractions of a second, which
    some servers send, are accepted. A date in the past gives 0.
    """
    value = (value or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return float(value)
    moment = http_date(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(value: str | None) -> datetime | None:
    """An HTTP-date (RFC 9110 section 5.6.7) with its time zone, or None."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, OverflowError):  # the last of a zone of a million hours
        return None
    # The asctime form names no zone; all HTTP-dates are in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


@dataclass
class Host:
    """The pace of one host. Scrapy forgets a slot that had nothing to do for a minute; this stays."""

    delay: float
    """Seconds between requests that the settings ask for."""
    concurrency: int
    jitter: float
    crawl_delay: float = 0.0
    """Seconds between requests that robots.txt asks for."""
    added: float = 0.0
    """Seconds on top, after 429 and 503."""
    not_before: float = 0.0
    """``monotonic()`` time until which nothing is sent."""
    changed: float = 0.0
    """When the pace was last lowered: answers to requests sent earlier belong to the same refusal."""
    refusals: int = 0
    """Refusals in a row."""

    @property
    def floor(self) -> float:
        """The shortest delay allowed now, in seconds."""
        return max(self.delay, self.crawl_delay) + self.added


class PolitenessMiddleware:
    """Keeps the pace that the site requests, regardless of AutoThrottle, and ends a run that is refused.

    - ``Crawl-delay`` of robots.txt is the shortest time between two requests, one at a time; at most
      MIGRATION_MAX_CRAWL_DELAY seconds.
    - 429 and 503 with ``Retry-After`` pause the whole host; longer than MIGRATION_MAX_RETRY_AFTER ends the run.
    - 429 and 503 without it double the delay of the whole host (at least MIGRATION_SLOWDOWN_DELAY, at most
      AUTOTHROTTLE_MAX_DELAY), which recovers slowly. MIGRATION_MAX_REFUSALS in a row end the run.
    - robots.txt that cannot be read (5xx, 429, no answer) forbids everything, so the run ends; 4xx allows everything
      (RFC 9309 sections 2.3.1.3 and 2.3.1.4).

    The run then ends with the reason ``refused`` and the stat ``migration/stopped``. The pace is set by signals, not in
    ``process_response``, which is called after the next request was sent.

    Stats: ``migration/pace/crawl_delay``, ``.../refusals``, ``.../pauses``, ``.../paused_seconds``, ``.../slowdowns``.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self.run = crawler.spider.run
        self.config = self.run.config
        self.user_agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self.hosts: dict[str, Host] = {}
        self._guarded_look = self.run.guarded(self._look)
        self.run.connect(self._watch, signals.engine_started)
        self.run.connect(self.robots_parsed, signals.robots_parsed)
        self.run.connect(self.request_reached_downloader, signals.request_reached_downloader)
        self.run.connect(self.response_downloaded, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Any) -> PolitenessMiddleware:
        return cls(crawler)

    # ---- robots.txt

    def process_request(self, request: Request) -> None:
        if self.run.is_stopped:
            raise NotWantedError(f"{request.url}: the run stops", "stopped")
        if is_robots(request):
            request.meta[START_KEY] = LARGEST_ROBOTS

    def process_response(self, request: Request, response: Response) -> Response:
        if not is_robots(request):
            return response
        if response.status >= 500 or response.status in {*REFUSALS, 304}:
            kind = "down" if response.status >= 500 else "refused"
            self._robots_unreachable(request, f"was answered {response.status}", kind)
        elif response.status >= 400:
            # Scrapy would read rules from the text of an error page.
            return response.replace(body=b"")
        elif len(response.body) == LARGEST_ROBOTS:
            # An incomplete line could forbid more than the complete one.
            logger.warning("%s: only the first %d bytes are read (RFC 9309, section 2.5)", response.url, LARGEST_ROBOTS)
            return response.replace(body=response.body[: response.body.rfind(b"\n") + 1])
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if is_robots(request) and not isinstance(exception, IgnoreRequest):
            self._robots_unreachable(request, f"could not be fetched ({in_words(exception).rstrip('.')})", "down")
            raise IgnoreRequest("robots.txt could not be fetched") from exception

    def _robots_unreachable(self, request: Request, what: str, kind: str) -> None:
        self.run.stop(
            "refused",
            # RFC 9309, section 2.3.1.4: if the rules cannot be read, everything is forbidden.
            f"{request.url} {what}, so no page is requested: try later",
            kind,
        )

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        """Use ``Crawl-delay`` for this user agent as the shortest delay of the host."""
        requested = robotparser.crawl_delay(self.user_agent)
        if requested is None or math.isnan(requested) or requested <= 0:
            return
        self.run.note("pace/crawl_delay", requested)
        delay = min(requested, self.config.max_crawl_delay)
        if delay < requested:
            logger.warning(
                "robots.txt asks for %g seconds between requests: limited to %g (MIGRATION_MAX_CRAWL_DELAY)",
                requested,
                delay,
            )
        else:
            logger.info("robots.txt asks for %g seconds between requests", requested)
        key = scrapy_internals.host_key(self.crawler, request)
        host = self._host(key)
        host.crawl_delay = delay
        self._apply(key, host)

    # ---- pace

    def request_reached_downloader(self, request: Request) -> None:
        key = request.meta["download_slot"]
        self._apply(key, self._host(key))

    def response_downloaded(self, response: Response, request: Request) -> None:
        key = request.meta["download_slot"]
        host = self._host(key)
        if response.status in REFUSALS:
            self._refused(host, response, request)
        else:
            host.refusals = 0
            host.added = host.added * RECOVERY if host.added > SHORTEST else 0.0
        self._apply(key, host)

    def _refused(self, host: Host, response: Response, request: Request) -> None:
        now = monotonic()
        self.run.count("pace/refusals")
        is_new = _was_sent(request) >= host.changed
        host.refusals += is_new
        if host.refusals >= self.config.max_refusals:
            self._stop(f"{host.refusals} answers in a row were 429 or 503, the last from {response.url}")
            return
        wait = retry_after(_field(response, "Retry-After"), http_date(_field(response, "Date")) or _utc_now())
        if wait is None:
            self.slow_down(request)
        elif wait > self.config.max_retry_after:
            self._stop(
                f"{response.url} asks to wait {wait:.0f} seconds (Retry-After), "
                f"more than MIGRATION_MAX_RETRY_AFTER ({self.config.max_retry_after:g})"
            )
        elif now + wait > host.not_before:
            self.run.count("pace/paused_seconds", now + wait - max(now, host.not_before))
            if is_new:
                self.run.count("pace/pauses")
                logger.warning("%d from %s: no requests for %g seconds", response.status, response.url, wait)
            host.not_before, host.changed = now + wait, now

    def slow_down(self, request: Request) -> None:
        """Double the delay of the host of ``request``, once for all requests sent before the last change."""
        key = request.meta["download_slot"]
        host, slot = self._host(key), scrapy_internals.host_queue(self.crawler, key)
        if _was_sent(request) < host.changed:
            return
        delay = max(host.floor, slot.delay if slot else 0.0)
        delay = max(host.floor, min(max(2 * delay, self.config.slowdown_delay), self.config.max_delay))
        host.added, host.changed = delay - (host.floor - host.added), monotonic()
        self.run.count("pace/slowdowns")
        logger.warning("No good answer from %s: %g seconds between requests from now on", request.url, delay)
        self._apply(key, host)

    def _stop(self, why: str) -> None:
        self.run.stop("refused", f"the site refuses: {why}")

    def _host(self, key: str) -> Host:
        if key not in self.hosts:
            slot = scrapy_internals.host_queue(self.crawler, key)
            delay = float(scrapy_internals.host_settings(self.crawler, key).get("delay", self.config.delay))
            self.hosts[key] = Host(delay, slot.concurrency, slot.jitter)
        return self.hosts[key]

    def _apply(self, key: str, host: Host) -> None:
        slot = scrapy_internals.host_queue(self.crawler, key)
        if slot is None:
            return
        if throttle := self.crawler.get_extension(AutoThrottle):
            throttle.mindelay = host.floor
            throttle.maxdelay = max(self.config.max_delay, host.floor)
            slot.delay = max(slot.delay, host.floor)
        else:
            slot.delay = host.floor
        # With a Crawl-delay there is no random variation, and no second request at the same time.
        slot.jitter = 0.0 if host.crawl_delay else host.jitter
        slot.concurrency = 1 if host.crawl_delay or host.added else host.concurrency
        if host.not_before > monotonic():
            slot.lastseen = host.not_before
            slot.delay = max(slot.delay, SHORTEST)

    def _watch(self) -> None:
        """Check regularly whether the run ends, because Scrapy would first send all waiting requests at this pace."""
        call_later(0.5, self._guarded_look)

    def _look(self) -> None:
        is_closing = scrapy_internals.is_closing(self.crawler)
        if is_closing:
            self.run.drop_queued()
            scrapy_internals.let_close(self.crawler)
        if is_closing is not None:
            self._watch()


def is_robots(request: Request) -> bool:
    """Whether this is a request of RobotsTxtMiddleware, or a redirect of one."""
    first = (request.meta.get("redirect_urls") or [request.url])[0]
    return bool(request.meta.get("dont_obey_robotstxt")) and urlsplit(first).path == "/robots.txt"


def _was_sent(request: Request) -> float:
    """``monotonic()`` time at which ``request`` was sent, or a little later."""
    return monotonic() - float(request.meta.get("download_latency", 0.0))


def _field(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)
