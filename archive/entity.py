"""Decodes the body of an HTTP message: removes transfer encodings and content encodings.

This is the only decoder of the project. Each step takes and returns an iterator of byte strings, so a body of any size
needs constant memory. Its limits are `LARGEST` bytes per coding, `MOST_CODINGS` codings, and `MOST_MEMBERS` members of
one. Transfer encodings: RFC 9112, section 7; content encodings: RFC 9110, section 8.4 (br: RFC 7932, zstd: RFC 8878).
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from isal import isal_zlib

from archive.errors import EntityTooLargeError, UndecodableEntityError
from archive.message import Fields

LARGEST = 200 << 20
"""Default limit of bytes that one coding may unpack to: more than any page has, and less than the memory."""

MOST_CODINGS = 5
"""Maximum number of nested codings. Servers use one; curl refuses more than five since 7.88 (CVE-2023-23916), as do
urllib3 and others: each may multiply the work by a thousand."""

MOST_MEMBERS = 10_000
"""Maximum number of consecutive gzip members or zstd frames: even an empty one takes time. A file of `LARGEST` bytes in
blocks of 64 KB has a third of this number."""

_LARGEST_WINDOW = 23
"""Window of zstd, as a power of two: 8 MB, which is the maximum on the web (RFC 9659, section 3)."""

_PIECE = 1 << 16
_LONGEST_LINE = 1 << 16

Pieces = Iterable[bytes]


def _cut(pieces: Pieces) -> Iterator[bytes]:
    """Yield the same bytes in small pieces: decoders copy the unused rest of a piece each time."""
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            yield piece[start : start + _PIECE]


class _Reader:
    """Reads lines and numbers of bytes from pieces, regardless of their boundaries."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = _cut(pieces)
        self._buffer = b""
        self._at = 0

    def _more(self) -> bool:
        for piece in self._pieces:
            self._buffer, self._at = self._buffer[self._at :] + piece, 0
            return True
        return False

    def line(self) -> bytes:
        """Return the next line without its end."""
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            if len(self._buffer) - self._at > _LONGEST_LINE or not self._more():
                raise UndecodableEntityError("a chunked body is cut off inside a line")
        line, self._at = self._buffer[self._at : end], end + 1
        return line.removesuffix(b"\r")

    def take(self, size: int) -> Iterator[bytes]:
        """Yield exactly ``size`` bytes."""
        while size:
            if self._at == len(self._buffer) and not self._more():
                raise UndecodableEntityError(f"a chunked body is cut off {size} bytes before the end of a chunk")
            piece = self._buffer[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece


def dechunk(pieces: Pieces) -> Iterator[bytes]:
    """Yield the data of a chunked body; extensions and trailers are skipped.

    Raises:
        UndecodableEntityError: a chunk size is not a hexadecimal number, or the body ends before the last chunk.
    """
    reader = _Reader(pieces)
    while True:
        size_text = reader.line().split(b";", 1)[0].strip()
        try:
            # int() alone would accept "+5", "0x5" and "1_0".
            size = int(size_text, 16) if size_text.isalnum() and size_text[:2] not in {b"0x", b"0X"} else -1
        except ValueError:
            size = -1
        if size < 0:
            raise UndecodableEntityError(f"{size_text[:20]!r} is not a chunk size")
        if size == 0:
            break
        yield from reader.take(size)
        if reader.line():
            raise UndecodableEntityError("a chunk is longer than its size says")
    while reader.line():
        pass


def _count_member(members: int, coding: str) -> int:
    if members == MOST_MEMBERS:
        raise EntityTooLargeError(f"more than {MOST_MEMBERS} parts of {coding}")
    return members + 1


def _inflate(pieces: Pieces, wbits: int) -> Iterator[bytes]:
    stream: Any = isal_zlib.decompressobj(wbits)
    members = 0
    for piece in pieces:
        data = piece
        while data:
            if stream.eof:
                # Another gzip member (RFC 1952, section 2.2); any other bytes after the end are padding.
                if wbits != 31 or data[:2] != b"\x1f\x8b"[: len(data)]:
                    return
                stream = isal_zlib.decompressobj(wbits)
                members = _count_member(members, "gzip")
            members = members or 1
            output = stream.decompress(data, _PIECE)
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
            yield output
            while output and not data and not stream.eof:
                output = stream.decompress(b"", _PIECE)
                yield output
    if members and not stream.eof:
        raise UndecodableEntityError("compressed data is cut off")


def _gunzip(pieces: Pieces) -> Iterator[bytes]:
    return _inflate(pieces, 31)


def _inflate_either(pieces: Pieces) -> Iterator[bytes]:
    """Decode "deflate": zlib data (RFC 9110, 8.4.1.2), or raw, as some servers send; the first two bytes decide."""
    source = iter(pieces)
    start = b""
    for piece in source:
        start += piece
        if len(start) >= 2:
            break
    is_zlib = len(start) >= 2 and start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0

    def again() -> Iterator[bytes]:
        yield start
        yield from source

    return _inflate(again(), zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def _unbrotli(pieces: Pieces) -> Iterator[bytes]:
    try:
        import brotli
    except ImportError:
        brotli = None
    stream: Any = brotli.Decompressor() if brotli else None
    if not hasattr(stream, "can_accept_more_data"):  # Versions before 1.2 have no limit for their output.
        raise UndecodableEntityError("Content-Encoding br: install brotli>=1.2 to decode it")
    empty = True
    for piece in pieces:
        if stream.is_finished():
            return
        empty = False
        output = stream.process(piece, output_buffer_limit=_PIECE)
        yield output
        # It reports that it accepts more data although it still has output.
        while not stream.is_finished() and (output or not stream.can_accept_more_data()):
            output = stream.process(b"", output_buffer_limit=_PIECE)
            yield output
    if not empty and not stream.is_finished():
        raise UndecodableEntityError("brotli data is cut off")


def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return __import__(name, fromlist=["ZstdDecompressor"])
        except ImportError:
            continue
    raise UndecodableEntityError("Content-Encoding zstd: install backports.zstd to decode it")


def _unzstd(pieces: Pieces) -> Iterator[bytes]:
    module = _zstd()
    options = {module.DecompressionParameter.window_log_max: _LARGEST_WINDOW}
    stream = None
    frames = 0
    for piece in pieces:
        data = piece
        while data:
            if stream is None or stream.eof:
                stream = module.ZstdDecompressor(options=options)
                frames = _count_member(frames, "zstd")
            yield stream.decompress(data, _PIECE)
            while not stream.eof and not stream.needs_input:
                yield stream.decompress(b"", _PIECE)
            data = stream.unused_data if stream.eof else b""
    if stream is not None and not stream.eof:
        raise UndecodableEntityError("zstd data is cut off")


Decoder = Callable[[Pieces], Iterator[bytes]]

_CONTENT_DECODERS: dict[str, Decoder] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_either,
    "br": _unbrotli,
    "zstd": _unzstd,
}
_NOTHING = {"identity", "none"}


def _bounded(decoder: Decoder, pieces: Pieces, coding: str, limit: int) -> Iterator[bytes]:
    """Yield the output of ``decoder`` up to ``limit`` bytes; errors of its library become ours."""
    size = 0
    try:
        for piece in decoder(_cut(pieces)):
            size += len(piece)
            if size > limit:
                break
            yield piece
    except UndecodableEntityError:
        raise
    except (ValueError, EOFError) as error:
        raise UndecodableEntityError(f"the body is not {coding}: {error}") from error
    except Exception as error:
        # brotli.error, IsalError and ZstdError derive from Exception only, and some of their modules may be absent.
        if type(error).__name__ not in {"error", "IsalError", "ZstdError"}:
            raise
        raise UndecodableEntityError(f"the body is not {coding}: {error}") from error
    if size > limit:
        raise EntityTooLargeError(f"the body is too large: {coding} unpacks to more than {limit} bytes")


def _decoded(body: Pieces, codings: list[str], limit: int) -> Pieces:
    """Return ``body`` with ``codings``, the outermost first, removed."""
    if len(codings) > MOST_CODINGS:
        raise EntityTooLargeError(f"{len(codings)} codings on top of each other, more than {MOST_CODINGS}")
    for coding in codings:
        body = _bounded(_CONTENT_DECODERS[coding], body, coding, limit)
    return body


def decode_transfer(fields: Fields, body: Pieces, limit: int = LARGEST) -> Pieces:
    """Return ``body`` without its transfer encodings; content encodings are kept.

    Raises:
        UndecodableEntityError: as in `decode_entity`; if there are too many, or one is unknown, without iterating.
    """
    codings: list[str] = []
    is_chunked = False
    for coding in reversed(fields.tokens("Transfer-Encoding")):
        if coding in _NOTHING or (coding == "chunked" and is_chunked):
            continue  # A server and its proxy may both name chunked; it is applied only once.
        if coding == "chunked":
            body, codings = dechunk(_decoded(body, codings, limit)), []
            is_chunked = True
        elif coding in _CONTENT_DECODERS:
            codings.append(coding)
        else:
            raise UndecodableEntityError(f"Transfer-Encoding: {coding} is unknown")
    return _decoded(body, codings, limit)


def decode_entity(fields: Fields, body: Pieces, limit: int = LARGEST) -> Iterator[bytes]:
    """Yield the entity of a message with these header ``fields`` and this raw ``body``, piece by piece.

    Decoding stops at an unknown content encoding, as in browsers and Scrapy: such a name is usually a misplaced charset
    (``Content-Encoding: utf-8``). At most ``limit`` bytes are yielded of a compressed body; a body without codings has
    no limit.

    Raises:
        UndecodableEntityError: while iterating, if an encoding is broken or cut off, or a transfer encoding unknown;
            as an `EntityTooLargeError`, if it exceeds a limit.
    """
    yield from _decoded(decode_transfer(fields, body, limit), _content_codings(fields), limit)


def entity_of(fields: Fields, body: bytes, limit: int = LARGEST) -> bytes:
    """Return the entity in one piece; errors as in `decode_entity`."""
    if not (fields.tokens("Transfer-Encoding") or _content_codings(fields)):
        return body
    entity = io.BytesIO()
    for piece in decode_entity(fields, [body], limit):
        entity.write(piece)
    return entity.getvalue()


def entity_start(fields: Fields, body: Pieces, size: int) -> bytes:
    """Return the first ``size`` bytes of the entity, or fewer; the rest is not decoded. Raises as `decode_entity`."""
    start = bytearray()
    for piece in decode_entity(fields, body):
        start += piece
        if len(start) >= size:
            break
    return bytes(start[:size])


def _content_codings(fields: Fields) -> list[str]:
    """Return the known content encodings, the outermost first."""
    codings: list[str] = []
    for coding in reversed(fields.tokens("Content-Encoding")):
        if coding in _CONTENT_DECODERS:
            codings.append(coding)
        elif coding not in _NOTHING:
            break
    return codings


def unknown_encoding(fields: Fields) -> str | None:
    """Return the unknown content encoding at which `decode_entity` stops, or None."""
    codings = reversed(fields.tokens("Content-Encoding"))
    return next((coding for coding in codings if coding not in _NOTHING and coding not in _CONTENT_DECODERS), None)
