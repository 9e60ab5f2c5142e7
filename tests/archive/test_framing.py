"""Where an answer ends, told from its bytes: all wire cases, in pieces of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.capture.framing import LONGEST_LINE, Framing
from tests.archive.cases import CASES, TEXT, chunked, chunks, plain

SMALL = [case for case in CASES if sum(map(len, case.pieces)) < 50_000]


def feed(framing: Framing, data: bytes, size: int) -> int:
    return sum(framing.feed(data[start : start + size]) for start in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_wire_cases(case, size):
    data = b"".join(case.pieces)
    framing = Framing(b"GET")
    belongs = feed(framing, data, size)
    assert belongs == len(data) - case.extra
    assert (framing.problem is not None) == (case.end == "unspecified")
    until_closed = case.name in {"http-1.0", "close-delimited"}
    assert framing.ends_with_connection == until_closed
    assert framing.is_complete == (case.end == "complete" and not until_closed)


@given(st.lists(st.integers(1, 300), max_size=40))
def test_any_pieces(sizes):
    data = b"HTTP/1.1 103 Early\r\n\r\n" + chunked(chunks(TEXT, 90, b";a=b", b"T: 1\r\n")) + b"more"
    framing, start = Framing(b"GET"), 0
    belongs = 0
    for size in [*sizes, len(data)]:
        belongs += framing.feed(data[start : start + size])
        start += size
    assert (framing.is_complete, belongs) == (True, len(data) - 4)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (plain(b"", b"X-Long: " + b"a" * LONGEST_LINE), "a line of more than 262144 bytes"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * (LONGEST_LINE + 1), "a line of more than 262144 bytes"),
        (b"HTTP/1.1  200 OK\r\n\r\n", "no status line"),
        (b"ICY 200 OK\r\n\r\n", "no status line"),
        (b"HTTP/1.1 200 OK\r\n folded\r\n\r\n", "continues none"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "no length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "no length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "an unknown transfer encoding"),
        (chunked(b"5\r\nabcdefg\r\n0\r\n\r\n"), "a chunk is longer"),
        (chunked(b"0x5\r\nabcde\r\n0\r\n\r\n"), "no size of a chunk"),
        (chunked(b"-1\r\n"), "no size of a chunk"),
    ],
)
def test_malformed_answers_are_named_and_go_on_to_the_end_of_the_connection(data, words):
    framing = Framing(b"GET")
    assert framing.feed(data + b"more") == len(data) + 4
    assert words in str(framing.problem)
    assert framing.feed(b"and more") == 8
    assert not framing.is_complete


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_an_answer_to_head_ends_with_its_head(method):
    framing = Framing(method)
    data = plain(b"body")
    assert framing.feed(data) == (len(data) if method == b"GET" else len(data) - 4)
    assert framing.is_complete
