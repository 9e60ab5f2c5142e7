"""``python -m tests.soak``: faults under load. See docs/reliability.md."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.soak import lives
from tests.soak.soaking import soak


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[bool]:
    """``folder`` as a disk of its own; whether that is permitted here."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    is_mounted = not subprocess.run(words, capture_output=True, check=False).returncode
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--nodes", type=int, default=150, help="stories of the site (150), each in up to six languages")
    parser.add_argument("--kills", type=int, default=24, help="runs upon which something comes (24)")
    parser.add_argument("--percent", type=int, default=20, help="answers that are spoiled (20 of a hundred)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is thrown by dice (1)")
    parser.add_argument("--minutes", type=float, default=60, help="after which no further trouble comes (60)")
    parser.add_argument("--only", nargs="+", choices=lives.KINDS, default=[*lives.KINDS], help="what comes upon runs")
    parser.add_argument("--keep", type=Path, help="a folder for what is left; else all of it is deleted")
    chosen = parser.parse_args()
    logging.basicConfig(format="%(message)s", level="INFO")
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        with small_disk(folder / "disk", "1g") as is_small:
            kinds = tuple(kind for kind in chosen.only if is_small or kind != "full")
            result = soak(
                folder,
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
