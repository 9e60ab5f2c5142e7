"""``scrapy harvest``: one scheduled run, safe from cron."""

from __future__ import annotations

import argparse
from typing import Any

from scrapy.exceptions import UsageError

from migration_spider.commands.crawl import Command as Crawl

EXAMPLES = """\
  scrapy harvest                             from cron: what is new, what has changed, what has gone
  scrapy harvest -a languages=en,fr
  scrapy harvest --full                      look at every item again, whatever its age
  scrapy harvest --max-minutes 50            stop in time; the next harvest goes on
  scrapy harvest -a site=http://127.0.0.1:8010 -s DATA_DIR=check
"""


class Command(Crawl):
    """See docs/harvest.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Crawl what is new or due, archive it, check completeness, report: one scheduled run"

    def long_desc(self) -> str:
        return (
            "Recover what an interrupted run left, crawl what is new or due, index the archive, prove completeness, "
            "write runs/<run id>/report.html. Options with -a: those of `scrapy crawl news`. "
            "Exit codes: 0 complete, 1 internal error, 2 wrong usage, 3 incomplete or a monitor failed, 4 site refused "
            "or unreachable, 5 archive not written, 75 another run holds the lock."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--full", action="store_true", help="look at every item again, whatever its age")
        parser.add_argument("--max-requests", type=int, metavar="N", help="pause after so many requests")
        parser.add_argument("--max-minutes", type=float, metavar="N", help="pause after so many minutes")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        chosen: dict[str, Any] = {"MIGRATION_HARVEST": True}
        if opts.full:
            chosen["MIGRATION_FULL"] = True
        for option, setting in (("max_requests", "MIGRATION_MAX_REQUESTS"), ("max_minutes", "MIGRATION_MAX_MINUTES")):
            value = getattr(opts, option)
            if value is not None and value <= 0:
                raise UsageError(f"--{option.replace('_', '-')} {value:g}: expected a number above 0")
            if value is not None:
                chosen[setting] = value
        settings: Any = self.settings
        for name, value in chosen.items():
            settings.set(name, value, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"{args[0]}: harvest takes no spider's name, only options")
        self.crawl("news", opts)
