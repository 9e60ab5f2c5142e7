"""``scrapy verify-release``: checks a release, and the records that it cites if the archive is available."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from archive.commands.base import ArchiveCommand
from archive.commands.output import counted

if TYPE_CHECKING:
    from archive.dataset.findings import Verified


class Command(ArchiveCommand):
    """See docs/proof.md."""

    examples = """\
  scrapy verify-release data/dataset/latest      # against the archive beside it
  scrapy verify-release DIR --archive warc/      # against these WARC files
  scrapy verify-release DIR --archive news.wacz  # against a WACZ file
  scrapy verify-release DIR --no-archive         # the release alone
"""

    def syntax(self) -> str:
        return "[options] DIR"

    def short_desc(self) -> str:
        return "Check a release: checksums, keys, counts, and the archived records that it cites"

    def long_desc(self) -> str:
        return """\
Check that a release is complete and consistent. If its WARC files are available, also check the archived records that
it cites. It prints one line per problem: file, code, description.

exit codes:
  0    no problems
  1    there are problems
  2    wrong usage"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--archive", metavar="WHERE", help="a folder of WARC files, or a WACZ file")
        parser.add_argument("--no-archive", action="store_true", help="do not look for the archive")
        parser.add_argument(
            "--key",
            metavar="FILE",
            action="append",
            help="public key of GnuPG or minisign; the release must be signed with it",
        )
        parser.add_argument(
            "--certificate", metavar="FILE", help="PEM file with certificates; the time stamps must be from one of them"
        )
        parser.add_argument("--quiet", action="store_true", help="print only the problems")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        # Scrapy imports all commands to find one, and these take two thirds of a second.
        from archive.commands.progress import ByteProgress
        from archive.dataset.stored import stored
        from archive.dataset.verification import Verification
        from archive.errors import cleaned

        release = _release(args)
        where = self._archive(release, opts)
        keys = [_named(name) for name in opts.key or []]
        certificates = _named(opts.certificate) if opts.certificate else None
        with ExitStack() as stack:
            archive = stored(where) if where else None
            if archive:
                stack.enter_context(archive)
            progress = stack.enter_context(ByteProgress("verifying", _size(release, where), quiet=opts.quiet))
            verification = Verification(release, archive, progress.advance, keys=keys, certificates=certificates)
            for problem in verification.run():
                print(problem)
        if not opts.quiet:
            for note in verification.verified.notes:
                print(cleaned(f"note: {note}"))
            print(_summary(verification.verified))
        return 1 if verification.verified.problems else 0

    def _archive(self, release: Path, opts: argparse.Namespace) -> Path | None:
        """Return the archive given, else the one beside the release; None if there is none or it is not wanted."""
        if opts.no_archive:
            return None
        if not opts.archive:
            return self._beside(release)
        where = Path(opts.archive)
        if not where.exists():
            raise UsageError(f"{where}: there is no such folder or file", print_help=False)
        return where

    def _beside(self, release: Path) -> Path | None:
        """Return the archive in the data folder of the release, which may be another project's, else this project's."""
        from archive.capture.settings import expand

        settings: Any = self.settings
        if not (directory := settings.get("ARCHIVE_DIR")):
            return None
        ours = Path(expand(settings, str(directory))).resolve()
        theirs = release.parent.parent / ours.name
        return next((path for path in (theirs, ours) if path.is_dir() and path.parent in release.parents), None)


def _release(args: list[str]) -> Path:
    """Return the folder of the release from the arguments."""
    from archive.dataset.untrusted import SUMS

    if len(args) != 1:
        raise UsageError("name the folder of one release", print_help=False)
    release = Path(args[0])
    if not (release / SUMS).exists():
        raise UsageError(f"{release}: not a release: it has no {SUMS}", print_help=False)
    return release.resolve()  # `latest` is a link


def _named(name: str) -> Path:
    """Return the file of an option."""
    if not Path(name).is_file():
        raise UsageError(f"{name}: there is no such file", print_help=False)
    return Path(name)


def _size(release: Path, archive: Path | None) -> int:
    """Return the approximate number of bytes to be read."""
    folders = [release, *([archive] if archive and archive.is_dir() else [])]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    packaged = 2 * archive.stat().st_size if archive and archive.is_file() else 0
    return packaged + sum(path.stat().st_size for path in files)


def _summary(verified: Verified) -> str:
    parts = (
        counted(verified.files, "file"),
        counted(verified.rows, "row"),
        counted(verified.warc_files, "WARC file"),
        f"{counted(verified.records, 'cited record')} read",
        counted(verified.problems, "problem"),
    )
    return "; ".join(parts)
