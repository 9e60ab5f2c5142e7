"""What a release costs, at several sizes."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.bed import ROOT, Bed
from bench.child import run
from bench.rounds import Contender, Figures, Subject

MAKE = (
    "import sys",
    "from pathlib import Path",
    "from bench.bench_publish import write",
    "write(Path(sys.argv[1]), int(sys.argv[2]), 0)",
)


def subject(bed: Bed) -> Subject:
    """Items made up by `bench.bench_publish`, which tells of each step."""
    sizes = [30, 60] if bed.is_quick else [2000, 8000, *([100_000] if bed.is_large else [])]

    def contender(count: int) -> Contender:
        def before(folder: Path) -> None:
            make = "; ".join(MAKE)
            (folder / "items").mkdir()
            words = [sys.executable, "-c", make, folder / "items" / "news.jsonl", str(count)]
            run(words, ROOT, folder.with_suffix(".log"))

        def words(folder: Path) -> list[str | Path]:
            publish = "import sys; from bench.bench_publish import run; run(sys.argv[1], '1')"
            return [sys.executable, "-c", publish, folder]

        def told(folder: Path) -> Figures:
            return {"items": count}

        return Contender(f"{count:,} items", words, before=before, told=told, is_variant=count > sizes[0])

    return Subject(
        "publish",
        "A release",
        "Made-up items of 7 KB a line in six languages, with versions and tombstones, published once.",
        [*map(contender, sizes)],
        base=f"{sizes[0]:,} items",
        rounds=2,
    )
