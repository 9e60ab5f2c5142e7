"""Harvests without network, files of the archive and engine: hundreds in a few seconds, for tests of many courses.

The spider, the incremental middleware, the pipelines, the ledger, the state, `recover`, the rules and what settles a run
are the project's own. In their place stand: the wire (`Site`, a function of a path), the WARC files and their index
(`Archive`), Scrapy's scheduler and downloader (`_Engine`, one request after the other), the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from itemadapter import ItemAdapter
from scrapy import Request
from scrapy.exceptions import DropItem
from scrapy.http import HtmlResponse
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.request import fingerprint
from twisted.python.failure import Failure

from archive.index import LastAnswer
from archive.warc.record import Span, format_date
from migration_spider import kept_readings, pipelines, scrapy_internals
from migration_spider.exceptions import NotWantedError
from migration_spider.harvest import session
from migration_spider.items import Evidence, NewsItem
from migration_spider.middlewares import incremental
from migration_spider.middlewares.incremental import IncrementalMiddleware
from migration_spider.pages import Page, facts_of
from migration_spider.run import Run
from migration_spider.spiders import news
from migration_spider.state import memory

BASE = "http://127.0.0.1"
Answer = tuple[int, dict[str, str], bytes]
Site = Callable[[str], Answer]
"""Path -> status, headers, body."""


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Archive:
    """What the WARC files and their index hold, over all runs."""

    answers: dict[str, LastAnswer] = field(default_factory=dict)
    bodies: list[Answer] = field(default_factory=list)
    unread: list[tuple[str, Any]] = field(default_factory=list)
    """(``answer``, one) and (``item``, record) that `catch_up` has not told of."""
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    directory: Path = Path()

    def get(self, url: str) -> LastAnswer | None:
        return self.answers.get(url.partition("#")[0])

    def last_date(self) -> str:
        return max((one.checked for one in self.answers.values()), default="")

    def unknown_files(self) -> list[Any]:
        return []

    def forget_files(self) -> None:
        pass

    def close(self) -> None:
        pass

    def catch_up(self, advance: Any = None) -> Iterator[list[dict[str, Any]]]:
        told, self.unread = self.unread, []
        now = format_date(self.now())
        for kind, one in told:
            known = self.answers.get(one.url) if kind == "answer" else None
            rank = "" if kind == "item" or one.checked > now else one.checked
            if kind == "answer" and not (known and rank < known.checked <= now):
                self.answers[one.url] = one
        yield [one for kind, one in told if kind == "item"]

    def store(self, url: str, answer: Answer, date: datetime) -> dict[str, Any]:
        """Take an answer in; returns its facts, as the capture gives them."""
        place = Span("file", len(self.bodies), 1)
        self.bodies.append(answer)
        if answer[0] < 500:
            checked = format_date(date)
            self.unread.append(("answer", LastAnswer(url, answer[0], None, None, checked, place, place)))
        return self.facts(url, place.offset, format_date(date))

    def facts(self, url: str, number: int, date: str) -> dict[str, Any]:
        return {
            "file": "file", "offset": number, "length": 1, "record_id": f"<urn:uuid:{number}>", "target_uri": url,
            "date": date, "payload_digest": "sha256:0", "fetched_at": f"{date[:19]}Z",
        }  # fmt: skip

    def replay(self, _: Path, url: str, head: Span, __: Span, fetched_at: str, *, flag: str) -> tuple[Any, Any]:
        """As `archive.replay.answer`."""
        status, headers, body = self.bodies[head.offset]
        response = _Response(url, status, headers, body, flags=[flag], encoding="utf-8")
        return response, {**self.facts(url, head.offset, fetched_at), "revisit": False}


class _Archiver:
    """Writes notes of items; ``dies_in`` notes from now the process is killed after writing one."""

    def __init__(self, archive: Archive, run_id: str, dies_in: int | None) -> None:
        self.archive, self.run_id, self.dies_in = archive, run_id, dies_in

    async def write_metadata(self, block: bytes, *, content_type: str, **_: Any) -> None:
        if content_type in memory.ITEM_TYPES:
            self.archive.unread.append(("item", pipelines.json.loads(block)))
            if self.dies_in is not None:
                self.dies_in -= 1
                if self.dies_in < 0:
                    raise Killed

    async def sync(self) -> None:
        pass


@lru_cache(maxsize=2048)
def _selector(url: str, body: bytes) -> Any:
    return HtmlResponse(url, body=body, encoding="utf-8").selector


_kept = lru_cache(maxsize=2048)(facts_of)
_page = lru_cache(maxsize=2048)(Page)


def _read(url: str, selector: Any, named_as_news: Any, told: Any) -> Any:
    """A page is read once: what was read of it is kept."""
    found = selector()
    return _kept(url, found, named_as_news(_page(url, found)))


class _Response(HtmlResponse):
    @property
    def selector(self) -> Any:
        return _selector(self.url, self.body)


class _Crawler:
    """What components ask of a crawler."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stats = SimpleNamespace(set_value=lambda *_: None, get_stats=dict)
        self.signals = SimpleNamespace(connect=lambda *_, **__: None)
        self.engine = SimpleNamespace(running=False)
        self.spider: Any = None

    @property
    def run(self) -> Run:
        return self.spider.run


@dataclass
class Harvests:
    """The harvests of one folder. Each begins a day after the one before, by a clock that may be wrong.

    Args:
        site: what answers.
        settings: MIGRATION_... settings beside those of `BARE`.
    """

    data: Path
    site: Site
    settings: dict[str, Any] = field(default_factory=dict)
    archive: Archive = field(default_factory=Archive)
    moment: datetime = datetime(2026, 3, 1, tzinfo=timezone.utc)
    """What the time really is."""
    ahead: timedelta = timedelta()
    """By how much the clock is ahead."""
    number: int = 0
    asked: list[str] = field(default_factory=list)
    """Paths that the last harvest asked for."""

    def __post_init__(self) -> None:
        self.archive.now = self.clock
        self._settings = _project().copy()
        for name, value in {**BARE, **self.settings, "DATA_DIR": str(self.data)}.items():
            self._settings.set(name, value, priority="cmdline")

    def clock(self) -> datetime:
        return self.moment + self.ahead

    def harvest(self, *, requests: int | None = None, notes: int | None = None) -> dict[str, Any]:
        """One harvest; its facts. Killed (`Killed`) at so many requests, or at so many notes of items."""
        self.moment += timedelta(days=1)
        self.number += 1
        self.asked.clear()
        crawler = _Crawler(self._settings)
        with ExitStack() as stack:
            patch = stack.enter_context
            patch(mock.patch.object(memory, "CollectionIndex", mock.Mock(return_value=self.archive)))
            for module in (session, memory):
                patch(mock.patch.object(module, "utcnow", self.clock))
            spider = crawler.spider = news.NewsSpider.from_crawler(crawler, site=BASE, languages="en")
            spider.crawler = crawler
            stack.callback(crawler.run._swallowed.remove)
            self._settings.set("ARCHIVE_RUN_ID", f"run-{self.number:04}", priority="spider")
            archiver = _Archiver(self.archive, f"run-{self.number:04}", notes)
            engine = _Engine(self, crawler, requests)
            patch(mock.patch.object(pipelines, "archiver_of", mock.Mock(return_value=archiver)))
            patch(mock.patch.object(pipelines.asyncio, "to_thread", _call))
            patch(mock.patch.object(pipelines.ItemStore, "_open", _open_unsynced))
            patch(mock.patch("os.fsync", mock.Mock()))
            patch(mock.patch.object(incremental, "answer", self.archive.replay))
            patch(mock.patch.object(kept_readings, "facts_of", _read))
            patch(mock.patch.object(scrapy_internals, "idle", engine.idle))
            patch(mock.patch.object(scrapy_internals, "is_closing", mock.Mock(return_value=False)))
            patch(mock.patch.object(scrapy_internals, "stored", _stored))
            return self._run(crawler, engine)

    def _run(self, crawler: _Crawler, engine: _Engine) -> dict[str, Any]:
        run = crawler.run
        run.done.add("started")
        harvest = session.Harvest(run)
        try:
            engine.open()
            asyncio.run(engine.walk())
            run.finish_reason = "finished"
            harvest.settle()
            list(self.archive.catch_up())
            counts = {"named": run.ledger.listed(), "lists": run.ledger.sizes()}
            run.memory.runs.end(harvest.run_id, format_date(self.clock()), 0, "finished", counts)
        finally:
            engine.close()
            harvest.memory.close()
            run.readings.close()
        return dict(run.facts)


BARE = {
    "MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": "",
    "MIGRATION_LANGUAGES": "en", "MIGRATION_LINK_SAMPLE": 0, "MIGRATION_HARVEST": True,
}  # fmt: skip


@lru_cache(maxsize=1)
def _project() -> Settings:
    settings = Settings()
    settings.setmodule("migration_spider.settings", priority="project")
    return settings


def _open_unsynced(store: Any) -> None:
    store._file = store.path.open("ab+", buffering=0)


async def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


async def _stored(_: Any) -> None:
    """All items are stored at once here."""


class _Engine:
    """Asks, reads and stores, one after the other, in the order of priorities."""

    def __init__(self, harvests: Harvests, crawler: _Crawler, requests: int | None) -> None:
        self.harvests, self.crawler, self.left = harvests, crawler, requests
        self.queue: list[Request] = []
        self.seen: set[bytes] = set()
        self.incremental = IncrementalMiddleware(crawler)
        names = ("Normalize", "Select", "Finish", "Store")
        self.pipelines = [getattr(pipelines, f"{name}Pipeline")(crawler) for name in names]

    def open(self) -> None:
        self.pipelines[-1].open_spider()

    def close(self) -> None:
        store = getattr(self.pipelines[-1], "store", None)
        if store is not None:
            store.close()

    async def walk(self) -> None:
        async for one in self.crawler.spider.start():
            self.take(one)
        assert "walked" in self.crawler.run.done

    def take(self, one: Any) -> None:
        if isinstance(one, Request):
            self.add(one)
        else:
            self.store(one)

    def add(self, request: Request) -> None:
        key = fingerprint(request)
        if not request.dont_filter and key in self.seen:
            self.crawler.spider.dropped(request)
            return
        self.seen.add(key)
        self.queue.append(request)

    async def idle(self, _: Any) -> None:
        """Work until nothing is left to do."""
        while self.queue:
            # The first of those with the highest priority.
            self.visit(self.queue.pop(max(range(len(self.queue)), key=lambda n: (self.queue[n].priority, -n))))

    def visit(self, request: Request) -> None:
        try:
            response = self.incremental.process_request(request)
        except NotWantedError as error:
            self.fail(request, error)
            return
        if response is None:
            response = self.ask(request)
        location = response.headers.get("Location")
        if location and response.status in (301, 302):
            trail = [*request.meta.get("redirect_urls", ()), request.url]
            hops = [*request.meta.get("hops", ()), {**request.meta["archive"], "status": response.status}]
            if len(trail) < 6:
                url = response.urljoin(location.decode())
                self.add(request.replace(url=url, meta={**request.meta, "redirect_urls": trail, "hops": hops}))
            else:
                self.fail(request, HttpError(response))
        elif response.status == 200 or response.status in request.meta.get("handle_httpstatus_list", ()):
            self.read(request, response)
        else:
            self.fail(request, HttpError(response))

    def ask(self, request: Request) -> HtmlResponse:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed
        harvests = self.harvests
        harvests.moment += timedelta(seconds=1)
        path = request.url.removeprefix(BASE) or "/"
        harvests.asked.append(path)
        answer = harvests.site(path)
        request.meta["archive"] = harvests.archive.store(request.url, answer, harvests.clock())
        return _Response(request.url, answer[0], answer[1], answer[2], encoding="utf-8")

    def fail(self, request: Request, error: Exception) -> None:
        failure: Any = Failure(error)
        failure.request = request
        (request.errback or (lambda _: None))(failure)

    def read(self, request: Request, response: HtmlResponse) -> None:
        response.request = request
        for one in request.callback(response, **request.cb_kwargs) or ():
            if isinstance(one, NewsItem):
                facts, item = request.meta["archive"], ItemAdapter(one)
                item["warc"] = Evidence(**{name: facts[name] for name in Evidence.__slots__})
                item["fetched_at"] = facts["fetched_at"]
                self.crawler.run.cited[item["url"]] = replace(item["warc"])
            self.take(one)

    def store(self, item: Any) -> None:
        try:
            for pipeline in self.pipelines:
                done = pipeline.process_item(item)
                item = _finished(done) if asyncio.iscoroutine(done) else done
        except DropItem:
            pass


def _finished(coroutine: Any) -> Any:
    """What a coroutine that waits for nothing returns."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")
