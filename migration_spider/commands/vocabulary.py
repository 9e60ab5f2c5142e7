"""``scrapy vocabulary``: lists the values of items that are in no vocabulary."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from archive.commands.base import ProjectCommand
from archive.commands.output import printing
from migration_spider.exceptions import MigrationError

EXAMPLES = """\
  scrapy vocabulary
  scrapy vocabulary geographic_scope -s DATA_DIR=demo-data
"""


class Command(ProjectCommand):
    """See docs/vocabulary.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [FIELD ...]"

    def short_desc(self) -> str:
        return "List the values and labels of the items that are in no vocabulary"

    def long_desc(self) -> str:
        return """\
List the values and labels of the items that are in no vocabulary, with counts and examples. These can be added to the
lists in migration_spider/vocabularies. FIELD is an item field, or `label`.

exit codes:
  0    there are no unknown values
  1    there are unknown values
  2    wrong usage, or no items"""

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from archive.dataset.errors import DatasetError
        from archive.dataset.lines import Lines
        from migration_spider.drift import CODED, unknowns
        from migration_spider.report.text import disarmed
        from migration_spider.state.lines import parse_or_say, require_there

        settings: Any = self.settings
        path = Path(settings["DATA_DIR"], "items", "news.jsonl")
        try:
            require_there(path)
            lines = Lines(path, "id", parse=parse_or_say)
        except (DatasetError, MigrationError) as error:
            print(f"scrapy vocabulary: error: {error}", file=sys.stderr)
            self.exitcode = 2
            return
        found = unknowns(item for item, _ in lines.present())
        known = {"label", *CODED, *(unknown.where for unknown in found)}
        if wrong := set(args) - known:
            raise UsageError(f"no vocabulary for {', '.join(sorted(wrong))}: the fields are {', '.join(sorted(known))}")
        chosen = [unknown for unknown in found if not args or unknown.where in args]
        for unknown in chosen:
            print(f"{disarmed(unknown.where):24} {unknown.count:6}  {disarmed(unknown.text)}")
            print(f"{'':32} {disarmed('  '.join(unknown.examples))}")
        print("Every value and label is known." if not chosen else f"{len(chosen)} unknown.")
        self.exitcode = 1 if chosen else 0
