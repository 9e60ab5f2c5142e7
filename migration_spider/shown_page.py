"""Prints the lines of one page with their roles, for ``scrapy explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from migration_spider import explained
from migration_spider.asked import Asked
from migration_spider.explained import Told
from migration_spider.pages import ListingPage, NewsPage, Page, told_by
from migration_spider.report.text import disarmed
from migration_spider.survey.words import TOLD_BY

COLOURS = {
    "title": "bold", "lead": "green", "text": "green", "heading": "green", "caption": "green", "label": "cyan",
    "value": "cyan", "file": "magenta", "note": "yellow", "date": "yellow", "row": "blue", "chrome": "dim",
}  # fmt: skip
_MARGIN = " " * 9


def _told(page: Page, roles: list[str] | None) -> list[Told]:
    """The rows of a listing; the lines of any other page, which need not be news to be read so."""
    if isinstance(page, ListingPage):
        found = explained.rows(page)
    else:
        found = explained.lines(page if isinstance(page, NewsPage) else NewsPage(page.url, page.selector))
    return [one for one in found if not roles or one.role in roles]


def as_json(page: Page, roles: list[str] | None) -> str:
    """The lines of ``page`` with one of ``roles``, as one JSON object a line."""
    out = []
    for one in _told(page, roles):
        names = ("role", "why", "text", "path", "field", *(("url", "date") if one.role == "row" else ()))
        told = {"kind": page.kind, **{name: getattr(one, name) for name in names}}
        out.append(json.dumps(told, ensure_ascii=False) + "\n")
    return "".join(out)


def shown(found: Asked, page: Page, roles: list[str] | None, *, full: bool) -> str:
    """The same for a person, each line cut to the terminal's width unless it is to be ``full``."""
    console = Console(soft_wrap=full, highlight=False)
    printed = [*_head(found, page), (), *_lines(page, roles)]
    if isinstance(page, NewsPage) and page.metadata and not roles:
        printed += [(), *_block(page)]
    with console.capture() as captured:
        for parts in printed:
            text = Text.assemble(*((disarmed(words), style) for words, style in parts))
            console.print(text, no_wrap=True, overflow="ignore" if full else "ellipsis", crop=not full)
    return captured.get()


_Printed = tuple[tuple[str, str], ...]
"""A line: its parts with their styles."""


def _head(found: Asked, page: Page) -> Iterator[_Printed]:
    yield ((found.url, ""),)
    yield (page.kind, "bold"), (f", recognized by {TOLD_BY[told_by(page)]}", "")
    if found.blocked:
        yield ((f"Instead of the page there is {found.blocked}", "bold red"),)
    if page.kind == "other":
        yield (("Its lines as they would be read if it were news:", ""),)


def _lines(page: Page, roles: list[str] | None) -> Iterator[_Printed]:
    before = None
    for one in _told(page, roles):
        yield (f"{one.role:8} ", COLOURS[one.role]), (one.text, "dim" if one.role == "chrome" else "")
        stands = " · ".join(filter(None, (one.field and f"-> {one.field}", one.date, one.url, one.why, one.path)))
        # A paragraph like the one before needs no word more.
        if (one.role, stands) != before:
            yield (_MARGIN, ""), (stands, "dim italic")
        before = (one.role, stands)


def _block(page: NewsPage) -> Iterator[_Printed]:
    yield (("metadata block", "bold"),)
    for entry in page.metadata:
        values = "; ".join(value.text or value.url or value.datetime or "" for value in entry.values)
        field = explained.field_of(entry)
        yield (entry.label or "(no label)", "cyan"), (f" -> {values}", ""), (f"  {field}", "dim italic")
