"""The scheduler's queue and filter of duplicates: in memory for a small site, in a temporary file for a large one."""

from __future__ import annotations

import marshal
from collections import deque
from typing import Any

from scrapy import Request
from scrapy.dupefilters import RFPDupeFilter
from scrapy.utils.request import request_from_dict

from migration_spider.kept import Keys, Room, Table

HELD = 500
"""Requests that are moved together; up to twice as many of each priority are in memory, some 2 KB each."""


class SeenRequests(RFPDupeFilter):
    """DUPEFILTER_CLASS: as Scrapy's own, whose fingerprints take 100 bytes of memory each."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> SeenRequests:
        made = super().from_crawler(crawler)
        made._seen = Keys(crawler.spider.run.room)
        return made

    _seen: Keys

    def request_seen(self, request: Request) -> bool:
        """Raises KeptError if the temporary file cannot be used."""
        if self.file:  # JOBDIR: Scrapy keeps the fingerprints there
            return super().request_seen(request)
        fingerprint = self.fingerprinter.fingerprint(request).decode("latin-1")
        if fingerprint in self._seen:
            return True
        self._seen.add(fingerprint)
        return False


class WaitingRequests:
    """A queue for SCHEDULER_MEMORY_QUEUE, last in first out like Scrapy's own.

    A request that was moved to the file comes back as a copy, with copies of its ``meta`` and ``cb_kwargs``; a request
    with anything but plain values in them stays in memory.
    """

    def __init__(self, spider: Any) -> None:
        self._spider = spider
        room: Room = spider.run.room
        self._top: deque[Request] = deque()
        self._below: Table[str] = Table(room)
        """Place -> a request as text, or an empty text if it is in `_odd`."""
        self._odd: dict[int, Request] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, *_: Any) -> WaitingRequests:
        return cls(crawler.spider)

    def push(self, request: Request) -> None:
        self._top.append(request)
        if len(self._top) > 2 * HELD:
            for _ in range(HELD):
                self._put(self._top.popleft())

    def pop(self) -> Request | None:
        if not self._top and not self._fill():
            return None
        return self._top.pop()

    def peek(self) -> Request | None:
        if not self._top and not self._fill():
            return None
        return self._top[-1]

    def close(self) -> None:
        """Do nothing: the queue is not kept after the run."""

    def __len__(self) -> int:
        return len(self._top) + len(self._below)

    def _put(self, request: Request) -> None:
        place = len(self._below)
        try:
            self._below[str(place)] = self._dumped(request)
        except ValueError:
            self._below[str(place)], self._odd[place] = "", request

    def _fill(self) -> bool:
        """Take back some of the moved requests; return False if there are none."""
        end = len(self._below)
        for place in range(end - 1, max(0, end - HELD) - 1, -1):
            text = self._below[str(place)]
            self._top.appendleft(self._loaded(text) if text else self._odd.pop(place))
            del self._below[str(place)]
        return end > 0

    def _dumped(self, request: Request) -> str:
        """A request as text. Raises ValueError: A callback is not a method of the spider, or a value is not plain."""
        if type(request) is not Request:
            raise ValueError(f"a {type(request).__name__}")
        values = {name: getattr(request, name) for name in Request.attributes}
        values |= {"headers": dict(request.headers)}
        values |= {name: self._name(values[name]) for name in ("callback", "errback")}
        return marshal.dumps(values).decode("latin-1")

    def _name(self, method: Any) -> str | None:
        name = getattr(method, "__name__", "")
        if method is not None and getattr(self._spider, name, None) != method:
            raise ValueError("no method of the spider")
        return name or None

    def _loaded(self, text: str) -> Request:
        return request_from_dict(marshal.loads(text.encode("latin-1")), spider=self._spider)  # noqa: S302 - our own
