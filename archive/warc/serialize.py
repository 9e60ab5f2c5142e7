"""Serializes a record with warcio, without changes to its named fields and its block.

warcio writes the fields in the given order, including repeated names. Two things that it would do by itself are
prevented:

- It parses an HTTP head and writes it again. Padding, folded lines, bare line feeds and lines without a colon would be
  lost, and a reason phrase that is not ASCII raises an exception. So a block is passed as a whole, as the payload. For
  a revisit, warcio writes only the head, so it gets a head object that returns its own bytes.
- It reads every block again for digests, and adds a SHA-1 of the payload if there is none. The digests here are
  computed while the response arrives, so warcio has nothing to compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.record import VERSION


class Sink(Protocol):
    """The destination of the bytes."""

    def write(self, data: bytes, /) -> Any: ...

    def flush(self) -> None: ...


class Serializer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """Writes uncompressed records to ``sink``."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, gzip=False, warc_version=VERSION)

    def ensure_digest(self, record: Any, block: bool = True, payload: bool = True) -> None:
        """Add no digest: the fields of a record already contain all digests."""

    def write(self, kind: str, fields: Sequence[tuple[str, str]], pieces: Iterator[bytes], size: int) -> None:
        """Write a record with these ``fields`` and a block of ``size`` bytes; ``Content-Length`` comes last."""
        header = StatusAndHeaders("", fields, protocol=VERSION)
        head = _Head(b"".join(pieces)) if kind == "revisit" else None
        # Without a separate content type, since warcio would replace the last one in the fields with it.
        record = ArcWarcRecord("warc", kind, header, _Reading(pieces), head, None, size, payload_length=size)
        self.write_record(record)


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """The exact bytes of an HTTP head, with its blank line."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self._head = head

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._head

    def __bool__(self) -> bool:
        return True  # Otherwise a head without fields would count as missing.


class _Reading:
    """Wraps pieces as a file object."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = filter(None, pieces)

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, of any size; empty only at the end."""
        return next(self._pieces, b"")
