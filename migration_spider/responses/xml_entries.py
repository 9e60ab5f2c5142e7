"""The entries of feeds and sitemaps, read while the file is parsed, with only the open elements in memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from migration_spider.pages.outline import lower_name
from migration_spider.text import fold

MOST_ENTRIES = 50_000
"""Addresses that a sitemap may have (sitemaps.org protocol 0.9, "Sitemap index files"); also the limit for feeds."""

MOST_ELEMENTS = 1_000_000
"""Elements of a file that are read: a full sitemap with the translations of each page has two thirds of them."""

MOST_ALTERNATES = 200
"""Translations of one page that are read."""

LONGEST_ADDRESS = 8192
"""Characters; longer ones are not requested anyway (URLLENGTH_LIMIT)."""

LONGEST_START = 1 << 20
"""Bytes before the first element or the end of its tag: a DTD of 50 MB does not end within 25 s."""

LONGEST_TAG = 8_000_000
"""Bytes between two tags, or of one tag: 50 MB of attributes of one element take 600 MB of memory."""

_LONGEST_DATE = 100
_FURTHER = ("next", "prev-archive")
_ENTRIES = frozenset(("url", "sitemap", "item", "entry"))
_WEB = ("http://", "https://")
_PIECE = 1 << 16
_NONE: Mapping[str, str] = MappingProxyType({})
"""Shared: a full sitemap without translations would have 50,000 empty dicts."""


@dataclass(slots=True)
class Entry:
    """One page, feed item or sitemap in a file."""

    kind: Literal["url", "sitemap", "item", "entry"]

    url: str = ""
    """Absolute; empty until one was found."""

    lastmod: str | None = None
    """As printed."""

    alternates: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """hreflang -> URL."""

    def take(self, name: str, child: Any) -> None:
        """Read a child element of this entry."""
        if self.kind in ("url", "sitemap"):
            self._take_of_sitemap(name, child)
        elif not self.url:
            self.url = _address(_link_of_feed(name, child))

    def _take_of_sitemap(self, name: str, child: Any) -> None:
        if name == "loc":
            self.url = self.url or _address(_own_text(child))
        elif name == "lastmod":
            text = child.text or ""
            # Many entries have the same date.
            self.lastmod = sys.intern(fold(text[:_LONGEST_DATE])) or None
        elif name == "link":
            language = child.get("hreflang") or "x-default"
            is_wanted = language.lower() != "x-default" and len(self.alternates) < MOST_ALTERNATES
            if is_wanted and language not in self.alternates and (url := _address(fold(child.get("href")))):
                self.alternates = {**self.alternates, language: url}


@dataclass(slots=True)
class Listed:
    """The entries read from a file."""

    root: str = ""
    """Lower-case name of the root element without its namespace; empty if there is none."""

    entries: list[Entry] = field(default_factory=list)
    """Those with an address, `MOST_ENTRIES` at most, in the order of the file."""

    further: str = ""
    """Absolute address of the feed's next page, or of the archive before it (RFC 5005, sections 3 and 4)."""

    unread: str | None = None
    """Why the rest was not read; None if everything was."""


class Reader:
    """Reads a file piece by piece with a pull parser, and keeps little more than the open elements."""

    def __init__(self, parser: Any) -> None:
        self.listed = Listed()
        self._parser = parser
        self._open: list[Any] = []
        self._entries: list[Entry] = []
        """Entries whose elements are open."""
        self._elements = 0
        self._seen = 0
        """Number of starts and ends of elements."""

    def read(self, content: str | bytes) -> Listed:
        """Read ``content``.

        Raises:
            XMLSyntaxError, ValueError: the file is broken; the entries before that are in ``listed``.
        """
        seen, tag_end = 0, 0
        for start in range(0, len(content), _PIECE):
            try:
                self._parser.feed(content[start : start + _PIECE])
            finally:
                self._look()
            if self._seen > seen:
                seen, tag_end = self._seen, start
            if self.listed.unread:
                return self.listed
            if not self.listed.root and start >= LONGEST_START:
                raise ValueError(f"no element in the first {LONGEST_START} bytes: the rest is not read")
            if start - tag_end >= LONGEST_TAG:
                raise ValueError(f"no tag ends within {LONGEST_TAG} bytes: the rest is not read")
        try:
            self._parser.close()
        finally:
            self._look()
            self._end_all()
        return self.listed

    def _end_all(self) -> None:
        """Take the entries that are still open at the end of a broken file."""
        for entry in self._entries:
            self._take(entry)
        self._entries = []

    def _look(self) -> None:
        """Take the entries that the parser has completed, and delete the elements that are no longer needed."""
        for event, element in self._parser.read_events():
            name = lower_name(element.tag)
            self._seen += 1
            if event == "start":
                self._begin(name, element)
            else:
                self._end(name, element)
            if self.listed.unread:
                return
        for element in self._open:
            # The parser may still add to the last child.
            if len(element) > 1:
                del element[:-1]

    def _begin(self, name: str, element: Any) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            self.listed.unread = f"more than {MOST_ELEMENTS} elements: the rest is not read"
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
        elif name == "link" and not self._entries and element.get("rel") in _FURTHER:
            self.listed.further = _address(fold(element.get("href")))

    def _take(self, entry: Entry) -> None:
        if entry.url and len(self.listed.entries) == MOST_ENTRIES:
            self.listed.unread = f"names more than {MOST_ENTRIES} addresses: no more are asked for"
        elif entry.url:
            self.listed.entries.append(entry)


def _link_of_feed(name: str, child: Any) -> str:
    if name == "link":
        is_alternate = child.get("rel") in (None, "alternate")
        return _own_text(child) or (fold(child.get("href")) if is_alternate else "")
    return _own_text(child) if name == "guid" and child.get("isPermaLink") == "true" else ""


def is_address(text: str) -> bool:
    """Whether ``text`` is an absolute web address that is not too long."""
    return text.startswith(_WEB) and len(text) <= LONGEST_ADDRESS


def _address(text: str) -> str:
    return text if is_address(text) else ""


def _own_text(element: Any) -> str:
    """Return the text of an element without children, else nothing: after an error it may be half an address."""
    return "" if len(element) else fold(element.text)
