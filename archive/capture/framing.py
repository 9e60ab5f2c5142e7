"""Finds the end of an HTTP/1 response while its bytes arrive (RFC 9112, sections 2 to 8).

It is as lenient as Twisted's client, which reads the same bytes: lines may end with LF alone, and lines without a
colon are skipped. A response that Twisted rejects is malformed here, too.
"""

from __future__ import annotations

import re
from collections.abc import Generator

from archive.message import number_of_bytes

# Chromium accepts 256 KB of header.
LONGEST_LINE = 1 << 18

LONGEST_HEAD = 1 << 19
"""Maximum bytes of the lines of all heads and trailers of one response."""

MOST_FIELDS = 1_000
"""Maximum number of these lines. Servers send a few dozen; http.client accepts 100."""

LONGEST_FRAMING = 1 << 26
"""Maximum bytes between the data of chunks: enough for ten million chunks of one byte."""

_STATUS_LINE = re.compile(rb"HTTP/\d+\.\d+ ([+-]?\d+)(?: |$)")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}(?=[\s;]|$)")

_Steps = Generator[None, None, None]


class MalformedError(ValueError):
    """A response is not valid HTTP/1."""


class OverlongError(MalformedError):
    """The head, trailer or chunk framing of a response exceeds a limit."""


class Framing:
    """Follows one response to a request with ``method``; pass the received bytes to `feed`."""

    __slots__ = (
        "_at",
        "_fields_seen",
        "_framing",
        "_head",
        "_steps",
        "_unread",
        "ends_with_connection",
        "is_complete",
        "length",
        "problem",
    )

    def __init__(self, method: bytes) -> None:
        self.is_complete = False
        self.ends_with_connection = False
        """Whether the body extends to the end of the connection."""
        self.length: int | None = None
        """Bytes of the body; None before the end of the head, or if the head does not state it."""
        self.problem: MalformedError | None = None
        """Why the end cannot be determined, or None."""
        self._unread = b""
        self._at = self._head = self._framing = self._fields_seen = 0
        self._steps = self._answer(method)
        next(self._steps)

    def feed(self, data: bytes) -> int:
        """Process received bytes; return how many of ``data`` belong to the response."""
        if self.is_complete:
            return 0
        if self.ends_with_connection or self.problem is not None:
            return len(data)
        self._unread = self._unread[self._at :] + data
        self._at = 0
        try:
            next(self._steps)
        except StopIteration:
            self.is_complete = not self.ends_with_connection
            return len(data) - (len(self._unread) - self._at) if self.is_complete else len(data)
        except MalformedError as error:
            self.problem = error
        return len(data)

    def _answer(self, method: bytes) -> _Steps:
        yield
        status = 100
        while 100 <= status < 200:
            line = yield from self._head_line()
            match = _STATUS_LINE.match(line)
            if match is None:
                raise MalformedError(f"no status line: {line[:100]!r}")
            status = int(match[1])
            fields = yield from self._fields()
        if status in {204, 304} or method == b"HEAD":
            return
        if codings := fields.get(b"transfer-encoding"):
            if codings[0].lower() != b"chunked":
                raise MalformedError(f"an unknown transfer encoding: {codings[0][:100]!r}")
            yield from self._chunks()
        elif b"content-length" in fields:
            self.length = _length(fields[b"content-length"])
            yield from self._skip(self.length)
        else:
            self.ends_with_connection = True

    def _fields(self) -> Generator[None, None, dict[bytes, list[bytes]]]:
        """Read the header; return the fields that determine the length of the body. Pauses until more bytes arrive."""
        fields: dict[bytes, list[bytes]] = {}
        lines: list[bytes] = []
        while line := (yield from self._head_line()):
            if line[:1] not in b" \t":
                lines.append(line)
            elif lines:
                lines[-1] += line
            else:
                raise MalformedError(f"a folded line that continues none: {line[:100]!r}")
        for line in lines:
            name, colon, value = line.partition(b":")
            # A line with an invalid name is skipped, see `private.overlook_names`.
            if colon and _NAME.fullmatch(name):
                name = name.lower()
                if name in {b"content-length", b"transfer-encoding"}:
                    fields.setdefault(name, []).append(value.strip())
        return fields

    def _chunks(self) -> _Steps:
        while True:
            line = yield from self._line()
            self._framing += len(line)
            if self._framing > LONGEST_FRAMING:
                raise OverlongError(f"more than {LONGEST_FRAMING} bytes between the chunks")
            match = _CHUNK_SIZE.match(line)
            if match is None:
                raise MalformedError(f"no size of a chunk: {line[:100]!r}")
            size = int(match[0], 16)
            if size == 0:
                break
            yield from self._skip(size)
            if (yield from self._line()):
                raise MalformedError("a chunk is longer than its size says")
        while (yield from self._head_line()):
            pass

    def _head_line(self) -> Generator[None, None, bytes]:
        line = yield from self._line()
        self._head += len(line)
        self._fields_seen += 1
        if self._head > LONGEST_HEAD:
            raise OverlongError(f"headers of more than {LONGEST_HEAD} bytes")
        if self._fields_seen > MOST_FIELDS:
            raise OverlongError(f"headers of more than {MOST_FIELDS} lines")
        return line

    def _line(self) -> Generator[None, None, bytes]:
        """Return the next line without its end. Pauses until more bytes arrive."""
        searched = self._at
        while (end := self._unread.find(b"\n", searched)) < 0:
            if len(self._unread) - self._at > LONGEST_LINE:
                break
            unread = len(self._unread) - self._at
            yield
            searched = unread
        if (end if end >= 0 else len(self._unread)) - self._at > LONGEST_LINE:
            start = self._unread[self._at : self._at + 100]
            raise OverlongError(f"a line of more than {LONGEST_LINE} bytes: {start!r}")
        line = self._unread[self._at : end]
        self._at = end + 1
        return line.removesuffix(b"\r")

    def _skip(self, size: int) -> _Steps:
        while size:
            skipped = min(size, len(self._unread) - self._at)
            self._at += skipped
            size -= skipped
            if size:
                yield


def _length(values: list[bytes]) -> int:
    """Return the length; repeated values must be equal (RFC 9112, section 6.3)."""
    lengths = {number_of_bytes(part.strip().decode("latin-1")) for value in values for part in value.split(b",")}
    length = lengths.pop()
    if length is None or lengths:
        raise MalformedError(f"no length: {b', '.join(values)[:100]!r}")
    return length
