"""One run of ``scrapy reparse``: the source of its pages, the target of the items, and the messages."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.commands.output import harmless
from archive.commands.progress import Steps
from archive.disk import require_creatable
from archive.errors import cleaned
from archive.warc.lock import CollectionLock
from migration_spider.config import Config
from migration_spider.exceptions import MigrationError
from migration_spider.reparse import rebuild
from migration_spider.reparse.capture import host_of
from migration_spider.reparse.catalogue import Catalogue, on_disk
from migration_spider.reparse.diff import compare, table
from migration_spider.reparse.engines import Engine, engine_for
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import Source, own_files, sources
from migration_spider.reparse.text import item_of_file, line_of, write_item
from migration_spider.report.text import plural
from migration_spider.setting_types import is_web_address
from migration_spider.site_learner import save
from migration_spider.site_profile import FILE as PROFILE
from migration_spider.spiders.scope import Scope

_WORDS = {"new": ("item", "items"), "changed": ("later version", "later versions"), "unchanged": ("as before",) * 2}
"""Result of a page -> its name in singular and plural."""

_NO_PAGES = ("duplicates", "other_hosts", "revisits_without_original", "damaged")
"""Counts of other things than pages."""

_COUNTED = {"pages", *_WORDS, *_NO_PAGES}


class AskedWrongError(MigrationError):
    """The options are not valid. Raised by the command itself, which then exits 2."""


def item_of_text(opts: argparse.Namespace, settings: Any) -> int:
    """Make one item from a text, and return the exit code."""
    if not (opts.text and opts.url):
        raise AskedWrongError("--text FILE and --url URL go together")
    item = item_of_file(Path(opts.text), opts.url, day_first=Config.of(settings).day_first)
    if opts.output:
        write_item(item, Path(opts.output))
    else:
        sys.stdout.write(harmless(line_of(item)))
    return 0


def items_of(args: list[str], opts: argparse.Namespace, settings: Any) -> int:
    """Make or compare the items of the WARC files ``args`` or of the own archive, and return the exit code."""
    data = Config.of(settings).data_dir
    if opts.diff and opts.output:
        raise AskedWrongError("--diff writes nothing: leave --output out")
    if opts.site and not is_web_address(opts.site):
        raise AskedWrongError(f"--site {opts.site}: expected an address such as https://example.org")
    if opts.output:
        require_creatable(Path(opts.output))
    archive = sources(args)
    if args and not (opts.output or opts.diff):
        raise AskedWrongError("use --output to say where the items of these files go")
    if opts.diff and not args:
        # A run in progress adds items and renames its files, so everything would differ, or could not be read.
        CollectionLock.require_free(data / "warc")
    with nullcontext() if opts.output or opts.diff else _alone(data / "warc"):
        archive = archive or _own(data / "warc")
        opts.is_own = not (args or opts.site)
        with engine_for(opts.engine, opts.jobs, opts.scheduler) as engine:
            return _rebuild(archive, engine, opts, settings, data / "items" / "news.jsonl")


def _own(folder: Path) -> list[Source]:
    """The files of the own archive. Raises AskedWrongError: There are none."""
    if found := sources(own_files(folder)):
        return found
    raise AskedWrongError(f"{folder / '*.warc.gz'}: no such file; name files, or the folder with -s DATA_DIR=...")


def _rebuild(archive: list[Source], engine: Engine, opts: argparse.Namespace, settings: Any, present: Path) -> int:
    output = Path(opts.output) if opts.output else present
    if opts.diff:
        output = present.with_name(".diff.jsonl")
        output.unlink(missing_ok=True)
    elif output.exists():
        raise AskedWrongError(f"{output} exists: compare with --diff, or write elsewhere with --output")
    with on_disk(output) as catalogue:
        with Steps("Scanning files") as steps:
            scan(archive, engine, steps.update, catalogue)
        return _write(catalogue, engine, opts, settings, present, output)


def _write(
    catalogue: Catalogue, engine: Engine, opts: argparse.Namespace, settings: Any, present: Path, output: Path
) -> int:
    scope = _scope(catalogue, opts.site, settings, is_own=opts.is_own)
    with Steps("Reading pages") as steps:
        outcome = rebuild(
            catalogue,
            scope,
            output,
            news_listings=settings.getlist("MIGRATION_NEWS_LISTINGS"),
            day_first=Config.of(settings).day_first,
            everything=opts.all,
            is_own=opts.is_own,
            engine=engine,
            progress=steps.update,
        )
    for problem in outcome.problems:
        print(cleaned(problem), file=sys.stderr)
    print(_summary(outcome.counts))
    if opts.diff:
        print(table(compare(present, output)))
        output.unlink()
    else:
        print(f"Items: {output}")
    if output == present and catalogue.profile_of:
        _put_back(present.parent.parent / PROFILE, catalogue)
    return 3 if outcome.problems else 0


def _summary(counts: Counter[str]) -> str:
    """``459 pages read: 458 items, 1 later version``."""
    results = [f"{counts[kind]} {words[counts[kind] != 1]}" for kind, words in _WORDS.items() if counts[kind]]
    others = {kind: f"{count} {kind.replace('_', ' ')}" for kind, count in sorted((+counts).items())}
    results += [words for kind, words in others.items() if kind not in _COUNTED]
    left_out = ", ".join(others[kind] for kind in _NO_PAGES if kind in others)
    read = f"{plural(counts['pages'], 'page')} read: {', '.join(results) or 'no items'}"
    return f"{read}; left out: {left_out}" if left_out else read


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock the archive, so that no run creates the file of items meanwhile. Raises CollectionLockedError."""
    try:
        lock = CollectionLock(folder)
    except OSError:
        yield  # the folder is read-only, so no run can start
        return
    try:
        yield
    finally:
        lock.release()


def _put_back(path: Path, catalogue: Catalogue) -> None:
    """Write the site profile of the last run, if it was lost with the items."""
    if not path.exists():
        save(path, catalogue.profiles[list(catalogue.profile_of.values())[-1]])


def _listed(hosts: Mapping[str, int]) -> str:
    """The hosts with the most pages."""
    return ", ".join(sorted(hosts, key=lambda name: -hosts[name])[:5])


def _scope(catalogue: Catalogue, site: str | None, settings: Any, *, is_own: bool) -> Scope:
    """The site whose pages are read: the requested one, the portal, or the only one in the archive.

    The own archive is of one site. If that has moved, it is the host with the most items.
    """
    known = settings.getlist("MIGRATION_LANGUAGES")
    portal = host_of(settings["MIGRATION_SITE"])
    hosts = catalogue.hosts or catalogue.noted_hosts
    if not hosts:
        raise AskedWrongError("there is no page in the archive")
    if not site:
        candidates = catalogue.noted_hosts if is_own and catalogue.noted_hosts else hosts
        is_clear = len(candidates) == 1 or candidates is not hosts
        host = portal if portal in hosts else max(candidates, key=lambda name: candidates[name]) if is_clear else None
        if host is None:
            raise AskedWrongError(
                f"no page of {portal} in the archive; its hosts: {_listed(hosts)}. Choose one with --site"
            )
        site = f"{urlsplit(catalogue.url_on(host)).scheme}://{host}"
    elif host_of(site) not in hosts:
        raise AskedWrongError(f"--site {site}: no page of it in the archive; its hosts: {_listed(hosts)}")
    return Scope(site, known, known, settings.getlist("MIGRATION_EXCLUDED_PATHS"))
