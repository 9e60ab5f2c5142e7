"""What the project means to reach, as data: ratios of figures of one round, and whether they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.rounds import Summary, ratios, summary


@dataclass(frozen=True, slots=True)
class Target:
    """``of`` has at most (else at least) ``limit`` times the ``figure`` of ``to``, both contenders of ``subject``."""

    subject: str
    figure: str
    of: str
    to: str
    limit: float
    text: str
    is_most: bool = True


ABSOLUTE = ""
"""In place of ``to``: the figure itself, in its unit (`bench.rounds.UNITS`)."""


def _flat(subject: str, of: str, to: str, text: str) -> Target:
    return Target(subject, "rss", of, to, 1.3, text)


TARGETS = (
    Target("crawl", "cpu", "ours", "targeted spider", 1.0, "whole crawl: CPU of the targeted spider, no archive"),
    Target("crawl", "cpu", "ours", "stock CrawlSpider", 0.4, "whole crawl: CPU of a stock CrawlSpider"),
    Target("crawl", "rss", "ours", "targeted spider", 1.3, "whole crawl: memory of the targeted spider"),
    Target("capture", "cpu_ms", "title, archived", "title, stock", 1.1, "capture alone: CPU, the title read"),
    Target("capture", "cpu_ms", "item, archived", "item, stock", 1.1, "capture alone: CPU, an item read"),
    Target("capture", "cpu_ms", "TLS, archived", "TLS, stock", 1.1, "capture alone: CPU, TLS, the title read"),
    Target("reparse", "cpu", "ours", "FastWARC + lxml", 2.0, "reparse: CPU of FastWARC + lxml, the same fields"),
    Target("reparse", "rate", "ours", ABSOLUTE, 264, "reparse: items in a second of CPU (44 at first)", is_most=False),
    Target("processes", "wall", "1 process", "2 processes", 1.8, "reparse: speed-up by two processes", is_most=False),
    Target("index", "cpu", "cdxj-indexer", "ours", 3.0, "index: CPU of cdxj-indexer beside ours", is_most=False),
    Target("verify", "cpu", "ours", "FastWARC, decompress and hash", 1.5, "verification: CPU of the bare work"),
    Target("harvest", "wire", "nothing changed", "first", 0.02, "harvest in which nothing changed: bytes of the first"),
    Target("harvest", "cpu", "nothing changed", "first", 0.2, "harvest in which nothing changed: CPU of the first"),
    _flat("scale", "crawl, 100000", "crawl, 2000", "memory of a crawl of 100,000 addresses, of 2,000"),
    _flat("scale", "first harvest, 100000", "first harvest, 2000", "memory of the first harvest, likewise"),
    _flat("scale", "harvest without changes, 100000", "harvest without changes, 2000",
          "memory of a harvest in which nothing changed"),
    _flat("scale", "full harvest without changes, 100000", "full harvest without changes, 2000",
          "memory of one with `--full`"),
    _flat("scale", "rebuild, 100000", "rebuild, 2000", "memory of a rebuild of 100,000 addresses, of 2,000"),
    _flat("scale", "index, 100000", "index, 2000", "memory of an index of 100,000 addresses, of 2,000"),
    _flat("scale", "verification, 100000", "verification, 2000", "memory of a verification, likewise"),
    _flat("publish", "100,000 items", "2,000 items", "memory of a release of 100,000 items, of 2,000"),
    Target("scale", "rss", "captures, 10000000", ABSOLUTE, 1e9, "memory of a rebuild of 10 million captures (MB)"),
    Target("scale", "rss", "attachment, 1 GB", ABSOLUTE, 200e6, "memory while an attachment of 1 GB is archived (MB)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """A target and what was found."""

    target: Target
    found: Summary | None
    """None: it was not measured."""

    @property
    def is_met(self) -> bool | None:
        """By the median; None where nothing was measured."""
        if self.found is None:
            return None
        return self.found.median <= self.target.limit if self.target.is_most else self.found.median >= self.target.limit


def outcomes(results: dict[str, Any]) -> list[Outcome]:
    """All targets, in their order."""
    return [Outcome(target, _found(target, results["subjects"])) for target in TARGETS]


def _found(target: Target, subjects: dict[str, Any]) -> Summary | None:
    contenders = subjects.get(target.subject, {}).get("contenders", {})
    of = contenders.get(target.of, {}).get("rounds", [])
    if target.to == ABSOLUTE:
        values = [one[target.figure] for one in of if target.figure in one]
        return summary(values) if values else None
    return ratios(of, contenders.get(target.to, {}).get("rounds", []), target.figure)
