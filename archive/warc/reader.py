"""Read WARC 1.0 and 1.1, plain or gzip per record (ISO 28500:2017, annex D), with exact blocks."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, BrokenRecordError
from archive.message import head_length, number_of_bytes, parse_fields
from archive.warc.record import READABLE, Record

_PIECE = 1 << 18
_LONGEST_HEADER = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_VERSIONS = {f"WARC/{version}".encode(): version for version in READABLE}
_RECORD_END = 4  # two CRLF
_OTHER_FORMATS = {
    b"PK\x03\x04": "a ZIP file; a WACZ has its WARC files in archive/",
    b"\x28\xb5\x2f\xfd": "zstd data, to be unpacked first",
    b"filedesc:": "an ARC file, of the format before WARC",
}

Path_ = str | PathLike[str]


def read_record(path: Path_, offset: int, length: int) -> Record:
    """The one record in ``length`` bytes at ``offset`` of the WARC file ``path``.

    Raises:
        ArchiveError: the file cannot be opened, or the span is not exactly one whole record.
    """
    name = fspath(path)
    try:
        with Path(name).open("rb") as stream:
            data = _read_span(name, stream, offset, length)
    except OSError as error:
        raise ArchiveError(f"{name}: {error.strerror}") from error
    if data[:2] == _GZIP_MAGIC:
        unzip = zlib.decompressobj(31)
        try:
            raw = unzip.decompress(data)
        except zlib.error as error:
            raise BrokenRecordError(name, offset, f"the gzip member is damaged ({error})") from error
        if not unzip.eof or unzip.unused_data:
            raise BrokenRecordError(name, offset, f"the {length} bytes are not one gzip member")
    else:
        raw = data
    return _parse(name, offset, length, raw)


def _read_span(name: str, stream: BinaryIO, offset: int, length: int) -> bytes:
    if offset < 0 or length < 0:
        raise BrokenRecordError(name, offset, f"{length} bytes at {offset} are no place in a file")
    missing = offset + length - stream.seek(0, os.SEEK_END)
    if missing > 0:  # Asked for, these bytes would be made room for before any is read.
        raise BrokenRecordError(name, offset, f"the file ends {missing} bytes before the record does")
    stream.seek(offset)
    return stream.read(length)


def iter_records(path: Path_) -> Iterator[Record]:
    """Every record of the WARC file ``path``, in file order.

    Raises:
        ArchiveError: the file cannot be opened, or is damaged at some point; the records before it have been given.
    """
    name = fspath(path)
    try:
        stream = Path(name).open("rb")  # noqa: SIM115  (closed below; the generator keeps it open between records)
    except OSError as error:
        raise ArchiveError(f"{name}: {error.strerror}") from error
    with stream:
        magic = stream.read(2)
        stream.seek(0)
        if not magic:
            return
        yield from _gzip_records(name, stream) if magic == _GZIP_MAGIC else _plain_records(name, stream)


def _gzip_records(name: str, stream: BinaryIO) -> Iterator[Record]:
    for offset, length, pieces in iter_members(name, stream):
        yield _parse(name, offset, length, b"".join(pieces))


def iter_members(name: str, stream: BinaryIO, offset: int = 0) -> Iterator[tuple[int, int, list[bytes]]]:
    """``(offset, length, decompressed pieces)`` of each gzip member from ``offset`` on; ``name`` is for messages.

    Raises:
        BrokenRecordError: a member is damaged (its CRC is checked) or cut off.
    """
    stream.seek(offset)
    data = stream.read(_PIECE)
    while data:
        unzip = zlib.decompressobj(31)
        pieces: list[bytes] = []
        length = 0
        while not unzip.eof:
            if not data:
                raise BrokenRecordError(name, offset, "the file ends inside a gzip member")
            try:
                pieces.append(unzip.decompress(data))
            except zlib.error as error:
                raise BrokenRecordError(name, offset, f"the gzip member is damaged ({error})") from error
            length += len(data) - len(unzip.unused_data)
            data = unzip.unused_data or stream.read(_PIECE)
        yield offset, length, pieces
        offset += length


def _plain_records(name: str, stream: BinaryIO) -> Iterator[Record]:
    offset = 0
    while True:
        header = b""
        while (size := head_length(header)) is None:
            piece = stream.read(4096)
            header += piece
            if not piece or len(header) > _LONGEST_HEADER:
                break
        if not header:
            return
        if size is None:
            raise BrokenRecordError(name, offset, header_problem(header))
        length = size + content_length(name, offset, header[:size]) + _RECORD_END
        yield _parse(name, offset, length, _read_span(name, stream, offset, length))
        offset += length


def header_problem(raw: bytes) -> str:
    """What to say of bytes that should be, and are not, the header of a record."""
    if raw[:5] == b"WARC/":
        return "the record's header is cut off"
    known = next((words for start, words in _OTHER_FORMATS.items() if raw.startswith(start)), None)
    return f"no WARC record starts here ({raw[:12]!r}{f': {known}' if known else ''})"


def content_length(name: str, offset: int, header: bytes) -> int:
    """``Content-Length`` of a record header.

    Raises:
        BrokenRecordError: it is missing or no number, or the header is not that of WARC 1.0 or 1.1.
    """
    version = header.split(b"\n", 1)[0].removesuffix(b"\r")
    if version not in _VERSIONS:
        is_other = version[:5] == b"WARC/"
        raise BrokenRecordError(
            name, offset, f"{version[:12]!r} is a version that is not read" if is_other else header_problem(header)
        )
    text = parse_fields(header, "utf-8").get("Content-Length") or ""
    size = number_of_bytes(text)
    if size is None:
        raise BrokenRecordError(name, offset, f"Content-Length {text[:40]!r} is no number of bytes")
    return size


def check_flags(name: str, offset: int, member: bytes) -> None:
    """Refuse a gzip member with reserved flags (RFC 1952, 2.3.1.2), as zlib does; isal reads over them.

    Raises:
        BrokenRecordError: it has some.
    """
    if len(member) > 3 and member[3] & 0xE0:
        raise BrokenRecordError(name, offset, "the gzip member is damaged (unknown header flags set)")


def _parse(name: str, offset: int, length: int, raw: bytes) -> Record:
    size = head_length(raw)
    if size is None:
        raise BrokenRecordError(name, offset, header_problem(raw))
    block_end = size + content_length(name, offset, raw[:size])
    ending = raw[block_end:]
    if len(raw) < block_end:
        raise BrokenRecordError(name, offset, f"the block ends {block_end - len(raw)} bytes early")
    if ending[:_RECORD_END] != b"\r\n\r\n":
        raise BrokenRecordError(name, offset, "the block is not followed by two line ends: its length is wrong")
    if len(ending) > _RECORD_END:
        raise BrokenRecordError(
            name, offset, "more than one record in a gzip member: `warcio recompress` makes the file readable"
        )
    version = _VERSIONS[raw.split(b"\n", 1)[0].removesuffix(b"\r")]
    return Record(version, parse_fields(raw[:size], "utf-8"), raw[size:block_end], offset, length)
