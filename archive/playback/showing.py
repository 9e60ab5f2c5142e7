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
_ACTING_NOWHERE = """
image/png image/jpeg image/jpg image/pjpeg image/gif image/webp image/avif image/bmp image/apng image/x-icon
image/vnd.microsoft.icon image/x-png image/x-ms-bmp
font/woff font/woff2 font/ttf font/otf font/sfnt font/collection application/font-woff application/font-woff2
application/x-font-woff application/x-font-ttf application/x-font-otf application/x-font-truetype
application/font-sfnt application/vnd.ms-fontobject
audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm audio/aac audio/flac video/mp4 video/webm video/ogg
"""
_AS_IT_IS = frozenset(_ACTING_NOWHERE.split())
"""Types that act in no browser; nothing else is handed out as what it says it is."""
_BY_START = [
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
"""Types of content that was served as any bytes, or as none."""
_UNTOLD = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown", "*/*"))
_LOOKS_LIKE_A_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_START = 512


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser is sent."""

    media_type: str
    """With the character set, where it is text."""
    pieces: Iterator[bytes]


def shown(answer: Answer, addresses: Addresses, *, embedded: bool) -> Shown:
    """``answer`` for a browser.

    Args:
        addresses: those of the page.
        embedded: whether it is wanted in the place of an image, a style sheet or a font of another page.

    Raises:
        UnshowableError: it is of a kind that is not shown, or too large for it.
        ArchiveError: it cannot be read or decoded.
    """
    kind, pieces = answer.media_type, answer.pieces()
    stated = answer.fields.get("Content-Type")
    if kind in _UNTOLD:
        start, pieces = _started(pieces)
        kind = _kind_of(start, kind, embedded=embedded)
    if kind in _AS_IT_IS:
        return Shown(kind, pieces)
    if kind == _SVG:
        return _made(_SVG, drawing(_held(pieces, LARGEST_PAGE), addresses))
    if kind == _STYLE:
        sheet = text_of(stated, _held(pieces, LARGEST_SHEET)).removeprefix("\ufeff")
        text = rewritten(sheet, addresses.embedded) if embedded else sheet
        kind = _STYLE if embedded else _PLAIN
        return _made(f"{kind}; charset=utf-8", text.encode("utf-8", "replace"))
    if not embedded and kind in PAGES:
        return _made("text/html; charset=utf-8", page(stated, _held(pieces, LARGEST_PAGE), addresses))
    if not embedded and kind == _PLAIN:
        text = text_of(stated, _held(pieces, LARGEST_PAGE))
        return _made(f"{_PLAIN}; charset=utf-8", text.encode("utf-8", "replace"))
    raise UnshowableError(f"files of the type {kind or 'unknown'} are not shown")


def _kind_of(start: bytes, kind: str, *, embedded: bool) -> str:
    """The type of content that begins so and was served as ``kind``, which says nothing."""
    if not embedded and _LOOKS_LIKE_A_PAGE.match(start):
        return "text/html"
    return next((one for pattern, one in _BY_START if pattern.match(start)), kind)


def parts_of(answer: Answer) -> set[str]:
    """Addresses of what a page or style sheet shows in itself: style sheets, images, fonts.

    Raises:
        ArchiveError: it cannot be read, or is too large to be shown.
    """
    met = _Met("/", answer.capture.timestamp, answer.capture.url)
    stated = answer.fields.get("Content-Type")
    if answer.media_type in PAGES:
        page(stated, answer.whole(LARGEST_PAGE), met)
    elif answer.media_type == _STYLE:
        rewritten(text_of(stated, answer.whole(LARGEST_SHEET)), met.embedded)
    return met.shown


@dataclass(frozen=True, slots=True)
class _Met(Addresses):
    """Notes what a page shows in itself."""

    shown: set[str] = field(default_factory=set)

    def embedded(self, address: str) -> str | None:
        url = self.absolute(address)
        if url is not None:
            self.shown.add(url)
        return None


def file_name(answer: Answer) -> str:
    """What a downloaded file is called: the last part of its address, with an ending by which a program knows it."""
    name = ""
    with suppress(ValueError):
        name = unquote(urlsplit(answer.capture.url).path.rpartition("/")[2])
    name = "".join(c for c in name if c.isprintable() and c not in '/\\:*?"<>|')[:150].strip(". ") or "page"
    if mimetypes.guess_type(f"/{name}")[0] is None:
        name += mimetypes.guess_extension(answer.media_type) or ""
    return name


def _made(media_type: str, content: bytes) -> Shown:
    return Shown(media_type, iter((content,)))


def _held(pieces: Iterator[bytes], limit: int) -> bytes:
    """All of it, up to ``limit`` bytes; no more than that is read."""
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > limit:
            raise UnshowableError(f"it is larger than {limit >> 20} MB, the limit for showing a page")
    return bytes(found)


def _started(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all from the start."""
    start = b""
    with suppress(UndecodableEntityError):  # Said again by what reads it.
        for piece in pieces:
            start += piece
            if len(start) >= _START:
                break

    def again() -> Iterator[bytes]:
        yield start
        yield from pieces

    return start, again()
