"""What grows with the work: memory and CPU of each command at several sizes, and of one large attachment."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.bed import OURS, Bed, ours_crawl
from bench.rounds import Contender, Figures, Subject
from bench.subjects.crawl import lines
from bench.subjects.harvest import SELDOM
from bench.subjects.harvest import told as told_of_harvest

LIMITS = ("-s", "ARCHIVE_LARGEST_STREAM=2000000000", "-s", "DOWNLOAD_TIMEOUT=1800")
"""The file is not too large."""

THREE = ("-a", "languages=en,fr,es")
"""The languages of `bench.simulated`."""


def subject(bed: Bed) -> Subject:
    """A site of tiny pages in three languages (`bench.simulated`), and its archive; that of the bed, repeated."""
    sizes = [20, 40] if bed.is_quick else [2000, 20_000, *([100_000] if bed.is_large else [])]
    captures = [2000, 4000] if bed.is_quick else [10_000, 100_000, *([10_000_000] if bed.is_large else [])]
    attachment, name = (3_000_000, "3 MB") if bed.is_quick else (1_000_000_000, "1 GB")
    one = bed.serve("bench.attachment", str(attachment))
    contenders = [
        *(contender for size in sizes for contender in _site(bed, size)),
        *(contender for size in sizes for contender in _archive(bed, size)),
        *map(_captures, captures),
        Contender(
            f"attachment, {name}",
            lambda folder: ours_crawl(one, folder / "data", *LIMITS),
            codes=(0, 3),
            told=_fetched,
        ),
    ]
    smallest: dict[str, str] = {}
    return Subject(
        "scale",
        "Memory as the work grows",
        "Crawl, harvests one after the other and a rebuild of a site of tiny pages; index and verification of the"
        " archive of the crawl several times over; all of several sizes (number of addresses). A rebuild of made-up"
        " captures whose pages are not read (`python -m bench.captures`). An item with one large attachment. With"
        " `--large` 100,000 addresses and 10 million captures too.",
        contenders,
        base=f"crawl, {sizes[0]}",
        bases={it.name: smallest.setdefault(it.name.partition(",")[0], it.name) for it in contenders},
        columns=("rss", "cpu", "wall", "bytes", "items", "requests", "wire"),
        rounds=1,
    )


def _site(bed: Bed, size: int) -> Iterator[Contender]:
    """A crawl; and harvests of a data folder of their own, which the next one takes up."""
    site, data = bed.serve("bench.simulated", "--urls", str(size)), bed.scratch / f"site-of-{size}"

    def crawl(folder: Path) -> list[str | Path]:
        return ours_crawl(site, folder / "data", *THREE)

    def harvest(*more: str) -> Callable[[Path], list[str | Path]]:
        return lambda _: ours_crawl(site, data / "data", *THREE, *SELDOM, *more, name=["harvest"])

    def told(_: Path) -> Figures:
        last = sorted((data / "data" / "runs").glob("*/report.json"))[-1]
        archived = json.loads(last.read_text(encoding="utf-8"))["archive"]["bytes"]
        return {**told_of_harvest(data), "bytes": archived}

    def rebuild(folder: Path) -> list[str | Path]:
        files = sorted((data / "data" / "warc").glob("*.warc.gz"))
        return [*OURS, "reparse", *files, "--site", site, "--output", folder / "items.jsonl"]

    of = {"is_variant": True, "codes": (0, 3)}
    yield Contender(f"crawl, {size}", crawl, told=lambda folder: lines(f"{folder}/data/items/*.jsonl"), **of)
    yield Contender(f"first harvest, {size}", harvest(), told=told, **of)
    yield Contender(f"harvest without changes, {size}", harvest(), told=told, **of)
    yield Contender(f"full harvest without changes, {size}", harvest("--full"), told=told, **of)
    yield Contender(f"rebuild, {size}", rebuild, told=lambda folder: lines(f"{folder}/*.jsonl"), **of)


def _archive(bed: Bed, size: int) -> Iterator[Contender]:
    """Index and verification."""
    times = max(1, size // len(bed.urls.read_text(encoding="utf-8").split()))

    def before(_: Path) -> None:
        bed.repeated(times)

    def index(folder: Path) -> list[str | Path]:
        return [*OURS, "archive-index", bed.repeated(times), "--output", folder / "index.cdxj"]

    def verify(_: Path) -> list[str | Path]:
        return [*OURS, "archive-verify", "--quiet", bed.repeated(times)]

    told = {"told": lambda folder: lines(f"{folder}/*.cdxj")}
    yield Contender(f"index, {size}", index, before=before, is_variant=True, **told)
    yield Contender(f"verification, {size}", verify, before=before, is_variant=True)


def _captures(count: int) -> Contender:
    def words(folder: Path) -> list[str | Path]:
        told = ["--folder", folder, "--json", folder / "told.json"]
        return [sys.executable, "-m", "bench.captures", "--count", str(count), *told]

    def told(folder: Path) -> Figures:
        found: Figures = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        return found

    return Contender(f"captures, {count}", words, told=told, is_variant=True)


def _fetched(folder: Path) -> Figures:
    """How many items have all of their files."""
    [file] = (folder / "data" / "items").glob("*.jsonl")
    items = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {"items": sum(bool(it["attachments"]) and all(one["sha256"] for one in it["attachments"]) for it in items)}
