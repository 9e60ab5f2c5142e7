"""Rows of numbers, one per record: the last ones in memory, earlier ones in an unnamed temporary file."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

from archive.errors import ArchiveError

PAGE = 64
"""Rows that are read at once to find one."""

HELD = 64 * PAGE
"""Rows that are kept in memory and written at once: an archive with fewer records needs no file."""


class Rows:
    """Numbered rows of ``width`` numbers below 2**64.

    All methods raise ArchiveError if the file cannot be written or read: an OSError would be attributed to one of the
    verified files.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._last: array[int] = array("Q")
        """The rows from number ``_stored`` on."""
        self._stored = 0
        """Number of rows in the file."""
        self._file: BinaryIO | None = None
        self._page: tuple[int, array[int]] = (-1, self._last)
        """(number, rows) of the last page read."""

    def __len__(self) -> int:
        return self._stored + len(self._last) // self._width

    def append(self, row: Sequence[int]) -> None:
        """Add a row at the end."""
        if len(self._last) == HELD * self._width:
            self._store()
        self._last.extend(row)

    def set_last(self, column: int, value: int) -> None:
        """Change a column of the last row, which is in memory."""
        self._last[column - self._width] = value

    def row(self, number: int) -> array[int]:
        """Return the row with this number."""
        number_of_page, page = self._page
        if number // PAGE == number_of_page:
            at = number % PAGE * self._width
            return page[at : at + self._width]
        return self._read(number, 1)

    def page(self, number: int) -> array[int]:
        """Return the rows of one page, concatenated; the last page may be shorter."""
        if number != self._page[0]:
            page = self._read(number * PAGE, PAGE)
            if (number + 1) * PAGE > self._stored:
                return page  # It may still grow, so it is not cached.
            self._page = (number, page)
        return self._page[1]

    def __iter__(self) -> Iterator[array[int]]:
        width = self._width
        for first in range(0, len(self), HELD):
            rows = self._read(first, HELD)
            for at in range(0, len(rows), width):
                yield rows[at : at + width]

    def _read(self, number: int, count: int) -> array[int]:
        """Return up to ``count`` rows, which must all be in the file or all in memory."""
        size = self._width
        if number >= self._stored:
            at = (number - self._stored) * size
            return self._last[at : at + count * size]
        wanted = 8 * count * size
        rows: array[int] = array("Q")
        try:
            data = os.pread(cast(BinaryIO, self._file).fileno(), wanted, 8 * number * size)
        except OSError as error:
            raise _unusable(error) from error
        if len(data) != wanted:
            raise _unusable(None)
        rows.frombytes(data)
        return rows

    def _store(self) -> None:
        try:
            if self._file is None:
                self._file = cast(BinaryIO, tempfile.TemporaryFile(buffering=0))  # noqa: SIM115  (lives as long as the rows)
                weakref.finalize(self, self._file.close)
            unwritten = memoryview(self._last).cast("B")
            while unwritten:
                unwritten = unwritten[self._file.write(unwritten) :]
        except OSError as error:
            raise _unusable(error) from error
        self._stored += HELD
        self._last = array("Q")


def _unusable(error: OSError | None) -> ArchiveError:
    try:
        folder = tempfile.gettempdir()
    except OSError:
        folder = "any folder for temporary files"
    cause = (error.strerror or error) if error else "it is shorter than what was written"
    return ArchiveError(
        f"the temporary file of the verification in {folder} cannot be used ({cause}): make room there, or name "
        "another folder in TMPDIR, and run again"
    )
