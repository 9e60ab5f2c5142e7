"""``scrapy harvest``: one scheduled run, safe from cron."""

from __future__ import annotations

import argparse
from typing import Any

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from archive.commands.output import printing
from migration_spider.commands.crawl import Command as Crawl

EXAMPLES = """\
  scrapy harvest                             from cron: what is new, what has changed, what has gone
  scrapy harvest --quiet                     the same, and nothing is said unless it fails
  scrapy harvest -a languages=en,fr
  scrapy harvest --full                      look at every item again, whatever its age
  scrapy harvest --max-minutes 50            stop in time; the next harvest goes on
  scrapy harvest -a site=http://127.0.0.1:8010 -s DATA_DIR=check
"""


class Command(Crawl):
    """See docs/harvest.md."""

    examples = EXAMPLES
    interrupted = (
        "Interrupted: open requests end, files are closed, and the report is written. The same command goes on where "
        "it stopped. Once more: at once, which loses nothing either."
    )

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
        parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails: for cron, which mails")
        parser.add_argument("--full", action="store_true", help="look at every item again, whatever its age")
        parser.add_argument("--max-requests", type=int, metavar="N", help="pause after so many requests")
        parser.add_argument("--max-minutes", type=float, metavar="N", help="pause after so many minutes")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from migration_spider.extensions import progress

        super().process_options(args, opts)
        settings: Any = self.settings
        self.is_quiet = opts.quiet
        if opts.quiet:
            self.interrupted = ""
            settings.set("LOG_ENABLED", False, priority="cmdline")
        elif progress.is_plain(settings) and settings.getpriority("LOG_LEVEL") < SETTINGS_PRIORITIES["cmdline"]:
            # Where nobody watches, what is printed is mailed; crawl.log has every line.
            settings.set("LOG_LEVEL", progress.SILENT, priority="cmdline")
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

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"{args[0]}: harvest takes no spider's name, only options")
        self.crawl("news", opts)

    def tell(self, run: Any) -> None:
        if not self.is_quiet:
            super().tell(run)
        elif run.judge().code:
            from migration_spider.report.screen import end_of

            print(end_of(run))
