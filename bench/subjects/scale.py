"""What grows with the work: memory and CPU of a crawl and of an index at several sizes, and of one large attachment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.bed import OURS, ROOT, Bed, ours_crawl
from bench.child import run
from bench.rounds import Contender, Figures, Subject
from bench.subjects.crawl import lines

LIMITS = ("-s", "ARCHIVE_LARGEST_STREAM=2000000000", "-s", "DOWNLOAD_TIMEOUT=1800")
"""The file is not too large."""


def fetched(folder: Path) -> Figures:
    """How many items have all of their files."""
    [file] = (folder / "data" / "items").glob("*.jsonl")
    items = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {"items": sum(bool(it["attachments"]) and all(one["sha256"] for one in it["attachments"]) for it in items)}


def subject(bed: Bed) -> Subject:
    """A site of tiny pages in three languages (`bench.simulated`); the archive of the crawl, repeated."""
    sizes = [20, 40] if bed.is_quick else [2000, 20_000, *([100_000] if bed.is_large else [])]
    attachment, name = (3_000_000, "3 MB") if bed.is_quick else (1_000_000_000, "1 GB")

    def crawl(count: int) -> Contender:
        site = bed.serve("bench.simulated", "--urls", str(count))
        return Contender(
            f"crawl, {count}",
            lambda folder: ours_crawl(site, folder / "data", "-a", "languages=en,fr,es"),
            codes=(0, 3),
            told=lambda folder: lines(f"{folder}/data/items/*.jsonl"),
            is_variant=True,
        )

    def index(count: int) -> Contender:
        times = max(1, count // len(bed.urls.read_text(encoding="utf-8").split()))

        def before(folder: Path) -> None:
            words = [
                sys.executable,
                "-m",
                "bench.archives",
                "repeat",
                bed.seed / "warc",
                folder / "many.warc.gz",
                str(times),
            ]
            run(words, ROOT, folder.with_suffix(".log"))

        def words(folder: Path) -> list[str | Path]:
            return [*OURS, "archive-index", folder / "many.warc.gz", "--output", folder / "index.cdxj"]

        return Contender(
            f"index, {count}", words, before=before, told=lambda folder: lines(f"{folder}/*.cdxj"), is_variant=True
        )

    one = bed.serve("bench.attachment", str(attachment))
    return Subject(
        "scale",
        "Memory as the work grows",
        "Crawls of a site of tiny pages, an index of the archive of the crawl several times over, of several sizes"
        " (number of addresses); and an item with one large attachment. With `--large` 100,000 addresses too.",
        [
            *map(crawl, sizes),
            *map(index, sizes),
            Contender(
                f"attachment, {name}",
                lambda folder: ours_crawl(one, folder / "data", *LIMITS),
                codes=(0, 3),
                told=fetched,
            ),
        ],
        base=f"crawl, {sizes[0]}",
        columns=("rss", "cpu", "wall", "bytes"),
        rounds=1,
    )
