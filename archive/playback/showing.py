"""Decides how an archived response is sent to a browser: rewritten, unchanged, or not at all."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from archive.errors import UndecodableEntityError
from archive.playback.addresses import Addresses
from archive.playback.captures import Answer
from archive.playback.markup import LARGEST_PAGE, UnshowableError, drawing, page, text_of
from archive.playback.style import LARGEST_SHEET, rewritten

PAGES = frozenset(("text/html", "application/xhtml+xml"))
_STYLE, _SVG, _PLAIN = "text/css", "image/svg+xml", "text/plain"
_PASSIVE_TYPES = """
image/png image/jpeg image/jpg image/pjpeg image/gif image/webp image/avif image/bmp image/apng image/x-icon
image/vnd.microsoft.icon image/x-png image/x-ms-bmp
font/woff font/woff2 font/ttf font/otf font/sfnt font/collection application/font-woff application/font-woff2
application/x-font-woff application/x-font-ttf application/x-font-otf application/x-font-truetype
application/font-sfnt application/vnd.ms-fontobject
audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm audio/aac audio/flac video/mp4 video/webm video/ogg
"""
_PASSIVE = frozenset(_PASSIVE_TYPES.split())
"""Types that run no code in any browser; only these are sent with their original type."""
_MAGIC_BYTES = [
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"\x00\x00\x01\x00"), "image/x-icon"),
    (re.compile(rb"wOFF"), "font/woff"),
    (re.compile(rb"wOF2"), "font/woff2"),
    (re.compile(rb"OTTO"), "font/otf"),
    (re.compile(rb"\x00\x01\x00\x00"), "font/ttf"),
]
"""Start of the content -> its type, for content with an unknown type."""
_UNKNOWN = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown", "*/*"))
_LOOKS_LIKE_A_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_START = 512


@dataclass(frozen=True, slots=True)
class Shown:
    """The content that is sent to a browser."""

    media_type: str
    """Media type, for texts with the charset."""
    pieces: Iterator[bytes]


def shown(answer: Answer, addresses: Addresses, *, embedded: bool) -> Shown:
    """Return the content of ``answer`` for a browser.

    Args:
        addresses: the addresses of the page.
        embedded: whether it is requested as an image, style sheet or font of another page.

    Raises:
        UnshowableError: its type is not shown, or it is too large.
        ArchiveError: it cannot be read or decoded.
    """
    kind, pieces = answer.media_type, answer.pieces()
    stated = answer.fields.get("Content-Type")
    if kind in _UNKNOWN:
        start, pieces = _peeked(pieces)
        kind = _kind_of(start, kind, embedded=embedded)
    if kind in _PASSIVE:
        return Shown(kind, pieces)
    if kind == _SVG:
        return _content(_SVG, drawing(_read(pieces, LARGEST_PAGE), addresses))
    if kind == _STYLE:
        sheet = text_of(stated, _read(pieces, LARGEST_SHEET)).removeprefix("\ufeff")
        text = rewritten(sheet, addresses.embedded) if embedded else sheet
        kind = _STYLE if embedded else _PLAIN
        return _content(f"{kind}; charset=utf-8", text.encode("utf-8", "replace"))
    if not embedded and kind in PAGES:
        return _content("text/html; charset=utf-8", page(stated, _read(pieces, LARGEST_PAGE), addresses))
    if not embedded and kind == _PLAIN:
        text = text_of(stated, _read(pieces, LARGEST_PAGE))
        return _content(f"{_PLAIN}; charset=utf-8", text.encode("utf-8", "replace"))
    raise UnshowableError(f"files of the type {kind or 'unknown'} are not shown")


def _kind_of(start: bytes, kind: str, *, embedded: bool) -> str:
    """Return the type of content with this ``start``, or ``kind``, with which it was served."""
    if not embedded and _LOOKS_LIKE_A_PAGE.match(start):
        return "text/html"
    return next((media_type for pattern, media_type in _MAGIC_BYTES if pattern.match(start)), kind)


def parts_of(answer: Answer) -> set[str]:
    """Return the addresses of the resources that a page or style sheet embeds: style sheets, images, fonts.

    Raises:
        ArchiveError: it cannot be read, or is too large to be shown.
    """
    collector = _Collector("/", answer.capture.timestamp, answer.capture.url)
    stated = answer.fields.get("Content-Type")
    if answer.media_type in PAGES:
        page(stated, answer.whole(LARGEST_PAGE), collector)
    elif answer.media_type == _STYLE:
        rewritten(text_of(stated, answer.whole(LARGEST_SHEET)), collector.embedded)
    return collector.shown


@dataclass(frozen=True, slots=True)
class _Collector(Addresses):
    """Collects the addresses of embedded resources."""

    shown: set[str] = field(default_factory=set)

    def embedded(self, address: str) -> str | None:
        url = self.absolute(address)
        if url is not None:
            self.shown.add(url)
        return None


def file_name(answer: Answer) -> str:
    """Return the name of a downloaded file: the last part of its address, with a suffix for its media type."""
    name = ""
    with suppress(ValueError):
        name = unquote(urlsplit(answer.capture.url).path.rpartition("/")[2])
    name = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|')[:150].strip(". ") or "page"
    if mimetypes.guess_type(f"/{name}")[0] is None:
        name += mimetypes.guess_extension(answer.media_type) or ""
    return name


def _content(media_type: str, content: bytes) -> Shown:
    return Shown(media_type, iter((content,)))


def _read(pieces: Iterator[bytes], limit: int) -> bytes:
    """Return the joined ``pieces``, up to ``limit`` bytes; no more are read."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > limit:
            raise UnshowableError(f"it is larger than {limit >> 20} MB, the limit for showing a page")
    return bytes(content)


def _peeked(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, and an iterator over all bytes."""
    start = b""
    with suppress(UndecodableEntityError):  # Raised again when all bytes are read.
        for piece in pieces:
            start += piece
            if len(start) >= _START:
                break

    def again() -> Iterator[bytes]:
        yield start
        yield from pieces

    return start, again()
