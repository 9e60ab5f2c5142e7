"""Packs the data files of the static site as scripts, because a page from ``file://`` can load scripts but no other
files.

A data file is one call, ``siteData("terms/12", "...")``. The string is the base 85 encoding of `base64.b85encode`,
which has no quotes, backslashes, slashes or line ends, so that no text of the portal can end the string or the script.
It encodes raw deflate (RFC 1951), which browsers unpack with ``DecompressionStream``. The content is the length of a
head (4 bytes, little-endian), the head as JSON, and bytes whose number is in the head.
"""

from __future__ import annotations

import json
import zlib
from base64 import b85encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def numbers(values: Iterable[int]) -> bytes:
    """Encode integers from 0 with seven bits per byte, the lowest first; bit 8 is set in all but the last byte."""
    out = bytearray()
    for value in values:
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
    return bytes(out)


def steps(ascending: Iterable[int]) -> bytes:
    """Encode ascending numbers with `numbers`: the first unchanged, the others as distances minus 1."""
    before = -1
    out = []
    for value in ascending:
        out.append(value - before - 1)
        before = value
    return numbers(out)


def members(bits: int) -> list[int]:
    """The members of a set of bits, ascending."""
    digits = bin(bits)[:1:-1]
    members, place = [], digits.find("1")
    while place >= 0:
        members.append(place)
        place = digits.find("1", place + 1)
    return members


class DataFiles:
    """Writes data files below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, head: Any, *bodies: bytes) -> None:
        """Write the data file ``name`` (``terms/12``) with the ``bodies`` in order."""
        encoded = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        packed = b"".join([_block(len(encoded).to_bytes(4, "little") + encoded), *map(_smallest, bodies)])
        # Base 85 needs a multiple of four bytes, and browsers refuse bytes after the last block.
        packed += _EMPTY * (-(len(packed) + len(_END)) % 4) + _END
        path = self._folder / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'siteData("%s","%s")\n' % (name.encode(), b85encode(packed)))


_EMPTY = b"\0\0\0\xff\xff"
"""An empty block of five bytes, one more than a multiple of four."""

_END = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
"""The last block, empty."""


def _smallest(body: bytes) -> bytes:
    # Numbers without repeated sequences are smaller without a search for repetitions.
    return min(_block(body), _block(body, zlib.Z_HUFFMAN_ONLY), key=len)


def _block(content: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """``content`` as blocks of deflate that end at a byte, so that others can follow (RFC 1951, 3.2.4)."""
    # With less memory zlib makes smaller blocks, and so counts the frequent bytes again more often.
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 7 if strategy else 9, strategy)
    return compressor.compress(content) + compressor.flush(zlib.Z_FULL_FLUSH)
