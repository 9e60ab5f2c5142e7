"""Archives long responses without passing their body to Scrapy, for requests that only need the archive record.

The HTTP client keeps the body of a response in memory, and so does Scrapy. For such a request, the client gets the head
at once, with chunked encoding instead of the length, and the end when the body is complete. So time-outs, lost
connections and the connection pool work as for other responses, but the body is only written to disk. If a response has
no length, its beginning is kept here until it is known whether it is long. HTML, and responses without a content type,
are passed on up to DOWNLOAD_MAXSIZE.
"""

from __future__ import annotations

from archive.capture.exchange import Call
from archive.capture.framing import Framing, OverlongError
from archive.message import head_length, parse_fields, split_interim, status_of

STREAM_KEY = "archive_stream"
"""Key in the ``meta`` of a request: true if a long body need not be passed on."""

WITHHELD_FLAG = "archived-without-body"
"""Value in the ``flags`` of a response whose body is only in the archive."""

_LENGTH = b"content-length"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_NO_CHUNK = b"-\r\n"
"""An invalid chunk: it makes the client reject the response."""


class HandedOn:
    """Computes the bytes that the client gets of a response to ``call``, followed by ``framing``; see `of`."""

    def __init__(self, call: Call, framing: Framing) -> None:
        self._call = call
        self._framing = framing
        self._head: bytes | None = b""
        """Bytes of the head that were not passed on yet; None after the head."""
        self._waiting: list[bytes] | None = None
        """The beginning of a body of unknown length, until it is known whether it is long; None if nothing is kept."""
        self._size = 0
        """Bytes of that body, including its chunk framing."""
        call.is_withheld = False

    def of(self, data: bytes) -> bytes:
        """Return the bytes to pass on after ``data``, which belongs to the response and was fed to the framing."""
        if self._head is not None:
            self._head += data
            _, start = split_interim(self._head)
            size = head_length(self._head[start:])
            if size is None and not self._is_over:
                return b""
            data, self._head = self._head, None
            if size is None:
                return data
            end = start + size
            head = data[start:end]
            if not self._may_be_withheld(head):
                return data
            if self._framing.length is None:
                self._waiting = []
                return data[:end] + self._of_unknown(data[end:])
            if not self._call.spool_size < self._framing.length <= self._call.largest_stream:
                return data
            self._call.is_withheld = True
            return data[:start] + _without_length(head) + self._end()
        if self._waiting is not None:
            return self._of_unknown(data)
        return self._end() if self._call.is_withheld else data

    def rest(self) -> bytes:
        """Return the bytes to pass on when the connection is lost."""
        waiting, self._waiting = self._waiting, None
        return b"".join(waiting or ())

    @property
    def problem(self) -> OverlongError | None:
        """The error if a withheld body of unknown length exceeds the limit, or None."""
        largest = self._call.largest_stream
        if self._size <= largest:
            return None
        return OverlongError(f"more than {largest} bytes of a body that did not say its length")

    @property
    def _is_over(self) -> bool:
        return self._framing.is_complete or self._framing.problem is not None

    def _of_unknown(self, data: bytes) -> bytes:
        self._size += len(data)
        if self._call.is_withheld:
            return self._end()
        assert self._waiting is not None  # noqa: S101  (the callers checked this)
        self._waiting.append(data)
        if self._size > self._call.spool_size:
            self._waiting = []
            self._call.is_withheld = True
            return self._end()
        return self.rest() if self._is_over else b""

    def _end(self) -> bytes:
        if self._framing.is_complete:
            return _LAST_CHUNK
        return _NO_CHUNK if self._framing.problem is not None else b""

    def _may_be_withheld(self, head: bytes) -> bool:
        """Whether the response need not be passed on if it is long."""
        media_type = parse_fields(head).get("Content-Type") or ""
        # Other components recognize challenges and redirects, which replace a file, by the text of an HTML page.
        is_file = status_of(head) == 200 and bool(media_type) and "html" not in media_type.lower()
        return is_file and not _is_folded(head) and self._call.spool_size < self._call.largest_stream


def _is_folded(head: bytes) -> bool:
    """Whether it has folded lines, which `_without_length` does not support."""
    return b"\n " in head or b"\n\t" in head


def _without_length(head: bytes) -> bytes:
    lines = head.rstrip(b"\r\n").split(b"\n")
    others = [line for line in lines if line.partition(b":")[0].strip().lower() != _LENGTH]
    return b"\n".join([*others[:-1], others[-1].rstrip(b"\r") + b"\r\n"]) + _CHUNKED
