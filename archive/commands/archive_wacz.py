"""``scrapy archive-wacz``: packages the archive into one WACZ file, which a browser can replay."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import UsageError

from archive.commands.base import ArchiveCommand, archive_directory, named_archive, named_file, named_output
from archive.commands.output import counted

if TYPE_CHECKING:
    from archive.wacz.signing import Key

OPEN = "Open it: choose the file at https://replayweb.page, which uploads nothing, or, offline, in its desktop app"

UNFINISHED = "is not finished (a run writes to it, or was killed): only its whole records up to now are packaged"


class Command(ArchiveCommand):
    """See docs/archive.md."""

    examples = """\
  scrapy archive-wacz                                 # the whole archive
  scrapy archive-wacz -o news.wacz --title "News"
  scrapy archive-wacz --with-dataset data/dataset     # with the releases
  scrapy archive-wacz a.warc.gz b.warc.gz -o ab.wacz  # any WARC files
"""

    def syntax(self) -> str:
        return "[options] [WARC ...]"

    def short_desc(self) -> str:
        return "Package WARC files for replay in a browser (WACZ)"

    def long_desc(self) -> str:
        return """\
Package WARC files, their index and a list of their pages into one WACZ 1.1.1 file, which ReplayWeb.page can open. By
default these are the files of ARCHIVE_DIR.

exit codes:
  0    packaged
  1    a file is damaged, or could not be read or written
  2    wrong usage"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="the WACZ file (default: wacz/<UTC time>.wacz)")
        parser.add_argument("--title", help="title (default: ARCHIVE_TITLE, or the title of the main page)")
        parser.add_argument(
            "--pages",
            metavar="FILE",
            action="append",
            help="JSON lines with url, title and text of the main pages (default: the items of the project)",
        )
        parser.add_argument("--sign-key", metavar="FILE", help="sign the file with this ECDSA key (PEM)")
        parser.add_argument("--sign-cert", metavar="FILE", help="certificates of a domain for this key (PEM)")
        parser.add_argument("--timestamp", metavar="URL", help="an RFC 3161 server, for a signature for a domain")
        parser.add_argument("--main-page", metavar="URL", help="the start page (default: the front page)")
        parser.add_argument("--with-dataset", metavar="DIR", help="add this folder as dataset/dataset.zip")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from archive.cdxj import index_path, warc_files
        from archive.commands.progress import ByteProgress
        from archive.wacz import Items, write_wacz

        settings: Any = self.settings
        items = [path for name in opts.pages or [] if (path := named_file("--pages", name))]
        name = time.strftime("%Y%m%d%H%M%S.wacz", time.gmtime())
        if args:
            files, index, output = named_archive(args), None, Path(name)
        else:
            directory = archive_directory(self.settings)
            index = index_path(directory)
            files, output = warc_files(directory), index.parent / "wacz" / name
            items = items or sorted((index.parent / "items").glob("*.jsonl"))
        if opts.output:
            output = Path(opts.output)
        named_output("--output", output)
        _check_values(opts)
        key = _key(opts)
        pages = Items(items, settings.get("ARCHIVE_TEXT_FIELD") or "text")
        _warn([*pages.left_out, *(f"{file.path} {UNFINISHED}" for file in files if file.is_open)])
        total = 2 * sum(file.path.stat().st_size for file in files)
        with ByteProgress("packaging", total) as progress:
            result = write_wacz(
                files,
                output,
                title=opts.title or settings.get("ARCHIVE_TITLE"),
                index=index,
                dataset=opts.with_dataset,
                items=pages,
                main_page=opts.main_page,
                key=key,
                advance=progress.advance,
            )
        counts = [counted(len(result.files), "WARC file"), counted(result.captures, "capture")]
        if result.extra_pages is None:
            counts.append(counted(result.pages, "page"))
        else:
            counts += [f"{counted(result.pages, 'page')} with items", counted(result.extra_pages, "other page")]
        print(f"{output}: {result.bytes / 1e6:.2f} MB; {', '.join(counts)}")
        print(OPEN)
        return 0


def _warn(sentences: list[str]) -> None:
    from archive.errors import cleaned

    for sentence in sentences:
        print(cleaned(f"scrapy archive-wacz: warning: {sentence}"), file=sys.stderr)


def _check_values(opts: argparse.Namespace) -> None:
    """Raise UsageError for values that can be rejected before any work."""
    if opts.with_dataset and not Path(opts.with_dataset).is_dir():
        raise UsageError(f"--with-dataset: {opts.with_dataset}: there is no such folder", print_help=False)
    if opts.main_page and not urlsplit(opts.main_page).netloc:
        raise UsageError(f"--main-page {opts.main_page}: give the address of a page, https://...", print_help=False)


def _key(opts: argparse.Namespace) -> Key | None:
    """Return the key for signing the file, or None."""
    from archive.wacz import read_key

    if key := named_file("--sign-key", opts.sign_key):
        return read_key(key, named_file("--sign-cert", opts.sign_cert), opts.timestamp)
    if opts.sign_cert or opts.timestamp:
        raise UsageError("name the key with --sign-key", print_help=False)
    return None
