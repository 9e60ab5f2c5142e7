"""Pass over a WARC file record by record, in memory that does not depend on the size of a record."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from archive.errors import ArchiveError, BrokenRecordError
from archive.message import Fields, head_length, parse_fields
from archive.warc.reader import check_flags, content_length, header_problem

_PIECE = 1 << 18
_LONGEST_HEADER = 1 << 20
_GZIP_WBITS = 31
_GZIP_MAGIC = b"\x1f\x8b"
_RECORD_END = b"\r\n\r\n"
_PackedError: Any = isal_zlib.IsalError  # an exception class, which its type stub does not say


class Passing:
    """A record while the scan stands at it; its block is read once, or not at all."""

    def __init__(self, offset: int, header: bytes, size: int, source: _Source) -> None:
        self.offset = offset
        """Byte offset in the file."""
        self.headers: Fields = parse_fields(header, "utf-8")
        self.size = size
        """Bytes of the block."""
        self._source = source
        self._header_size = len(header)
        self._left = size
        self._length: int | None = None
        self.end = offset
        """Byte offset of what follows the record; known after `length`."""

    def chunks(self) -> Iterator[bytes]:
        """The block, piece by piece."""
        while self._left:
            piece = self._source.take(self._left)
            if not piece:
                raise BrokenRecordError(self._source.name, self.offset, f"the block ends {self._left} bytes early")
            self._left -= len(piece)
            yield piece

    def start(self, limit: int) -> bytes:
        """The first bytes of the block: all, or at least ``limit``."""
        data = bytearray()
        for piece in self.chunks():
            data += piece
            if len(data) >= limit:
                break
        return bytes(data)

    def length(self) -> int:
        """Bytes in the file, after reading to the record's end: of the gzip member, or of header and block.

        Raises:
            BrokenRecordError: the record does not end as a record should.
        """
        if self._length is None:
            for _ in self.chunks():
                pass
            self._length = self._source.end_record(self.offset, self._header_size + self.size)
            self.end = self._source.offset
        return self._length


def scan(
    path: Path, advance: Callable[[int], None] = lambda size: None, start: int = 0
) -> Generator[Passing, None, None]:
    """The records of the WARC file ``path``, gzip per record or plain; each is passed when the next is asked for.

    ``advance`` is told how many bytes of the file were read; ``start`` is the offset of the first record.

    Raises:
        ArchiveError: the file cannot be opened or, as a `BrokenRecordError`, is damaged at some point.
    """
    try:
        stream = path.open("rb", buffering=0)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from error
    with stream:
        magic = stream.read(2)
        stream.seek(start)
        kind = _GzipSource if magic == _GZIP_MAGIC else _PlainSource
        source = kind(str(path), stream, advance, start)
        while (offset := source.begin_record()) is not None:
            header = _header(source, offset)
            record = Passing(offset, header, content_length(str(path), offset, header), source)
            yield record
            record.length()


def _header(source: _Source, offset: int) -> bytes:
    data = b""
    while (size := head_length(data)) is None:
        piece = source.take(_PIECE)
        data += piece
        if not piece or len(data) > _LONGEST_HEADER:
            raise BrokenRecordError(source.name, offset, header_problem(data))
    source.give_back(data[size:])
    return data[:size]


class _Source:
    """Bytes of records, with the borders of the file's packing."""

    def __init__(self, name: str, stream: BinaryIO, advance: Callable[[int], None], offset: int) -> None:
        self.name = name
        self._stream = stream
        self._advance = advance
        self.offset = offset
        """Byte offset of the current record in the file."""
        self._ahead = b""

    def begin_record(self) -> int | None:
        """Offset of the next record; None at the end of the file."""
        raise NotImplementedError

    def end_record(self, offset: int, size: int) -> int:
        """Go past what follows a record of ``size`` bytes; its length in the file."""
        raise NotImplementedError

    def _more(self) -> bytes:
        raise NotImplementedError

    def take(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end of the file or of a gzip member."""
        data = self._ahead or self._more()
        self._ahead = data[size:]
        return data[:size]

    def give_back(self, data: bytes) -> None:
        """What was read too far, to be taken next."""
        self._ahead = data + self._ahead

    def _read(self) -> bytes:
        data = self._stream.read(_PIECE)
        self._advance(len(data))
        return data


class _PlainSource(_Source):
    def _more(self) -> bytes:
        return self._read()

    def begin_record(self) -> int | None:
        if not self._ahead:
            self._ahead = self._more()
        return self.offset if self._ahead else None

    def end_record(self, offset: int, size: int) -> int:
        ending = b""
        while len(ending) < len(_RECORD_END) and (piece := self.take(len(_RECORD_END) - len(ending))):
            ending += piece
        if ending != _RECORD_END:
            raise BrokenRecordError(self.name, offset, "the block is not followed by two line ends")
        self.offset += size + len(ending)
        return size


class _GzipSource(_Source):
    _unzip: Any = None
    _packed = b""
    _used = 0

    def begin_record(self) -> int | None:
        while len(self._packed) < 4 and (more := self._read()):
            self._packed += more
        if not self._packed:
            return None
        check_flags(self.name, self.offset, self._packed)
        self._unzip = isal_zlib.decompressobj(_GZIP_WBITS)
        self._used = 0
        self._ahead = b""
        return self.offset

    def _more(self) -> bytes:
        while not self._unzip.eof:
            if not self._packed:
                self._packed = self._read()
            if not self._packed:
                raise BrokenRecordError(self.name, self.offset, "the file ends inside a gzip member")
            before = len(self._packed)
            try:
                data: bytes = self._unzip.decompress(self._packed, _PIECE)
            except _PackedError as error:
                raise BrokenRecordError(self.name, self.offset, f"the gzip member is damaged ({error})") from error
            self._packed = self._unzip.unused_data if self._unzip.eof else self._unzip.unconsumed_tail
            self._used += before - len(self._packed)
            if data:
                return data
        return b""

    def end_record(self, offset: int, size: int) -> int:
        ending = b""
        while len(ending) <= len(_RECORD_END) and (piece := self.take(_PIECE)):
            ending += piece
        if ending[: len(_RECORD_END)] != _RECORD_END:
            raise BrokenRecordError(self.name, offset, "the block is not followed by two line ends")
        if len(ending) > len(_RECORD_END):
            what = "more than one record in a gzip member: `scrapy archive-repair` splits them into a new file"
            raise BrokenRecordError(self.name, offset, what)
        self.offset += self._used
        return self._used
