"""Bytes like those of a corpus, and not quite: for runs without a fuzzer that is guided by coverage."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

PIECES = (
    *(b"\0", b"\xff", b"\r\n", b"\n\n", b" ", b"<", b">", b"&", b"&#0;", b"\x1b[31m", b"\xc2\x9b", b"\xe2\x80\xae", b'"'),
    *(b"[" * 3_000, b"{" * 40, b"-1", b"99999999999999999999", b"1e999", b"null", b"../", b"\\ud800", b"WARC/1.1\r\n"),
    *(b"\x1f\x8b\x08\0", b"Content-Length: 5\r\n", b"<table>", b"</div>", b"<svg>", b"<style>", b"PK\x01\x02"),
)  # fmt: skip


@st.composite
def like(draw: st.DrawFn, corpus: Sequence[bytes]) -> bytes:
    """One of ``corpus`` with one to four changes: bytes left out, doubled, put in, or those of another one."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 40)))
        other = draw(st.sampled_from(corpus))
        new = draw(
            st.one_of(
                st.sampled_from((b"", data[begin:end] * 2, other[begin : begin + 60], data[end:][:40])),
                st.sampled_from(PIECES),
                st.binary(max_size=8),
            )
        )
        data = data[:begin] + new + data[end:]
    return data
