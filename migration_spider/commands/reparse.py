"""``scrapy reparse``: items again from WARC and WACZ files, without the network."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand

from archive import CollectionLockedError
from archive.commands.output import printing
from archive.commands.progress import Steps
from archive.warc.lock import CollectionLock
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError
from migration_spider.monitors import LOCKED
from migration_spider.reparse import rebuild
from migration_spider.reparse.catalogue import Catalogue, host_of
from migration_spider.reparse.diff import compare, table
from migration_spider.reparse.engines import Engine, engine_for
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import Source, own_files, sources
from migration_spider.reparse.text import item_of_file, line_of, write_item
from migration_spider.site_profile import FILE as PROFILE
from migration_spider.site_profile import save
from migration_spider.spiders.scope import Scope

EXAMPLES = """\
examples:
  scrapy reparse                                   the own archive, when items/ was deleted
  scrapy reparse --diff                            what this code would change in the items
  scrapy reparse --output items.jsonl old.warc.gz  any other WARC, of wget or another crawler
  scrapy reparse --output items.jsonl collection.wacz s3://bucket/crawl/*.warc.gz
  scrapy reparse --engine dask --scheduler tcp://10.0.0.1:8786 --output items.jsonl s3://bucket/crawl/*.warc.gz
  scrapy reparse --text page.txt --url https://migrationnetwork.un.org/es/node/7756
                                                   a page of which only the text is left
"""


class AskedWrongError(MigrationError):
    """What was asked for makes no sense. Raised by the command itself, which then exits 2."""


class Command(ScrapyCommand):
    """See docs/reparse.md."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [WARC|WACZ ...]"

    def short_desc(self) -> str:
        return "Make the items again from WARC files, without the network"

    def long_desc(self) -> str:
        return (
            "Read archived pages with the same code as the crawl. Without files the own archive (DATA_DIR/warc) is "
            "read, and without --output items/news.jsonl is written, which must not exist."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--output", metavar="FILE", help="JSON lines to write; must not exist")
        parser.add_argument("--diff", action="store_true", help="write nothing; compare with the items that are there")
        parser.add_argument(
            "--all", action="store_true", help="read pages of the own archive too that the crawl took for no item"
        )
        parser.add_argument("--site", metavar="URL", help="site whose pages are read (default: the one in the archive)")
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that read pages (default: 1)")
        parser.add_argument("--engine", choices=["processes", "dask"], default="processes", help="who reads the pages")
        parser.add_argument(
            "--scheduler", metavar="ADDRESS", help="with --engine dask: tcp://host:port (default: a cluster here)"
        )
        parser.add_argument("--text", metavar="FILE", help="make one item of a page's text, and print it")
        parser.add_argument("--url", metavar="URL", help="with --text: the address of the page")
        parser.epilog = EXAMPLES

    @printing
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            self.exitcode = self._text(opts) if opts.text or opts.url else self._run(args, opts)
        except CollectionLockedError as error:
            print(f"scrapy reparse: error: {error}", file=sys.stderr)
            self.exitcode = LOCKED
        except BrokenPipeError:
            raise
        except (MigrationError, OSError) as error:
            print(f"scrapy reparse: error: {error}", file=sys.stderr)
            self.exitcode = 2
        except KeyboardInterrupt:
            print("scrapy reparse: interrupted; nothing was written", file=sys.stderr)
            self.exitcode = 130

    def _text(self, opts: argparse.Namespace) -> int:
        if not (opts.text and opts.url):
            raise AskedWrongError("--text FILE and --url URL go together")
        item = item_of_file(Path(opts.text), opts.url, day_first=Config.of(self.settings).day_first)
        if opts.output:
            write_item(item, Path(opts.output))
        else:
            sys.stdout.write(line_of(item))
        return 0

    def _run(self, args: list[str], opts: argparse.Namespace) -> int:
        settings: Any = self.settings
        data = Path(settings["DATA_DIR"])
        archive = sources(args)
        if args and not (opts.output or opts.diff):
            raise AskedWrongError("say with --output where the items of these files go")
        with nullcontext() if opts.output or opts.diff else _alone(data / "warc"):
            archive = archive or sources(own_files(data / "warc"))
            if not archive:
                raise AskedWrongError(
                    f"{data / 'warc' / '*.warc.gz'}: no such file; name files, or the folder with -s DATA_DIR="
                )
            with engine_for(opts.engine, opts.jobs, opts.scheduler) as engine:
                return self._rebuild(archive, engine, opts, data / "items" / "news.jsonl")

    def _rebuild(self, archive: list[Source], engine: Engine, opts: argparse.Namespace, present: Path) -> int:
        settings: Any = self.settings
        with Steps("Scanning files") as steps:
            catalogue = scan(archive, engine, steps.update)
        scope = _scope(catalogue, opts.site, settings)
        output = Path(opts.output) if opts.output else present
        if opts.diff:
            output = present.with_name(".diff.jsonl")
            output.unlink(missing_ok=True)
        elif output.exists():
            raise AskedWrongError(f"{output} exists: compare with --diff, or write elsewhere with --output")
        with Steps("Reading pages") as steps:
            outcome = rebuild(
                catalogue,
                scope,
                output,
                news_listings=settings.getlist("MIGRATION_NEWS_LISTINGS"),
                day_first=Config.of(settings).day_first,
                everything=opts.all,
                engine=engine,
                progress=steps.update,
            )
        for problem in outcome.problems:
            print(problem, file=sys.stderr)
        print(", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted((+outcome.counts).items())))
        if opts.diff:
            print(table(compare(present, output)))
            output.unlink()
        else:
            print(f"Items: {output}")
        if output == present and catalogue.profile_of:
            _put_back(present.parent.parent / PROFILE, catalogue)
        return 3 if outcome.problems else 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep runs away that would begin the file of items meanwhile. Raises CollectionLockedError."""
    try:
        lock = CollectionLock(folder)
    except OSError:
        yield  # nobody can write there
        return
    try:
        yield
    finally:
        lock.release()


def _put_back(path: Path, catalogue: Catalogue) -> None:
    """The site profile that the last run had, where it was lost with the items."""
    if not path.exists():
        save(path, catalogue.profiles[list(catalogue.profile_of.values())[-1]])


def _scope(catalogue: Catalogue, site: str | None, settings: Any) -> Scope:
    """The site whose pages are read: the one asked for, the portal, or the only one in the archive."""
    known = settings.getlist("MIGRATION_LANGUAGES")
    portal = host_of(settings["MIGRATION_SITE"])
    hosts = catalogue.hosts or Counter(host_of(note.url) for note, _ in catalogue.notes)
    if not site:
        host = portal if portal in hosts else max(hosts, key=lambda name: hosts[name]) if len(hosts) == 1 else None
        if host is None:
            seen = ", ".join(sorted(hosts, key=lambda name: -hosts[name])[:5]) or "none"
            raise AskedWrongError(f"no page of {portal} in the archive; its hosts: {seen}. Choose one with --site")
        urls = chain((c.url for c in catalogue.captures), (note.url for note, _ in catalogue.notes))
        site = f"{urlsplit(next(url for url in urls if host_of(url) == host)).scheme}://{host}"
    return Scope(site, known, known, settings.getlist("MIGRATION_EXCLUDED_PATHS"))
