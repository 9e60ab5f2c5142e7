"""A whole crawl: ours beside Scrapy spiders that archive nothing, the same with an archive, and crawlers of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.bed import ROOT, Bed, ours_crawl
from bench.rounds import Contender, Figures, Subject

PROGRAMS = ROOT / "bench" / "programs"


def lines(pattern: str) -> dict[str, float]:
    """For `Contender.told`: how many lines the files have."""
    folder, _, name = pattern.rpartition("/")
    return {"items": sum(path.read_bytes().count(b"\n") for path in Path(folder).glob(name))}


def items(folder: Path) -> Figures:
    return lines(f"{folder}/items.jsonl")


def spider(bed: Bed, peer: str, name: str, *words: str) -> list[str | Path]:
    """The words of one of the spiders in ``bench/programs``, which get the addresses that ours asked for."""
    command = [bed.python(peer), "-m", "scrapy", "runspider", PROGRAMS / f"{name}.py"]
    return [*command, "-a", f"urls={bed.urls}", "-O", "items.jsonl", *words]


def wget(bed: Bed) -> Sequence[str | Path]:
    # Where redirects lead on the portal is among the addresses.
    quiet = ["--no-verbose", "--max-redirect=0", "--tries=3", "--execute", "robots=off", "--output-document=/dev/null"]
    return ["wget", *quiet, "--warc-file=wget", f"--input-file={bed.urls}"]


def subject(bed: Bed) -> Subject:
    """Every contender asks for the same addresses; all but those of files make an item of each news page."""
    proxied = PROGRAMS / "through_warcprox.py"
    wpull = [
        "-m",
        "wpull",
        "--no-robots",
        "--tries=1",
        "--warc-file=wpull",
        "--delete-after",
        f"--input-file={bed.urls}",
    ]
    return Subject(
        "crawl",
        "A whole crawl",
        "The same addresses from the same server, one process each, from its start to its end. Ours finds the addresses"
        " itself, archives every exchange, reads and normalizes all fields, keeps state, writes lines and a report."
        " The targeted spider is given the addresses, takes the fields as printed by CSS, and archives nothing; the"
        " CrawlSpider looks for links in every page too. wget and wpull take no fields.",
        [
            Contender(
                "ours",
                lambda folder: ours_crawl(bed.site, folder / "data"),
                codes=(0, 3),
                told=lambda folder: lines(f"{folder}/data/items/*.jsonl"),
            ),
            Contender("targeted spider", lambda folder: spider(bed, "scrapy", "targeted"), "scrapy", told=items),
            Contender("stock CrawlSpider", lambda folder: spider(bed, "scrapy", "stock"), "scrapy", told=items),
            Contender(
                "targeted, scrapy-warc",
                lambda folder: spider(bed, "scrapy-warc", "targeted_warc"),
                "scrapy-warc",
                told=items,
            ),
            Contender(
                "targeted, warcprox",
                lambda folder: [
                    bed.python("scrapy"), proxied, bed.python("warcprox"), bed.python("scrapy"), bed.urls, folder
                ],
                "warcprox",
                told=items,
            ),
            Contender("wget --warc-file", lambda folder: wget(bed), "wget", codes=(0, 8)),
            Contender("wpull", lambda folder: [bed.python("wpull"), *wpull], "wpull", codes=(0, 8)),
        ],
        base="targeted spider",
    )  # fmt: skip
