"""``python -m tests.fuzz [TARGET ...] [--seconds N]``: look for bytes at which something does not hold.

With atheris (extra ``fuzz``) what is tried next depends on which code was reached, else on chance. What is found is
written into the folder of the target below ``corpus`` as ``found-...``: mend what it shows, make it small, give it a
name, and it is read again by the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

_LONGEST = 4_096
"""Bytes of what is tried."""

_MEMORY = 1_000
"""Megabytes, the code that watches among them."""

_SLOWEST = 20
"""Seconds for one input."""


def _guided(name: str, seconds: int) -> None:
    """In a process of its own, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["archive", "migration_spider"]):
        from tests.fuzz.targets import CORPUS, TARGETS

    kept = CORPUS / name
    with tempfile.TemporaryDirectory(prefix="fuzz-") as new:
        words = [f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-rss_limit_mb={_MEMORY}"]
        words += [f"-timeout={_SLOWEST}", f"-artifact_prefix={kept / 'found-'}", "-verbosity=0", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *words, new, str(kept)], TARGETS[name])
        atheris.Fuzz()


def _by_chance(name: str, seconds: int) -> None:
    from hypothesis import HealthCheck, Phase, given, settings

    from tests.fuzz.mutation import like
    from tests.fuzz.targets import CORPUS, TARGETS

    until, last = time.monotonic() + seconds, b""
    corpus = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]

    @settings(
        max_examples=10_000_000,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(like(corpus))
    def tried(data: bytes) -> None:
        nonlocal last
        if time.monotonic() < until:
            last = data
            TARGETS[name](data)

    try:
        tried()
    except BaseException:
        (CORPUS / name / f"found-{hashlib.sha256(last).hexdigest()[:12]}").write_bytes(last)
        raise


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("targets", nargs="*", help="names of targets (default: all)")
    asked.add_argument("--seconds", type=int, default=30, help="for each target (default: 30)")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    is_guided = importlib.util.find_spec("atheris") is not None
    if given.here:
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        (_guided if is_guided else _by_chance)(given.targets[0], given.seconds)
        return 0
    from tests.fuzz.targets import CORPUS, TARGETS

    if unknown := set(given.targets) - set(TARGETS):
        asked.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    failed = []
    print("guided by coverage (atheris)" if is_guided else "by chance (hypothesis); pip install atheris: by coverage")
    for name in given.targets or TARGETS:
        words = [sys.executable, "-m", "tests.fuzz", name, "--here", "--seconds", str(given.seconds)]
        done = subprocess.run(
            words, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        said = done.stdout.decode(errors="replace")
        runs = [line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line]
        found = [path.name for path in (CORPUS / name).glob("found-*")]
        print(f"{name}: {'FOUND ' + ', '.join(found) if done.returncode else 'nothing found'} {' '.join(runs)}".strip())
        if done.returncode:
            failed.append(name)
            print(said[-3_000:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
