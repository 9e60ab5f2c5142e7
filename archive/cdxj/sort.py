"""Sorts more lines than fit into memory: sorted runs in temporary files, then merged (Knuth, TAOCP 3, section 5.4)."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_RUN_BYTES = 8_000_000
_MOST_RUNS = 64
"""Open files at a time."""


class LineSorter:
    """Takes lines in any order and gives them in that of their bytes, as ``LC_ALL=C sort`` does.

    Args:
        directory: where temporary files go; they have no name, so that a killed process leaves none.
        run_bytes: bytes of lines held in memory.
    """

    def __init__(self, directory: Path, run_bytes: int = _RUN_BYTES) -> None:
        self._directory = directory
        self._run_bytes = run_bytes
        self._lines: list[bytes] = []
        self._bytes = 0
        self._runs: list[IO[bytes]] = []
        self.count = 0
        """Lines taken."""

    def add(self, line: bytes) -> None:
        """Take a line with its line end."""
        self._lines.append(line)
        self._bytes += len(line)
        self.count += 1
        if self._bytes >= self._run_bytes:
            self._lines.sort()
            self._write_run(iter(self._lines))
            self._lines, self._bytes = [], 0
            if len(self._runs) == _MOST_RUNS:
                runs, self._runs = self._runs, []
                self._write_run(heapq.merge(*runs))
                for run in runs:
                    run.close()

    def _write_run(self, lines: Iterator[bytes]) -> None:
        run = tempfile.TemporaryFile(dir=self._directory)  # noqa: SIM115 (closed by `close`)
        self._runs.append(run)
        run.writelines(lines)
        run.seek(0)

    def sorted(self) -> Iterator[bytes]:
        """All lines in order; once."""
        self._lines.sort()
        return heapq.merge(*self._runs, self._lines) if self._runs else iter(self._lines)

    def close(self) -> None:
        """Free the temporary files."""
        for run in self._runs:
            run.close()
        self._runs = []
        self._lines = []

    def __enter__(self) -> LineSorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
