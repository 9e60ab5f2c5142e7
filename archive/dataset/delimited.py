"""Writes tables as CSV (RFC 4180) that spreadsheets read correctly and that cannot run formulas there.

A text cell that a spreadsheet would take for a formula gets an apostrophe in front: one whose first character, after
white space and apostrophes, is ``=``, ``+``, ``-``, ``@`` or a full-width form of them, or that starts with a tab or a
carriage return (OWASP, "CSV Injection"). :func:`unguard` takes it off again; every text comes back as it was.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.dataset.tables import Record, Row, Table

BOM = "\ufeff"

_FORMULA = re.compile(r"'*[\t\r]|[\s']*[=+\-@＝＋－＠]")
_GUARDED = re.compile(r"'(?:'*[\t\r]|[\s']*[=+\-@＝＋－＠])")


def guard(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula."""
    # Most texts begin with a letter or digit, and no formula does.
    return text if text[:1].isalnum() or not _FORMULA.match(text) else "'" + text


def unguard(cell: str) -> str:
    """The text of a cell written by :func:`guard`."""
    return cell[1:] if _GUARDED.match(cell) else cell


_MOST_HELD = 200
"""Rows that are written at once, which takes half the time of writing each."""


class CsvFile:
    """A CSV file being written, its header line first.

    UTF-8, with a byte order mark when ``bom`` (Excel takes the file for a legacy code page without it); lines end in
    CR LF; null is an empty cell; booleans are ``true`` and ``false``.
    """

    def __init__(self, path: Path, table: Table, *, bom: bool) -> None:
        self.path = path
        self.table = table
        self.rows = 0
        """Rows written, without the header."""
        self._held: list[list[Any]] = []
        self._stream = path.open("w", encoding="utf-8", newline="")
        if bom:
            self._stream.write(BOM)
        self._writer = csv.writer(self._stream, lineterminator="\r\n")
        self._writer.writerow([column.name for column in table.columns])

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows, values in the order of the table's columns."""
        before = len(self._held)
        self._held += [[guard(value) if type(value) is str else _cell(value) for value in row] for row in rows]
        self.rows += len(self._held) - before
        if len(self._held) >= _MOST_HELD:
            self._write()

    def collect(self, record: Record) -> None:
        """Write the rows that the table makes of ``record``."""
        self.add(self.table.rows(record))

    def _write(self) -> None:
        self._writer.writerows(self._held)
        self._held.clear()

    def close(self) -> None:
        """Write what is held, and close the file; more than once does no harm."""
        if not self._stream.closed:
            self._write()
        self._stream.close()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
