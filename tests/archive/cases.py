"""Answers as servers really give them, good and bad, one `Case` each."""

from __future__ import annotations

import gzip
import os
import sys
import zlib

import brotli

from tests.archive.raw_server import Case

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"<html><title>A page</title><p>" + b"Some words that repeat. " * 60 + b"</html>"
NOISE = zlib.compress(TEXT) * 40
BIG = b"".join(b"%08d line of a large body\n" % number for number in range(32_000))


def plain(body: bytes, *lines: bytes, status: bytes = b"HTTP/1.1 200 OK", length: int | None = None) -> bytes:
    head = [status, *lines, b"Content-Length: %d" % (len(body) if length is None else length)]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def chunks(body: bytes, size: int = 500, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    framed = b"".join(b"%X%b\r\n%b\r\n" % (len(part), extension, part) for part in parts)
    return framed + b"0\r\n" + trailer + b"\r\n"


def chunked(body: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", *lines]) + b"\r\n\r\n" + body


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def coded(name: str, coding: bytes, body: bytes, entity: bytes | None = TEXT) -> Case:
    return Case(name=name, pieces=[plain(body, b"Content-Encoding: " + coding)], entity=entity)


_interim = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
_continue = b"HTTP/1.1 100 Continue\r\n\r\n"

ODD_HEADERS = [
    b"sErVeR:   padded   ",
    b"X-Same: 1",
    b"x-between: a",
    b"X-SAME: 2",
    b"X-Folded: one\r\n   two\r\n\tthree",
    b"no colon here",
    b"X-Bytes: \xff\xfe\xe9",
    b"X-Empty:",
]

CASES = [
    Case(name="plain", pieces=[plain(TEXT)], entity=TEXT),
    Case(name="odd-headers", pieces=[plain(TEXT, *ODD_HEADERS)], entity=TEXT),
    Case(name="header-space", pieces=[plain(TEXT, b"X-Space : no name", b"X-\xe9: a", b": b")], entity=TEXT),
    Case(name="header-12k", pieces=[plain(TEXT, b"X-Long: " + b"a" * 12_000)], entity=TEXT),
    Case(name="header-40k", pieces=[plain(TEXT, b"X-Long: " + b"a" * 40_000)], entity=TEXT),
    Case(name="headers-300", pieces=[plain(TEXT, *[b"X-%d: %d" % (n, n) for n in range(300)])], entity=TEXT),
    Case(name="reason-missing", pieces=[plain(TEXT, status=b"HTTP/1.1 200")], entity=TEXT),
    Case(name="reason-empty", pieces=[plain(TEXT, status=b"HTTP/1.1 200 ")], entity=TEXT),
    Case(name="reason-odd", pieces=[plain(TEXT, status=b"HTTP/1.1 200  So: far;  so good ")], entity=TEXT),
    Case(
        name="reason-latin-1", pieces=[plain(TEXT, status="HTTP/1.1 404 Página no encontrada".encode("latin-1"))],
        entity=TEXT,
    ),
    Case(name="status-999", pieces=[plain(TEXT, status=b"HTTP/1.1 999 Request denied")], entity=TEXT),
    Case(name="status-500", pieces=[plain(TEXT, status=b"HTTP/1.1 500 Oops")], entity=TEXT),
    coded("gzip", b"gzip", gzip.compress(TEXT)),
    coded("brotli", b"br", brotli.compress(TEXT)),
    coded("deflate", b"deflate", zlib.compress(TEXT)),
    coded("deflate-raw", b"deflate", raw_deflate(TEXT)),
    coded("zstd", b"zstd", zstd.compress(TEXT)),
    coded("stacked", b"gzip, br", brotli.compress(gzip.compress(TEXT))),
    coded("false-gzip", b"gzip", TEXT, None),
    Case(name="chunked", pieces=[chunked(chunks(TEXT))], entity=TEXT),
    Case(name="chunk-extension", pieces=[chunked(chunks(TEXT, extension=b";name=value"))], entity=TEXT),
    Case(name="chunk-trailer", pieces=[chunked(chunks(TEXT, trailer=b"X-Sum: 12\r\nx-more: 1\r\n"))], entity=TEXT),
    Case(
        name="chunked-capitals",
        pieces=[b"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n" + chunks(TEXT)],
        entity=TEXT,
    ),
    Case(name="chunked-gzip", pieces=[chunked(chunks(gzip.compress(TEXT), 9), b"Content-Encoding: gzip")], entity=TEXT),
    Case(
        name="chunked-in-pieces",
        pieces=[chunked(b""), *[chunks(TEXT, 300)[n : n + 400] for n in range(0, len(chunks(TEXT, 300)), 400)]],
        pause=0.01, entity=TEXT,
    ),
    Case(name="chunked-and-length", pieces=[chunked(chunks(TEXT), b"Content-Length: 7")], entity=TEXT),
    Case(name="chunk-bad", pieces=[chunked(b"5\r\nabcde\r\nxyz\r\nmore")], after="close", end="unspecified"),
    Case(
        name="chunk-bad-big", pieces=[chunked(b"5\r\nabcde\r\nxyz\r\n"), BIG[:200_000], b"the end"], pause=0.05,
        after="close", end="unspecified",
    ),
    Case(name="chunk-cut", pieces=[chunked(chunks(TEXT)[:900])], after="close", end="disconnect"),
    Case(name="length-too-long", pieces=[plain(TEXT, length=len(TEXT) + 9)], after="close", end="disconnect"),
    Case(name="length-too-short", pieces=[plain(TEXT, length=len(TEXT) - 9)], extra=9, entity=TEXT[:-9]),
    Case(name="length-doubled", pieces=[plain(TEXT, b"Content-Length: %d" % len(TEXT))], entity=TEXT),
    Case(
        name="http-1.0", pieces=[b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + TEXT], after="close",
        entity=TEXT,
    ),
    Case(name="http-0.9", pieces=[b"<html>no head at all</html>\n"], after="close", end="unspecified"),
    Case(name="http-0.9-big", pieces=[b"<html>\n", BIG[:200_000], b"the end"], pause=0.05, after="close",
         end="unspecified"),
    Case(name="close-delimited", pieces=[b"HTTP/1.1 200 OK\r\n\r\n", TEXT], pause=0.02, after="close", entity=TEXT),
    Case(
        name="bare-lf", pieces=[b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n" % len(TEXT) + TEXT],
        entity=TEXT,
    ),
    Case(name="100", pieces=[_continue + plain(TEXT)], interim=len(_continue), entity=TEXT),
    Case(
        name="103", pieces=[_interim, _continue, plain(TEXT)], pause=0.01, interim=len(_interim + _continue),
        entity=TEXT,
    ),
    Case(name="204", pieces=[b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"], entity=b""),
    Case(name="204-with-body", pieces=[b"HTTP/1.1 204 No Content\r\n\r\nnot part of it"], extra=14, entity=b""),
    Case(name="304", pieces=[b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n']),
    Case(name="redirect", pieces=[plain(b"over there", b"Location: /hop", status=b"HTTP/1.1 302 Found")],
         entity=b"over there"),
    Case(name="hop", pieces=[plain(b"", b"location: /plain?after", status=b"HTTP/1.1 301 Moved")], entity=b""),
    Case(name="empty", pieces=[plain(b"")], entity=b""),
    Case(name="1-mb", pieces=[plain(BIG)], entity=BIG),
    Case(name="8-mb", pieces=[plain(BIG * 8)], entity=BIG * 8),
    Case(name="dripping", pieces=[bytes([byte]) for byte in plain(b"drop by drop")], pause=0.002,
         entity=b"drop by drop"),
    Case(name="closing", pieces=[plain(TEXT, b"Connection: close")], after="close", entity=TEXT),
    Case(name="extra-bytes", pieces=[plain(TEXT) + b"HTTP/1.1 200 Smuggled\r\n\r\n"], extra=25, entity=TEXT),
    Case(name="reset", pieces=[plain(TEXT, length=len(TEXT) * 2)], after="reset", end="disconnect"),
    Case(name="stall", pieces=[plain(TEXT, length=len(TEXT) * 2)], after="stall", end="time"),
    Case(name="half-a-head", pieces=[b"HTTP/1.1 200 OK\r\nX-A: 1\r\nX-"], after="close", end="disconnect"),
]  # fmt: skip

SILENT = [
    Case(name="no-answer", pieces=[], after="close", end="disconnect"),
    Case(name="silent", pieces=[], after="stall", end="time"),
]
"""Answers of which nothing comes: a request and a metadata record are all there is to archive."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\nContent-Encoding: gzip\r\n\r\n"
RANDOM = os.urandom(40_000)
RANDOM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n"
MORE = [
    Case(name="stale", pieces=[plain(TEXT)], after="drop"),
    Case(name="cookie", pieces=[plain(TEXT, b"Set-Cookie: session=s3cret; Path=/")]),
    Case(name="big-cookie", pieces=[plain(BIG, b"Set-Cookie: session=s3cret; Path=/")]),
    Case(name="header-1-mb", pieces=[plain(TEXT, b"X-Long: " + b"a" * 1_000_000)], after="close"),
    Case(name="cut-interim", pieces=[b"HTTP/1.1 103 Early Hints\r\nLink: </st"], after="close"),
    Case(name="head", pieces=[HEAD]),
    Case(name="head-with-body", pieces=[HEAD + TEXT]),
    Case(name="robots.txt", pieces=[plain(b"User-agent: *\nDisallow: /no\n", b"Content-Type: text/plain")]),
    Case(name="sitemap.xml.gz", pieces=[plain(gzip.compress(b"<urlset/>"), b"Content-Type: application/gzip")]),
    Case(name="paper.pdf", pieces=[plain(BIG, b"Content-Disposition: attachment; filename*=UTF-8''na%C3%AFve.pdf")]),
    Case(name="random", pieces=[RANDOM_HEAD + RANDOM]),
]
"""Answers that the tests of the capture ask for by name."""

BY_NAME = {case.name: case for case in [*CASES, *MORE]}
