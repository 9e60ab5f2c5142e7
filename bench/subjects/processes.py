"""How much faster two processes make items of an archive than one."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.bed import OURS, ROOT, Bed
from bench.child import run
from bench.rounds import Contender, Subject
from bench.subjects.crawl import items

MAKE = (
    "import sys",
    "from pathlib import Path",
    "from bench.bench_reparse import make",
    "make(Path(sys.argv[1]), int(sys.argv[2]))",
)


def subject(bed: Bed) -> Subject:
    """An archive of pages that are all different, made by `bench.bench_reparse`."""
    pages, folder = 60 if bed.is_quick else 4000, bed.scratch / "different"
    if not folder.exists():
        folder.mkdir()
        make = "; ".join(MAKE)
        run([sys.executable, "-c", make, folder, str(pages)], ROOT, bed.scratch / "log")
    warcs = sorted(folder.glob("*.warc.gz"))

    def words(folder: Path, jobs: int) -> list[str | Path]:
        command = [*OURS, "reparse", *warcs, "--output", folder / "items.jsonl", "--jobs", str(jobs)]
        return [*command, "--site", "http://portal.example", "-s", f"DATA_DIR={folder / 'data'}"]

    return Subject(
        "processes",
        "Items from an archive, in two processes",
        f"{pages} different news pages of 35 KB, 1000 a file, read by `scrapy reparse` with one process and with two."
        " What counts is the time by the clock, on a machine that does nothing else.",
        [
            Contender("1 process", lambda folder: words(folder, 1), told=items, is_variant=True),
            Contender("2 processes", lambda folder: words(folder, 2), told=items),
        ],
        base="1 process",
        columns=("wall", "cpu", "rss", "bytes"),
    )
