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
"""The elements of ``If-None-Match``; some servers omit the quotes."""

_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True)
class Revisit:
    """The content of a revisit record."""

    original: Original
    fields: list[tuple[str, str]]

    has_head: bool
    """Whether its block is the head of the response; else the block is empty."""


def identical_payload(payload: Payload | None, payload_digest: str | None, originals: Originals) -> Revisit | None:
    """Return the revisit of a payload that is already stored; None if it must be stored."""
    original = originals.find(payload) if payload is not None else None
    if original is None:
        return None
    if original.payload_digest is None:
        original = replace(original, payload_digest=payload_digest)
    fields = [
        ("WARC-Profile", _PROFILE + "identical-payload-digest"),
        # The digest of the original: chunk boundaries may differ, and replay looks up the record by it.
        ("WARC-Payload-Digest", original.payload_digest or ""),
        *_refers_to(original),
        ("WARC-Truncated", "length"),
    ]
    return Revisit(original, fields, has_head=True)


def not_modified(exchange: Exchange, header: Fields, target_uri: str, originals: Originals) -> Revisit | None:
    """Return the revisit for a 304 with these ``header`` fields; None if the archive lacks the response it refers to.

    Its block is empty: with the head of the 304 in it, pywb responds with 304 and ReplayWeb.page shows nothing.
    """
    request_header = parse_fields(bytes(exchange.sent))
    if exchange.method != b"GET" or not ("If-None-Match" in request_header or "If-Modified-Since" in request_header):
        return None
    original = originals.find_unmodified(target_uri, _current_etags(request_header, header))
    if original is None:
        return None
    return Revisit(
        original, [("WARC-Profile", _PROFILE + "server-not-modified"), *_refers_to(original)], has_head=False
    )


def _current_etags(request_header: Fields, response_header: Fields) -> list[str]:
    """Return the ETags that a 304 may confirm: those in the request; of several the one named (RFC 9110, 13.1.2).

    If the request has a single one, the response may name a variant, as Apache does when it compresses.
    """
    response_tags = response_header.get_all("ETag")
    tags = [tag for value in request_header.get_all("If-None-Match") for tag in _ETAGS.findall(value)]
    if "*" in tags or not tags:
        return response_tags
    confirmed = [tag for tag in tags if tag.removeprefix("W/") in {tag.removeprefix("W/") for tag in response_tags}]
    return confirmed or tags


def _refers_to(original: Original) -> list[tuple[str, str]]:
    return [
        ("WARC-Refers-To", original.span.record_id),
        ("WARC-Refers-To-Target-URI", original.target_uri),
        ("WARC-Refers-To-Date", original.date),
    ]
