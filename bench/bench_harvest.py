"""What a harvest in which nothing changed costs beside the first one: requests, bytes on the wire, seconds.

    python -m bench.bench_harvest [--nodes 150]

Three runs of `scrapy harvest` against the demo portal on this machine, one after the other: the first, one with nothing
due and nothing changed, and one with `--full`, in which everything is asked conditionally. Printed: the numbers, and
their ratio to the first run. The seconds are those without delays: against the live portal the requests count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.portal import Portal

ROOT = Path(__file__).parents[1]
SELDOM = "[[null, 30]]"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_harvest")
    parser.add_argument("--nodes", type=int, default=150, help="news nodes of the portal")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Portal(nodes=arguments.nodes) as portal:
        runs = [
            ("first", harvest(Path(folder), portal.url)),
            ("nothing changed", harvest(Path(folder), portal.url)),
            ("--full", harvest(Path(folder), portal.url, "--full")),
        ]
    first = runs[0][1]
    print(f"{'run':18}{'requests':>10}{'ratio':>8}{'KB':>10}{'ratio':>8}{'seconds':>10}{'ratio':>8}{'new lines':>12}")
    for name, run in runs:
        cells = [f"{name:18}"]
        for key, unit, width in (("requests", 1, 10), ("bytes", 1000, 10), ("seconds", 1, 10)):
            cells += [f"{run[key] / unit:>{width},.0f}", f"{run[key] / first[key]:>8.2f}"]
        print("".join(cells) + f"{run['new'] + run['changed']:>12}")


def harvest(data: Path, site: str, *flags: str) -> dict[str, Any]:
    """The last line of the run's history in its report."""
    words = [sys.executable, "-m", "scrapy", "harvest", "-a", f"site={site}", "-s", f"DATA_DIR={data}", *flags]
    subprocess.run(
        [*words, "-s", f"MIGRATION_REVISIT={SELDOM}"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    last = sorted((data / "runs").iterdir())[-1]
    row: dict[str, Any] = json.loads((last / "report.json").read_text(encoding="utf-8"))["charts"]["history"][-1]
    return row


if __name__ == "__main__":
    main()
