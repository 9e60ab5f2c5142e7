"""``scrapy publish``: the items as a dataset that others can use."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archive.commands.output import printing
from archive.dataset import DatasetError, Release, publish
from migration_spider.monitors import NOT_ARCHIVED, USAGE
from migration_spider.publish import dataset, site_of

EXAMPLES = """\
examples:
  scrapy publish                                   data/dataset/<date of the newest capture>/
  scrapy publish --metadata-only                   without the texts
  scrapy publish --version 2024-05-01.2            a second release of the day
  scrapy publish -s DATA_DIR=demo-data
"""


class Command(ScrapyCommand):
    """See docs/publish.md."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Write the items as a dataset: JSON, CSV, SQLite, Parquet, with schema, README and checksums"

    def long_desc(self) -> str:
        return """\
Writes DATA_DIR/dataset/VERSION/, which must not be there with other contents.

exit codes:
  0  published, or the very same release is there
  2  wrong usage, nothing to publish, or the version is there with other contents
  5  it could not be written"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--version", metavar="V", help="name of the release (default: date of the newest capture)")
        parser.add_argument("--metadata-only", action="store_true", help="leave summary and body text out")
        parser.add_argument(
            "--no-bom", action="store_true", help="CSV without byte order mark: for programs, not for Excel"
        )
        parser.epilog = EXAMPLES

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"unrecognized argument: {args[0]}", print_help=False)
        settings: Any = self.settings
        data = Path(settings["DATA_DIR"])
        items = data / "items" / "news.jsonl"
        try:
            with Steps() as steps:
                release = publish(
                    dataset(site_of(items)),
                    items,
                    data / "dataset",
                    version=opts.version,
                    texts=not opts.metadata_only,
                    bom=not opts.no_bom,
                    progress=steps.tell,
                )
        except DatasetError as error:
            self._fail(str(error), USAGE)
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), NOT_ARCHIVED)
        else:
            print(_report(release))

    def _fail(self, problem: str, code: int) -> None:
        print(f"scrapy publish: error: {problem}", file=sys.stderr)
        self.exitcode = code


class Steps:
    """Tells the steps of the work on standard error: as a bar on a terminal, else a line each."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._bar = Progress(console=Console(stderr=True), transient=True, disable=not self._terminal)
        self._task = self._bar.add_task("")
        self._told = ""

    def __enter__(self) -> Steps:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def tell(self, step: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=step, completed=done, total=total or None)
        if step != self._told and not self._terminal:
            print(step, file=sys.stderr)
        self._told = step


def _report(release: Release) -> str:
    edition = release.edition
    counts = ", ".join(f"{edition.changed[kind]} {kind}" for kind in ("added", "changed", "removed"))
    since = f"since {edition.previous}" if edition.previous else "first release"
    lines = [f"{release.items} items ({since}: {counts})"]
    if not release.parquet:
        lines.append("Without Parquet: pyarrow is not installed (pip install -e '.[parquet]')")
    lines.append(f"Release {edition.version}: {release.path}{'' if release.new else ', the same as before'}")
    return "\n".join(lines)
