"""Reading pages, all fields normalised, beside parsing them; step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.bed import ROOT, Bed
from bench.child import run
from bench.rounds import Contender, Figures, Subject

STEPS = ("parse", "page_for", "to_item", "normalize", "finish", "all reading")


def subject(bed: Bed) -> Subject:
    """What `bench.bench_reader` measures, of the items of the first portal that it has."""
    few = ["--pages", "5", "--nodes", "4"] if bed.is_quick else []

    def together(folder: Path) -> dict[str, Figures]:
        told = folder / "told.json"
        words = [sys.executable, "-m", "bench.bench_reader", "--rounds", "1", "--json", told, *few]
        run(words, ROOT, folder.with_suffix(".log"))
        return {step: {"cpu_ms": value} for step, value in json.loads(told.read_text(encoding="utf-8")).items()}

    return Subject(
        "reading",
        "Reading a page",
        "Milliseconds of CPU a page, the steps one after the other in one process (`python -m bench.bench_reader`).",
        [Contender(step, shown="python -m bench.bench_reader --rounds 1") for step in STEPS],
        base="parse",
        columns=("cpu_ms",),
        together=together,
    )
