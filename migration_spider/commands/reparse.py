"""``scrapy reparse``: makes the items again from WARC and WACZ files, without the network."""

from __future__ import annotations

import argparse
import sys

from archive import CollectionLockedError
from archive.commands.base import ProjectCommand
from archive.commands.output import error_text, printing
from migration_spider.exceptions import MigrationError
from migration_spider.monitors import LOCKED

EXAMPLES = """\
  # after items/ was deleted, from the project's archive
  scrapy reparse
  # what would change in the items
  scrapy reparse --diff
  # WARC and WACZ files of other crawlers
  scrapy reparse --output items.jsonl old.warc.gz
  scrapy reparse --output items.jsonl collection.wacz \\
      s3://bucket/crawl/*.warc.gz
  # on several machines
  scrapy reparse --engine dask --scheduler tcp://10.0.0.1:8786 \\
      --output items.jsonl s3://bucket/crawl/*.warc.gz
  # a page that exists only as text
  scrapy reparse --text page.txt \\
      --url https://migrationnetwork.un.org/es/node/7756
"""


class Command(ProjectCommand):
    """See docs/reparse.md."""

    examples = EXAMPLES

    def syntax(self) -> str:
        return "[options] [WARC|WACZ ...]"

    def short_desc(self) -> str:
        return "Make the items again from WARC files, without the network"

    def long_desc(self) -> str:
        return """\
Make the items again from archived pages, with the same code as the crawl. By default the pages are read from
DATA_DIR/warc, and the items are written to items/news.jsonl, which must not exist.

exit codes:
  0    done
  2    wrong usage, or a worker process was lost
  3    done, but something could not be read
  75   a crawl is writing to this folder
  130  interrupted"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--output", metavar="FILE", help="file of JSON lines to write; it must not exist")
        parser.add_argument("--diff", action="store_true", help="write nothing, but compare with the existing items")
        parser.add_argument(
            "--all", action="store_true", help="also read pages of DATA_DIR/warc in which the crawl found no item"
        )
        parser.add_argument(
            "--site", metavar="URL", help="read only pages of this site (default: the site in the archive)"
        )
        parser.add_argument(
            "--jobs", type=int, default=1, metavar="N", help="number of processes that read pages (default: 1)"
        )
        parser.add_argument(
            "--engine",
            choices=["processes", "dask"],
            default="processes",
            help="run processes on this machine, or on a Dask cluster",
        )
        parser.add_argument(
            "--scheduler", metavar="ADDRESS", help="with --engine dask: tcp://host:port (default: a local cluster)"
        )
        parser.add_argument("--text", metavar="FILE", help="make one item from the text of a page, and print it")
        parser.add_argument("--url", metavar="URL", help="with --text: the address of the page")

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            from migration_spider.reparse.run import item_of_text, items_of

            self.exitcode = (
                item_of_text(opts, self.settings) if opts.text or opts.url else items_of(args, opts, self.settings)
            )
        except CollectionLockedError as error:
            print(f"scrapy reparse: error: {error}", file=sys.stderr)
            self.exitcode = LOCKED
        except BrokenPipeError:
            raise
        except (MigrationError, OSError) as error:
            print(f"scrapy reparse: error: {error_text(error)}", file=sys.stderr)
            self.exitcode = 2
        except KeyboardInterrupt:
            print("scrapy reparse: interrupted; nothing was written", file=sys.stderr)
            self.exitcode = 130
