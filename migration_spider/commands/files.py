"""``scrapy files``: writes the archived files of items into a folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from archive.errors import ArchiveError
from migration_spider.exceptions import MigrationError
from migration_spider.monitors import NOT_ARCHIVED, USAGE

EXAMPLES = """\
  scrapy files exported 7756@es 15960@en
  scrapy files exported https://example.org/sites/default/files/agenda.pdf
  sqlite3 data/dataset/latest/news.sqlite \\
    "SELECT sha256 FROM attachment_texts WHERE language = 'fr'" \\
    | scrapy files exported -
"""


class Command(ProjectCommand):
    """See docs/files.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] DIR NAME..."

    def short_desc(self) -> str:
        return "Write the archived files of items into a folder, with a manifest"

    def long_desc(self) -> str:
        return """\
Write the archived files of items into the folder DIR, with a manifest. NAME is the id or address of an item, or the
address or SHA-256 of a file. With -, names are read from standard input, one per line.

exit codes:
  0    all requested files are in the folder
  1    some files are not in the archive
  2    wrong usage, no such item or file, or other files are in the way
  5    the files could not be written"""

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) < 2:
            raise UsageError("name a folder, and the items or files", print_help=False)
        names = _names(args[1:])
        from archive.capture.settings import expand
        from archive.dataset.holdings import Holdings
        from archive.disk import require_creatable
        from migration_spider.offered import MANIFEST, export, select
        from migration_spider.report.text import visible

        settings: Any = self.settings
        folder = Path(args[0])
        try:
            require_creatable(folder / MANIFEST)
            found = select(Path(settings["DATA_DIR"]) / "items" / "news.jsonl", names)
            if found.unknown and not (found.files or found.without or found.unfetched):
                self._print_unknown(found.unknown)
                return
            with Holdings(Path(expand(settings, settings["ARCHIVE_DIR"]))) as holdings:
                done = export(found.files, holdings, folder)
        except (MigrationError, ArchiveError) as error:
            self._print_error(str(error))
            self.exitcode = USAGE
            return
        except OSError as error:
            self._print_error(error_text(error))
            self.exitcode = NOT_ARCHIVED
            return
        self._print_unknown(found.unknown)
        for key in found.without:
            print(f"{visible(key)} offers no files", file=sys.stderr)
        unfetched = [f"{url} was never fetched" for url in found.unfetched]
        for problem in (*holdings.damaged, *unfetched, *done.missing):
            self._print_error(problem)
        print(f"{done.written} files written, {done.there} there already: {folder / MANIFEST}")
        self.exitcode = self.exitcode or int(bool(found.unfetched or done.missing))

    def _print_unknown(self, names: Iterable[str]) -> None:
        for name in names:
            self._print_error(f"no item and no file {name}")
            self.exitcode = USAGE

    def _print_error(self, problem: str) -> None:
        from migration_spider.report.text import visible

        print(f"scrapy files: error: {visible(problem)}", file=sys.stderr)


def _names(args: list[str]) -> list[str]:
    """The requested names: the arguments, and if one of them is a hyphen, the lines of standard input."""
    names = [name for name in args if name != "-"]
    if "-" in args:
        names += filter(None, map(str.strip, sys.stdin))
    if not names:
        raise UsageError("standard input names no item and no file", print_help=False)
    return names
