"""``scrapy survey``: a first look at an unknown site."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from typing import Any

from scrapy.exceptions import UsageError

from archive.errors import cleaned
from migration_spider import EXTRACTOR
from migration_spider.commands.crawl import Command as Crawl
from migration_spider.sampling import FEWEST, MOST

EXAMPLES = f"""\
  scrapy survey  # the portal: at most {MOST} requests
  scrapy survey -a site=https://example.org -s DATA_DIR=look
  scrapy survey -a languages=en,fr --max-requests 80
"""


class Command(Crawl):
    """See docs/survey.md."""

    examples = EXAMPLES
    takes = ("site", "languages")
    is_its_own_log = True

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Take a first look at an unknown site: what it has, how it is read, which settings it needs"

    def long_desc(self) -> str:
        return """\
Read and archive a few pages of every kind, and write runs/<run id>/survey.html. It shows sample items next to their
archived pages, listings, types of pages, labels, dates, and what to run next. No item is stored.

options with -a:
  site=URL             scheme and host (default: the live portal)
  languages=en,fr      URL prefixes of languages (default: all)

exit codes:
  0    news was found
  1    internal error
  2    wrong usage
  3    no news was found
  4    the site refused or could not be reached
  5    the archive or another file could not be written
  75   another run is using the data folder"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--max-requests",
            type=int,
            metavar="N",
            help=f"send at most N requests, including style sheets and pictures (default: {MOST})",
        )

    def spider_of(self, args: list[str]) -> str:
        if args:
            raise UsageError(f"{args[0]}: survey takes only options, not the name of a spider")
        return "survey"

    def adjust(self, opts: argparse.Namespace) -> None:
        if opts.max_requests is not None:
            if opts.max_requests < FEWEST:
                raise UsageError(
                    f"--max-requests {opts.max_requests}: with fewer than {FEWEST} no page of news is reached"
                )
            settings: Any = self.settings
            settings.set("MIGRATION_MAX_REQUESTS", opts.max_requests, priority="cmdline")

    def tell(self, run: Any) -> None:
        """Make the survey from the archived pages, write it and show it."""
        from rich.console import Console

        from archive.capture import archiver_of
        from migration_spider.finish import failing
        from migration_spider.middlewares.budget import BudgetMiddleware
        from migration_spider.report import run_folder
        from migration_spider.survey.make import survey_of
        from migration_spider.survey.terminal import show
        from migration_spider.survey.write import write_survey

        settings, budget = run.crawler.settings, run.crawler.get_downloader_middleware(BudgetMiddleware)
        folder = run_folder(settings)
        with failing(run, is_judged=True):
            survey, stills = survey_of(
                run.config.data_dir / "warc",
                {
                    "id": archiver_of(run.crawler).run_id,
                    "site": run.options.site,
                    "ended": f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
                    "requests": budget.sent,
                    "max_requests": run.config.max_requests,
                    "user_agent": settings["USER_AGENT"],
                    "extractor": EXTRACTOR,
                },
                run.config,
                verdict=run.judge(),
                named=run.crawler.spider.named,
            )
            write_survey(folder, survey, stills)
        if run.counted("unreported"):
            self.exitcode = run.judge().code
            print(f"scrapy survey: error: {cleaned('; '.join(run.judge().messages))}", file=sys.stderr)
            return
        if self.is_quiet:
            if self.exitcode:
                print(f"{cleaned('; '.join(run.judge().messages))}. See {folder / 'survey.html'}")
            return
        console = Console()
        show(survey, console)
        where = f"\nOpen this page in a browser to see the sample items: {folder / 'survey.html'}"
        console.print(where, highlight=False, markup=False, soft_wrap=True)
