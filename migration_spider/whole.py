"""Decides whether a response is the requested page, and whether it is complete.

Whether it is complete is decided by comparison: some sites never print the end of a page, and some print PHP warnings
on every page. So a page is compared with its earlier version, and with other pages of the site in this run and in the
archive. A fatal error at the end of a page needs no comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from scrapy.http import HtmlResponse, Response, TextResponse

from archive import ArchiveError
from archive.index import CollectionIndex
from archive.replay import answer, unknown_encoding
from migration_spider.responses.blocked import blocked
from migration_spider.responses.broken import Shape, shape_of

CUT = "cut"
"""The code of `responses.blocked.CODES`."""

SAMPLE = 8
"""Pages of the archive that are compared with the pages of a run."""

ENOUGH = 3
"""Incomplete pages, before any complete one, that may be an error; if there are more, the site is like that."""

Finding = Literal["whole", "cut", "unknown"]
"""``unknown``: there is nothing to compare the page with."""


@dataclass(slots=True)
class Habit:
    """What the pages of a site usually look like, by the pages seen so far."""

    ended: int = 0
    unended: int = 0
    clean: int = 0
    noisy: int = 0
    """Pages with an error of the server."""

    def add(self, shape: Shape) -> None:
        """Count a page."""
        self.ended += shape.ends
        self.unended += not shape.ends
        self.clean += not shape.error
        self.noisy += bool(shape.error)

    @property
    def ends(self) -> bool | None:
        """Whether pages usually have an end; None if no page was seen."""
        return self.ended >= self.unended if self.ended + self.unended else None

    @property
    def is_noisy(self) -> bool:
        """Whether most pages have an error."""
        return self.noisy > self.clean

    def find(self, shape: Shape, before: Shape | None) -> Finding:
        """Judge a page of this ``shape`` that had the shape ``before``."""
        if shape.error == "fatal":
            return "cut"
        found = "whole" if shape.ends else self._find_end(shape, before)
        if found == "whole" and shape.error and not (before and before.error):
            is_known = before is not None and shape.error == "error"
            if is_known or not self.is_noisy:
                return "cut"
        return found

    def _find_end(self, shape: Shape, before: Shape | None) -> Finding:
        """Judge a page without an end."""
        if not shape.is_open:
            # All elements that must be closed are closed. Only an earlier version can show that it is incomplete.
            return "cut" if before and before.ends and self.ends is not False else "whole"
        if self.ends or (before and not before.is_open):
            return "cut"
        return "whole" if before else "unknown"


@dataclass
class Judge:
    """Judges the pages of a site in sequence."""

    earlier: Callable[[str], str | None] = lambda url: None
    """Returns the text of the last complete version of an address."""

    remembered: Callable[[], Iterable[str]] = tuple
    """Returns the texts of some pages of earlier runs."""

    habit: Habit = field(default_factory=Habit)
    _unended: set[str] = field(default_factory=set)
    _unknown: set[str] = field(default_factory=set)
    _has_recalled: bool = False

    def find(self, url: str, shape: Shape | None) -> Finding:
        """Judge the response for ``url`` by the shape of its text."""
        if shape is None:
            return "whole"
        if shape.ends and not shape.error:
            self.habit.add(shape)
            return "whole"
        if not self._has_recalled:
            self._has_recalled = True
            for shown in map(shape_of, islice(self.remembered(), SAMPLE)):
                if shown is not None:
                    self.habit.add(shown)
        text_before = self.earlier(url)
        found = self.habit.find(shape, shape_of(text_before) if text_before is not None else None)
        if found == "unknown":
            self._unknown.add(url)
            if len(self._unknown) > ENOUGH:
                # There are only such pages, so the site is like that.
                found = "whole"
        is_harmless = not shape.is_open and shape.error in ("", "notice")
        if found == "whole" or (found == "cut" and is_harmless):
            # Counted, because a site may have changed: once most pages are like this, they are complete.
            self.accept(url, shape)
        return found

    def accept(self, url: str, shape: Shape) -> None:
        """Count a page as usual for the site, once for each address."""
        if url not in self._unended:
            self._unended.add(url)
            self.habit.add(shape)

    def is_cut(self, url: str, text: str) -> bool:
        """Whether the response is known to be incomplete."""
        return self.find(url, shape_of(text)) == "cut"


def code_of(response: Response) -> str | None:
    """The code of a blocked page (`responses.blocked.CODES`), by the response alone; None if it is not blocked."""
    # Header values may contain any bytes (RFC 9110, section 5.5).
    headers = {name.decode("latin-1"): b", ".join(line).decode("latin-1") for name, line in response.headers.items()}
    text = response.text if isinstance(response, TextResponse) else ""
    if response.body and not isinstance(response, TextResponse):
        headers.setdefault("Content-Type", "application/octet-stream")  # without a type, and not a page by its bytes
    # The parsed tree is cached in the response for the next reader.
    selector = (lambda: response.selector) if isinstance(response, HtmlResponse) else None
    return blocked(response.status, headers, text, selector)


def problems_of(response: Response) -> list[str]:
    """Codes of problems of the response itself, not of its content (`normalize.problems`)."""
    return ["charset-unknown"] if unknown_encoding(response) else []


def judge_of(pages: CollectionIndex | None, urls: Iterable[str] = ()) -> Judge:
    """A judge that knows the pages of the collection; ``urls`` are addresses of some of them."""
    if pages is None:
        return Judge()
    return Judge(lambda url: text_at(pages, url), lambda: _texts(pages, urls))


class JudgeOfIndex:
    """Decides for an index whether a response is incomplete (`archive.index.IsCut`)."""

    def __init__(self) -> None:
        self._judge: Judge | None = None

    def __call__(self, index: CollectionIndex, url: str, text: str) -> bool:
        self._judge = self._judge or judge_of(index)
        return self._judge.is_cut(url, text)


def text_at(pages: CollectionIndex, url: str) -> str | None:
    """The text of the last good response for ``url``, if any."""
    known = pages.get(url)
    if known is None or known.status != 200:
        return None
    try:
        response, _ = answer(pages.directory, url, known.head, known.body, known.checked, flag="earlier")
    except ArchiveError:
        return None
    return response.text if isinstance(response, TextResponse) else None


def _texts(pages: CollectionIndex, urls: Iterable[str]) -> Iterator[str]:
    return (text for url in urls if (text := text_at(pages, url)) is not None)
