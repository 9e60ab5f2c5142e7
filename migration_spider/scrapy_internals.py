"""All private names of Scrapy that the project uses; they are checked before the first request.

If a version of Scrapy lacks one of them or uses it differently, `check` reports it. Otherwise a run might continue
without its delay, its robots.txt or its end.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import HtmlResponse
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils import response

from migration_spider.exceptions import UnsupportedError

SWALLOWING = ("scrapy.utils.signal", "scrapy.core.engine")
"""Loggers of exceptions in signal receivers and components after which Scrapy continues."""

_USED = (
    ("engine", "_slot downloader running"),
    ("engine._slot", "closing inprogress scheduler"),
    ("engine._slot.scheduler", "has_pending_requests"),
    ("engine.scraper.slot", "itemproc_size closing is_idle"),
    ("engine.downloader", "slots per_slot_settings get_slot_key"),
)
_SLOT = "queue delay lastseen jitter concurrency"


def check(crawler: Any) -> None:
    """Check that all names exist; to be called when the engine has started.

    Raises:
        UnsupportedError: One does not exist.
    """
    from scrapy.core.downloader import Slot

    for name in SWALLOWING:
        if importlib.import_module(name).logger.name != name:
            raise UnsupportedError(_missing(f"logger of the name {name}"))
    for path, names in _USED:
        owner = crawler
        for step in path.split("."):
            owner = getattr(owner, step, None)
        _require(owner, path, names)
    _require(Slot(1, 0.0, 0.0), "core.downloader.Slot", _SLOT)
    _require(HtmlResponse("http://host/"), "http.HtmlResponse", "_cached_selector")
    _require(response, "utils.response", "_baseurl_cache _metaref_cache")
    for name, parameters in (("robot_parser", ["self", "request"]), ("process_request_2", ["self", "rp", "request"])):
        _require(RobotsTxtMiddleware, "RobotsTxtMiddleware", name)
        if list(inspect.signature(getattr(RobotsTxtMiddleware, name)).parameters) != parameters:
            raise UnsupportedError(_missing(f"RobotsTxtMiddleware.{name}({', '.join(parameters)})"))
    if crawler.settings["ROBOTSTXT_PARSER"] == "scrapy.robotstxt.ProtegoRobotParser":
        parser = ProtegoRobotParser.from_crawler(crawler, b"Sitemap: http://host/s.xml")
        if sitemaps_of(parser) != ["http://host/s.xml"]:
            raise UnsupportedError(_missing("ProtegoRobotParser.rp.sitemaps"))
    if throttle := crawler.get_extension(AutoThrottle):
        _require(throttle, "AutoThrottle", "mindelay maxdelay")


def _require(owner: Any, path: str, names: str) -> None:
    for name in names.split():
        if not hasattr(owner, name):
            raise UnsupportedError(_missing(f"{path}.{name}"))


def _missing(name: str) -> str:
    return f"Scrapy {scrapy.__version__} has no {name}, which the crawl rests on: install the version in pyproject.toml"


def is_closing(crawler: Any) -> bool | None:
    """Whether the spider is being closed; None if it is closed."""
    slot = crawler.engine._slot
    return None if slot is None else slot.closing is not None


def is_past_requests(crawler: Any) -> bool:
    """Whether the spider is being closed and all requests have ended, or it is closed."""
    slot = crawler.engine._slot
    return slot is None or (slot.closing is not None and slot.closing.called)


async def idle(crawler: Any) -> None:
    """Return when no request is waiting or being sent, and no page is being read.

    The signal ``scheduler_empty`` is no alternative: it can be missed while its last receiver is still being woken,
    and comes again only with the next heartbeat of the engine, five seconds later.
    """
    while (slot := crawler.engine._slot) is not None and (slot.inprogress or slot.scheduler.has_pending_requests()):
        await asyncio.sleep(0.02)


async def stored(crawler: Any) -> None:
    """Return when no item is in the pipelines; there is no signal for this."""
    while (slot := crawler.engine.scraper.slot) is not None and slot.itemproc_size:
        await asyncio.sleep(0.02)


def let_close(crawler: Any) -> None:
    """Continue the closing of a spider if the pipelines are empty.

    Scrapy checks this after each page, but not after an item from `start()`: without this, a run that is stopped while
    such an item waits for its files never ends.
    """
    slot = crawler.engine.scraper.slot
    if slot is not None and slot.closing is not None and not slot.closing.called and slot.is_idle():
        slot.closing.callback(crawler.spider)


def host_key(crawler: Any, request: Request) -> str:
    """The key of the queue for the host of a request."""
    key: str = crawler.engine.downloader.get_slot_key(request)
    return key


def host_queue(crawler: Any, key: str) -> Any:
    """The queue of a host, with ``delay``, ``jitter``, ``concurrency`` and ``lastseen``, if any."""
    return crawler.engine.downloader.slots.get(key)


def host_settings(crawler: Any, key: str) -> Any:
    """The entry of a host in DOWNLOAD_SLOTS."""
    return crawler.engine.downloader.per_slot_settings.get(key, {})


def sitemaps_of(parser: Any) -> list[str]:
    """The sitemaps in a robots.txt (sitemaps.org protocol, "Submitting your Sitemap")."""
    return list(getattr(getattr(parser, "rp", None), "sitemaps", None) or ())


def take_waiting(crawler: Any) -> Iterator[tuple[Request, Any]]:
    """Remove the waiting requests from all queues; yield each with its Deferred."""
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            yield slot.queue.popleft()


def forget_selector(response: Any) -> None:
    """Delete the cached selector of ``response``, which refers back to it. Otherwise the page would stay in memory
    until the garbage collector runs, some hundred pages later."""
    if getattr(response, "_cached_selector", None) is not None:
        response._cached_selector = None
