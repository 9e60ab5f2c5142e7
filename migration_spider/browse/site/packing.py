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
    """Whole numbers from 0, seven bits a byte, the lowest first; all bytes but the last of a number have bit 8."""
    out = bytearray()
    for value in values:
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
    return bytes(out)


def steps(ascending: Iterable[int]) -> bytes:
    """Ascending numbers, each as its distance from the one before, less 1 (the first as it is), as `numbers`."""
    before = -1
    out = []
    for value in ascending:
        out.append(value - before - 1)
        before = value
    return numbers(out)


def members(bits: int) -> list[int]:
    """The members of a set of bits, ascending."""
    text = bin(bits)[:1:-1]
    found, place = [], text.find("1")
    while place >= 0:
        found.append(place)
        place = text.find("1", place + 1)
    return found


class DataFiles:
    """Writes data files below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, head: Any, *bodies: bytes) -> None:
        """The data file ``name`` (``terms/12``); the ``bodies`` come one after the other."""
        told = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        packed = b"".join([_block(len(told).to_bytes(4, "little") + told), *map(_smallest, bodies)])
        # Base 85 is of four bytes each, and a browser takes none behind the last block.
        packed += _EMPTY * (-(len(packed) + len(_END)) % 4) + _END
        path = self._folder / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'siteData("%s","%s")\n' % (name.encode(), b85encode(packed)))


_EMPTY = b"\0\0\0\xff\xff"
"""A block that holds nothing, five bytes: one more than a multiple of four."""

_END = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
"""The last block, empty."""


def _smallest(body: bytes) -> bytes:
    # Numbers that never repeat in a row are smaller where nobody looks for repetitions.
    return min(_block(body), _block(body, zlib.Z_HUFFMAN_ONLY), key=len)


def _block(content: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """``content`` as blocks of deflate that end with a byte, so that others can follow (RFC 1951, 3.2.4)."""
    # With some less memory than it could have it looks anew more often which bytes are frequent.
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15, 7 if strategy else 9, strategy)
    return squeezer.compress(content) + squeezer.flush(zlib.Z_FULL_FLUSH)
