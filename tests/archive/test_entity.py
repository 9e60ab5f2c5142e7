"""Transfer and content encodings, also stacked, in small pieces, broken and cut off."""

from __future__ import annotations

import gzip
import random
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import UndecodableEntityError
from archive.entity import MOST_CODINGS, MOST_MEMBERS, decode_entity, entity_of, entity_start
from archive.errors import EntityTooLargeError
from archive.message import Fields
from tests.archive.cases import zstd

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


ZEROS = bytes(1 << 20)
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}


class Counted:
    """``body`` in pieces of 100 bytes, and how many were asked for."""

    def __init__(self, body):
        self.body, self.taken = body, 0

    def __iter__(self):
        for start in range(0, len(self.body), 100):
            self.taken += 1
            yield self.body[start : start + 100]


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_bomb_is_left_when_the_bound_is_reached(coding, depth):
    body = ZEROS
    for _ in range(depth):
        body = PACKERS[coding](body)
    fields = Fields([("Content-Encoding", ", ".join([coding] * depth))])
    found = []
    with pytest.raises(EntityTooLargeError, match="more than 300000 bytes"):
        found.extend(map(len, decode_entity(fields, [body], 300_000)))
    assert sum(found) <= 300_000
    assert max(found, default=0) <= 1 << 17
    assert entity_of(fields, body) == ZEROS


def test_what_comes_behind_the_bound_is_not_read():
    pieces = Counted(gzip.compress(random.Random(1).randbytes(100_000)))  # noqa: S311
    with pytest.raises(EntityTooLargeError):
        b"".join(decode_entity(Fields([("Content-Encoding", "gzip")]), pieces, 10_000))
    assert pieces.taken < 400


def test_what_a_coding_in_between_unpacks_to_is_bounded_too():
    nothing = gzip.compress(b"") * 9_000
    fields = Fields([("Content-Encoding", "gzip, gzip")])
    assert entity_of(fields, gzip.compress(nothing)) == b""
    with pytest.raises(EntityTooLargeError, match="unpacks to more"):
        entity_of(fields, gzip.compress(nothing), 100_000)


@pytest.mark.parametrize("name", ["Content-Encoding", "Transfer-Encoding"])
def test_there_are_only_so_many_codings(name):
    body = ENTITY
    for _ in range(MOST_CODINGS):
        body = gzip.compress(body)
    assert entity_of(Fields([(name, "gzip")] * MOST_CODINGS), body) == ENTITY
    for most in (MOST_CODINGS + 1, 1_000):
        with pytest.raises(EntityTooLargeError, match=f"{most} codings"):
            entity_of(Fields([(name, ", ".join(["gzip"] * most))]), body)


def test_there_are_only_so_many_parts():
    with pytest.raises(EntityTooLargeError, match=f"more than {MOST_MEMBERS} parts"):
        entity_of(Fields([("Content-Encoding", "gzip")]), gzip.compress(b"") * (MOST_MEMBERS + 1))


def test_zstd_is_bounded_and_may_not_ask_for_a_window_of_more_than_8_mb():
    fields = Fields([("Content-Encoding", "zstd")])
    with pytest.raises(EntityTooLargeError):
        entity_of(fields, zstd.compress(ZEROS), 300_000)
    window = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=window)
    with pytest.raises(UndecodableEntityError, match="zstd"):
        entity_of(fields, packer.compress(ZEROS) + packer.flush())


def test_the_start_of_an_entity_is_had_without_the_rest():
    fields = Fields([("Content-Encoding", "gzip")])
    assert entity_start(fields, [gzip.compress(ENTITY)[:-9]], 100) == ENTITY[:100]
    assert entity_start(fields, [gzip.compress(ENTITY)], len(ENTITY) + 1) == ENTITY


CODINGS = st.sampled_from(["gzip", "x-gzip", "deflate", "br", "zstd", "identity", "chunked", "utf-8", "", "GZIP"])


@given(
    body=st.binary(max_size=400)
    | st.builds(lambda pack, size: pack(bytes(size)), st.sampled_from(list(PACKERS.values())), st.integers(0, 50_000)),
    cut=st.integers(0, 50),
    content=st.lists(CODINGS, max_size=8),
    transfer=st.lists(CODINGS, max_size=8),
    limit=st.integers(1, 5_000),
    piece=st.integers(1, 500),
)
def test_any_bytes_in_any_codings_give_no_more_than_the_bound_and_no_error_but_its_own(
    body, cut, content, transfer, limit, piece
):
    body = body[: len(body) - cut]
    fields = Fields([*(("Content-Encoding", one) for one in content), ("Transfer-Encoding", ",".join(transfer))])
    pieces = [body[start : start + piece] for start in range(0, len(body), piece)]
    given_back = 0
    try:
        for found in decode_entity(fields, pieces, limit):
            given_back += len(found)
    except UndecodableEntityError:
        pass
    assert given_back <= max(limit, len(body))
