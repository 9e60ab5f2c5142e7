"""Writes tables as CSV (RFC 4180) that spreadsheets read correctly and that cannot run formulas there.

An apostrophe is put in front of a text cell that a spreadsheet would take for a formula: one whose first character,
after white space and apostrophes, is ``=``, ``+``, ``-``, ``@`` or a full-width form of them, or that starts with a tab
or a carriage return (OWASP, "CSV Injection"). :func:`unguard` removes it again and restores the original text.
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
    """Return ``text`` as a cell that no spreadsheet takes for a formula."""
    # A shortcut: most texts begin with a letter or digit, and no formula does.
    return text if text[:1].isalnum() or not _FORMULA.match(text) else "'" + text


def unguard(cell: str) -> str:
    """Return the text of a cell written by :func:`guard`."""
    return cell[1:] if _GUARDED.match(cell) else cell


_BATCH_SIZE = 200
"""Rows that are written at once, which takes half the time of writing each separately."""


class CsvFile:
    """A CSV file that is being written, starting with its header line.

    UTF-8, with a byte order mark if ``bom`` (without it, Excel assumes a legacy code page); lines end in
    CR LF; null is an empty cell; booleans are ``true`` and ``false``.
    """

    def __init__(self, path: Path, table: Table, *, bom: bool) -> None:
        self.path = path
        self.table = table
        self.rows = 0
        """Rows written, without the header."""
        self._pending: list[list[Any]] = []
        self._stream = path.open("w", encoding="utf-8", newline="")
        if bom:
            self._stream.write(BOM)
        self._writer = csv.writer(self._stream, lineterminator="\r\n")
        self._writer.writerow([column.name for column in table.columns])

    def add(self, rows: Iterable[Row]) -> None:
        """Write rows, values in the order of the table's columns."""
        before = len(self._pending)
        self._pending += [[guard(value) if type(value) is str else _cell(value) for value in row] for row in rows]
        self.rows += len(self._pending) - before
        if len(self._pending) >= _BATCH_SIZE:
            self._write()

    def collect(self, record: Record) -> None:
        """Write the table's rows of ``record``."""
        self.add(self.table.rows(record))

    def _write(self) -> None:
        self._writer.writerows(self._pending)
        self._pending.clear()

    def close(self) -> None:
        """Write the pending rows and close the file; may be called more than once."""
        if not self._stream.closed:
            self._write()
        self._stream.close()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
