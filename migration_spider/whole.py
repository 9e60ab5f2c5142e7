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
"""Pages of the archive that are looked at where the run has to be compared with what was before."""

ENOUGH = 3
"""Pages that break off, before any page was whole, that may be a fault; more are how the site is."""

Finding = Literal["whole", "cut", "unknown"]
"""``unknown``: nothing is known that it could be compared with."""


@dataclass(slots=True)
class Habit:
    """How the pages of a site are, as far as some were seen."""

    ended: int = 0
    unended: int = 0
    clean: int = 0
    noisy: int = 0
    """With an error of the server in them."""

    def add(self, shape: Shape) -> None:
        """One more page."""
        self.ended += shape.ends
        self.unended += not shape.ends
        self.clean += not shape.error
        self.noisy += bool(shape.error)

    @property
    def ends(self) -> bool | None:
        """Whether pages have an end; None when none was seen."""
        return self.ended >= self.unended if self.ended + self.unended else None

    @property
    def is_noisy(self) -> bool:
        """Whether most pages have an error in them."""
        return self.noisy > self.clean

    def find(self, shape: Shape, before: Shape | None) -> Finding:
        """What a page of this ``shape`` is, that had the shape ``before``."""
        if shape.error == "fatal":
            return "cut"
        found = "whole" if shape.ends else self._find_end(shape, before)
        if found == "whole" and shape.error and not (before and before.error):
            is_known = before is not None and shape.error == "error"
            if is_known or not self.is_noisy:
                return "cut"
        return found

    def _find_end(self, shape: Shape, before: Shape | None) -> Finding:
        """The same of a page that has no end."""
        if not shape.is_open:
            # All is there that an author must close. Only its own past speaks against it.
            return "cut" if before and before.ends and self.ends is not False else "whole"
        if self.ends or (before and not before.is_open):
            return "cut"
        return "whole" if before else "unknown"


@dataclass
class Judge:
    """Judges the pages of a site one after the other."""

    earlier: Callable[[str], str | None] = lambda url: None
    """Address -> the text that stood there when it was last whole."""

    remembered: Callable[[], Iterable[str]] = tuple
    """Texts of some pages of earlier runs."""

    habit: Habit = field(default_factory=Habit)
    _unended: set[str] = field(default_factory=set)
    _unknown: set[str] = field(default_factory=set)
    _has_recalled: bool = False

    def find(self, url: str, shape: Shape | None) -> Finding:
        """What the answer of ``url`` is, by the shape of its text."""
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
                # Nothing but such pages: that is how the site is.
                found = "whole"
        is_harmless = not shape.is_open and shape.error in ("", "notice")
        if found == "whole" or (found == "cut" and is_harmless):
            # A site may do so from now on: when most pages are so, it does.
            self.accept(url, shape)
        return found

    def accept(self, url: str, shape: Shape) -> None:
        """Take a page for what the site has, once for each address."""
        if url not in self._unended:
            self._unended.add(url)
            self.habit.add(shape)

    def is_cut(self, url: str, text: str) -> bool:
        """Whether the answer is known to be none of the whole page."""
        return self.find(url, shape_of(text)) == "cut"


def code_of(response: Response) -> str | None:
    """What stands in the place of the page (`responses.blocked.CODES`), by the answer alone."""
    # The bytes of a header may be of any kind (RFC 9110, section 5.5).
    headers = {name.decode("latin-1"): b", ".join(told).decode("latin-1") for name, told in response.headers.items()}
    text = response.text if isinstance(response, TextResponse) else ""
    if response.body and not isinstance(response, TextResponse):
        headers.setdefault("Content-Type", "application/octet-stream")  # of no type, and by its bytes no page
    # Who reads the page next has the tree that this is told by.
    selector = (lambda: response.selector) if isinstance(response, HtmlResponse) else None
    return blocked(response.status, headers, text, selector)


def problems_of(response: Response) -> list[str]:
    """Codes of what is wrong with the answer itself, and not with what the page says (`normalize.problems`)."""
    return ["charset-unknown"] if unknown_encoding(response) else []


def judge_of(pages: CollectionIndex | None, urls: Iterable[str] = ()) -> Judge:
    """A judge that knows what the collection has; ``urls`` are addresses of some pages."""
    if pages is None:
        return Judge()
    return Judge(lambda url: text_at(pages, url), lambda: _texts(pages, urls))


class JudgeOfIndex:
    """What an index asks of the answers it meets, one after the other (`archive.index.IsCut`)."""

    def __init__(self) -> None:
        self._judge: Judge | None = None

    def __call__(self, index: CollectionIndex, url: str, text: str) -> bool:
        self._judge = self._judge or judge_of(index)
        return self._judge.is_cut(url, text)


def text_at(pages: CollectionIndex, url: str) -> str | None:
    """The text of the last good answer of ``url``; None when there is none."""
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
