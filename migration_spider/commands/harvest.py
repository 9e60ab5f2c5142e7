"""``scrapy harvest``: one scheduled run, safe to start from cron."""

from __future__ import annotations

import argparse
from typing import Any

from scrapy.exceptions import UsageError

from migration_spider.commands.crawl import Command as Crawl

EXAMPLES = """\
  scrapy harvest                   # finds what is new, changed or gone
  scrapy harvest --quiet           # for cron: no output unless it fails
  scrapy harvest -a languages=en,fr
  scrapy harvest --full            # request every item again
  scrapy harvest --max-minutes 50  # stop in time; the next harvest continues
  scrapy harvest -a site=http://127.0.0.1:8010 -s DATA_DIR=check
"""


class Command(Crawl):
    """See docs/harvest.md."""

    examples = EXAMPLES
    is_its_own_log = True
    interrupted = (
        "Interrupted: waiting for open requests, closing files and writing the report. The same command continues "
        "where it stopped. Press again to stop at once; nothing is lost."
    )

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Do one scheduled run: crawl new and due pages, archive them, check completeness, write a report"

    def long_desc(self) -> str:
        return """\
Continue an interrupted run, crawl pages that are new or due, index the archive, check that nothing is missing, and
write runs/<run id>/report.html. The options with -a are those of `scrapy crawl news`.

exit codes:
  0    complete
  1    internal error
  2    wrong usage
  3    incomplete, or a limit of the settings is exceeded
  4    the site refused or could not be reached
  5    the archive or another file could not be written
  75   another run is using the data folder"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--full", action="store_true", help="request every item again, whatever its age")
        parser.add_argument("--max-requests", type=int, metavar="N", help="pause after N requests")
        parser.add_argument("--max-minutes", type=float, metavar="N", help="pause after N minutes")

    def spider_of(self, args: list[str]) -> str:
        if args:
            raise UsageError(f"{args[0]}: harvest takes no spider's name, only options")
        return "news"

    def adjust(self, opts: argparse.Namespace) -> None:
        settings: Any = self.settings
        chosen: dict[str, Any] = {"MIGRATION_HARVEST": True}
        if opts.full:
            chosen["MIGRATION_FULL"] = True
        for option, setting in (("max_requests", "MIGRATION_MAX_REQUESTS"), ("max_minutes", "MIGRATION_MAX_MINUTES")):
            value = getattr(opts, option)
            if value is not None and value <= 0:
                raise UsageError(f"--{option.replace('_', '-')} {value:g}: expected a number above 0")
            if value is not None:
                chosen[setting] = value
        for name, value in chosen.items():
            settings.set(name, value, priority="cmdline")
