"""``python -m tests.soak``: faults under load. See docs/reliability.md."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from tests.disks import mounted
from tests.soak import lives
from tests.soak.soaking import soak


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--nodes", type=int, default=150, help="stories of the site (150), each in up to six languages")
    parser.add_argument("--kills", type=int, default=24, help="runs with trouble: kills, full disks and the like (24)")
    parser.add_argument("--percent", type=int, default=20, help="percent of responses with a fault (20)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random choices (1)")
    parser.add_argument("--minutes", type=float, default=60, help="no more trouble after this time (60)")
    parser.add_argument("--only", nargs="+", choices=lives.KINDS, default=[*lives.KINDS], help="kinds of trouble")
    parser.add_argument("--keep", type=Path, help="keep all files in this folder (default: they are deleted)")
    chosen = parser.parse_args()
    logging.basicConfig(format="%(message)s", level="INFO")
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        with mounted("size=1g") as disk:
            kinds = tuple(kind for kind in chosen.only if disk or kind != "full")
            result = soak(
                folder,
                disk=disk,
                nodes=chosen.nodes,
                kills=chosen.kills,
                seed=chosen.seed,
                percent=chosen.percent,
                minutes=chosen.minutes,
                kinds=kinds,
            )
    print(result.table())
    for one in result.differences:
        print(f"\nDIFFERENCE: {one}")
    sys.exit(bool(result.differences))


if __name__ == "__main__":
    main()
