"""Items made of an archive without the network: ours beside loops that take the same fields as printed."""

from __future__ import annotations

from pathlib import Path

from bench.bed import OURS, Bed
from bench.rounds import Contender, Subject
from bench.subjects.crawl import PROGRAMS, items


def subject(bed: Bed) -> Subject:
    """The archive of the crawl; ours with one and with two processes."""
    warcs = bed.warcs

    def ours(folder: Path, jobs: int) -> list[str | Path]:
        words = [*OURS, "reparse", *warcs, "--output", folder / "items.jsonl", "--jobs", str(jobs)]
        return [*words, "--site", bed.site, "-s", f"DATA_DIR={folder / 'data'}"]

    def loop(folder: Path, peer: str, name: str) -> list[str | Path]:
        return [bed.python(peer), PROGRAMS / "loops.py", name, folder / "items.jsonl", *warcs]

    loops = {
        "FastWARC + lxml": ("fastwarc", "fastwarc-lxml"),
        "FastWARC + lexbor": ("fastwarc", "fastwarc-lexbor"),
        "warcio + parsel": ("warcio", "warcio-parsel"),
        "trafilatura": ("trafilatura", "trafilatura"),
    }
    return Subject(
        "reparse",
        "Items from an archive",
        "The archive of the crawl. Ours reads every page by what kind of page it is, normalizes all"
        " fields, cites the record; the loops take the same fields as printed, by expressions written for this theme."
        " trafilatura takes title, date, description and text alone.",
        [
            *(
                Contender(name, lambda folder, it=it: ours(folder, it), told=items, is_variant=it > 1)
                for name, it in (("ours", 1), ("ours, 2 processes", 2))
            ),
            *(
                Contender(name, lambda folder, it=it: loop(folder, *it), it[0], told=items)
                for name, it in loops.items()
            ),
        ],
        base="FastWARC + lxml",
        columns=("cpu", "rate", "wall", "rss", "bytes"),
    )
