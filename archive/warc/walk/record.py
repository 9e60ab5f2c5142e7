"""A record that is being read: parses its header, reads its block, and checks its end."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cached_property

from archive.message import Fields, head_length, number_of_bytes, parse_fields
from archive.warc.walk.readers import DamageError, MemberReader, PlainReader, Reader
from archive.warc.walk.search import LONGEST_VERSION_LINE, RECORD_START, VERSION_LINE
from archive.warc.whole import Whole

_PIECE = 1 << 16
_LONGEST_HEADER = 1 << 20
_RECORD_END = b"\r\n\r\n"
# The bytes between a block and the next record if a writer omitted some of the two line ends.
_SHORT_END = re.compile(rb"(?:\r?\n){0,3}\r?(?=WARC/\d|\Z)")
_LOOK_AHEAD = 24
_OTHER_FORMATS = {
    b"PK\x03\x04": "a ZIP file; a WACZ has its WARC files in archive/",
    b"\x28\xb5\x2f\xfd": "zstd data, to be unpacked first",
    b"filedesc:": "an ARC file, of the format before WARC",
}


def describe(data: bytes) -> str:
    """Describe bytes that should be the start of a record but are not."""
    other_format = next((words for start, words in _OTHER_FORMATS.items() if data.startswith(start)), None)
    return f"{data[:12]!r}{f': {other_format}' if other_format else ''}"


class FoundRecord:
    """A record that is being read: first its header, then `pieces`, then `finish`; each raises `DamageError`."""

    def __init__(self, name: str, offset: int, reader: Reader) -> None:
        self.offset = offset
        """Offset of the gzip member, or of the record in a plain file."""
        self.inner = reader.position if isinstance(reader, MemberReader) else 0
        """Bytes before the record in its gzip member."""
        self.is_gzipped = isinstance(reader, MemberReader)
        self.length: int | None = None
        """Bytes in the file, after `finish`; None for one of several records in a gzip member."""
        self.ending = b""
        """The bytes after the block, available after `finish`: two line ends if they are correct."""
        self.is_block_whole = False
        """Whether every byte of the block could be read."""
        self.head = b""
        """The header with its blank line."""
        self._name, self._reader = name, reader
        self._damage: DamageError | None = None
        self._is_finished = False
        self._read_header()
        self.size = self._left = self._content_length()
        """Bytes of the block."""

    @cached_property
    def fields(self) -> Fields:
        """The named fields of the header."""
        return parse_fields(self.head, "utf-8")

    @property
    def version(self) -> str:
        """``1.1`` of ``WARC/1.1``."""
        return self.head[5:LONGEST_VERSION_LINE].split(b"\n", 1)[0].strip().decode("ascii", "replace")

    def _broken(self, code: str, problem: str) -> DamageError:
        return DamageError(self._name, self.offset, code, problem)

    def _read_header(self) -> None:
        data = self._reader.read_all(LONGEST_VERSION_LINE)
        if not VERSION_LINE.match(data):
            code = "header-cut" if data and b"WARC/1.1\r\n".startswith(data) else "garbage"
            raise self._broken(code, f"no WARC record starts here ({describe(data)})")
        end = None
        while end is None:
            piece = self._reader.read(4096)
            data += piece
            end = head_length(data)
            if end is None and (not piece or len(data) > _LONGEST_HEADER or self._runs_on(data)):
                break
        if end is None or self._runs_on(data, end):
            raise self._broken("header-cut", "the record's header is cut off, or does not end")
        self.head = data[:end]
        self._reader.unread(data[end:])

    def _runs_on(self, head: bytes, end: int = sys.maxsize) -> bool:
        """Whether the header continues into that of the next record, which a separate gzip member cannot contain."""
        return not (self.is_gzipped and self.inner == 0) and RECORD_START.search(head, 0, end) is not None

    def _content_length(self) -> int:
        text = self.fields.get("Content-Length")
        if text is None:
            raise self._broken("field-missing", "Content-Length is missing: where the record ends is not known")
        size = number_of_bytes(text)
        if size is None:
            raise self._broken("field-value", f"Content-Length {text[:40]!r} is not a number of bytes")
        return size

    def pieces(self) -> Iterator[bytes]:
        """Yield the rest of the block."""
        if missing := self._reader.missing(self._left):
            self._damage = self._broken("record-cut", f"the block ends {missing} bytes early")
            raise self._damage
        while self._left:
            try:
                piece = self._reader.read(min(self._left, _PIECE))
                if not piece:
                    raise self._broken("record-cut", f"the block ends {self._left} bytes early")
            except DamageError as damage:
                self._damage = damage
                raise
            self._left -= len(piece)
            yield piece
        self.is_block_whole = True

    def finish(self) -> None:
        """Read to the end of the record."""
        if self._damage:
            raise self._damage
        if self._is_finished:
            return
        for _ in self.pieces():
            pass
        try:
            self._read_ending()
        except DamageError as damage:
            self._damage = damage
            raise
        self._is_finished = True

    def _read_ending(self) -> None:
        data = self._reader.read_all(_LOOK_AHEAD)
        self.ending = data[:4]
        if data[:4] != _RECORD_END:
            short = _SHORT_END.match(data)
            if short is None or (short.end() == len(data) == _LOOK_AHEAD):
                raise self._broken("record-end", "the block is not followed by two line ends: its length is wrong")
            self.ending = short.group()
        self._reader.unread(data[len(self.ending) :])
        if isinstance(self._reader, PlainReader):
            self.length = self._reader.position - self.offset
        elif self._reader.at_end() and self.inner == 0 and isinstance(self._reader, MemberReader):
            self.length = self._reader.end() - self.offset


class WholeRecord(FoundRecord):
    """A record that was read completely and is not damaged."""

    def __init__(self, name: str, offset: int, whole: Whole) -> None:
        self._name, self.offset, self.inner, self.is_gzipped = name, offset, 0, True
        self.head, self._rest, self.length = whole
        self.size, self.ending, self.is_block_whole = len(self._rest), _RECORD_END, True

    @property
    def block(self) -> bytes:
        """The rest of the block; reading it does not consume it."""
        return self._rest

    def pieces(self) -> Iterator[bytes]:
        rest, self._rest = self._rest, b""
        if rest:
            yield rest

    def finish(self) -> None:
        """Do nothing: it was read to its end."""
