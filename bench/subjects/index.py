"""An index of an archive: ours beside cdxj-indexer."""

from __future__ import annotations

from bench.bed import OURS, Bed
from bench.rounds import Contender, Subject


def subject(bed: Bed) -> Subject:
    """The archive of the crawl, several times over; the figures are with the start of the programs."""
    warc, words = bed.many, ["-m", "cdxj_indexer.main", "--sort"]
    return Subject(
        "index",
        "Index",
        "A sorted CDXJ index of the archive of the crawl, several times over.",
        [
            Contender("ours", lambda folder: [*OURS, "archive-index", warc, "--output", folder / "index.cdxj"]),
            Contender(
                "cdxj-indexer",
                lambda folder: [bed.python("cdxj-indexer"), *words, "--output", folder / "index.cdxj", warc],
                "cdxj-indexer",
            ),
        ],
        base="cdxj-indexer",
    )
