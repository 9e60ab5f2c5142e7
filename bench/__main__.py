"""Measure ours beside what one would otherwise run, all in turns, and write what was found.

    python -m bench [NAME ...] [--only PATTERN] [--rounds N] [--quick] [--large] [--results FILE]

Without names everything is measured, which takes some 20 minutes. On standard output a table for each subject: medians
of the rounds, and the ratio to the contender that the others are put beside, with its range. Peers are installed first,
each into an environment of its own below .bench/ (BENCH_CACHE); with --quick those that are there already are measured,
the portal is a small one, there is one round, and nothing is said of time: only that every measurement gives figures.

Results are written after each measurement. Where the file is there already what was measured is put into it: a run of
some subjects, or of some contenders of one (``--only``), takes the place of what it measured again, all else stays.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.bed import ROOT, Bed, laid
from bench.joined import joined
from bench.machine import commit, machine, versions
from bench.peers import PEERS, find
from bench.rounds import Measured, aligned, measure, say, table
from bench.subjects import SUBJECTS

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"subjects to measure (default: all): {', '.join(SUBJECTS)}"
    )
    parser.add_argument(
        "--only", default="", metavar="PATTERN", help="only contenders whose names match this regular expression"
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measurement (default: 3)")
    parser.add_argument("--quick", action="store_true", help="a smoke run of a few seconds")
    parser.add_argument("--large", action="store_true", help="also measure the largest sizes; this takes hours")
    parser.add_argument(
        "--results", type=Path, help="file of results (default: bench/results/<date>.json, if all are measured)"
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(SUBJECTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    now = datetime.datetime.now(datetime.timezone.utc)
    file = options.results
    if file is None and not options.quick and not options.names:
        file = RESULTS / f"{now:%Y-%m-%d}.json"
    peers = find(PEERS, install=not options.quick)
    for name, why in peers.left_out.items():
        say(f"{name} is left out: {why}")
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        laid(Path(folder), peers, is_quick=options.quick, is_large=options.large) as bed,
    ):
        results: dict[str, Any] = {
            "began": now.isoformat(timespec="seconds"),
            "commit": commit(),
            "machine": machine(),
            "portal": bed.portal,
            "addresses": len(bed.urls.read_text(encoding="utf-8").split()),
            "versions": versions(),
            "peers": peers.versions,
            "left_out": peers.left_out,
            "subjects": {},
        }
        for name in options.names or SUBJECTS:

            def keep(part: dict[str, Any], name: str = name) -> None:
                results["subjects"][name] = part
                of_run = {"began": results["began"], "commit": results["commit"], "load": results["machine"]["load"][0]}
                part["contenders"] = {who: {**it, **of_run} for who, it in part["contenders"].items()}
                if file:
                    write(file, {**results, "subjects": {name: part}}, folder)

            subject(bed, name, 1 if options.quick else options.rounds, options.only, keep)
    if file:
        say(f"{file}: all figures; python -m bench.page {file} makes a page of them")
    if missing := [*failures(results)]:
        sys.exit("no figures of " + ", ".join(missing))


def write(file: Path, results: dict[str, Any], scratch: str) -> None:
    """Put ``results`` into ``file``, without the folders of this machine."""
    text = json.dumps(results, ensure_ascii=False).replace(scratch, "SCRATCH").replace(f"{ROOT}/", "")
    results = json.loads(text)
    if file.exists():
        results = joined(json.loads(file.read_text(encoding="utf-8")), results)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def subject(bed: Bed, name: str, rounds: int, only: str, keep: Callable[[dict[str, Any]], None]) -> None:
    """Measure and print one subject; ``keep`` is given its part of the results after each measurement."""
    one = SUBJECTS[name](bed)
    order = [it.name for it in one.contenders]
    if not one.together:
        one = replace(one, contenders=[it for it in one.contenders if re.search(only, it.name)])
    if bed.is_quick:
        one = replace(one, contenders=[it for it in one.contenders if not it.is_variant])

    def part(found: dict[str, Measured]) -> dict[str, Any]:
        return {
            "title": one.title,
            "method": one.method,
            "base": one.base,
            "bases": dict(one.bases),
            "columns": list(one.columns),
            "order": order,
            "contenders": {name: asdict(it) for name, it in found.items() if it.rounds or it.left_out},
        }

    found = part(measure(one, rounds, bed.scratch, bed.peers.left_out, say, lambda found: keep(part(found))))
    keep(found)
    print(f"\n{one.title} ({bed.portal}), ratios to {one.base}\n{aligned(table(found))}", flush=True)


def failures(results: dict[str, Any]) -> list[str]:
    """Contenders without figures, but those whose peer is left out."""
    return [
        f"{name}: {contender}"
        for name, one in results["subjects"].items()
        for contender, it in one["contenders"].items()
        if not it["rounds"] and it["left_out"].partition(":")[0] not in results["left_out"]
    ]


if __name__ == "__main__":
    main()
