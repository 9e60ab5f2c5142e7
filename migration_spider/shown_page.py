"""Prints the lines of one page with their roles, for ``scrapy explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from migration_spider import explained
from migration_spider.asked import RequestedPage
from migration_spider.explained import ExplainedLine
from migration_spider.pages import ListingPage, NewsPage, Page, told_by
from migration_spider.report.text import disarmed
from migration_spider.survey.words import TOLD_BY

COLOURS = {
    "title": "bold", "lead": "green", "text": "green", "heading": "green", "caption": "green", "label": "cyan",
    "value": "cyan", "file": "magenta", "note": "yellow", "date": "yellow", "row": "blue", "chrome": "dim",
}  # fmt: skip
_MARGIN = " " * 9


def _selected(page: Page, roles: list[str] | None) -> list[ExplainedLine]:
    """The rows of a listing, or the lines of any other page, read as if it were news."""
    if isinstance(page, ListingPage):
        lines = explained.rows(page)
    else:
        lines = explained.lines(page if isinstance(page, NewsPage) else NewsPage(page.url, page.selector))
    return [line for line in lines if not roles or line.role in roles]


def as_json(page: Page, roles: list[str] | None) -> str:
    """The lines of ``page`` with one of ``roles`` as JSON lines."""
    out = []
    for line in _selected(page, roles):
        names = ("role", "why", "text", "path", "field", *(("url", "date") if line.role == "row" else ()))
        record = {"kind": page.kind, **{name: getattr(line, name) for name in names}}
        out.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(out)


def shown(found: RequestedPage, page: Page, roles: list[str] | None, *, full: bool) -> str:
    """The lines of ``page`` with one of ``roles`` for a terminal; cut to its width unless ``full``."""
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


def _head(found: RequestedPage, page: Page) -> Iterator[_Printed]:
    yield ((found.url, ""),)
    how = told_by(page)
    why = ": nothing shows that it is news or a listing" if how == "nothing" else f", recognized by {TOLD_BY[how]}"
    yield (page.kind, "bold"), (why, "")
    if found.blocked:
        yield ((f"Instead of the page there is {found.blocked}", "bold red"),)
    if page.is_cut:
        yield (("The end of the page is missing: it has too many or too deep elements", "bold red"),)
    if page.kind == "other":
        yield (("Its lines as they would be read if it were news:", ""),)


def _lines(page: Page, roles: list[str] | None) -> Iterator[_Printed]:
    before = None
    lines = _selected(page, roles)
    if not lines:
        yield (("No text is printed on the page." if not roles else "No line has this role.", ""),)
    for line in lines:
        yield (f"{line.role:8} ", COLOURS[line.role]), (line.text, "dim" if line.role == "chrome" else "")
        details = " · ".join(
            filter(None, (line.field and f"-> {line.field}", line.date, line.url, line.why, line.path))
        )
        # Details that are the same as those of the line before are not repeated.
        if (line.role, details) != before:
            yield (_MARGIN, ""), (details, "dim italic")
        before = (line.role, details)


def _block(page: NewsPage) -> Iterator[_Printed]:
    yield (("metadata block", "bold"),)
    for entry in page.metadata:
        values = "; ".join(value.text or value.url or value.datetime or "" for value in entry.values)
        field = explained.field_of(entry)
        if field == "metadata" and entry.label:
            field = "metadata, as the vocabulary does not have this label"
        yield (entry.label or "(no label)", "cyan"), (f" -> {values}", ""), (f"  {field}", "dim italic")
