"""An archive checked: ours beside programs that check less, and the bare work of decompressing and hashing."""

from __future__ import annotations

from bench.bed import OURS, Bed
from bench.rounds import Contender, Subject
from bench.subjects.crawl import PROGRAMS


def subject(bed: Bed) -> Subject:
    """The archive of the crawl, several times over; no index and no items, which the others do not know."""
    warc = bed.many
    check = ["-c", "from warcio.cli import main; main()", "check"]
    return Subject(
        "verify",
        "Verification",
        "The archive of the crawl, several times over. Ours checks members, records, digests of blocks and payloads,"
        " what revisits refer to and what the standard asks of each record; the others the digests.",
        [
            Contender("ours", lambda folder: [*OURS, "archive-verify", "--quiet", warc]),
            Contender(
                "FastWARC, decompress and hash",
                lambda folder: [bed.python("fastwarc"), PROGRAMS / "loops.py", "hash", folder / "count", warc],
                "fastwarc",
            ),
            Contender("warcio check", lambda folder: [bed.python("warcio"), *check, warc], "warcio"),
            Contender(
                "fastwarc check",
                lambda folder: [bed.python("fastwarc").with_name("fastwarc"), "check", "--quiet", warc],
                "fastwarc",
            ),
        ],
        base="FastWARC, decompress and hash",
    )
