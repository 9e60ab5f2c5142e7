"""The entity of an HTTP message: its body without transfer and content encodings.

Every decoder takes and gives an iterator of byte strings, so that a body of any size passes in constant memory.
Transfer encodings: RFC 9112, section 7; content encodings: RFC 9110, section 8.4 (br: RFC 7932, zstd: RFC 8878).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from isal import isal_zlib

from archive.errors import UndecodableEntityError
from archive.message import Fields

_PIECE = 1 << 16
_LONGEST_LINE = 1 << 16

Pieces = Iterable[bytes]


class _Reader:
    """Lines and byte counts out of pieces, whatever their borders."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = iter(pieces)
        self._buffer = b""

    def _more(self) -> bool:
        for piece in self._pieces:
            if piece:
                self._buffer += piece
                return True
        return False

    def line(self) -> bytes:
        """The next line without its end."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE or not self._more():
                raise UndecodableEntityError("a chunked body is cut off inside a line")
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.removesuffix(b"\r")

    def take(self, size: int) -> Iterator[bytes]:
        """Exactly ``size`` bytes."""
        while size:
            if not self._buffer and not self._more():
                raise UndecodableEntityError(f"a chunked body is cut off {size} bytes before the end of a chunk")
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            size -= len(piece)
            yield piece


def dechunk(pieces: Pieces) -> Iterator[bytes]:
    """The data of a chunked body; extensions and trailers are skipped.

    Raises:
        UndecodableEntityError: a chunk size is no hexadecimal number, or the body ends before the last chunk.
    """
    reader = _Reader(pieces)
    while True:
        size_text = reader.line().split(b";", 1)[0].strip()
        try:
            # int() alone would take "+5", "0x5" and "1_0" for sizes.
            size = int(size_text, 16) if size_text.isalnum() and size_text[:2] not in {b"0x", b"0X"} else -1
        except ValueError:
            size = -1
        if size < 0:
            raise UndecodableEntityError(f"{size_text[:20]!r} is no chunk size")
        if size == 0:
            break
        yield from reader.take(size)
        if reader.line():
            raise UndecodableEntityError("a chunk is longer than its size says")
    while reader.line():
        pass


def _inflate(pieces: Pieces, wbits: int) -> Iterator[bytes]:
    stream: Any = isal_zlib.decompressobj(wbits)
    empty = True
    for piece in pieces:
        data = piece
        while data:
            empty = False
            if stream.eof:
                # A further gzip member (RFC 1952, section 2.2); anything else after the end is padding.
                if wbits != 31 or data[:2] != b"\x1f\x8b"[: len(data)]:
                    return
                stream = isal_zlib.decompressobj(wbits)
            yield stream.decompress(data, _PIECE)
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
    if not empty and not stream.eof:
        raise UndecodableEntityError("compressed data is cut off")


def _gunzip(pieces: Pieces) -> Iterator[bytes]:
    return _inflate(pieces, 31)


def _inflate_either(pieces: Pieces) -> Iterator[bytes]:
    """ "deflate" is zlib data (RFC 9110, 8.4.1.2), but servers also send it raw: the two first bytes tell."""
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
        raise UndecodableEntityError("Content-Encoding br: install brotli to decode it") from None
    stream = brotli.Decompressor()
    empty = True
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            if stream.is_finished():
                return
            empty = False
            yield stream.process(piece[start : start + _PIECE])
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
    stream = None
    for piece in pieces:
        data = piece
        while data:
            if stream is None or stream.eof:
                stream = module.ZstdDecompressor()
            yield stream.decompress(data, _PIECE)
            while not stream.eof and not stream.needs_input:
                yield stream.decompress(b"", _PIECE)
            data = stream.unused_data if stream.eof else b""
    if stream is not None and not stream.eof:
        raise UndecodableEntityError("zstd data is cut off")


_CONTENT_DECODERS: dict[str, Callable[[Pieces], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_either,
    "br": _unbrotli,
    "zstd": _unzstd,
}
_TRANSFER_DECODERS = {**_CONTENT_DECODERS, "chunked": dechunk}
_NOTHING = {"identity", "none"}


def _named(decoder: Callable[[Pieces], Iterator[bytes]], pieces: Pieces, coding: str) -> Iterator[bytes]:
    """``decoder`` with the errors of all libraries told as ours."""
    try:
        yield from decoder(pieces)
    except UndecodableEntityError:
        raise
    except (ValueError, EOFError) as error:
        raise UndecodableEntityError(f"the body is not {coding}: {error}") from error
    except Exception as error:
        # brotli.error, IsalError and ZstdError derive from Exception only, and some of their modules may be absent.
        if type(error).__name__ not in {"error", "IsalError", "ZstdError"}:
            raise
        raise UndecodableEntityError(f"the body is not {coding}: {error}") from error


def decode_transfer(fields: Fields, body: Pieces) -> Pieces:
    """``body`` without its transfer encodings, content encodings kept; errors as in `decode_entity`."""
    is_chunked = False
    for coding in reversed(fields.tokens("Transfer-Encoding")):
        if coding in _NOTHING or (coding == "chunked" and is_chunked):
            continue  # A server and what stands before it may both say chunked; it may be applied but once.
        decoder = _TRANSFER_DECODERS.get(coding)
        if decoder is None:
            raise UndecodableEntityError(f"Transfer-Encoding: {coding} is unknown")
        is_chunked = is_chunked or coding == "chunked"
        body = _named(decoder, body, coding)
    return body


def decode_entity(fields: Fields, body: Pieces) -> Iterator[bytes]:
    """The entity of a message with these header ``fields`` and this ``body`` as on the wire, piece by piece.

    What an unknown content encoding was applied to is left as it is, as browsers and Scrapy do: such a name is mostly
    a mistake for a charset (``Content-Encoding: utf-8``).

    Raises:
        UndecodableEntityError: while iterating, when an encoding is broken or cut off, or a transfer encoding unknown.
    """
    body = decode_transfer(fields, body)
    for coding in reversed(fields.tokens("Content-Encoding")):
        if coding in _NOTHING:
            continue
        if coding not in _CONTENT_DECODERS:
            break
        body = _named(_CONTENT_DECODERS[coding], body, coding)
    yield from body


def unknown_encoding(fields: Fields) -> str | None:
    """The content encoding at which `decode_entity` stops, because nothing is known of it."""
    codings = reversed(fields.tokens("Content-Encoding"))
    return next((coding for coding in codings if coding not in _NOTHING and coding not in _CONTENT_DECODERS), None)
