"""Checks the header of a record against the grammar and the fields of the standard (WARC/1.1, sections 4 to 6)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache

from archive.message import Fields

Finding = tuple[str, str]
"""``(code, words)``."""

VERSIONS = (b"WARC/1.0", b"WARC/1.1")
_TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
_WITH_TARGET = {"response", "resource", "request", "revisit", "conversion", "continuation"}
_CAPTURES = {"response", "resource", "request", "metadata", "revisit"}
_MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date")

# The types of records that may have a field; all others, and those of extensions, are allowed in all types.
_ALLOWED = {
    "WARC-Concurrent-To": _CAPTURES,
    "WARC-IP-Address": _CAPTURES,
    "WARC-Refers-To": {"metadata", "revisit", "conversion"},
    "WARC-Refers-To-Target-URI": {"revisit"},
    "WARC-Refers-To-Date": {"revisit"},
    "WARC-Target-URI": _WITH_TARGET | {"metadata"},
    "WARC-Warcinfo-ID": set(_TYPES) - {"warcinfo"},
    "WARC-Filename": {"warcinfo"},
    "WARC-Profile": {"revisit"},
    "WARC-Segment-Origin-ID": {"continuation"},
    "WARC-Segment-Total-Length": {"continuation"},
}
_ONCE = {
    name.lower()
    for name in (
        *_MANDATORY, "Content-Length", "Content-Type", "WARC-Target-URI", "WARC-Truncated", "WARC-Warcinfo-ID",
        "WARC-Filename", "WARC-Profile", "WARC-Identified-Payload-Type", "WARC-Segment-Number", "WARC-IP-Address",
        "WARC-Segment-Origin-ID", "WARC-Segment-Total-Length", "WARC-Refers-To", "WARC-Refers-To-Target-URI",
        "WARC-Refers-To-Date", "WARC-Block-Digest", "WARC-Payload-Digest",
    )
}  # fmt: skip
_IDS = (
    "WARC-Record-ID",
    "WARC-Concurrent-To",
    "WARC-Refers-To",
    "WARC-Warcinfo-ID",
    "WARC-Segment-Origin-ID",
)
_URIS = ("WARC-Target-URI", "WARC-Refers-To-Target-URI", "WARC-Profile")

_FORBIDDEN = {kind: {name.lower() for name, where in _ALLOWED.items() if kind not in where} for kind in _TYPES}

_USUAL_HEADER = re.compile(rb"[^\n\r]*\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~]*\r\n)*\r\n")
"""A header in which `_check_lines` finds nothing; matching is ten times as fast."""
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ID = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+>")
# Addresses are stored as crawlers found them, so only a scheme and no white space are required.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f]*")
_DIGEST = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[!-~]+")
_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PRECISE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?Z)?)?)?")


def check_header(head: bytes, fields: Fields) -> Iterator[Finding]:
    """Yield the problems of a header; ``head`` is as stored, ``fields`` are parsed from it."""
    version = head.split(b"\n", 1)[0].rstrip(b"\r")
    if version not in VERSIONS:
        yield "version", f"{version.decode('latin-1')} is not read by the tools of today"
    if not _USUAL_HEADER.fullmatch(head):
        yield from _check_lines(head)
    yield from check_names(fields.get("WARC-Type") or "", fields)
    yield from _check_values(fields, version == b"WARC/1.0")


def check_names(kind: str, fields: Fields) -> Iterator[Finding]:
    """Yield the problems with the names of fields in a record of the type ``kind``. Of values, only checks whether they
    are empty, and whether the length is 0."""
    yield from _check_presence(kind, fields)
    names = fields.names
    if len(names) < len(fields):
        for name in sorted(name for name in names if name in _ONCE and len(fields.get_all(name)) > 1):
            yield "field-repeated", f"{name} appears {len(fields.get_all(name))} times"
    if kind in _TYPES and not _FORBIDDEN[kind].isdisjoint(names):
        for name, where in _ALLOWED.items():
            if name.lower() in names and kind not in where:
                yield "field-not-allowed", f"{name} in a {kind} record"


def _check_lines(head: bytes) -> Iterator[Finding]:
    lines = head.split(b"\n")[:-2]
    if any(not line.endswith(b"\r") for line in lines) or not head.endswith(b"\r\n\r\n"):
        yield "header-syntax", "lines end with a bare line feed"
    for line in lines[1:]:
        text = line.removesuffix(b"\r")
        name, colon, value = text.partition(b":")
        shown = text[:60].decode("utf-8", "replace")
        if text[:1] in (b" ", b"\t"):
            value = text
        elif not colon or not _TOKEN.fullmatch(name):
            yield "header-syntax", f"{shown!r} is not a named field"
            continue
        if _CONTROL.search(value):
            yield "header-syntax", f"{shown!r} has a control character"
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            yield "header-syntax", f"{shown!r} is not UTF-8"


@lru_cache(maxsize=16)
def _mandatory(kind: str) -> tuple[str, ...]:
    return (
        *_MANDATORY,
        *(["WARC-Target-URI"] if kind in _WITH_TARGET else []),
        *(["WARC-Profile"] if kind == "revisit" else []),
        *(["WARC-Segment-Number", "WARC-Segment-Origin-ID"] if kind == "continuation" else []),
    )


def _check_presence(kind: str, fields: Fields) -> Iterator[Finding]:
    for name in _mandatory(kind):
        if not fields.get(name):
            yield "field-missing", f"{name}{f' of a {kind} record' if name not in _MANDATORY else ''}"
    if fields.get("Content-Length") != "0" and kind != "continuation" and "Content-Type" not in fields:
        yield "content-type-missing", f"a {kind} record without Content-Type"


def _check_values(fields: Fields, is_old: bool) -> Iterator[Finding]:
    for name, value in fields:
        check = _CHECKS.get(name.lower())
        if check is not None and not check(value, is_old):
            yield "field-value", f"{name}: {value[:100]!r}"


def _is_uri(value: str, is_old: bool) -> bool:
    # In the grammar of 1.0 every URI has angle brackets, in its examples only ids: both are in use.
    if is_old and value[:1] == "<" and value[-1:] == ">":
        value = value[1:-1]
    return bool(_URI.fullmatch(value))


def _is_id(value: str, is_old: bool) -> bool:
    return bool(_ID.fullmatch(value))


def _is_date(value: str, is_old: bool) -> bool:
    """Whether ``value`` is W3C-DTF in UTC: with seconds in 1.0; from years to nanoseconds in 1.1, section 5.4."""
    match = _PRECISE.fullmatch(value)
    if not match or (is_old and not _SECONDS.fullmatch(value)):
        return False
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        # Python rejects leap seconds, W3C-DTF allows them.
        datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59))  # noqa: DTZ001
    except ValueError:
        return False
    return (second or 0) <= 60


@lru_cache(maxsize=256)
def _is_address(value: str, is_old: bool) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_number(value: str, is_old: bool) -> bool:
    return value.isascii() and value.isdigit()


def _is_digest(value: str, is_old: bool) -> bool:
    return bool(_DIGEST.fullmatch(value))


_CHECKS_BY_NAME: dict[str, Callable[[str, bool], bool]] = {
    **dict.fromkeys(_IDS, _is_id),
    **dict.fromkeys(_URIS, _is_uri),
    **dict.fromkeys(("WARC-Date", "WARC-Refers-To-Date"), _is_date),
    **dict.fromkeys(("WARC-Block-Digest", "WARC-Payload-Digest"), _is_digest),
    **dict.fromkeys(("Content-Length", "WARC-Segment-Number", "WARC-Segment-Total-Length"), _is_number),
    "WARC-IP-Address": _is_address,
    # A writer may use another reason (5.13), if it is one word.
    "WARC-Truncated": lambda value, is_old: bool(value) and " " not in value,
    # "Types other than these are allowed" (5.5): readers ignore unknown types.
    "WARC-Type": lambda value, is_old: bool(value) and " " not in value,
}
_CHECKS = {name.lower(): check for name, check in _CHECKS_BY_NAME.items()}
