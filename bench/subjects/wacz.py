"""An archive packaged: ours beside py-wacz."""

from __future__ import annotations

from bench.bed import OURS, Bed
from bench.rounds import Contender, Subject


def subject(bed: Bed) -> Subject:
    """The archive of the crawl, several times over, with a list of its pages."""
    warc, words = bed.many, ["-m", "wacz.main", "create", "--detect-pages"]
    return Subject(
        "wacz",
        "WACZ",
        "The archive of the crawl, several times over, packaged with index and list of pages.",
        [
            Contender("ours", lambda folder: [*OURS, "archive-wacz", warc, "--output", folder / "archive.wacz"]),
            Contender(
                "py-wacz",
                lambda folder: [bed.python("wacz"), *words, "--output", folder / "archive.wacz", warc],
                "wacz",
            ),
        ],
        base="py-wacz",
    )
