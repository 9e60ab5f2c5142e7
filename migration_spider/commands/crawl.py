"""``scrapy crawl``, with exit codes for schedulers and a summary at the end."""

from __future__ import annotations

import argparse
import logging
import sqlite3
import sys
from importlib import import_module
from time import monotonic
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from archive import ArchiveError, CollectionLockedError, ConfigurationError
from archive.commands.base import ProjectCommand
from archive.commands.output import printing
from migration_spider import monitors
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError, NotArchivedError, OptionError, UnsupportedError
from migration_spider.interrupts import Interruptions

logger = logging.getLogger(__name__)

EXAMPLES = """\
  scrapy crawl news
  scrapy crawl news -a languages=en,fr -a since=2024-01-01
  scrapy crawl news -a urls=pages.txt -s DATA_DIR=check
  scrapy crawl news -a site=http://127.0.0.1:8010 -a max_items=20
"""


class Command(ProjectCommand, ScrapyCrawl):
    """See docs/crawl.md."""

    requires_crawler_process = True
    examples = EXAMPLES
    takes: tuple[str, ...] = ()
    """Names of its ``-a`` options, if it does not have all of them."""
    is_its_own_log = False
    """Whether it prints lines of progress instead of the log if there is no terminal; ``crawl.log`` has all lines."""
    interrupted = (
        "Interrupted: waiting for open requests and closing files. Everything stored is kept. "
        "Press again to stop at once."
    )
    """The message after Ctrl-C."""

    def long_desc(self) -> str:
        return """\
Crawl the news of the portal: archive every exchange as WARC, and append the items to items/news.jsonl.

options with -a:
  site=URL             scheme and host (default: the live portal)
  languages=en,fr      URL prefixes of languages (default: all)
  since=YYYY-MM-DD     leave out items published before this day
  max_items=N          request no more pages after N items
  urls=URL_OR_FILE     only this page, or the pages in this file, one per line

exit codes:
  0    complete
  1    internal error
  2    wrong usage
  3    incomplete
  4    the site refused or could not be reached
  5    the archive or another file could not be written
  75   another run is using the data folder"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--quiet", action="store_true", help="print nothing unless the run fails (for cron)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the arguments early, because after creating the process Scrapy first logs its versions."""
        super().process_options(args, opts)
        self.spider, self.is_quiet = self.spider_of(args), opts.quiet
        self.adjust(opts)
        self.choose_log()
        from migration_spider.spiders import options

        try:
            options.settings_for(
                options.read(opts.spargs, Config.of(self.settings), self.takes or options.NAMES), self.settings
            )
        except OptionError as error:
            raise UsageError(str(error)) from error

    def spider_of(self, args: list[str]) -> str:
        """The name of the spider to run.

        Raises:
            UsageError: There is no name, or no such spider.
        """
        if len(args) != 1:
            raise UsageError("name one spider: scrapy crawl news")
        if args[0] == "survey":
            raise UsageError("a survey is made by scrapy survey")
        from scrapy.spiderloader import get_spider_loader

        settings: Any = self.settings
        names = [name for name in get_spider_loader(settings).list() if name != "survey"]
        if args[0] not in names:
            raise UsageError(f"no spider '{args[0]}': there is {', '.join(names)}")
        return args[0]

    def adjust(self, opts: argparse.Namespace) -> None:
        """Convert the options of the command to settings.

        Raises:
            UsageError: An option is not valid.
        """

    def choose_log(self) -> None:
        """Set how much of the log is printed, unless the user has set it."""
        from migration_spider.extensions import progress

        settings: Any = self.settings
        if self.is_quiet:
            self.interrupted = ""
            settings.set("LOG_ENABLED", False, priority="cmdline")
        elif settings.getpriority("LOG_LEVEL") < SETTINGS_PRIORITIES["cmdline"]:
            if progress.is_shown(settings):
                settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
            elif self.is_its_own_log and progress.is_plain(settings):
                settings.set("LOG_LEVEL", progress.SILENT, priority="cmdline")

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.crawl(self.spider, opts)

    def crawl(self, spider: str, opts: argparse.Namespace) -> None:
        """Run ``spider`` to its end, print the summary, set the exit code."""
        # Imported before the signals are kept for the reactor; until then, an interruption ends the process at once.
        from migration_spider import notify
        from migration_spider.extensions.run_log import Remembered
        from migration_spider.finish import End, finish

        # On import, these modules search all modules for each of their callers. Here there are few callers, in their
        # usual place forty, which would cost a tenth of a second (2 % of a harvest without changes).
        for name in ("tls", "contextfactory"):
            import_module(f"scrapy.core.downloader.{name}")
        process: Any = self.crawler_process
        signals = Interruptions(self.interrupted)
        early = Remembered()
        crawler = self._create_crawler(spider)
        from twisted.internet import reactor

        loop: Any = reactor
        # Twisted's timers use the wall clock: after it is set back by an hour, timeouts would come an hour late.
        loop.seconds = monotonic
        crawl = process.crawl(crawler, **opts.spargs)
        ended = None
        # Scrapy sets its handlers when the reactor starts, so they exist at the next call.
        loop.callWhenRunning(loop.callLater, 0, signals.hand_over, End(crawler))
        try:
            process.start()
        except SystemExit as error:  # The run has not ended, regardless of the reason and the code.
            ended = error
            loop.getThreadPool().stop()  # Its threads would keep the process alive.
        run: Any = getattr(crawler.spider, "run", None)  # None if the spider could not be created
        signals.finishing(End(crawler))
        early.forget()  # if the run did not get a log
        if ended is not None and run:
            run.note("failure", f"something ended the process: {ended!r}")
        if failure := crawl.exception() if crawl.done() and not crawl.cancelled() else None:
            self.exitcode, why = _start_failed(failure, process.settings["DATA_DIR"])
            # Not for a locked folder or wrong settings, which are no run; but a full disk also prevents the next run.
            if run and run.config.harvest and self.exitcode not in (monitors.LOCKED, monitors.USAGE):
                notify.fail(run.config, run.options.site, self.exitcode, [why])
            return
        if not run:
            failure = ended or RuntimeError("no spider was made")
            self.exitcode, _ = _start_failed(failure, process.settings["DATA_DIR"])
            return
        self.exitcode = finish(run).code
        self.tell(run)

    def tell(self, run: Any) -> None:
        """Print the result of the run."""
        from migration_spider.report import summary
        from migration_spider.report.screen import end_of

        if not self.is_quiet:
            print(summary(run), end_of(run), sep="\n\n")
        elif self.exitcode:
            print(end_of(run))


def _start_failed(error: BaseException, place: object) -> tuple[int, str]:
    """Report that the crawl could not start: one line for problems that a user can fix, a traceback for all others.

    Args:
        place: The data folder.

    Returns:
        The exit code, and the line.
    """
    is_fixable = isinstance(error, (MigrationError, ArchiveError, OSError, sqlite3.Error))
    if not is_fixable:
        logger.critical("The crawl could not start", exc_info=error)
    why = _why(error, place) if is_fixable else f"an error in the code: {type(error).__name__}: {error}"
    print(f"scrapy: error: {why}", file=sys.stderr)
    if isinstance(error, CollectionLockedError):
        return monitors.LOCKED, why
    if isinstance(error, (ConfigurationError, OptionError)):
        return monitors.USAGE, why
    is_internal = not is_fixable or isinstance(error, (NotArchivedError, UnsupportedError))
    return monitors.INTERNAL_ERROR if is_internal else monitors.NOT_ARCHIVED, why


def _why(error: BaseException, place: object) -> str:
    from archive.disk import refusal, remedy

    if refused := refusal(error, place):
        return refused
    to_do = remedy(error.__cause__)
    return f"{error}: {to_do}" if to_do and to_do not in str(error) else str(error)
