"""Answers the requests of a crawl from the archive instead of the network."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from scrapy.http import Headers, HtmlResponse, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy.utils import response as _of_scrapy
from scrapy.utils.response import get_base_url, get_meta_refresh

from archive.cdxj.files import find
from archive.charset import encoding_of, unknown_label
from archive.errors import ArchiveError
from archive.message import Fields
from archive.warc.file import digest
from archive.warc.reader import read_record
from archive.warc.record import Record, Span

_SCANNED = 4096
"""Characters in which Scrapy searches for a base or a refresh."""


def read_span(directory: Path, span: Span) -> Record:
    """Return the record at ``span`` of the collection in ``directory``; its file may still be open for writing.

    Raises:
        ArchiveError: it does not exist, or is damaged.
    """
    return read_record(find(directory, span.file), span.offset, span.length)


def answer(
    directory: Path, url: str, head: Span, body: Span, fetched_at: str, *, flag: str
) -> tuple[Response, dict[str, Any]]:
    """Return an archived response, as Scrapy would create it, and the facts that the capture returned for it.

    Args:
        url: the requested URL.
        head: the record with the HTTP head; the revisit record if there is one.
        body: the record with the body.
        fetched_at: time of the response, UTC, ISO 8601 with Z.
        flag: added to the response's ``flags``, to distinguish it from one of the network.

    Returns:
        The response without transfer and content codings, and the facts that `archive.capture.Archiver.write_call`
        returned for it (``revisit`` is empty).

    Raises:
        ArchiveError: a record does not exist, is damaged, or has no HTTP head.
    """
    stored = read_span(directory, body)
    message = stored if head == body else read_span(directory, head)
    status = message.status
    if status is None:
        raise ArchiveError(f"{head.file}: at byte {head.offset}: no HTTP response")
    payload = stored.payload
    facts = {
        "file": body.file,
        "offset": body.offset,
        "length": body.length,
        "record_id": stored.record_id,
        "target_uri": stored.target_uri or "",
        "date": stored.date,
        "payload_digest": stored.headers.get("WARC-Payload-Digest") or digest(stored.body),
        "entity_sha256": hashlib.sha256(payload).hexdigest(),
        "entity_length": len(payload),
        "fetched_at": fetched_at,
        "revisit": {},
    }
    return response_of(url, status, message.http_headers, payload, flags=[flag]), facts


def response_of(url: str, status: int, fields: Fields, payload: bytes, *, flags: list[str] | None = None) -> Response:
    """Return a Scrapy response with decoded content, of the same class and encoding as from the network."""
    headers = Headers()
    for name, value in fields:
        if name.lower() not in ("content-encoding", "transfer-encoding"):
            # The exact bytes; a head that is not HTTP may have other characters.
            headers.appendlist(name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
    kind = responsetypes.from_args(headers=headers, url=url, body=payload)
    return in_known_encoding(kind(url=url, status=status, headers=headers, body=payload, flags=flags))


def in_known_encoding(response: Response) -> Response:
    """Return ``response`` with another character encoding if it names one that browsers do not know."""
    if not isinstance(response, TextResponse):
        return response
    encoding = encoding_of(_content_type(response), response.body)
    decoded = response.replace(encoding=encoding) if encoding else response
    if isinstance(decoded, HtmlResponse):
        _ignore_bad_addresses(decoded)
    return decoded


def _ignore_bad_addresses(page: HtmlResponse) -> None:
    """Ignore a ``<base>`` and a refresh with an invalid address (``http://[::1``), as browsers do.

    Scrapy would raise ValueError for the selector of such a page, its links or its refresh (HTML Standard, 2.4.3 and
    4.2.5.3: such a base is ignored, such a refresh is not followed).
    """
    try:
        get_base_url(page)
    except ValueError:
        _of_scrapy._baseurl_cache[page] = page.url
    if "refresh" not in page.text[:_SCANNED].lower():
        return
    try:
        get_meta_refresh(page)
    except ValueError:
        _of_scrapy._metaref_cache[page] = (None, None)
    else:
        del _of_scrapy._metaref_cache[page]  # the crawl may ignore other tags


def unknown_encoding(response: Response) -> str | None:
    """Return the first character encoding that ``response`` names and browsers do not know, or None."""
    return unknown_label(_content_type(response), response.body)


def _content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")
