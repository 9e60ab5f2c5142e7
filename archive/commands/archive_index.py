"""``scrapy archive-index``: writes a sorted CDXJ index of WARC files."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from archive.commands.base import ArchiveCommand, archive_directory, named_archive, named_output
from archive.commands.output import counted

if TYPE_CHECKING:
    from archive.cdxj import Indexed, WarcFile


class Command(ArchiveCommand):
    """See docs/archive.md."""

    examples = """\
  scrapy archive-index                          # the whole archive
  scrapy archive-index crawl.warc.gz            # one file, to standard output
  scrapy archive-index *.warc.gz -o crawl.cdxj  # several files into one index
"""

    def syntax(self) -> str:
        return "[options] [WARC ...]"

    def short_desc(self) -> str:
        return "Index WARC files by URL and time (CDXJ)"

    def long_desc(self) -> str:
        return """\
Write one CDXJ index of WARC files, sorted in the C locale. By default it has the files of ARCHIVE_DIR. Only files that
are new or have changed since the last time are read.

exit codes:
  0    indexed
  1    a file is damaged, or could not be read or written
  2    wrong usage"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="the index file, or - for standard output")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from archive.cdxj import build_index, index_path, warc_files, write_index
        from archive.commands.progress import ByteProgress

        if args:
            files, output = named_archive(args), opts.output or "-"
        else:
            directory = archive_directory(self.settings)
            files, output = warc_files(directory), opts.output or str(index_path(directory))
        if output != "-":
            named_output("--output", output)
        with ByteProgress("indexing", _size(files)) as progress:
            if output == "-":
                result = write_index(files, sys.stdout.buffer, Path(tempfile.gettempdir()), progress.advance)
            else:
                result = build_index(files, output, progress.advance)
        if output != "-":
            print(_summary(output, result))
        for sentence in result.sentences:
            self.fail(sentence)
        return 1 if result.faults else 0


def _size(files: list[WarcFile]) -> int:
    return sum(file.path.stat().st_size for file in files if file.path.exists())


def _summary(output: str, result: Indexed) -> str:
    captures, read = counted(result.lines, "capture"), counted(len(result.read), "file")
    return f"{output}: {captures}; {read} read, {len(result.reused)} known before"
