"""``scrapy archive-wacz``: the archive in one file that a browser can replay."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from archive.cdxj import index_path, named_files, warc_files
from archive.commands.base import ArchiveCommand, archive_directory
from archive.commands.progress import ByteProgress
from archive.wacz import write_wacz


class Command(ArchiveCommand):
    """See docs/archive.md."""

    examples = """\
  scrapy archive-wacz                                  the project's archive, into wacz/ beside its folder
  scrapy archive-wacz -o news.wacz --title "News"
  scrapy archive-wacz --with-dataset data/dataset      the published data in the same file
  scrapy archive-wacz a.warc.gz b.warc.gz -o ab.wacz   any WARC files
"""

    def syntax(self) -> str:
        return "[options] [WARC ...]"

    def short_desc(self) -> str:
        return "Package WARC files for replay in a browser (WACZ)"

    def long_desc(self) -> str:
        return (
            "Write WARC files, their index and a list of their pages into one WACZ 1.1.1 file: those of ARCHIVE_DIR "
            "when none are named. It can be opened in ReplayWeb.page. "
            "Exit codes: 0 packaged, 1 a file is damaged or cannot be read or written, 2 wrong usage."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="the WACZ file (default: wacz/<UTC time>.wacz)")
        parser.add_argument("--title", help="title of the collection")
        parser.add_argument("--with-dataset", metavar="DIR", help="put this folder in as dataset/dataset.zip")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        name = time.strftime("%Y%m%d%H%M%S.wacz", time.gmtime())
        if args:
            files, index, output = named_files(args), None, Path(name)
        else:
            directory = archive_directory(self.settings)
            index = index_path(directory)
            files, output = warc_files(directory), index.parent / "wacz" / name
        if opts.output:
            output = Path(opts.output)
        total = 2 * sum(file.path.stat().st_size for file in files)
        with ByteProgress("packaging", total) as progress:
            result = write_wacz(
                files, output, title=opts.title, index=index, dataset=opts.with_dataset, advance=progress.advance
            )
        print(
            f"{output}: {result.bytes / 1e6:.1f} MB; {len(result.files)} WARC files, {result.captures} captures, "
            f"{result.pages} pages"
        )
        return 0
