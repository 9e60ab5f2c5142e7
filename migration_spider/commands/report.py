"""``scrapy report``: what the last harvest did, found and did not find."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archive.commands.output import printing
from migration_spider.exceptions import MigrationError
from migration_spider.monitors import USAGE

EXAMPLES = """\
examples:
  scrapy report                              the last harvest
  scrapy report 20261120T030405Z             an earlier one, by the beginning of its name in data/runs/
  scrapy report --json | jq .outcome         as data; docs/report.md describes it
  xdg-open "$(scrapy report --path)"         the page with charts, in a browser
"""


class Command(ScrapyCommand):
    """See docs/report.md."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [RUN_ID]"

    def short_desc(self) -> str:
        return "Show the report of the last harvest, or of an earlier one"

    def long_desc(self) -> str:
        return "Exit codes: 0 shown, whatever the harvest's own exit code was; 2 wrong usage, or no such report."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--json", action="store_true", help="print report.json itself")
        parser.add_argument("--path", action="store_true", help="print where report.html is, and nothing else")
        parser.epilog = EXAMPLES

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("name one run, or none for the last")
        if opts.json and opts.path:
            raise UsageError("--json and --path exclude each other")
        from migration_spider.report.read import read_report, report_file, runs_since

        settings: Any = self.settings
        try:
            file = report_file(Path(settings["DATA_DIR"]), args[0] if args else None)
            report = read_report(file)
        except MigrationError as error:
            print(f"scrapy report: error: {error}", file=sys.stderr)
            self.exitcode = USAGE
            return
        page = file.with_name("report.html")
        if opts.json:
            sys.stdout.buffer.write(file.read_bytes())
        elif opts.path:
            print(page)
        else:
            from rich.console import Console

            from migration_spider.report.terminal import show

            console = Console()
            show(report, console)
            console.print(f"\nWith charts: {page}", highlight=False, markup=False, soft_wrap=True)
        if not args and (later := runs_since(file)):
            left = "1 later run left" if later == 1 else f"{later} later runs left"
            print(f"scrapy report: {left} no report: running, killed, or no harvest", file=sys.stderr)
