"""``scrapy browse``: shows stories, their history and the archived pages in a browser on this machine."""

from __future__ import annotations

import argparse
import errno
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from archive import ArchiveError, CollectionLockedError
from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from archive.dataset.errors import DatasetError
from archive.errors import cleaned
from migration_spider.commands.publish import Steps
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError, OptionError
from migration_spider.monitors import LOCKED, NOT_ARCHIVED, USAGE

EXAMPLES = """\
  scrapy browse                        # the items in data/
  scrapy browse demo-data
  scrapy browse data/dataset/latest    # a release
  scrapy browse RELEASE --archive DIR  # a release, and its archive
  scrapy browse --no-open --port 8017
"""


class Command(ProjectCommand):
    """See docs/browse.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [DATA_DIR or RELEASE]"

    def short_desc(self) -> str:
        return "Show the stories, their history and the archived pages in a browser"

    def long_desc(self) -> str:
        return """\
Show the data of DATA_DIR, or of a release, in a browser. The server listens only on this machine (127.0.0.1). Press
Ctrl+C to stop it.

exit codes:
  0    stopped
  2    wrong usage, nothing to show, or the port is in use
  5    the collection could not be written
  75   a run is using the folder, and there is no earlier collection"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--port", type=int, metavar="N", help="port of the server (default: 8017, or a free one)")
        parser.add_argument("--no-open", action="store_true", help="do not open a browser")
        parser.add_argument(
            "--archive", metavar="DIR", help="data folder, folder of WARC files, or WACZ file with the archived records"
        )

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("name one data folder or release", print_help=False)
        # Imported here, because it takes half a second, and other commands do not need them.
        from migration_spider.browse.app import application
        from migration_spider.browse.captured import NO_ARCHIVE
        from migration_spider.browse.current import Current, DataSource, source_of
        from migration_spider.browse.server import listen, serve

        try:
            config = Config.of(self.settings)
            path = Path(args[0]) if args else config.data_dir
            source = source_of(path, config, Path(opts.archive) if opts.archive else None)
            sock = listen(opts.port)
        except (OptionError, DatasetError, ArchiveError) as error:
            self._fail(str(error), USAGE)
            return
        except OSError as error:
            taken = "is taken: try another one, or leave --port out"
            problem = taken if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
            self._fail(f"port {opts.port} {problem}", USAGE)
            return
        except OverflowError as error:
            self._fail(str(error), USAGE)
            return
        with sock:
            try:
                with Steps() as steps:
                    current = Current(source, steps.tell)
            except (DatasetError, MigrationError) as error:
                self._fail(str(error), USAGE)
                return
            except CollectionLockedError as error:
                holder = f"process {error.pid}" if error.pid is not None else "another process"
                self._fail(f"a run is going on ({holder}): look when it has ended", LOCKED)
                return
            except ArchiveError as error:
                self._fail(str(error), USAGE)
                return
            except OSError as error:
                self._fail(error_text(error), NOT_ARCHIVED)
                return
            port = sock.getsockname()[1]
            collection = current()
            current.watch()
            app = application(current, port)

            def started() -> None:
                print(cleaned(f"{collection.about.name}: {len(collection.ids):,} stories. {collection.about.whole}."))
                for damage in collection.archive.damage if collection.archive else ():
                    print(f"scrapy browse: {damage.sentence}", file=sys.stderr)
                if isinstance(source, DataSource) and source.elsewhere:
                    where = "the collection is in a temporary folder until the end"
                    print(f"scrapy browse: {path} cannot be written: {where}", file=sys.stderr)
                if collection.archive is None:
                    print(f"scrapy browse: {NO_ARCHIVE}", file=sys.stderr)
                print(f"Look at http://127.0.0.1:{port}/ (Ctrl+C ends it)", flush=True)

            serve(app, sock, started=started, open_browser=not opts.no_open)
            current.stop()

    def _fail(self, problem: str, code: int) -> None:
        print(f"scrapy browse: error: {problem}", file=sys.stderr)
        self.exitcode = code
