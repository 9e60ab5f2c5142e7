"""``scrapy archive-repair``: copies the undamaged records of a WARC file into a new file."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from archive.commands.base import ArchiveCommand, named_output
from archive.commands.output import counted
from archive.errors import ArchiveError, cleaned


class Command(ArchiveCommand):
    """See docs/archive.md."""

    examples = """\
  scrapy archive-repair crawl.warc.gz  # writes crawl.repaired.warc.gz beside it
  scrapy archive-repair crawl.warc.gz -o whole.warc.gz
"""

    def syntax(self) -> str:
        return "[options] FILE"

    def short_desc(self) -> str:
        return "Copy the whole records of a damaged WARC file into a new file"

    def long_desc(self) -> str:
        return """\
Copy all whole records of a damaged WARC file, gzip or plain, into a new file. The damaged file is not changed.

exit codes:
  0    all records were kept
  1    something was dropped or is doubtful
  2    wrong usage, or nothing could be read"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="OUT", help="the new file; it must not exist")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from archive.commands.progress import ByteProgress
        from archive.disk import oddity
        from archive.repair import repair, repaired_name

        if len(args) != 1:
            raise UsageError("name one WARC file", print_help=False)
        damaged = Path(args[0])
        if not damaged.is_file():
            problem = oddity(damaged)
            raise UsageError(
                f"{damaged} {problem}" if problem else f"{damaged}: there is no such file", print_help=False
            )
        output = Path(opts.output) if opts.output else repaired_name(damaged)
        if output.exists():
            raise UsageError(f"{output}: exists already; use -o with another name", print_help=False)
        named_output("--output", output)
        with ByteProgress("repairing", damaged.stat().st_size) as progress:
            try:
                result = repair(damaged, output, progress.advance)
            except ArchiveError as error:
                self.fail(str(error))
                return 2
        for dropped in result.dropped:
            print(cleaned(f"{damaged}: {dropped}"))
        for reason, count in result.mended.items():
            print(f"{damaged}: {counted(count, 'record')} compressed again: {reason}")
        for offset in result.doubted:
            print(
                f"{damaged}: the record at byte {offset} is kept, although its block is not that of WARC-Block-Digest"
            )
        if not result.kept:
            self.fail(f"{damaged}: no whole record; nothing was written")
            return 2
        print(f"{output}: {counted(result.kept, 'record')}, {result.size} bytes")
        return 1 if result.dropped or result.doubted else 0
