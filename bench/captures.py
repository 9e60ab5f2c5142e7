"""What a rebuild holds in memory and on the disk of an archive of as many captures as are wanted, pages not read.

    python -m bench.captures [--count 100000] [--foreign] [--folder FOLDER] [--json FILE]

Captures are made up as the scan would tell of them: of an own archive, each with the note that it became an item; with
``--foreign`` of another program's. Everything else is what ``scrapy reparse`` does: the catalogue, the order of the
lines, looking each up, writing it; only reading the page itself, which holds one page at a time, is left out. Printed
are CPU seconds and most memory up to each step, then bytes of catalogue and output, which are gone when it ends: 16 GB
of 10 million, in ``--folder``.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from migration_spider import EXTRACTOR
from migration_spider.reparse import rebuild
from migration_spider.reparse.catalogue import on_disk
from migration_spider.reparse.lines import Line
from migration_spider.reparse.reading import Seen
from migration_spider.reparse.rebuild import Task
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import Source
from migration_spider.spiders.scope import Scope

SITE = "https://portal.example"
PER_FILE = 10_000
RUN = "20260302T100000Z-bench"
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that numbers times it are as far from each other as digests and UUIDs are: no index is kept in order."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.captures")
    parser.add_argument("--count", type=int, default=100_000, help="captures")
    parser.add_argument("--foreign", action="store_true", help="of another program: no notes")
    parser.add_argument("--folder", type=Path, help="where catalogue and lines are written")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write lines and bytes there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        told = json.dumps(measured(arguments.count, Path(folder), is_own=not arguments.foreign))
    print(told)
    if arguments.json:
        arguments.json.write_text(told + "\n", encoding="utf-8")


def measured(count: int, folder: Path, *, is_own: bool) -> dict[str, int]:
    """Make catalogue and lines of ``count`` captures: how many lines, and the bytes of both."""
    archive = [Source(f"{number:05}.warc.gz", f"{number:05}.warc.gz") for number in range(-(-count // PER_FILE))]

    def step(name: str) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(f"{name:24}{used.ru_utime + used.ru_stime:>9.1f} s of CPU{used.ru_maxrss / 1000:>8.0f} MB", flush=True)

    def told(_: Callable[[Any], Any], files: Iterable[Source], chunk: int = 0) -> Iterator[Iterator[Seen]]:
        for file in files:
            first = int(file.name[:5]) * PER_FILE
            yield seen(range(first, min(count, first + PER_FILE)), is_own=is_own)

    def made(_: Callable[[Any], Any], tasks: Iterable[Task], chunk: int = 0) -> Iterator[tuple[str, Line]]:
        return (("", line(task)) for task in tasks)

    def progress(done: int, total: int) -> None:
        if done % max(1, total // 10) == 0:
            step(f"{done} of {total}")

    step("start")
    output = folder / "items.jsonl"
    with on_disk(output) as catalogue:
        scan(archive, told, progress, catalogue)
        step("scanned")
        outcome = rebuild(catalogue, Scope(SITE, ["en"], ["en"], []), output, engine=made, progress=progress)
        step("rebuilt")
        pages, size = (catalogue.database.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
    return {"items": outcome.counts["new"], "bytes": pages * size + output.stat().st_size}


def seen(numbers: Iterable[int], *, is_own: bool) -> Iterator[Seen]:
    """What a scan tells of a file with these captures."""
    if is_own:
        yield Seen("warcinfo", 0, 400, told=f"isPartOf: {RUN}\nhttp-header-user-agent: {EXTRACTOR}")
    for number in numbers:
        url, date = (
            f"{SITE}/news/story-{number}-of-some-length",
            f"2026-03-{2 + number * 20 // 10**7:02}T10:00:00.000000Z",
        )
        mixed, place = number * _SPREAD % (1 << 128), 500 + number % PER_FILE * 7000
        record_id = f"<urn:uuid:{mixed:032x}>"
        yield Seen("answer", place, 6000, record_id, url, date, "text/html", f"sha256:{mixed:064x}")
        if is_own:
            note = {"id": f"{number}@en", "url": url, "version": 1, "fetched_at": date[:19] + "Z", "run_id": RUN}
            told = json.dumps({**note, "attachments": [], "site_profile": None})
            yield Seen("item", place + 6000, 1000, f"{record_id[:-1]}-item>", refers_to=record_id, told=told)


def line(task: Task) -> Line:
    """In place of the item that the page would be."""
    name = task.capture.url
    return Line(name, task.capture.payload_digest, task.fetched_at, b'{"id": "%s"}\n' % name.encode())


if __name__ == "__main__":
    main()
