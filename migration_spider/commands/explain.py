"""``scrapy explain``: prints the lines of a page with their roles and the reasons."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from archive import ArchiveError
from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from migration_spider.exceptions import MigrationError

EXAMPLES = """\
  scrapy explain 7756@es
  scrapy explain /es/node/7756 --role text --full
  scrapy explain page.html --url https://example.org/news/ferry --named
  scrapy explain 7756@es --json | jq -r 'select(.role == "text") | .text'
"""


def page_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that read one page."""
    parser.add_argument("--url", metavar="URL", help="with a FILE: its address (default: its canonical address)")
    parser.add_argument("--named", action="store_true", help="read it as a page that is in a listing of news")


class Command(ProjectCommand):
    """See docs/explain.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] URL|FILE|ID"

    def short_desc(self) -> str:
        return "Show the role of each line of a page, and the reason"

    def long_desc(self) -> str:
        return """\
Show the role of each line of a page, and the reason. The page is the last archived page of an item, the last archived
response of another address (no request is sent), or a saved HTML file.

exit codes:
  0    explained
  2    wrong usage, or no such page"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        from migration_spider.pages.roles import ROLES

        page_options(parser)
        parser.add_argument(
            "--role", action="append", choices=ROLES, help="show only lines with this role; can be repeated"
        )
        parser.add_argument("--full", action="store_true", help="do not shorten texts to the width of the terminal")
        parser.add_argument("--json", action="store_true", help="print one JSON object per line")

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one page: an item's id (7756@es), an address, a file", print_help=False)
        from migration_spider import asked, shown_page, site_profile
        from migration_spider.pages import NewsPage

        settings: Any = self.settings
        try:
            found = asked.find(args[0], Path(settings["DATA_DIR"]), url=opts.url, named_as_news=opts.named)
            page = found.page()
            if isinstance(page, NewsPage):
                page.template = site_profile.template_in(Path(settings["DATA_DIR"]), page.language)
            output = (
                shown_page.as_json(page, opts.role)
                if opts.json
                else shown_page.shown(found, page, opts.role, full=opts.full)
            )
        except (ArchiveError, MigrationError, OSError) as error:
            print(f"scrapy explain: error: {error_text(error)}", file=sys.stderr)
            self.exitcode = 2
            return
        sys.stdout.write(output)
