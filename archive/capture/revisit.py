"""Makes ``revisit`` records for payloads that are already in the archive (ISO 28500:2017, 6.7).

pywb and ReplayWeb.page find the original by ``WARC-Refers-To-Target-URI`` and ``WARC-Refers-To-Date``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from archive.capture.exchange import Exchange
from archive.message import Fields, parse_fields
from archive.originals import Original, Originals
from archive.warc.payload import Payload

_ETAGS = re.compile(r'(?:W/)?"[^"]*"|[^\s,]+')
"""The elements of ``If-None-Match``; servers are met that leave out the quotes."""

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class Revisit:
    """What a revisit record says."""

    original: Original
    fields: list[tuple[str, str]]

    has_head: bool
    """Whether the head of the response is its block; else the block is empty."""


def identical_payload(payload: Payload | None, payload_digest: str | None, originals: Originals) -> Revisit | None:
    """The revisit of a payload that is stored already; None when it is to be stored."""
    original = originals.find(payload) if payload is not None else None
    if original is None:
        return None
    if original.payload_digest is None:
        original = replace(original, payload_digest=payload_digest)
    fields = [
        ("WARC-Profile", _PROFILE + "identical-payload-digest"),
        # That of the original: chunk borders may differ, and replay looks the record up by it.
        ("WARC-Payload-Digest", original.payload_digest or ""),
        *_refers_to(original),
        ("WARC-Truncated", "length"),
    ]
    return Revisit(original, fields, has_head=True)


def not_modified(exchange: Exchange, header: Fields, target_uri: str, originals: Originals) -> Revisit | None:
    """The revisit for a 304 with these ``header`` fields; None when the archive does not hold what it speaks of.

    Its block is empty: with the head of the 304 in it, pywb answers 304 and ReplayWeb.page shows nothing.
    """
    asked = parse_fields(bytes(exchange.sent))
    if exchange.method != b"GET" or not ("If-None-Match" in asked or "If-Modified-Since" in asked):
        return None
    original = originals.find_unmodified(target_uri, _meant(asked, header))
    if original is None:
        return None
    return Revisit(
        original, [("WARC-Profile", _PROFILE + "server-not-modified"), *_refers_to(original)], has_head=False
    )


def _meant(asked: Fields, answered: Fields) -> list[str]:
    """The ETags one of which a 304 calls current: those asked about; of several the one it names (RFC 9110, 13.1.2).

    Of a single one it may name a variant, as Apache does when it compresses.
    """
    told = answered.get_all("ETag")
    tags = [tag for value in asked.get_all("If-None-Match") for tag in _ETAGS.findall(value)]
    if "*" in tags or not tags:
        return told
    named = [tag for tag in tags if tag.removeprefix("W/") in {tag.removeprefix("W/") for tag in told}]
    return named or tags


def _refers_to(original: Original) -> list[tuple[str, str]]:
    return [
        ("WARC-Refers-To", original.span.record_id),
        ("WARC-Refers-To-Target-URI", original.target_uri),
        ("WARC-Refers-To-Date", original.date),
    ]
