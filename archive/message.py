"""HTTP/1 messages as raw bytes: finds the end of the head, reads its lines, and blanks secrets.

Lines end at LF, with or without CR, as every HTTP client in use accepts (RFC 9112, section 2.2).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

_BLANK_LINE = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"\S+ +(\d{3,9})(?:[ \r\n]|$)")
# Enough digits for the size of any file; int() raises an error for thousands of digits.
_LONGEST_NUMBER = 18
_BLANKS = " \t\r\n\f\v"
"""White space in header fields; other white space of Latin-1 belongs to the value."""
_NO_LINE = ("", "\r")
_FOLDING = (b" ", b"\t", b"")
_REDACTED = b"[redacted]"


class Fields:
    """Named fields in file order, with duplicates; names are case-insensitive."""

    __slots__ = ("_pairs", "_values")

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)
        self._values: dict[str, list[str]] = {}
        for name, value in self._pairs:
            key = name.lower()
            if key in self._values:
                self._values[key].append(value)
            else:
                self._values[key] = [value]

    @property
    def names(self) -> Collection[str]:
        """Each name once, in lower case."""
        return self._values.keys()

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of ``name``, else ``default``."""
        values = self._values.get(name.lower())
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """Return all values of ``name``, in file order."""
        return list(self._values.get(name.lower(), ()))

    def tokens(self, name: str) -> list[str]:
        """Return the comma-separated tokens of every ``name`` field, in lower case (RFC 9110, section 5.6.1)."""
        return [token.strip().lower() for value in self.get_all(name) for token in value.split(",") if token.strip()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Fields({list(self._pairs)!r})"


def head_length(message: bytes) -> int | None:
    """Return the length of the head, including its blank line; None if the head does not end in ``message``."""
    match = _BLANK_LINE.search(message)
    return match.end() if match else None


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Return ``(head, body)`` of an HTTP message. The head includes its blank line; without one, all is head."""
    end = head_length(message)
    return (message, b"") if end is None else (message[:end], message[end:])


def parse_fields(head: bytes, encoding: str = "iso-8859-1") -> Fields:
    """Return the fields after the start line of ``head``: values stripped, folded lines joined by a space.

    Lines without a colon are ignored, as in browsers.
    """
    pairs: list[tuple[str, str]] = []
    for line in head.decode(encoding, "replace").split("\n")[1:]:
        if line in _NO_LINE:
            break
        name, colon, value = line.partition(":")
        if line[0] in " \t":
            if pairs:
                name, value = pairs[-1]
                pairs[-1] = (name, f"{value} {line.strip(_BLANKS)}".strip(_BLANKS))
        elif colon:
            pairs.append((name.strip(_BLANKS), value.strip(_BLANKS)))
    return Fields(pairs)


def plain_field(head: bytes, name: bytes) -> bytes | None:
    """Return the value of a field that occurs once in ``head`` in the usual form: a separate line, one space after the
    colon. None if this is not certain: then `parse_fields` is needed, which takes ten times as long.
    """
    start = head.find(b"\r\n%b: " % name)
    if start < 0 or head.lower().count(name.lower()) != 1:
        return None
    start += len(name) + 4
    value, _, rest = head[start:].partition(b"\r\n")
    return value if value == value.strip() and rest[:1] not in _FOLDING else None


def status_of(head: bytes) -> int | None:
    """Return the status code of a response head; None without a status line (HTTP/0.9, or not HTTP at all)."""
    match = _STATUS_LINE.match(head) if head[:5] == b"HTTP/" else None
    return int(match.group(1)) if match else None


def number_of_bytes(text: str) -> int | None:
    """Return the value of a ``Content-Length``; None when it is not a plain number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def split_interim(message: bytes) -> tuple[list[bytes], int]:
    """Return the heads of interim (1xx) responses before the final one, and the offset at which the final one starts.

    RFC 9110, section 15.2. A WARC response block starts with the final status line, else replay tools serve the 1xx.
    An incomplete interim response is the last: no byte of the final one has arrived.
    """
    interim: list[bytes] = []
    start = 0
    while (status := status_of(message[start : start + 64])) is not None and 100 <= status < 200:
        match = _BLANK_LINE.search(message, start)
        end = match.end() if match else len(message)
        interim.append(message[start:end])
        start = end
    return interim, start


@cache
def _secret_lines(names: tuple[str, ...]) -> re.Pattern[bytes] | None:
    if not names:
        return None
    alternatives = b"|".join(re.escape(name.encode("ascii")) for name in names)
    return re.compile(rb"(?im)^(" + alternatives + rb")([ \t]*:[ \t]*)[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*")


def redact(head: bytes, names: Collection[str]) -> tuple[bytes, list[str]]:
    """Return ``head`` with the values of ``names`` replaced, including folded lines, and the field names found."""
    pattern = _secret_lines(tuple(names))
    if pattern is None:
        return head, []
    names_found: list[str] = []

    def blank(match: re.Match[bytes]) -> bytes:
        names_found.append(match.group(1).decode("ascii"))
        return match.group(1) + match.group(2) + _REDACTED

    return pattern.sub(blank, head), names_found
