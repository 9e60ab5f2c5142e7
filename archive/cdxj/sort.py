"""Sorts more lines than fit into memory: sorted runs in temporary files, then merged (Knuth, TAOCP 3, section 5.4)."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_RUN_BYTES = 8_000_000
_MOST_RUNS = 64
"""Maximum number of open files."""


class LineSorter:
    """Sorts lines by their bytes, as ``LC_ALL=C sort`` does.

    Args:
        directory: folder for temporary files, which have no name, so that a killed process leaves none.
        run_bytes: bytes of lines that are kept in memory.
    """

    def __init__(self, directory: Path, run_bytes: int = _RUN_BYTES) -> None:
        self._directory = directory
        self._run_bytes = run_bytes
        self._lines: list[bytes] = []
        self._bytes = 0
        self._runs: list[IO[bytes]] = []
        self.count = 0
        """Number of lines added."""

    def add(self, line: bytes) -> None:
        """Add a line, including its line end."""
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
        """Return all lines in order; may be called once."""
        self._lines.sort()
        return heapq.merge(*self._runs, self._lines) if self._runs else iter(self._lines)

    def close(self) -> None:
        """Delete the temporary files."""
        for run in self._runs:
            run.close()
        self._runs = []
        self._lines = []

    def __enter__(self) -> LineSorter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
