"""How long a search takes in the pages that show a collection."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.bed import ROOT, Bed
from bench.child import run
from bench.rounds import Contender, Figures, Subject

ASKED = (
    "one word",
    "two words",
    "one word or another",
    "begin of a word",
    "a word, values of two facets",
    "values of two facets",
    "no words, any page",
    "API: a word, counts of all facets",
)


def subject(bed: Bed) -> Subject:
    """What `bench.bench_browse` measures, of a release of made-up items."""
    items, asked = (60, 1) if bed.is_quick else (100_000, 60) if bed.is_large else (2000, 20)

    def together(folder: Path) -> dict[str, Figures]:
        told = folder / "told.json"
        words = [
            sys.executable,
            "-m",
            "bench.bench_browse",
            "--items",
            str(items),
            "--asked",
            str(asked),
            "--json",
            told,
        ]
        run(words, ROOT, folder.with_suffix(".log"))
        found: dict[str, Figures] = json.loads(told.read_text(encoding="utf-8"))
        return found

    shown = f"python -m bench.bench_browse --items {items} --asked {asked}"
    return Subject(
        "browse",
        "Looking at a collection",
        f"A release of {items:,} made-up items, asked over HTTP on this machine, {asked} questions of each kind, each"
        " for the first time: CPU of the server for each, and time until the whole answer is there.",
        [Contender(name, shown=shown) for name in ASKED],
        base="one word",
        columns=("cpu_ms", "median_ms", "late_ms", "rss"),
        rounds=1,
        together=together,
    )
