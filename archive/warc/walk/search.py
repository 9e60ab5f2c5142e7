"""Finds the start of the next record in arbitrary bytes."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

_PIECE = 1 << 16
_FIRST_PIECE = 1 << 10
MEMBER_START = b"\x1f\x8b\x08"
LONGEST_VERSION_LINE = 16
VERSION_LINE = re.compile(rb"WARC/\d{1,3}\.\d{1,3}\r?\n")
RECORD_START = re.compile(rb"\nWARC/\d{1,3}\.\d{1,3}\r?\n")


def next_member(stream: BinaryIO, start: int, size: int) -> int:
    """Return the offset of the first gzip member from ``start`` on that begins like a record; ``size`` if none does."""
    for offset in _search(stream, re.compile(re.escape(MEMBER_START)), start):
        stream.seek(offset)
        try:
            head = zlib.decompressobj(31).decompress(stream.read(4096), 8)
        except zlib.error:
            continue
        if head.startswith(b"WARC/"):
            return offset
    return size


def next_record(stream: BinaryIO, start: int, size: int) -> int:
    """Return the offset of the first version line from ``start`` on in a plain file; ``size`` if there is none."""
    stream.seek(start)
    if not start and VERSION_LINE.match(stream.read(LONGEST_VERSION_LINE)):
        return 0
    return next((offset + 1 for offset in _search(stream, RECORD_START, max(start - 1, 0))), size)


def _search(stream: BinaryIO, pattern: re.Pattern[bytes], start: int) -> Iterator[int]:
    """Yield the offsets at which ``pattern`` matches."""
    overlap = LONGEST_VERSION_LINE + 1
    window = b""
    offset = start  # of the window
    piece = _FIRST_PIECE
    while True:
        stream.seek(offset + len(window))
        data = stream.read(piece)
        piece = min(
            2 * piece, _PIECE
        )  # Start small: a match may be near, and may not be a record, and then the next search starts after it.
        window += data
        # A match that begins in the overlap is found in the next window, which contains all of it.
        last = len(window) - overlap if data else len(window)
        for match in pattern.finditer(window):
            if match.start() < last:
                yield offset + match.start()
        if not data:
            return
        keep = max(last, 0)
        window, offset = window[keep:], offset + keep
