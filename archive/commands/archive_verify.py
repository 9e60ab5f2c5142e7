"""``scrapy archive-verify``: checks WARC files, their index and the items that cite them."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from archive.commands.base import ArchiveCommand, archive_directory, named_archive, named_file
from archive.commands.output import counted
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.cdxj import WarcFile
    from archive.verify import Verification


class Command(ArchiveCommand):
    """See docs/archive.md."""

    examples = """\
  scrapy archive-verify                           # archive, index, items
  scrapy archive-verify crawl.warc.gz             # one file of any writer
  scrapy archive-verify warc/ --index index.cdxj  # a folder against an index
  scrapy archive-verify --quiet                   # only the faults
"""

    def syntax(self) -> str:
        return "[options] [PATH ...]"

    def short_desc(self) -> str:
        return "Check WARC files byte by byte, with their index and items"

    def long_desc(self) -> str:
        return """\
Check WARC files, or folders of them. By default these are the files of ARCHIVE_DIR, with their index and items. It
prints one line per fault: file, offset, code, description.

exit codes:
  0    no faults
  1    there are faults
  2    wrong usage"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--index", metavar="FILE", help="a CDXJ index of the files")
        parser.add_argument("--items", metavar="FILE", help="JSON lines with items that cite records of the files")
        parser.add_argument("--notes", action="store_true", help="also list notes, which are not counted as faults")
        parser.add_argument("--quiet", action="store_true", help="print only the faults")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from archive.commands.progress import ByteProgress
        from archive.verify import Verification

        files, index, items = self._inputs(args, opts)
        size = sum(file.path.stat().st_size for file in files if file.path.exists())
        with ByteProgress("verifying", size, quiet=opts.quiet) as progress:
            verification = Verification(files, index=index, items=items, is_whole=not args, advance=progress.advance)
            for fault in verification.run():
                if opts.notes or not fault.is_note:
                    print(fault)
        if not opts.quiet:
            print(_summary(len(files), verification))
        return 1 if verification.faults else 0

    def _inputs(self, args: list[str], opts: argparse.Namespace) -> tuple[list[WarcFile], Path | None, list[Path]]:
        """Return the WARC files, their index and the items that cite them: those given, else those of the project."""
        from archive.cdxj import index_path, warc_files
        from archive.disk import oddity

        index = named_file("--index", opts.index)
        cited = named_file("--items", opts.items)
        items = [cited] if cited else []
        if args:
            files, where = named_archive(args), " ".join(args)
        else:
            directory = archive_directory(self.settings)
            files, where = warc_files(directory), str(directory)
            index = index or _if_exists(index_path(directory))
            items = items or sorted((directory.parent / "items").glob("*.jsonl"))
        for path in filter(None, (index, *items)):
            if problem := oddity(path):
                raise ArchiveError(f"{path} {problem}")
        if not files:
            raise UsageError(f"no WARC files in {where}", print_help=False)
        return files, index, items


def _if_exists(path: Path) -> Path | None:
    return path if path.exists() else None


def _summary(files: int, verification: Verification) -> str:
    from archive.verify import NOTES

    def listed(counts: Counter[str]) -> str:
        return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"

    notes = Counter({code: count for code, count in verification.codes.items() if code in NOTES})
    faults, records = verification.faults, verification.records
    lines = [
        f"{counted(files, 'file')}, {sum(records.values())} records: {listed(records)}",
        f"payload digests: {listed(verification.readings)}",
        *(f"{name}: {counted(count, 'line')}" for name, count in verification.lines.items()),
        f"notes: {listed(notes)}",
        counted(faults, "fault"),
    ]
    return "\n".join(lines)
