"""Replays archived pages safely: finds and decodes captures, rewrites pages, and sets their HTTP headers."""

from __future__ import annotations

from archive.playback.addresses import EMBEDDED, ORIGINAL, Addresses, quoted
from archive.playback.captures import Answer, Archive
from archive.playback.markup import BusyError, UnshowableError
from archive.playback.policy import download_headers, message_headers, shown_headers
from archive.playback.showing import Shown, file_name, parts_of, shown

__all__ = [
    "EMBEDDED",
    "ORIGINAL",
    "Addresses",
    "Answer",
    "Archive",
    "BusyError",
    "Shown",
    "UnshowableError",
    "download_headers",
    "file_name",
    "message_headers",
    "parts_of",
    "quoted",
    "shown",
    "shown_headers",
]
