"""What feeds and sitemaps name, read while the file is parsed: no more of its tree is kept than what is open."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from migration_spider.pages.outline import lower_name
from migration_spider.pages.text import fold

MOST_ENTRIES = 50_000
"""Addresses that a sitemap may have (sitemaps.org protocol 0.9, "Sitemap index files"); of feeds as many are read."""

MOST_ELEMENTS = 1_000_000
"""Elements of a file that are read: a full sitemap with the translations of each of its pages has two thirds."""

MOST_ALTERNATES = 200
"""Translations of one page that are read."""

LONGEST_ADDRESS = 8192
"""Characters; longer ones are not asked for anyway (URLLENGTH_LIMIT)."""

LONGEST_START = 1 << 20
"""What may stand before the first element, or the end of its tag: a DTD of 50 MB does not end in 25 s."""

LONGEST_TAG = 8_000_000
"""What may stand between two tags, or be one: 50 MB of attributes of one element take 600 MB of memory."""

_LONGEST_DATE = 100
_ENTRIES = frozenset(("url", "sitemap", "item", "entry"))
_WEB = ("http://", "https://")
_PIECE = 1 << 16
_NONE: Mapping[str, str] = MappingProxyType({})
"""One for all: a full sitemap without translations would have 50,000 empty ones."""


@dataclass(slots=True)
class Entry:
    """What a file says of one page, feed item or sitemap."""

    kind: Literal["url", "sitemap", "item", "entry"]

    url: str = ""
    """Absolute; empty while none was found."""

    lastmod: str | None = None
    """As printed."""

    alternates: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """hreflang -> URL."""

    def take(self, name: str, child: Any) -> None:
        """Read an element that stands directly in this one."""
        if self.kind in ("url", "sitemap"):
            self._take_of_sitemap(name, child)
        elif not self.url:
            self.url = _address(_link_of_feed(name, child))

    def _take_of_sitemap(self, name: str, child: Any) -> None:
        if name == "loc":
            self.url = self.url or _address(_own_text(child))
        elif name == "lastmod":
            text = child.text or ""
            # Many have the same one.
            self.lastmod = sys.intern(fold(text[:_LONGEST_DATE])) or None
        elif name == "link":
            language = child.get("hreflang") or "x-default"
            is_wanted = language.lower() != "x-default" and len(self.alternates) < MOST_ALTERNATES
            if is_wanted and language not in self.alternates and (url := _address(fold(child.get("href")))):
                self.alternates = {**self.alternates, language: url}


@dataclass(slots=True)
class Listed:
    """What was read of a file."""

    root: str = ""
    """Lower-case name of the root element without its namespace; empty when there is none."""

    entries: list[Entry] = field(default_factory=list)
    """Those with an address, `MOST_ENTRIES` at most, in the order of the file."""

    rest: str | None = None
    """Why no more was read; None when all was."""


class Reader:
    """Reads ``content`` piece by piece with a pull parser, which keeps the elements that are open and little more."""

    def __init__(self, parser: Any) -> None:
        self.listed = Listed()
        self._parser = parser
        self._open: list[Any] = []
        self._entries: list[Entry] = []
        """Those of the open elements that are entries."""
        self._elements = 0
        self._seen = 0
        """Starts and ends of elements."""

    def read(self, content: str | bytes) -> Listed:
        """Raises XMLSyntaxError or ValueError: it is broken; what was read until then is in ``listed``."""
        seen, told = 0, 0
        for start in range(0, len(content), _PIECE):
            try:
                self._parser.feed(content[start : start + _PIECE])
            finally:
                self._look()
            if self._seen > seen:
                seen, told = self._seen, start
            if self.listed.rest:
                return self.listed
            if not self.listed.root and start >= LONGEST_START:
                raise ValueError(f"no element in the first {LONGEST_START} bytes: the rest is not read")
            if start - told >= LONGEST_TAG:
                raise ValueError(f"no tag ends within {LONGEST_TAG} bytes: the rest is not read")
        try:
            self._parser.close()
        finally:
            self._look()
            self._end_all()
        return self.listed

    def _end_all(self) -> None:
        """Take what the end of a broken file left open."""
        for entry in self._entries:
            self._take(entry)
        self._entries = []

    def _look(self) -> None:
        """Take what the parser has found, and let go of what is over."""
        for event, element in self._parser.read_events():
            name = lower_name(element.tag)
            self._seen += 1
            if event == "start":
                self._begin(name, element)
            else:
                self._end(name, element)
            if self.listed.rest:
                return
        for element in self._open:
            # The last child may be what the parser adds to.
            if len(element) > 1:
                del element[:-1]

    def _begin(self, name: str, element: Any) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            self.listed.rest = f"more than {MOST_ELEMENTS} elements: the rest is not read"
        self.listed.root = self.listed.root or name
        self._open.append(element)
        if name in _ENTRIES:
            self._entries.append(Entry(name))  # type: ignore[arg-type]

    def _end(self, name: str, element: Any) -> None:
        self._open.pop()
        if name in _ENTRIES:
            self._take(self._entries.pop())
        elif self._entries and self._open and lower_name(self._open[-1].tag) in _ENTRIES:
            self._entries[-1].take(name, element)

    def _take(self, entry: Entry) -> None:
        if entry.url and len(self.listed.entries) == MOST_ENTRIES:
            self.listed.rest = f"names more than {MOST_ENTRIES} addresses: no more are asked for"
        elif entry.url:
            self.listed.entries.append(entry)


def _link_of_feed(name: str, child: Any) -> str:
    if name == "link":
        is_alternate = child.get("rel") in (None, "alternate")
        return _own_text(child) or (fold(child.get("href")) if is_alternate else "")
    return _own_text(child) if name == "guid" and child.get("isPermaLink") == "true" else ""


def _address(text: str) -> str:
    return text if text.startswith(_WEB) and len(text) <= LONGEST_ADDRESS else ""


def _own_text(element: Any) -> str:
    """The text of an element that has nothing else in it: half an address may go on with an error."""
    return "" if len(element) else fold(element.text)
