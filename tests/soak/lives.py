"""What goes wrong on the machine: each life is one run of ``scrapy harvest`` and one trouble that comes upon it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.crawling import ENVIRONMENT, ROOT
from tests.portal.dice import Dice

LONGEST = 300.0
"""Seconds after which a run counts as one that hangs."""

ENDS_ITSELF = (0, 3, 4)
"""Exit codes of a run that its trouble never reached, or did not end."""

WITHOUT_DISK = (5, *ENDS_ITSELF)

KINDS: dict[str, tuple[int, ...]] = {
    "kill": (-signal.SIGKILL, *ENDS_ITSELF),
    "term": ENDS_ITSELF,
    "int": ENDS_ITSELF,
    "hup": ENDS_ITSELF,
    "twice": ENDS_ITSELF,
    "second": ENDS_ITSELF,
    "full": WITHOUT_DISK,
    "limit": WITHOUT_DISK,
    "moved": WITHOUT_DISK,
    "eio": WITHOUT_DISK,
    "fsync": ENDS_ITSELF,
    "clock": ENDS_ITSELF,
}
"""Trouble -> the exit codes that a run may have after it."""

WORDS = {
    "kill": "SIGKILL",
    "term": "SIGTERM",
    "int": "SIGINT",
    "hup": "SIGHUP",
    "twice": "SIGTERM twice",
    "second": "a second run in the same folder",
    "full": "the disk is full",
    "limit": "no file can grow",
    "moved": "the folder is moved away",
    "eio": "fsync fails (EIO)",
    "fsync": "each fsync takes long",
    "clock": "the clock jumps ahead and back",
}


@dataclass(frozen=True)
class Life:
    """One run and its trouble, which comes when the site is asked the ``after``-th time in it."""

    kind: str
    after: int
    number: float = 0.0
    """Of a trouble inside the process."""

    def troubles(self) -> list[str]:
        """Those that `trouble` makes inside the process."""
        return [f"{self.kind}={self.number:g}"] if self.kind in ("eio", "fsync", "clock") else []


def planned(seed: int, lives: int, most: int, kinds: tuple[str, ...]) -> list[Life]:
    """``lives`` lives, each of another kind than those before it as long as there are some.

    Args:
        most: requests of a run after which its trouble has come.
        kinds: those of `KINDS` that are possible here.
    """
    dice, found = Dice(seed, "lives"), list[Life]()
    left: list[str] = []
    for _ in range(lives):
        left = left or dice.sample(kinds, len(kinds))
        kind = left.pop()
        numbers = {"eio": dice.number(1, 40), "fsync": 0.05, "clock": dice.pick((90, 3600, 86400, 10 * 365 * 86400))}
        found.append(Life(kind, dice.number(0, most), numbers.get(kind, 0)))
    return found


class Running:
    """A run of ``words`` (arguments of scrapy), and what can be done to it while the site is asked."""

    def __init__(self, words: list[str], life: Life | None, data: Path) -> None:
        troubles = life.troubles() if life else []
        start = ["tests.soak.trouble", *troubles, "--"] if troubles else ["scrapy"]
        self.life, self.data, self._words = life, data, words
        self.came = bool(troubles)
        """Whether its trouble has come upon it."""
        self.second: int | None = None
        """Exit code of the second run."""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        self.process = subprocess.Popen(
            [sys.executable, "-m", *start, *words], cwd=ROOT, env=ENVIRONMENT, stdout=self._log, stderr=self._log
        )

    def trouble(self) -> None:
        """It comes now; called by whatever thread answers a request."""
        kind = self.life.kind if self.life else ""
        act: Callable[[], None] | None = {
            "kill": lambda: self.process.send_signal(signal.SIGKILL),
            "term": lambda: self.process.send_signal(signal.SIGTERM),
            "int": lambda: self.process.send_signal(signal.SIGINT),
            "hup": lambda: self.process.send_signal(signal.SIGHUP),
            "twice": self._twice,
            "second": self._second,
            "full": self._fill,
            "limit": self._limit,
            "moved": self._move,
        }.get(kind)
        if act and self.process.poll() is None:
            self.came = True
            with suppress(ProcessLookupError):
                act()

    def _twice(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.send_signal(signal.SIGINT)

    def _second(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "scrapy", *self._words], cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False
        )
        self.second = done.returncode

    def _fill(self) -> None:
        with (self.data / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def _limit(self) -> None:
        sizes = [path.stat().st_size for path in (self.data / "warc").glob("*") if path.is_file()]
        limit = max(sizes, default=0) + 4096
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit, limit))

    def _move(self) -> None:
        self.data.rename(self.data.with_name("elsewhere"))

    def end(self) -> tuple[int, str]:
        """Wait for it, and make the machine well again; its exit code, and all that it printed."""
        try:
            code = self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        elsewhere = self.data.with_name("elsewhere")
        if elsewhere.exists():
            # What the run made in its place meanwhile is not what was stored.
            if self.data.exists():
                os.rename(self.data, self.data.with_name(f"left-{self.process.pid}"))  # noqa: PTH104
            elsewhere.rename(self.data)
        (self.data / "filler").unlink(missing_ok=True)
        self._log.seek(0)
        said = self._log.read().decode(errors="replace")
        self._log.close()
        return code, said
