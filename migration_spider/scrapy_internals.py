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
"""Loggers to which Scrapy tells what receivers of signals and components raise when it goes on all the same."""

_USED = (
    ("engine", "_slot downloader running"),
    ("engine._slot", "closing inprogress scheduler"),
    ("engine._slot.scheduler", "has_pending_requests"),
    ("engine.scraper.slot", "itemproc_size closing is_idle"),
    ("engine.downloader", "slots per_slot_settings get_slot_key"),
)
_SLOT = "queue delay lastseen jitter concurrency"


def check(crawler: Any) -> None:
    """Look for every name. To be called when the engine has started.

    Raises:
        UnsupportedError: one is not there.
    """
    from scrapy.core.downloader import Slot

    for name in SWALLOWING:
        if importlib.import_module(name).logger.name != name:
            raise UnsupportedError(_says(f"logger of the name {name}"))
    for path, names in _USED:
        owner = crawler
        for step in path.split("."):
            owner = getattr(owner, step, None)
        _look(owner, path, names)
    _look(Slot(1, 0.0, 0.0), "core.downloader.Slot", _SLOT)
    _look(HtmlResponse("http://host/"), "http.HtmlResponse", "_cached_selector")
    _look(response, "utils.response", "_baseurl_cache _metaref_cache")
    for name, parameters in (("robot_parser", ["self", "request"]), ("process_request_2", ["self", "rp", "request"])):
        _look(RobotsTxtMiddleware, "RobotsTxtMiddleware", name)
        if list(inspect.signature(getattr(RobotsTxtMiddleware, name)).parameters) != parameters:
            raise UnsupportedError(_says(f"RobotsTxtMiddleware.{name}({', '.join(parameters)})"))
    if crawler.settings["ROBOTSTXT_PARSER"] == "scrapy.robotstxt.ProtegoRobotParser":
        parser = ProtegoRobotParser.from_crawler(crawler, b"Sitemap: http://host/s.xml")
        if sitemaps_of(parser) != ["http://host/s.xml"]:
            raise UnsupportedError(_says("ProtegoRobotParser.rp.sitemaps"))
    if throttle := crawler.get_extension(AutoThrottle):
        _look(throttle, "AutoThrottle", "mindelay maxdelay")


def _look(owner: Any, path: str, names: str) -> None:
    for name in names.split():
        if not hasattr(owner, name):
            raise UnsupportedError(_says(f"{path}.{name}"))


def _says(name: str) -> str:
    return f"Scrapy {scrapy.__version__} has no {name}, which the crawl rests on: install the version in pyproject.toml"


def is_closing(crawler: Any) -> bool | None:
    """Whether the spider ends; None when it has ended."""
    slot = crawler.engine._slot
    return None if slot is None else slot.closing is not None


def is_past_requests(crawler: Any) -> bool:
    """Whether the spider ends and is so far that no request is under way, or has ended."""
    slot = crawler.engine._slot
    return slot is None or (slot.closing is not None and slot.closing.called)


async def idle(crawler: Any) -> None:
    """Return when no request waits or is under way, and no page is being read.

    The signal ``scheduler_empty`` can come while who waits for it is woken from the one before, and comes again only
    with the engine's next heartbeat, five seconds later.
    """
    while (slot := crawler.engine._slot) is not None and (slot.inprogress or slot.scheduler.has_pending_requests()):
        await asyncio.sleep(0.02)


async def stored(crawler: Any) -> None:
    """Return when no item is in the pipelines any more; no signal tells of all their ends."""
    while (slot := crawler.engine.scraper.slot) is not None and slot.itemproc_size:
        await asyncio.sleep(0.02)


def let_close(crawler: Any) -> None:
    """Let a spider that closes go on once nothing is in the pipelines.

    Scrapy looks whether that is so when a page is done, but not when an item is that `start()` gave: without this, a
    run that is stopped while such an item waits for its files never ends.
    """
    slot = crawler.engine.scraper.slot
    if slot is not None and slot.closing is not None and not slot.closing.called and slot.is_idle():
        slot.closing.callback(crawler.spider)


def host_key(crawler: Any, request: Request) -> str:
    """The name of the queue of a request's host."""
    key: str = crawler.engine.downloader.get_slot_key(request)
    return key


def host_queue(crawler: Any, key: str) -> Any:
    """The queue of a host, with ``delay``, ``jitter``, ``concurrency`` and ``lastseen``; None when there is none."""
    return crawler.engine.downloader.slots.get(key)


def host_settings(crawler: Any, key: str) -> Any:
    """What DOWNLOAD_SLOTS says of a host."""
    return crawler.engine.downloader.per_slot_settings.get(key, {})


def sitemaps_of(parser: Any) -> list[str]:
    """The sitemaps that a robots.txt names (sitemaps.org protocol, "Submitting your Sitemap")."""
    return list(getattr(getattr(parser, "rp", None), "sitemaps", None) or ())


def take_waiting(crawler: Any) -> Iterator[tuple[Request, Any]]:
    """The requests that wait for their turn, each with what hears of its end, out of all queues."""
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            yield slot.queue.popleft()


def forget_selector(response: Any) -> None:
    """Let go of what ``response`` was parsed to: it holds the response in its turn, and so the whole page would stay
    until the garbage collector comes round, some hundred pages later."""
    if getattr(response, "_cached_selector", None) is not None:
        response._cached_selector = None
