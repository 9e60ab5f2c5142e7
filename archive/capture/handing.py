"""Long answers that are archived without being handed on, for who needs the evidence and not the bytes.

The HTTP client holds the body of an answer in memory, and Scrapy once more. Where the request says that it can do
without, the client gets the head when it comes, with chunks announced in place of the length, and the end when the body
has come to its end: so timeouts, lost connections and the pool of connections are what they are for any other answer,
and the bytes go to the disk alone. An answer that does not say its length, or is HTML, or does not say what it is, is
handed on, up to DOWNLOAD_MAXSIZE.
"""

from __future__ import annotations

from archive.capture.exchange import Call
from archive.capture.framing import Framing
from archive.message import head_length, parse_fields, split_interim, status_of

STREAM_KEY = "archive_stream"
"""In the ``meta`` of a request: true when a long body need not be handed on."""

WITHHELD_FLAG = "archived-without-body"
"""Among the ``flags`` of a response whose body is in the archive alone."""

_DROPPED = frozenset((b"content-length", b"content-encoding"))
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class HandedOn:
    """What the client gets of the answer to ``call`` that ``framing`` follows; give it to `of` piece by piece."""

    def __init__(self, call: Call, framing: Framing) -> None:
        self._call = call
        self._framing = framing
        self._head: bytes | None = b""
        """What came and was not handed on yet; None behind the head."""
        call.is_withheld = False

    def of(self, data: bytes) -> bytes:
        """What to hand on when ``data`` has come, which is all of the answer and known to the framing."""
        is_over = self._framing.is_complete or self._framing.problem is not None
        if self._head is not None:
            self._head += data
            _, start = split_interim(self._head)
            size = head_length(self._head[start:])
            if size is None and not is_over:
                return b""
            data, self._head = self._head, None
            if size is None or not self._is_long(data[start : start + size]):
                return data
            self._call.is_withheld = True
            data = data[:start] + _without_length(data[start : start + size])
        elif self._call.is_withheld:
            data = b""
        return data + _LAST_CHUNK if is_over and self._call.is_withheld else data

    def _is_long(self, head: bytes) -> bool:
        size = self._framing.length
        if size is None or not self._call.spool_size < size <= self._call.largest_stream:
            return False
        media_type = parse_fields(head).get("Content-Type") or ""
        # By the words of a page others tell what stands in the place of a file: a challenge, or where to go instead.
        return status_of(head) == 200 and bool(media_type) and "html" not in media_type.lower() and not _is_folded(head)


def _is_folded(head: bytes) -> bool:
    """Whether lines of it go on in the next, which `_without_length` would have to know of."""
    return b"\n " in head or b"\n\t" in head


def _without_length(head: bytes) -> bytes:
    lines = head.rstrip(b"\r\n").split(b"\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _DROPPED]
    return b"\n".join([*kept[:-1], kept[-1].rstrip(b"\r") + b"\r\n"]) + _CHUNKED
