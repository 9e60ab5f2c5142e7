"""Finds captures of a URL in a sorted CDXJ index, by binary search in the file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.cdxj.files import find
from archive.cdxj.line import IndexEntry, parse_line
from archive.cdxj.surt import surt
from archive.errors import ArchiveError
from archive.warc.reader import is_gzip, read_record
from archive.warc.record import Record

_EARLIEST = "00010101000000"


def lookup(index: str | os.PathLike[str], url: str, timestamp: str | None = None) -> list[IndexEntry]:
    """Return the captures with the SURT key of ``url``: ``http`` and ``https``, with and without ``www.``.

    Args:
        index: a CDXJ file sorted in the order of bytes.
        timestamp: digits of a time in UTC, from a year (``2024``) to seconds, ISO 8601 punctuation allowed.

    Returns:
        The captures sorted by time; with ``timestamp`` the nearest first.

    Raises:
        ArchiveError: the index cannot be read, or ``timestamp`` is not valid.
    """
    prefix = surt(url).encode("ascii") + b" "
    moment = None if timestamp is None else _moment(timestamp)
    try:
        with Path(index).open("rb") as stream:
            captures = [parse_line(line) for line in _lines_from(stream, prefix)]
    except OSError as error:
        raise ArchiveError(f"{index}: {error.strerror}; `scrapy archive-index` makes the index") from error
    if moment is not None:
        captures.sort(key=lambda capture: abs(_moment(capture.timestamp) - moment))
    return captures


def iter_captures(index: str | os.PathLike[str]) -> Iterator[IndexEntry]:
    """Yield every capture, in the order of the index.

    Raises:
        ArchiveError: the index cannot be read.
    """
    try:
        stream = Path(index).open("rb")  # noqa: SIM115 (closed below; the generator keeps it open between lines)
    except OSError as error:
        raise ArchiveError(f"{index}: {error.strerror}; `scrapy archive-index` makes the index") from error
    with stream:
        for line in stream:
            if not line.startswith(b"!"):
                yield parse_line(line)


def read_capture(directory: str | os.PathLike[str], capture: IndexEntry) -> Record:
    """Return the record of ``capture`` in the collection ``directory``.

    Raises:
        ArchiveError: it is not at the position in the index.
    """
    path = find(directory, capture.filename)
    with path.open("rb") as stream:
        # In an uncompressed file, the index has the length of the record without the two line ends after it.
        length = capture.length if is_gzip(stream, capture.offset) else capture.length + 4
    return read_record(path, capture.offset, length)


def _moment(timestamp: str) -> datetime:
    digits = re.sub(r"\D", "", timestamp)[:14]
    if len(digits) < 4:
        raise ArchiveError(f"{timestamp!r} is not a time: give at least a year, at most 14 digits")
    try:
        return datetime.strptime(digits + _EARLIEST[len(digits) :], "%Y%m%d%H%M%S")  # noqa: DTZ007 (UTC throughout)
    except ValueError as error:
        raise ArchiveError(f"{timestamp!r} is not a time: {error}") from error


def _lines_from(stream: BinaryIO, prefix: bytes) -> Iterator[bytes]:
    _seek(stream, prefix)
    for line in stream:
        if not line.startswith(prefix):
            break
        yield line


def _seek(stream: BinaryIO, prefix: bytes) -> None:
    """Go to the first line that is not before ``prefix``."""
    low, high = 0, stream.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        _seek_line(stream, middle)
        line = stream.readline()
        if line and line < prefix:
            low = middle + 1
        else:
            high = middle
    _seek_line(stream, low)


def _seek_line(stream: BinaryIO, position: int) -> None:
    """Go to the first line that begins at ``position`` or later."""
    stream.seek(max(position - 1, 0))
    if position:
        stream.readline()
