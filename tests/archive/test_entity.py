"""Transfer and content encodings, also stacked, in small pieces, broken and cut off."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from archive import UndecodableEntityError
from archive.entity import decode_entity
from archive.message import Fields

ENTITY = b"The same sentence again and again. " * 400


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(data: bytes, size: int = 1000, trailer: bytes = b"") -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%X;note=x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n" + trailer + b"\r\n"


def decode(body: bytes, piece: int, **headers: str) -> bytes:
    fields = Fields([(name.replace("_", "-"), value) for name, value in headers.items()])
    return b"".join(decode_entity(fields, [body[start : start + piece] for start in range(0, len(body), piece)]))


CASES = [
    (ENTITY, {}),
    (ENTITY, {"Content_Encoding": "identity"}),
    (gzip.compress(ENTITY), {"Content_Encoding": "gzip"}),
    (gzip.compress(ENTITY[:5000]) + gzip.compress(ENTITY[5000:]), {"Content_Encoding": "x-gzip"}),
    (gzip.compress(ENTITY) + b"\0" * 20, {"Content_Encoding": "GZIP"}),
    (zlib.compress(ENTITY), {"Content_Encoding": "deflate"}),
    (raw_deflate(ENTITY), {"Content_Encoding": "deflate"}),
    (brotli.compress(ENTITY), {"Content_Encoding": "br"}),
    (brotli.compress(gzip.compress(ENTITY)), {"Content_Encoding": "gzip, br"}),
    (chunked(ENTITY), {"Transfer_Encoding": "chunked"}),
    (chunked(ENTITY, trailer=b"X-Sum: 1\r\n"), {"Transfer_Encoding": "Chunked"}),
    (chunked(gzip.compress(ENTITY), 7), {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
    (chunked(gzip.compress(ENTITY)), {"Transfer_Encoding": "gzip, chunked"}),
    (chunked(ENTITY), {"Transfer_Encoding": "chunked, chunked"}),
    # What is unknown is left as it is, as browsers and Scrapy do.
    (ENTITY, {"Content_Encoding": "utf-8"}),
    (gzip.compress(ENTITY), {"Content_Encoding": "utf-8, gzip"}),
    (ENTITY, {"Content_Encoding": "gzip, rot13"}),
]


@pytest.mark.parametrize("piece", [1, 999, 1 << 20])
@pytest.mark.parametrize(("body", "headers"), CASES)
def test_encodings_are_removed_whatever_the_piece_borders(body, headers, piece):
    assert decode(body, piece, **headers) == ENTITY


def test_zstd():
    zstd = pytest.importorskip("backports.zstd")
    body = zstd.compress(ENTITY[:5000]) + zstd.compress(ENTITY[5000:])
    assert decode(body, 11, Content_Encoding="zstd") == ENTITY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_an_empty_body_is_an_empty_entity(encoding):
    assert decode(b"", 1, Content_Encoding=encoding) == b""


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (ENTITY, {"Content_Encoding": "gzip"}),
        (ENTITY, {"Content_Encoding": "br"}),
        (ENTITY, {"Content_Encoding": "zstd"}),
        (gzip.compress(ENTITY)[:-9], {"Content_Encoding": "gzip"}),
        (brotli.compress(ENTITY)[:-1], {"Content_Encoding": "br"}),
        (chunked(ENTITY)[:-3], {"Transfer_Encoding": "chunked"}),
        (chunked(ENTITY)[:4000], {"Transfer_Encoding": "chunked"}),
        (b"xyz\r\n" + ENTITY, {"Transfer_Encoding": "chunked"}),
        (b"-5\r\nabcde\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (b"0x3\r\nabc\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (b"3\r\nabcd\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (chunked(ENTITY), {"Transfer_Encoding": "rot13, chunked"}),
    ],
)
def test_what_cannot_be_decoded_says_so(body, headers):
    with pytest.raises(UndecodableEntityError):
        decode(body, 100, **headers)
