"""What looking at a collection costs: start, search with all facets, API, downloads; time, CPU, memory of the server.

    python -m bench.bench_browse [--items 100000] [--asked 60] [--release FOLDER]

The items are those of `bench.bench_publish`; a release of them is made first, which takes longest, unless there is one.
A server of its own is asked over HTTP, each question once with nothing remembered and once again. Printed for each kind
of question: milliseconds until the whole answer is there, median and 95th percentile, and milliseconds of CPU of the
server, mean and 95th percentile; what is beyond a limit is marked. Other work on the machine makes them larger.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.bench_publish import LETTERS, SITE, write
from bench.bench_publish import _words as words_of

ROOT = Path(__file__).parents[1]
MEDIAN, P95, MEMORY, START = 100, 300, 300, 6.0
"""Milliseconds, milliseconds, megabytes, seconds: what search and facets of 100,000 items may take."""

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_browse")
    parser.add_argument("--items", type=int, default=100_000, help="size of the release that is made")
    parser.add_argument("--asked", type=int, default=60, help="questions of each kind")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of each kind of question there")
    parser.add_argument("--release", type=Path, help="a release that is there already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        release = arguments.release or _made(Path(folder), arguments.items)
        # A page has 25 stories, each in six languages; there is none behind the last one.
        pages = 99 if arguments.release else max(1, min(99, arguments.items // 150))
        with _server(release) as (base, process, started):
            print(
                f"start until the first page is there: {started:.1f} s, {_cpu(process):.1f} s of CPU"
                f"{_beyond(started, START)}", flush=True
            )  # fmt: skip
            print(f"{'asked for':34}{'median ms':>10}{'p95 ms':>8}{'CPU ms':>8}{'p95 CPU':>9}{'again':>8}")
            figures = {
                name: _ask(name, base, paths, process) for name, paths in _questions(arguments.asked, pages).items()
            }
            if arguments.json:
                arguments.json.write_text(json.dumps(figures), encoding="utf-8")
            print(f"memory of the server after all that: {_memory(process):.0f} MB{_beyond(_memory(process), MEMORY)}")
            for path in (
                "/stories.csv",
                "/stories.csv?of=items",
                "/stories.jsonl?of=items",
                "/stories.json?language=fr",
            ):
                before, size, took = _cpu(process), *_fetched(base + path)
                print(
                    f"{path:34}{took:>9.1f} s{size / 1e6:>8.0f} MB{_cpu(process) - before:>8.1f} s of CPU"
                    f"{_memory(process):>8.0f} MB of memory", flush=True
                )  # fmt: skip


def _made(folder: Path, size: int) -> Path:
    from archive.dataset import publish
    from migration_spider.publish import dataset

    write(folder / "news.jsonl", size, 0)
    return publish(dataset(SITE), folder / "news.jsonl", folder / "dataset", version="1").path


@contextmanager
def _server(release: Path) -> Iterator[tuple[str, int, float]]:
    """(Its address, process id, seconds until the first page was there.)"""
    began = time.perf_counter()
    words = [sys.executable, "-m", "scrapy", "browse", str(release), "--no-open", "--port", "0"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is piped
            said = next(line for line in process.stdout if "http://" in line)
            base = said[said.index("http://") :].split()[0].rstrip("/")
            _fetched(f"{base}/stories")
            yield base, process.pid, time.perf_counter() - began
        finally:
            process.terminate()


def _questions(asked: int, pages: int) -> dict[str, list[str]]:
    """Kind -> addresses, the same in every run."""
    chance = random.Random(7)  # noqa: S311
    vocabulary = [words_of(letters) for letters in LETTERS.values()]

    def word() -> str:
        words = chance.choice(vocabulary)
        return words[int(len(words) * chance.random() ** 4)]  # as often as texts have it

    def chosen() -> list[tuple[str, str]]:
        return [("objective", str(chance.randrange(1, 24))), ("year", str(chance.randrange(2018, 2026)))]

    kinds: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "one word": lambda: [("q", word())],
        "two words": lambda: [("q", f"{word()} {word()}")],
        "one word or another": lambda: [("q", f"{word()} OR {word()}")],
        "begin of a word": lambda: [("q", f"{word()[:3]}*")],
        "a word, values of two facets": lambda: [("q", word()), *chosen()],
        "values of two facets": chosen,
        "no words, any page": lambda: [("page", str(chance.randrange(1, pages + 1)))],
    }
    found = {name: [f"/stories?{urllib.parse.urlencode(make())}" for _ in range(asked)] for name, make in kinds.items()}
    found["API: a word, counts of all facets"] = [
        f"/v1/stories?{urllib.parse.urlencode({'q': word(), 'facets': 'objective,place,year,theme,type'})}"
        for _ in range(asked)
    ]
    return found


def _ask(name: str, base: str, paths: list[str], process: int) -> dict[str, float]:
    took, worked = [], []
    for path in paths:
        before = _cpu(process)
        took.append(1000 * _fetched(base + path)[1])
        worked.append(1000 * (_cpu(process) - before))
    again = [1000 * _fetched(base + path)[1] for path in paths[-5:]]
    median, late = _at(took, 0.5), _at(took, 0.95)
    print(
        f"{name:34}{median:>10.0f}{late:>8.0f}{sum(worked) / len(worked):>8.0f}{_at(worked, 0.95):>9.0f}"
        f"{_at(again, 0.5):>8.0f}{_beyond(median, MEDIAN) or _beyond(late, P95)}", flush=True
    )  # fmt: skip
    each = {"cpu_ms": sum(worked) / len(worked), "median_ms": median, "late_ms": late}
    return {**each, "rss": 1e6 * _memory(process)}


def _at(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)]


def _fetched(url: str) -> tuple[int, float]:
    """(Bytes, seconds.)"""
    began, size = time.perf_counter(), 0
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        while piece := answer.read(1 << 16):
            size += len(piece)
    return size, time.perf_counter() - began


def _cpu(process: int) -> float:
    """Seconds that the server has worked (proc(5))."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


def _memory(process: int) -> float:
    """The most memory that the server has held, in MB."""
    told = Path(f"/proc/{process}/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1000


def _beyond(value: float, limit: float) -> str:
    return f"  more than {limit:g}" if value > limit else ""


if __name__ == "__main__":
    main()
