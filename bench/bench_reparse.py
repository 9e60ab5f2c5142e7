"""What a rebuild costs: pages per second per core beside the bare cost of reading and parsing the same archive.

    python -m bench.bench_reparse [--pages 2000] [--jobs 1 2] [--dask]

The archive is made of news pages of the demo portal, as large as those of the real one, one record per page, each page
with a node id of its own. Bare: every record read by our reader and its body parsed by lxml, nothing else; measured at
the start and at the end, since a shared machine changes. Then `scan` alone, with and without FastWARC, and the whole
rebuild for each number of processes; with ``--dask`` on a local Dask cluster too. The output must be the same each
time.

Each measurement is a process of its own, so that its memory is its own. ``CPU ms`` are those of all its processes per
page; on a machine that others use too they say more than the seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import multiprocessing
import pickle
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import iter_records
from bench.newspages import news_pages
from migration_spider.reparse import reading, rebuild
from migration_spider.reparse.engines import engine_for
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import Source, sources
from migration_spider.spiders.scope import Scope

BASE = "http://portal.example"
PER_FILE = 1000
NODE = re.compile(rb"node/\d+")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a piece of work took."""

    seconds: float
    cpu: float
    """Seconds of all its processes."""

    peak: float
    """MB of its first process at most."""

    result: Any


def make(folder: Path, pages: int) -> list[Source]:
    """An archive of ``pages`` different news pages, in files of 1000."""
    bodies = news_pages()
    paths = []
    for first in range(0, pages, PER_FILE):
        path = folder / f"bench-{first:08d}.warc.gz"
        paths.append(str(path))
        with path.open("wb") as stream:
            writer = WARCWriter(stream, gzip=True, warc_version="1.1")
            for number in range(first, min(pages, first + PER_FILE)):
                body = NODE.sub(b"node/%d" % (100_000 + number), bodies[number % len(bodies)])
                head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=UTF-8")], protocol="HTTP/1.1")
                url = f"{BASE}/en/news/{number}"
                writer.write_record(
                    writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=head)
                )
    return sources(paths)


def bare(archive: list[Source]) -> None:
    """Read and parse every page, and nothing else."""
    for source in archive:
        for record in iter_records(source.location):
            if record.type == "response":
                lxml.html.document_fromstring(record.payload)


def scan_only(archive: list[Source], *, fast: bool) -> int:
    """The number of captures."""
    if not fast:
        reading.fastwarc = None
    return len(list(scan(archive).captures()))


def whole(archive: list[Source], output: Path, name: str, jobs: int) -> tuple[str, int]:
    """A rebuild; the digest of what it wrote, and the number of lines."""
    with engine_for(name, jobs, None) as engine:
        rebuild(scan(archive, engine), Scope(BASE, ["en"], ["en"], []), output, engine=engine)
    digest, lines = hashlib.sha256(), 0
    with output.open("rb") as stream:
        for line in stream:
            digest.update(line)
            lines += 1
    return digest.hexdigest(), lines


def lines_only(archive: list[Source], output: Path) -> float:
    """Seconds that the first process spends on what only it can do: make lines of what the others read."""
    read: list[bytes] = []

    def reading_first(function: Callable[[Any], Any], things: Sequence[Any], chunk: int = 0) -> Iterator[Any]:
        read.extend(pickle.dumps(function(thing)) for thing in things)
        return iter(())

    def others(function: Callable[[Any], Any], things: Sequence[Any], chunk: int = 0) -> Iterator[Any]:
        return map(pickle.loads, read)

    catalogue, scope = scan(archive), Scope(BASE, ["en"], ["en"], [])
    with contextlib.suppress(StopIteration):
        rebuild(catalogue, scope, output, engine=reading_first)
    start = time.process_time()
    rebuild(catalogue, scope, output, engine=others)
    return time.process_time() - start


def measured(work: Callable[..., Any], *arguments: Any, **named: Any) -> Measure:
    """``work`` in a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_measure, work, arguments, named).result()


def _measure(work: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Measure:
    def used() -> float:
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in usage)

    start, before = time.perf_counter(), used()
    result = work(*arguments, **named)
    seconds, cpu = time.perf_counter() - start, used() - before
    return Measure(seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--dask", action="store_true", help="a local Dask cluster too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = make(Path(folder), options.pages)
        size = sum(Path(source.location).stat().st_size for source in archive)
        print(f"{options.pages} pages, {size / 1e6:.1f} MB compressed")
        print(f"{'':24}{'cores':>6}{'seconds':>9}{'pages/s/core':>14}{'CPU ms':>8}{'of bare':>9}{'MB':>7}")
        first = measured(bare, archive)

        def report(name: str, cores: int, measure: Measure) -> None:
            rate = options.pages / measure.seconds / cores
            cpu = 1000 * measure.cpu / options.pages
            print(
                f"{name:24}{cores:6}{measure.seconds:9.1f}{rate:14.0f}{cpu:8.2f}{measure.cpu / first.cpu:9.2f}"
                f"{measure.peak:7.0f}",
                flush=True,
            )

        report("bare reading + lxml", 1, first)
        if reading.fastwarc is not None:
            report("scan with FastWARC", 1, measured(scan_only, archive, fast=True))
        report("scan without", 1, measured(scan_only, archive, fast=False))
        results = set()
        for name in ["processes", "dask"] if options.dask else ["processes"]:
            for jobs in options.jobs:
                measure = measured(whole, archive, Path(folder, f"{name}-{jobs}.jsonl"), name, jobs)
                results.add(measure.result)
                report(f"rebuild, {name}", jobs, measure)
        report("bare reading + lxml", 1, measured(bare, archive))
        lines = measured(lines_only, archive, Path(folder, "lines.jsonl")).result
        print(f"lines, by one process: {1000 * lines / options.pages:.2f} CPU ms per page, part of each rebuild")
        if len(results) != 1:
            raise SystemExit("the outputs differ")
        print(f"{results.pop()[1]} items each time, the same bytes")


if __name__ == "__main__":
    main()
