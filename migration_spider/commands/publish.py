"""``scrapy publish``: publishes the items as a dataset."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from archive import ArchiveError, CollectionLockedError
from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from archive.dataset.errors import DatasetError
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError, OptionError
from migration_spider.monitors import INCOMPLETE, LOCKED, NOT_ARCHIVED, USAGE

if TYPE_CHECKING:
    from archive.dataset import Release
    from archive.dataset.signing import Signer

MOST_PAGES = 10_000
"""Default number of stories up to which each gets its own page in a site; a page takes 20 KB and 10 ms, or more."""

EXAMPLES = """\
  scrapy publish                  # data/dataset/<date of the last run>/
  scrapy publish --metadata-only  # without the texts
  scrapy publish --version 1.0
  scrapy publish --incomplete     # even if pages are missing
  scrapy publish --site website   # the release, and a website of it
  scrapy publish -s DATA_DIR=demo-data
"""


class Command(ProjectCommand):
    """See docs/publish.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Write the items as a dataset: JSON, CSV, SQLite, Parquet, with schema, README and checksums"

    def long_desc(self) -> str:
        return """\
Write the items as a release into DATA_DIR/dataset/VERSION/. An existing release is never changed. The release says
whether the data is complete.

exit codes:
  0    published, or the same release exists already
  2    wrong usage, nothing to publish, or the version exists with other content
  3    the items are incomplete or a sample, and --incomplete is not given
  5    the release or its website could not be written, signed or stamped
  75   a run is using the data folder
  130  interrupted"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--version", metavar="V", help="name of the release (default: date of the last run)")
        parser.add_argument(
            "--incomplete", action="store_true", help="publish even if the items are incomplete or a sample"
        )
        parser.add_argument("--metadata-only", action="store_true", help="leave out the summary and the body text")
        parser.add_argument(
            "--no-bom", action="store_true", help="write CSV without a byte order mark (Excel needs the mark)"
        )
        parser.add_argument(
            "--wacz", metavar="FILE", help="name this WACZ file in the release; it must contain all cited records"
        )
        parser.add_argument("--sign", metavar="HOW", help="sign the release: gpg, gpg:KEY or minisign:KEYFILE")
        parser.add_argument("--timestamp", metavar="URL", help="add time stamps of this RFC 3161 server")
        parser.add_argument("--site", metavar="DIR", help="also write the release as a website that needs no server")
        parser.add_argument(
            "--site-pages", type=int, default=MOST_PAGES, metavar="N",
            help="make a page for each story if there are at most N stories (default: %(default)s)",
        )  # fmt: skip

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError(f"unrecognized argument: {args[0]}", print_help=False)
        try:
            config, how = self._checked(opts)
        except (OptionError, ArchiveError, DatasetError) as error:
            self._fail(str(error), USAGE)
            return
        except OSError as error:
            self._fail(error_text(error), NOT_ARCHIVED)
            return
        made, lines = _Made(), []
        try:
            lines = self._make(config, how, opts, made)
        except (DatasetError, MigrationError) as error:
            self._fail(str(error), USAGE)
        except CollectionLockedError as error:
            holder = f"process {error.pid}" if error.pid is not None else "another process"
            self._fail(f"a run is using the folder ({holder}): publish when it has ended", LOCKED)
        except ArchiveError as error:  # after the release was written
            self._fail(str(error), NOT_ARCHIVED)
        except OSError as error:
            self._fail(error_text(error), NOT_ARCHIVED)
        except KeyboardInterrupt:
            lacks = "not signed or stamped" if made.site or not opts.site else "its site was not written"
            done = f"{made.release.path} is there, and {lacks}" if made.release else "nothing was published"
            print(f"scrapy publish: interrupted; {done}", file=sys.stderr)
            self.exitcode = 130
        for line in lines:
            print(line)

    def _checked(self, opts: argparse.Namespace) -> tuple[Config, Signer | None]:
        """Check the options; return the settings and the signer of the release. Raises errors for wrong options."""
        # Imported here, because Scrapy imports the modules of all commands, and only this command needs them.
        from archive.dataset.signing import signer
        from archive.timestamp import require_server

        config = Config.of(self.settings)
        how = signer(opts.sign) if opts.sign else None
        if opts.timestamp:
            require_server(opts.timestamp)
        if opts.wacz:
            from archive.wacz.reading import WaczFile

            with WaczFile(Path(opts.wacz)):
                pass
        if opts.version == "":
            raise DatasetError("--version is empty: give a name, or leave it out")
        if opts.site_pages < 0:
            raise DatasetError(f"--site-pages {opts.site_pages}: expected 0 or more")
        if opts.site:
            from migration_spider.browse.site import require_free

            require_free(Path(opts.site))
        return config, how

    def _make(self, config: Config, how: Signer | None, opts: argparse.Namespace, made: _Made) -> list[str]:
        """Make the release, its site and its signatures; return the lines to print. ``made`` records the progress."""
        from archive.dataset import Wholeness, publish
        from archive.dataset.signing import sign, stamp
        from archive.disk import require_creatable
        from archive.warc.lock import CollectionLock
        from migration_spider.publish import described, holdings_of, stewardship
        from migration_spider.standing import standing_of

        data, warc = config.data_dir, config.data_dir / "warc"
        for folder in (data, warc):  # a harvest locks both, a plain crawl the second
            CollectionLock.require_free(folder)
        standing = standing_of(data, config.languages)
        if standing.complete is False and not opts.incomplete:
            alternative = "--incomplete publishes it as it is, and the release says so"
            self._fail(f"{standing.said}: {standing.remedy}; {alternative}", INCOMPLETE)
            return []
        require_creatable(data / "dataset" / "new")
        with Steps() as steps, holdings_of(warc) as holdings:
            for sentence in holdings.damaged if holdings else ():
                print(f"scrapy publish: the archive is damaged: {sentence}", file=sys.stderr)
            wacz = Path(opts.wacz) if opts.wacz else None
            made.release = release = publish(
                described(data, config, standing=standing, holdings=holdings, wacz=wacz),
                data / "items" / "news.jsonl",
                data / "dataset",
                version=opts.version,
                texts=not opts.metadata_only,
                bom=not opts.no_bom,
                wholeness=Wholeness(standing.said, standing.complete, standing.ended),
                progress=steps.tell,
            )
            if opts.site:
                from migration_spider.browse.site import write_site

                made.site = write_site(release.path, Path(opts.site), opts.site_pages, steps.tell).said
        detached = [
            *(sign(release.path, how) if how else ()),
            *(stamp(release.path, opts.timestamp) if opts.timestamp else ()),
        ]
        signed = [f"Signed or stamped: {path}" for path in detached]
        return [*_report(release, stewardship(config).missing()), *signed, *([made.site] if made.site else [])]

    def _fail(self, problem: str, code: int) -> None:
        print(f"scrapy publish: error: {problem}", file=sys.stderr)
        self.exitcode = code


@dataclass(slots=True)
class _Made:
    """The parts that are finished, in case that the rest fails."""

    release: Release | None = None
    site: str = ""
    """The message about the site."""


class Steps:
    """Shows the steps of the work on standard error: as a progress bar on a terminal, else as lines."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._terminal = sys.stderr.isatty()
        self._bar = Progress(console=Console(stderr=True), transient=True, disable=not self._terminal)
        self._task = self._bar.add_task("")
        self._last = ""

    def __enter__(self) -> Steps:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def tell(self, step: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=step, completed=done, total=total or None)
        if step != self._last and not self._terminal:
            print(step, file=sys.stderr)
        self._last = step


def _report(release: Release, unset: Sequence[str]) -> list[str]:
    from archive import documents
    from archive.dataset.shelf import LATEST

    edition = release.edition
    counts = ", ".join(f"{edition.changed[kind]} {kind}" for kind in ("added", "changed", "removed"))
    since = f"since {edition.previous}" if edition.previous else "first release"
    lines = [f"{release.counts_text} ({since}: {counts})", edition.whole]
    if not release.parquet:
        lines.append("Without Parquet: pyarrow is not installed (pip install -e '.[parquet]')")
    if unset:
        names = ", ".join(name.upper() for name in unset)
        lines.append(f"These settings MIGRATION_DATASET_* are empty, so neutral defaults are used: {names}")
    if not release.linked:
        lines.append(f"{release.path.parent / LATEST} could not be set: something else is there, or links cannot be")
    if not documents.installed():
        lines.append("Without the texts of files: pip install -e '.[documents]'")
    lines.append(f"Release {edition.version}: {release.path}{'' if release.new else ', the same as before'}")
    return lines
