"""``scrapy savepage``: saves a page as a test case."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.utils.conf import closest_scrapy_cfg

from archive import ArchiveError
from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from migration_spider.commands.explain import page_options
from migration_spider.exceptions import MigrationError

EXAMPLES = """\
  scrapy savepage 7756@es --case spanish-icons
  scrapy savepage a.html --url https://example.org/a --case cards --type listing
"""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class Command(ProjectCommand):
    """See docs/explain.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] URL|FILE|ID --case NAME"

    def short_desc(self) -> str:
        return "Write a test case, tests/pages/<type>/<name>/, from a page"

    def long_desc(self) -> str:
        return """\
Write a test case, tests/pages/<type>/<name>/, from a page. The page is given as for `scrapy explain`. expected.json has
what is read from it today: review it before you commit the case.

exit codes:
  0    written
  2    wrong usage, no such page, or the case exists"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        from migration_spider import saved_case

        page_options(parser)
        parser.add_argument(
            "--case", metavar="NAME", help="name of the folder (lower-case letters, digits and hyphens)"
        )
        parser.add_argument(
            "--type",
            choices=[*saved_case.CLASSES],
            help="the type of the page, if the reader is wrong about it (default: the type it was read as)",
        )

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one page: an item's id (7756@es), an address, a file", print_help=False)
        if not opts.case or not _NAME.fullmatch(opts.case):
            raise UsageError("--case NAME: lower-case letters, digits and hyphens", print_help=False)
        from migration_spider import asked, saved_case

        settings: Any = self.settings
        try:
            found = asked.find(args[0], Path(settings["DATA_DIR"]), url=opts.url, named_as_news=opts.named)
            cases = Path(closest_scrapy_cfg()).parent / "tests" / "pages"
            folder = saved_case.save(found, cases, opts.case, opts.type)
        except (ArchiveError, MigrationError, OSError) as error:
            print(f"scrapy savepage: error: {error_text(error)}", file=sys.stderr)
            self.exitcode = 2
            return
        print(f"Written: {folder}")
        print("Review expected.json: it says what is read today, right or wrong.")
        print("Then run: pytest tests/pages/test_cases.py")
