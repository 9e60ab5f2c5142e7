"""``scrapy explain``: the lines of a page with what the reader takes each for, and why."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archive import ArchiveError
from archive.commands.output import printing
from migration_spider import asked, explained, site_profile
from migration_spider.asked import Asked
from migration_spider.exceptions import MigrationError
from migration_spider.explained import Told
from migration_spider.pages import ListingPage, NewsPage, Page, told_by
from migration_spider.pages.roles import ROLES
from migration_spider.report.text import disarmed
from migration_spider.survey.words import TOLD_BY

EXAMPLES = """\
examples:
  scrapy explain 7756@es
  scrapy explain /es/node/7756 --role text --full
  scrapy explain page.html --url https://example.org/news/ferry --named
  scrapy explain https://example.org/news --json | jq -r 'select(.role == "row") | .text'
"""

COLOURS = {
    "title": "bold", "lead": "green", "text": "green", "heading": "green", "caption": "green", "label": "cyan",
    "value": "cyan", "file": "magenta", "note": "yellow", "date": "yellow", "row": "blue", "chrome": "dim",
}  # fmt: skip
_MARGIN = " " * 9


def page_options(parser: argparse.ArgumentParser) -> None:
    """Options of commands that read one page."""
    parser.add_argument("--url", metavar="URL", help="of a file: its address (default: what it calls canonical)")
    parser.add_argument("--named", action="store_true", help="read it as a page that a listing of news names")


class Command(ScrapyCommand):
    """See docs/explain.md."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] URL|FILE|ID"

    def short_desc(self) -> str:
        return "Show what the reader takes each line of a page for, and why"

    def long_desc(self) -> str:
        return (
            "Of an item the last archived page is read, of any other address its last answer in the archive (nothing "
            "is asked of the site), or a saved HTML file. Exit codes: 0 explained, 2 wrong usage or no such page."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        page_options(parser)
        parser.add_argument("--role", action="append", choices=ROLES, help="only lines with this role; can be repeated")
        parser.add_argument("--full", action="store_true", help="whole texts, not cut to the terminal's width")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
        parser.epilog = EXAMPLES

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one page: an item's id (7756@es), an address, a file", print_help=False)
        settings: Any = self.settings
        try:
            found = asked.find(args[0], Path(settings["DATA_DIR"]), url=opts.url, named_as_news=opts.named)
            page = found.page()
            if isinstance(page, NewsPage):
                page.template = site_profile.template_in(Path(settings["DATA_DIR"]), page.language)
            output = _json(page, opts.role) if opts.json else _shown(found, page, opts.role, full=opts.full)
        except (ArchiveError, MigrationError, OSError) as error:
            print(f"scrapy explain: error: {error}", file=sys.stderr)
            self.exitcode = 2
            return
        sys.stdout.write(output)


def _told(page: Page, roles: list[str] | None) -> list[Told]:
    """The rows of a listing; the lines of any other page, which need not be news to be read so."""
    if isinstance(page, ListingPage):
        found = explained.rows(page)
    else:
        found = explained.lines(page if isinstance(page, NewsPage) else NewsPage(page.url, page.selector))
    return [one for one in found if not roles or one.role in roles]


def _json(page: Page, roles: list[str] | None) -> str:
    out = []
    for one in _told(page, roles):
        names = ("role", "why", "text", "path", "field", *(("url", "date") if one.role == "row" else ()))
        told = {"kind": page.kind, **{name: getattr(one, name) for name in names}}
        out.append(json.dumps(told, ensure_ascii=False) + "\n")
    return "".join(out)


def _shown(found: Asked, page: Page, roles: list[str] | None, *, full: bool) -> str:
    console = Console(soft_wrap=full, highlight=False)

    def put(*parts: tuple[str, str]) -> None:
        text = Text.assemble(*((disarmed(words), style) for words, style in parts))
        console.print(text, no_wrap=True, overflow="ignore" if full else "ellipsis", crop=not full)

    with console.capture() as captured:
        put((found.url, ""))
        put((page.kind, "bold"), (f", told by {TOLD_BY[told_by(page)]}", ""))
        if found.blocked:
            put((f"In its place stands {found.blocked}", "bold red"))
        if page.kind == "other":
            put(("Its lines as they would be read if it were news:", ""))
        put()
        before = None
        for one in _told(page, roles):
            put((f"{one.role:8} ", COLOURS[one.role]), (one.text, "dim" if one.role == "chrome" else ""))
            stands = " · ".join(filter(None, (one.field and f"-> {one.field}", one.date, one.url, one.why, one.path)))
            # A paragraph like the one before needs no word more.
            if (one.role, stands) != before:
                put((_MARGIN, ""), (stands, "dim italic"))
            before = (one.role, stands)
        if isinstance(page, NewsPage) and page.metadata and not roles:
            put()
            put(("metadata block", "bold"))
            for entry in page.metadata:
                values = "; ".join(value.text or value.url or value.datetime or "" for value in entry.values)
                field = explained.field_of(entry)
                put((entry.label or "(no label)", "cyan"), (f" -> {values}", ""), (f"  {field}", "dim italic"))
    return captured.get()
