"""``scrapy show``: prints one item, its versions, and the archived bytes that prove it."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from archive import ArchiveError
from archive.commands.base import ProjectCommand
from archive.commands.output import printing, put
from migration_spider.exceptions import MigrationError

EXAMPLES = """\
  scrapy show 7756@es
  scrapy show /es/node/7756 --verify
  scrapy show https://migrationnetwork.un.org/es/node/7756 --raw > page.html
  scrapy show /sites/default/files/docs/agenda.pdf --raw > agenda.pdf
"""


class Command(ProjectCommand):
    """See docs/show.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] ID_OR_URL_OR_FILE_URL"

    def short_desc(self) -> str:
        return "Show one item, its versions, and the archived bytes that prove it"

    def long_desc(self) -> str:
        return """\
Show one item, its versions, and the archived bytes that prove it. The item is given by its id or address. With the
address of an attached file, show that file.

exit codes:
  0    shown, and the archive proves it
  1    the archive does not prove it
  2    wrong usage, or no such item"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--raw",
            action="store_true",
            help="print the archived page or file itself, decoded (of the last version with one)",
        )
        parser.add_argument("--verify", action="store_true", help="check every version, not just the last")

    @partial(printing, unread=1)
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError(
                "name one item: its id (7756@es) or its address, or one file: its address", print_help=False
            )
        from archive.dataset.lines import is_tombstone
        from migration_spider import evidence, offered
        from migration_spider.shown_item import show_file, show_item

        settings: Any = self.settings
        data = Path(settings["DATA_DIR"])
        try:
            try:
                found = evidence.versions(data / "items" / "news.jsonl", args[0])
            except evidence.NoSuchItemError:
                files = offered.select(data / "items" / "news.jsonl", args).files
                if not files:
                    raise
                self.exitcode = show_file(files, data / "warc", raw=opts.raw)
                return
            if opts.raw:
                there = [line for line in found if not is_tombstone(line)] or found
                put(evidence.proved(there[-1], data / "warc").payload)
            else:
                self.exitcode = show_item(found, data / "warc", found if opts.verify else found[-1:])
        except ArchiveError as error:
            print(f"scrapy show: error: {error}", file=sys.stderr)
            self.exitcode = 1
        except MigrationError as error:
            print(f"scrapy show: error: {error}", file=sys.stderr)
            self.exitcode = 2
