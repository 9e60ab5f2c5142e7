"""What the capture costs: the same pages crawled in turns by stock Scrapy and with the archive, plain and over TLS."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.bed import ROOT, Bed
from bench.child import run, size
from bench.rounds import Contender, Figures, Subject


def subject(bed: Bed) -> Subject:
    """One callback reads the title only, one makes an item of each page; a second crawl finds every payload known."""
    pages = 20 if bed.is_quick else 600
    plain, tls = bed.serve("bench.newspages"), bed.serve("bench.newspages", "--tls")

    def crawl(folder: Path, count: int, base: str, callback: str, archive: Path | None) -> list[str | Path]:
        words = [sys.executable, "-m", "bench.capture_spider", base, str(count), callback]
        return [*words, *([archive] if archive else [])]

    def contender(name: str, base: str, callback: str, *, archived: bool = False, again: bool = False) -> Contender:
        def measure(folder: Path) -> Figures:
            """Of each page, without the start: that of a crawl of one page is taken off."""
            archive, log = folder / "archive" if archived else None, folder.with_suffix(".log")
            if again:
                run(crawl(folder, pages, base, callback, archive), ROOT, log)
            there = size(folder)
            whole = run(crawl(folder, pages, base, callback, archive), ROOT, log)
            written = size(folder) - there
            start = run(crawl(folder, 1, base, callback, folder / "one" if archived else None), ROOT, log)
            each = (whole.cpu - start.cpu) / (pages - 1) * 1000
            return {"cpu_ms": each, "wall": whole.wall, "rss": whole.rss, "bytes": written}

        shown = " ".join(map(str, crawl(Path(), pages, base, callback, Path("ARCHIVE") if archived else None)))
        is_variant = again or callback != "title" or base == tls
        return Contender(name, measure=measure, shown=shown, is_variant=is_variant)

    return Subject(
        "capture",
        "Capture alone",
        f"{pages} news pages of 37 KB, gzip-encoded, from a server in another process. Milliseconds of CPU a page, both"
        " threads, less what the start takes.",
        [
            contender("title, stock", plain, "title"),
            contender("title, archived", plain, "title", archived=True),
            contender("title, archived again", plain, "title", archived=True, again=True),
            contender("item, stock", plain, "item"),
            contender("item, archived", plain, "item", archived=True),
            contender("TLS, stock", tls, "title"),
            contender("TLS, archived", tls, "title", archived=True),
        ],
        base="title, stock",
        columns=("cpu_ms", "wall", "rss", "bytes"),
    )
