"""Reads WARC 1.0 and 1.1, plain or with one gzip member per record (ISO 28500:2017, annex D), with exact blocks.

warcio does the reading. But it is lenient: it accepts a truncated file as complete, and reports damage only on
standard error. So every record is checked against the standard. If there is any doubt, :mod:`archive.warc.walk` reads
the record again. It reports what is wrong, and reads header lines that warcio reads differently: lines that are not
UTF-8, or have only white space.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Generator, Iterator
from functools import cached_property
from io import BytesIO
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib
from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from archive.entity import LARGEST
from archive.errors import ArchiveError, BlockTooLargeError, BrokenRecordError
from archive.message import Fields, head_length, number_of_bytes, parse_fields
from archive.warc.record import READABLE, Record
from archive.warc.walk import FoundRecord, found_at
from archive.warc.whole import LARGEST_WHOLE, whole_record

_PACKED = 1 << 10
"""Bytes that warcio reads and decompresses at a time; zeros unpack to a thousand times as many."""
_PIECE = 1 << 18
_LONGEST_HEADER = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_RESERVED_FLAGS = 0xE0
_VERSIONS = {f"WARC/{version}".encode(): version for version in READABLE}
_RECORD_END = b"\r\n\r\n"
_ZipError: Any = isal_zlib.error  # The stubs take the class for an instance.

# It logs a warning for each address that it corrects; we use the original header instead.
logging.getLogger("warcio.recordloader").setLevel(logging.ERROR)

LARGEST_BLOCK = LARGEST + (1 << 20)
"""Default limit of the bytes of a block that is read into memory; a gzip member of a megabyte may unpack to a thousand
times as much."""
_LARGEST_OF_ALL = 1 << 30

Path_ = str | PathLike[str]
Advance = Callable[[int], None]


class StreamedRecord:
    """A record at the current position of a reader. Memory does not depend on its size. Its block can be read once, and
    only before the next record is requested."""

    is_gzipped: bool
    """Whether it is a gzip member."""
    offset: int
    """Byte offset in the file: of the gzip member, or of the record in a plain file."""
    head: bytes
    """The bytes of the header, with its blank line."""
    size: int
    """Bytes of the block."""

    def __init__(self, name: str, stream: BinaryIO, offset: int, *, is_gzipped: bool) -> None:
        self.is_gzipped, self.offset = is_gzipped, offset
        self._name, self._stream = name, stream
        self._start = self._rest = b""
        self._length: int | None = None
        self._tap: _Tap | None = None
        self._found: FoundRecord | None = None
        if is_gzipped and (whole := whole_record(stream, offset)):
            self.head, self._rest, self._length = whole
            self.size = self._left = len(self._rest)
            return
        try:
            stream.seek(offset)
        except (OSError, ValueError, OverflowError) as error:
            raise BrokenRecordError(name, offset, "no place in a file") from error
        if not self._begin():
            self._found = _found(name, stream, offset, is_gzipped=is_gzipped)
            self.head, self.size = self._found.head, self._found.size
        self._left = self.size

    @cached_property
    def headers(self) -> Fields:
        """The named fields of the header."""
        return parse_fields(self.head, "utf-8")

    def _begin(self) -> bool:
        """Let warcio read the header; return False if its result differs from the bytes of the header."""
        records = WARCIterator(self._stream, no_record_parse=True, block_size=_PACKED)
        reader = records.reader
        reader.set_decomp("archive-gzip" if self.is_gzipped else "archive-plain")
        tap: _Tap = reader.decompressor
        line = reader.readline()
        if line.removesuffix(b"\n").removesuffix(b"\r") not in _VERSIONS:
            return False
        # The first line is read separately, so that warcio does not report the end of the file.
        records.next_line = line
        try:
            record = next(records)
            characters = len(tap.head) if tap.head.isascii() else len(tap.head.decode())
        except (ArchiveLoadFailed, UnicodeDecodeError):
            return False
        size = number_of_bytes(record.rec_headers.get_header("Content-Length") or "")
        if size is None or size != record.length or characters != record.rec_headers.total_len:
            return False
        self.head, self.size = tap.head, size
        self._tap, self._reader, self._block = tap, reader, record.raw_stream
        return True

    def chunks(self) -> Iterator[bytes]:
        """Yield the rest of the block, piece by piece.

        Raises:
            BrokenRecordError: it ends early, or is damaged.
        """
        if self._found is not None:
            yield from self._found.pieces()
            return
        if self._rest:
            rest, self._rest, self._left = self._rest, b"", 0
            yield rest
        while self._left:
            piece = self._block.read(min(self._left, _PIECE))
            if not piece:
                raise self._broken()
            self._left -= len(piece)
            yield piece

    def start(self, limit: int) -> bytes:
        """Return the first bytes of the block: all, or at least ``limit``; `chunks` continues after them.

        May be called again.
        """
        if len(self._start) < limit:
            pieces, size = [self._start] if self._start else [], len(self._start)
            for piece in self.chunks():
                pieces.append(piece)
                size += len(piece)
                if size >= limit:
                    break
            self._start = b"".join(pieces)
        return self._start

    def length(self) -> int:
        """Read to the end of the record; return its length in the file, with the two line ends, or of the gzip member.

        Raises:
            BrokenRecordError: the end of the record is not valid.
        """
        if self._length is None:
            if self._found is not None:
                self._length = _finished(self._name, self._found)
            else:
                self._length = self._end()
        return self._length

    @property
    def end(self) -> int:
        """Byte offset after the record."""
        return self.offset + self.length()

    def _end(self) -> int:
        for _ in self.chunks():
            pass
        # Try to read one byte more, so that the checksum at the end of a gzip member is read.
        ending = self._reader.read(len(_RECORD_END) + self.is_gzipped)
        if ending != _RECORD_END or self._tap is None or not self._tap.is_sound:
            raise self._broken()
        return int(self._stream.tell() - self._reader.rem_length() - self.offset)

    def _broken(self) -> BrokenRecordError:
        try:
            _finished(self._name, _found(self._name, self._stream, self.offset, is_gzipped=self.is_gzipped))
        except BrokenRecordError as error:
            return error
        return BrokenRecordError(self._name, self.offset, "the record was changed while it was read")


class _Tap:
    """Replaces zlib as warcio's decompressor; it keeps the bytes of the header, and whether the data was valid.

    It returns damaged data as unused, so that warcio assumes the end of a gzip member; warcio would print an exception
    to standard error and ignore it.
    """

    def __init__(self) -> None:
        self.head = b""
        self.is_sound = True
        self.unused_data = b""
        self._is_head_whole = False

    def flush(self) -> bytes:
        return b""

    def _note(self, data: bytes, piece: bytes) -> bytes:
        """Process ``piece``, which was decompressed from ``data``, and return it."""
        if not self._is_head_whole:
            self.head += piece
            end = head_length(self.head)
            if end is not None:
                self.head, self._is_head_whole = self.head[:end], True
            elif len(self.head) > _LONGEST_HEADER:
                return self._damaged(data)
        return piece

    def _damaged(self, data: bytes) -> bytes:
        self.is_sound = False
        self.unused_data = data
        return b""


class _PlainTap(_Tap):
    def decompress(self, data: bytes) -> bytes:
        return self._note(data, data)


class _GzipTap(_Tap):
    def __init__(self) -> None:
        super().__init__()
        self._unzip: Any = isal_zlib.decompressobj(_GZIP_WBITS)
        self._is_begun = False
        self.is_sound = False  # until the checksum at the end of the member

    def decompress(self, data: bytes) -> bytes:
        if self._unzip.eof or self.unused_data:
            self.unused_data += data
            return b""
        if not self._is_begun:
            self._is_begun = True
            # isal ignores the reserved flags of RFC 1952, 2.3.1.2; zlib does not.
            if len(data) < 4 or data[3] & _RESERVED_FLAGS:
                return self._damaged(data)
        try:
            piece = self._unzip.decompress(data)
        except _ZipError:
            return self._damaged(data)
        if self._unzip.eof:
            self.is_sound = True
            self.unused_data = self._unzip.unused_data
        return self._note(data, piece)


BufferedReader.DECOMPRESSORS.update({"archive-gzip": _GzipTap, "archive-plain": _PlainTap})


def _found(name: str, stream: BinaryIO, offset: int, *, is_gzipped: bool) -> FoundRecord:
    found = found_at(name, stream, offset, is_gzipped=is_gzipped)
    if found.version not in READABLE:
        raise BrokenRecordError(name, offset, f"WARC/{found.version} is a version that is not read")
    return found


def _finished(name: str, found: FoundRecord) -> int:
    found.finish()
    if found.ending != _RECORD_END:
        missing = len(_RECORD_END) - len(found.ending)
        words = f"the block is not followed by two line ends, but by {found.ending!r}"
        if _RECORD_END.startswith(found.ending):
            words = f"the record ends {missing} bytes before it should: line ends after the block are missing"
        raise BrokenRecordError(name, found.offset, words)
    if found.length is None:
        words = "more than one record in a gzip member: `scrapy archive-repair` splits them into a new file"
        raise BrokenRecordError(name, found.offset, words)
    return found.length


def stream_records(
    name: str, stream: BinaryIO, start: int = 0, advance: Advance = lambda size: None
) -> Generator[StreamedRecord, None, None]:
    """Yield the records of an open WARC file from the one at ``start`` on; ``name`` is for messages.

    Each is read and checked to its end when the next is requested. ``advance`` is called with the number of its bytes.

    Raises:
        BrokenRecordError: the file is damaged; the records before the damage have been yielded.
    """
    size = stream.seek(0, os.SEEK_END)
    is_gzipped = is_gzip(stream)
    while start < size:
        record = StreamedRecord(name, stream, start, is_gzipped=is_gzipped)
        yield record
        advance(record.length())
        start = record.end
        if start >= size:
            size = stream.seek(0, os.SEEK_END)  # A file that is being written may have grown.


def is_gzip(stream: BinaryIO, offset: int = 0) -> bool:
    """Whether a file is gzipped, according to its first bytes, or to those at ``offset``, where a record starts."""
    try:
        stream.seek(offset)
    except (OSError, ValueError, OverflowError):  # An impossible offset: reading the record reports it.
        return False
    return stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC


def record_at(name: str, stream: BinaryIO, offset: int, length: int, largest: int = LARGEST_BLOCK) -> Record:
    """Return the record in ``length`` bytes at ``offset`` of an open WARC file.

    Raises:
        BrokenRecordError: the span is not exactly one complete record, or its block has more than ``largest`` bytes.
    """
    record = _streamed_at(name, stream, offset, length)
    block = _block(name, record, largest)
    _check_length(name, record, length)
    return _record(record, block)


def _block(name: str, record: StreamedRecord, largest: int) -> bytes:
    if record.size > largest:
        words = f"a block of {record.size} bytes: no more than {largest} are held"
        raise BlockTooLargeError(name, record.offset, words)
    if record.size <= LARGEST_WHOLE:
        return record.start(record.size)
    block = BytesIO()
    for piece in record.chunks():
        block.write(piece)
    return block.getvalue()


def check_record(name: str, stream: BinaryIO, offset: int, length: int) -> Fields:
    """Return the named fields of the record in ``length`` bytes at ``offset``, read to its end and checked.

    Raises:
        BrokenRecordError: the span is not exactly one complete record.
    """
    record = _streamed_at(name, stream, offset, length)
    _check_length(name, record, length)
    return record.headers


def _streamed_at(name: str, stream: BinaryIO, offset: int, length: int) -> StreamedRecord:
    if offset < 0 or length < 0:
        raise BrokenRecordError(name, offset, f"{length} bytes at {offset} are not a position in a file")
    missing = offset + length - stream.seek(0, os.SEEK_END)
    if missing > 0:
        raise BrokenRecordError(name, offset, f"the file ends {missing} bytes before the record does")
    stream.seek(offset)
    return StreamedRecord(name, stream, offset, is_gzipped=stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC)


def _check_length(name: str, record: StreamedRecord, length: int) -> None:
    if record.length() != length:
        raise BrokenRecordError(name, record.offset, f"the record has {record.length()} bytes, not {length}")


def _record(record: StreamedRecord, block: bytes) -> Record:
    version = _VERSIONS[record.head.split(b"\n", 1)[0].removesuffix(b"\r")]
    return Record(version, record.headers, block, record.offset, record.length())


def read_record(path: Path_, offset: int, length: int, largest: int = LARGEST_BLOCK) -> Record:
    """Return the record in ``length`` bytes at ``offset`` of the WARC file ``path``.

    Raises:
        ArchiveError: the file cannot be opened, the span is not exactly one complete record, or its block has more
            than ``largest`` bytes.
    """
    name = fspath(path)
    try:
        with Path(name).open("rb") as stream:
            return record_at(name, stream, offset, length, largest)
    except OSError as error:
        raise ArchiveError(f"{name}: {error.strerror}") from error


def iter_records(path: Path_) -> Iterator[Record]:
    """Yield the records of the WARC file ``path``, in file order.

    Raises:
        ArchiveError: the file cannot be opened or is damaged; the records before the damage have been yielded.
    """
    for record in stream_file(path):
        yield _record(record, _block(fspath(path), record, _LARGEST_OF_ALL))


def stream_file(path: Path_, advance: Advance = lambda size: None) -> Generator[StreamedRecord, None, None]:
    """Yield the records of the WARC file ``path``, as `stream_records` does.

    Raises:
        ArchiveError: the file cannot be opened or, as a `BrokenRecordError`, is damaged.
    """
    name = fspath(path)
    try:
        stream = Path(name).open("rb", buffering=_PIECE)  # noqa: SIM115  (closed below; open between records)
    except OSError as error:
        raise ArchiveError(f"{name}: {error.strerror}") from error
    with stream:
        yield from stream_records(name, stream, advance=advance)
