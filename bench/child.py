"""Runs a command as a process of its own and measures it: CPU with that of its children, wall clock, peak memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "bench" / "programs" / "measured.py"

LONGEST = 6 * 3600
"""Seconds after which a command is ended, and counts as failed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took (getrusage(2), by wait4(2))."""

    cpu: float
    """Seconds, user and system, of the process and all its children that it waited for."""

    wall: float
    """Seconds."""

    rss: int
    """Bytes that the largest of these processes held at most."""


class FailedError(Exception):
    """A command ended with an exit code that it should not have, or did not end. Says what it printed last."""


def environment() -> dict[str, str]:
    """That of this process, without settings of the project that would change what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIGRATION_", "SCRAPY_"))}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "http_proxy", "no_proxy"):
        kept.pop(name, None)
    return kept


def run(
    words: Sequence[str | Path],
    cwd: Path,
    log: Path,
    *,
    codes: Sequence[int] = (0,),
) -> Usage:
    """Run ``words`` to their end; what they print goes to ``log``.

    Raises FailedError when the exit code is none of ``codes``.
    """
    start = time.perf_counter()
    reading, writing = os.pipe()
    with log.open("wb") as output, os.fdopen(reading, "rb") as told:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", MEASURED, str(writing), *map(str, words)],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(writing,),
        )
        os.close(writing)
        watch = threading.Timer(LONGEST, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            watch.cancel()
        wall = time.perf_counter() - start
        used = json.loads(told.read() or b"{}")
    code = used.get("code", -1)
    if code not in codes:
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-12:]
        raise FailedError(f"{' '.join(map(str, words[:6]))} ... ended with {code}\n" + "\n".join(said))
    return Usage(used["cpu"], wall, used["rss"])


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(one.stat().st_size for one in [path, *path.rglob("*")] if one.is_file() and not one.is_symlink())
