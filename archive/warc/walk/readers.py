"""The uncompressed bytes of a plain WARC file or of one gzip member (RFC 1952), in pieces."""

from __future__ import annotations

import re
import zlib
from abc import ABC, abstractmethod
from typing import BinaryIO

from archive.errors import BrokenRecordError

_PIECE = 1 << 16
_FIRST_PIECE = 1 << 11
# RFC 1952, 2.3, with the optional parts that writers of WARC files use: none, or a name.
_GZIP_HEADER = re.compile(rb"\x1f\x8b\x08(?:[\x00\x01].{6}|[\x08\x09].{6}[^\x00]*\x00)", re.DOTALL)


class DamageError(BrokenRecordError):
    """A record cannot be read to its end; ``code`` names the kind of damage, see docs/archive.md."""

    def __init__(self, path: str, offset: int, code: str, problem: str) -> None:
        super().__init__(path, offset, problem)
        self.code = code


class Source:
    """A file to which the last bytes read can be returned."""

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self._stream = stream
        self._back = b""
        self._piece = _PIECE
        self.offset = offset
        stream.seek(offset)

    def take(self) -> bytes:
        data = self._back or self._stream.read(self._piece)
        self._back, self._piece = b"", _PIECE
        self.offset += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        self._back = data + self._back
        self.offset -= len(data)

    def seek(self, offset: int) -> None:
        """Continue at an offset where there may be nothing to read."""
        self._back, self._piece = b"", _FIRST_PIECE
        self._stream.seek(offset)
        self.offset = offset


class Reader(ABC):
    """The uncompressed bytes of records."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self._buffer = b""

    @abstractmethod
    def _more(self) -> bytes:
        """Return the next bytes; empty only at the end."""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; empty only at the end."""
        data = self._buffer or self._more()
        data, self._buffer = data[:size], data[size:]
        self.position += len(data)
        return data

    def unread(self, data: bytes) -> None:
        self._buffer = data + self._buffer
        self.position -= len(data)

    def read_all(self, size: int) -> bytes:
        """Return ``size`` bytes; fewer only at the end."""
        data = b""
        while len(data) < size and (piece := self.read(size - len(data))):
            data += piece
        return data

    def missing(self, size: int) -> int:
        """Return how many of the next ``size`` bytes are known to be missing."""
        return 0

    def at_end(self) -> bool:
        byte = self.read(1)
        self.unread(byte)
        return not byte


class PlainReader(Reader):
    def __init__(self, source: Source, size: int) -> None:
        super().__init__(source.offset)
        self._source, self._size = source, size

    def missing(self, size: int) -> int:
        # Otherwise every record with a wrong, large length would make us read the rest of the file.
        return max(0, self.position + size - self._size)

    def _more(self) -> bytes:
        return self._source.take()


class MemberReader(Reader):
    """The bytes of one gzip member; its checksum and length are verified at its end."""

    def __init__(self, name: str, source: Source) -> None:
        super().__init__()
        self._name, self._source = name, source
        self.offset = source.offset
        self._unzip = zlib.decompressobj(31)
        self._damage: DamageError | None = None
        self._packed = b""

    def _more(self) -> bytes:
        data = b""
        while not data and not self._unzip.eof:
            if self._damage:
                raise self._damage
            self._packed = self._packed or self._source.take()
            if not self._packed:
                raise DamageError(self._name, self.offset, "member-cut", "the file ends inside a gzip member")
            data = self._inflate()
            if self._unzip.eof:
                self._source.give_back(self._unzip.unused_data)
        return data

    def _inflate(self) -> bytes:
        before = self._unzip.copy()
        try:
            data = self._unzip.decompress(self._packed, _PIECE)
            self._packed = self._unzip.unconsumed_tail
        except zlib.error as error:
            # The exception discards the output before the damage: decompress it again, byte by byte.
            data = self._inflate_to_the_damage(before)
            words = str(error).partition("decompressing data: ")[2] or str(error)
            if "header" in words and not self.position and not data:
                code, problem = "garbage", f"the gzip member is damaged, or none starts here ({words})"
            elif " check" in words:
                code, problem = "member-check", f"the gzip member is damaged: the check at its end fails ({words})"
            else:
                code, problem = "member-damaged", f"the gzip member is damaged ({words})"
            self._damage = DamageError(self._name, self.offset, code, problem)
        return data

    def _inflate_to_the_damage(self, unzip: zlib._Decompress) -> bytes:
        output = b""
        try:
            for index in range(len(self._packed)):
                output += unzip.decompress(self._packed[index : index + 1])
        except zlib.error:
            pass
        return output

    def end(self) -> int:
        """Return the offset of the byte after the member.

        Raises:
            DamageError: it has no end.
        """
        self._buffer = b""
        while self._more():
            pass
        return self._source.offset


def check_sum_is_damaged(stream: BinaryIO, offset: int) -> bool:
    """Whether the gzip member at ``offset`` is undamaged except for one byte of its checksum, or its length.

    The checksum of changed data differs in two or more bytes, except in one case in four million.
    """
    stream.seek(offset)
    data = stream.read(_PIECE)
    start = _GZIP_HEADER.match(data)
    if start is None:
        return False
    data = data[start.end() :]
    unzip = zlib.decompressobj(-zlib.MAX_WBITS)
    computed = 0
    try:
        while not unzip.eof and data:
            computed = zlib.crc32(unzip.decompress(data, _PIECE), computed)
            data = unzip.unconsumed_tail or (b"" if unzip.eof else stream.read(_PIECE))
    except zlib.error:
        return False
    stored = (unzip.unused_data + stream.read(4))[:4]
    differing = sum(a != b for a, b in zip(stored, computed.to_bytes(4, "little"), strict=False))
    return unzip.eof and len(stored) == 4 and differing <= 1
