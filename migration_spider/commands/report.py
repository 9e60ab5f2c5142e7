"""``scrapy report``: prints the report of the last harvest."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from archive.commands.base import ProjectCommand
from archive.commands.output import harmless, printing
from archive.errors import cleaned
from migration_spider.exceptions import MigrationError
from migration_spider.monitors import USAGE

EXAMPLES = """\
  scrapy report                       # the last harvest
  scrapy report 20261120T030405Z      # an earlier run of data/runs/
  scrapy report --list                # all runs, and how each ended
  scrapy report --json | jq .outcome  # as data (docs/report.md)
  xdg-open "$(scrapy report --path)"  # the page with charts, in a browser
"""


COUNTED = ("new", "changed", "back", "gone")
"""Counts in the line of a run."""


class Command(ProjectCommand):
    """See docs/report.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [RUN_ID]"

    def short_desc(self) -> str:
        return "Show the report of the last harvest, or of an earlier one"

    def long_desc(self) -> str:
        return """\
Show the report of the last harvest, or of the run RUN_ID.

exit codes:
  0    shown, even if the harvest itself failed
  2    wrong usage, or no such report"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--list", action="store_true", help="print one line per run, the oldest first")
        parser.add_argument(
            "--json", action="store_true", help="print report.json; with --list one JSON object per run"
        )
        parser.add_argument("--path", action="store_true", help="print only the path of report.html")

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("name one run, or none for the last")
        if opts.path and (opts.json or opts.list):
            raise UsageError("--path goes with neither --json nor --list")
        if opts.list:
            if args:
                raise UsageError("--list takes no run")
            try:
                self.list_runs(opts.json)
            except MigrationError as error:
                self.fail(error)
            return
        from migration_spider.report.read import read_report, report_file, runs_ahead, runs_since

        settings: Any = self.settings
        try:
            file = report_file(Path(settings["DATA_DIR"]), args[0] if args else None)
            report = read_report(file)
        except MigrationError as error:
            self.fail(error)
            return
        page = file.with_name("report.html")
        if opts.json:
            sys.stdout.buffer.write(harmless(file.read_text(encoding="utf-8")).encode())
        elif opts.path:
            print(page)
        else:
            from rich.console import Console

            from migration_spider.report.terminal import show

            console = Console()
            show(report, console)
            console.print(f"\nWith charts: {page}", highlight=False, markup=False, soft_wrap=True)
        if not args:
            self.tell_others(runs_since(file), runs_ahead(file))

    def fail(self, error: MigrationError) -> None:
        """Print ``error`` in one line."""
        print(f"scrapy report: error: {error}", file=sys.stderr)
        self.exitcode = USAGE

    def tell_others(self, later: int, ahead: int) -> None:
        """Print a note if the report is not that of the last run."""
        if later:
            left = "1 later run" if later == 1 else f"{later} later runs"
            print(f"scrapy report: {left} without a report: see scrapy report --list", file=sys.stderr)
        if ahead:
            are = "1 run is" if ahead == 1 else f"{ahead} runs are"
            print(f"scrapy report: {are} dated in the future and left out: see scrapy report --list", file=sys.stderr)

    def list_runs(self, as_json: bool) -> None:
        """Print a line for each recorded run; as JSON, the fields of `standing.PastRun` without the addresses."""
        from migration_spider.config import Config
        from migration_spider.standing.past import past_runs, with_running

        config = Config.of(self.settings)
        if not config.data_dir.is_dir():
            raise MigrationError(f"there is no folder {config.data_dir}: run scrapy harvest, or give -s DATA_DIR=...")
        runs = with_running(past_runs(config.data_dir, config.languages, surveys=True), config.data_dir)
        if as_json:
            for run in runs:
                values = {**asdict(run), "left": run.left}
                del values["missing"]
                print(harmless(json.dumps(values, ensure_ascii=False)))
            return
        if not runs:
            print(f"No run is on record in {config.data_dir / 'runs'}: run scrapy harvest, or give -s DATA_DIR=...")
        for run in runs:
            counts = ", ".join(f"{run.counts[name]} {name}" for name in COUNTED if run.counts.get(name) is not None)
            code = "-" if run.exit_code is None else run.exit_code
            line = f"{run.id:24} {run.command:8} exit code {code:<3} {run.sample or run.kind:24} {counts}"
            print(cleaned(line.rstrip()))
