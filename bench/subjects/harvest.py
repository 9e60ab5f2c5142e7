"""What a harvest in which nothing changed costs beside the first one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench.bed import Bed, ours_crawl
from bench.rounds import Contender, Figures, Subject

SELDOM = ("-s", "MIGRATION_REVISIT=[[null, 30]]")
"""No page is due."""


def subject(bed: Bed) -> Subject:
    """The first harvest, one with nothing due, one in which everything is asked for, conditionally."""

    def again(folder: Path) -> None:
        shutil.copytree(bed.harvested, folder / "data")

    def words(folder: Path, *more: str) -> list[str | Path]:
        return ours_crawl(bed.site, folder / "data", *SELDOM, *more, name=["harvest"])

    return Subject(
        "harvest",
        "Harvests",
        "`scrapy harvest` with its recovery, index and report. Nothing is due and nothing changed after the first; with"
        " `--full` everything is asked for all the same, conditionally.",
        [
            Contender("first", words, codes=(0, 3), told=told, is_variant=True),
            Contender("nothing changed", words, codes=(0, 3), before=again, told=told),
            Contender(
                "--full, nothing changed",
                lambda folder: words(folder, "--full"),
                codes=(0, 3),
                before=again,
                told=told,
                is_variant=True,
            ),
        ],
        base="first",
        columns=("cpu", "wall", "rss", "bytes", "requests", "wire"),
    )


def told(folder: Path) -> Figures:
    """Requests and bytes of the last run, from its report."""
    last = sorted((folder / "data" / "runs").glob("*/report.json"))[-1]
    row = json.loads(last.read_text(encoding="utf-8"))["charts"]["history"][-1]
    return {"requests": row["requests"], "wire": row["bytes"]}
