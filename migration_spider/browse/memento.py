"""Replay of archived pages, with TimeMap and TimeGate (RFC 7089), from the archive that a collection cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse

from archive.cdxj import IndexEntry
from archive.errors import ArchiveError
from archive.playback import (
    EMBEDDED,
    ORIGINAL,
    Addresses,
    Answer,
    Archive,
    BusyError,
    UnshowableError,
    download_headers,
    file_name,
    message_headers,
    shown,
    shown_headers,
)
from archive.playback.memento import (
    LINK_FORMAT,
    Places,
    distinct,
    http_date,
    is_moment,
    json_map,
    link_map,
    links,
    timestamp_of_http_date,
)
from migration_spider.browse.asked import collection_of, links_of, renderer_of
from migration_spider.browse.captured import NO_ARCHIVE

_MEMENTO = re.compile(rf"(\d{{4,14}})({EMBEDDED}|{ORIGINAL})?/(.+)", re.DOTALL)
_UNREADABLE = "The archived answer cannot be read"
_FORMS = {"link": LINK_FORMAT, "json": "application/json"}

_WEB = re.compile("https?://", re.IGNORECASE)
_MOST_REDIRECTS = 20
"""Redirects in a row; browsers follow as many (Fetch Standard, 4.4)."""

Headers = list[tuple[str, str]]


class _Address(Convertor[str]):
    """Any address after a path of the server, even with line ends in it."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("address", _Address())


def archive_of(request: Request) -> Archive:
    """The archive of the current collection. Raises HTTPException: There is none."""
    place = collection_of(request).archive
    if place is None:
        raise HTTPException(404, NO_ARCHIVE)
    return Archive(place.folder, place.index)


def capture(request: Request) -> Response:
    """A capture of an address: ``/memento/{14 digits}/{address}``; its original bytes if ``id_`` follows the digits."""
    match = _MEMENTO.fullmatch(_rest(request, "/memento/"))
    if match is None or not is_moment(match[1]):
        return _message(request, 404, "This is not the address of an archived page: /memento/YYYYMMDDhhmmss/ADDRESS")
    timestamp, kind, url = match[1], match[2] or "", _web_address(match[3])
    archive = archive_of(request)
    found = None
    try:
        found = archive.nearest(url, timestamp, shown=kind == EMBEDDED)
        if kind != EMBEDDED and (found is None or found.timestamp != timestamp) and _is_lost(request, url, timestamp):
            # Another capture must not take the place of the one that an item cites.
            return _message(request, 500, f"{_UNREADABLE}: an item was read from it, and it is damaged.", url)
        if found is None:
            return _message(request, 404, "This address is not in this archive.", url)
        if kind != EMBEDDED and found.timestamp != timestamp:
            # Each capture has only one address.
            return _redirect(links_of(request).memento(found.timestamp, found.url, kind), message_headers())
        headers = _memento_headers(request, archive, found)
        answer = archive.answer(found)
        if kind == ORIGINAL:
            return _download(answer, headers)
        return _shown(request, answer, timestamp, headers, embedded=kind == EMBEDDED)
    except UnshowableError as error:
        return _message(request, 200, f"It cannot be shown here: {error}.", url, found)
    except BusyError as error:
        return _with(_message(request, 503, f"It cannot be shown now: {error}.", url, found), [("Retry-After", "60")])
    except ArchiveError as error:
        return _message(request, 500, f"{_UNREADABLE}: {error}", url)


def _is_lost(request: Request, url: str, timestamp: str) -> bool:
    """Whether an item cites a capture of ``url`` at ``timestamp`` that is missing because the archive is damaged."""
    collection = collection_of(request)
    if collection.archive is None or not collection.archive.damage or len(timestamp) != 14:
        return False
    query = "SELECT warc_date FROM news WHERE warc_target_uri = ? AND warc_date IS NOT NULL"
    dates = [row[0] for row in collection.connect().execute(query, (url,))]
    return timestamp in {re.sub(r"\D", "", date)[:14] for date in dates}


def timemap(request: Request) -> Response:
    """All captures of an address: ``/timemap/link/{address}`` or ``/timemap/json/{address}``."""
    form, _, address = _rest(request, "/timemap/").partition("/")
    if form not in _FORMS or not address:
        raise HTTPException(404, "Lists of captures are at /timemap/link/ADDRESS and /timemap/json/ADDRESS.")
    url = _web_address(address)
    captures = distinct(archive_of(request).captures(url), url)
    if not captures:
        return PlainTextResponse("There is no capture of it in this archive.\n", 404)
    places = _places(request)
    text = json_map(url, captures, places) if form == "json" else "".join(link_map(url, captures, places))
    return Response(text, headers={"Content-Type": _FORMS[form], "Cache-Control": "no-cache"})


def timegate(request: Request) -> Response:
    """Redirect to the capture nearest to ``Accept-Datetime``, or to the last one: ``/timegate/{address}``."""
    url = _web_address(_rest(request, "/timegate/"))
    archive, places = archive_of(request), _places(request)
    captures = distinct(archive.captures(url), url)
    vary = {"Vary": "accept-datetime", "Cache-Control": "no-cache"}
    headers = {**vary, "Link": links(url, captures, None, places)}
    if not captures:
        return PlainTextResponse("There is no capture of it in this archive.\n", 404, headers)
    wanted = request.headers.get("Accept-Datetime")
    try:
        timestamp = timestamp_of_http_date(wanted) if wanted else None
    except ValueError as error:
        return PlainTextResponse(f"Accept-Datetime: {error}\n", 400, headers)
    found = archive.nearest(url, timestamp) or captures[-1]
    headers["Link"] = links(url, captures, found, places)
    return Response(None, 302, {**headers, "Location": places.of_capture(found)})


def _rest(request: Request, prefix: str) -> str:
    """The request target after ``prefix``, unchanged: with the escapes and the query of the address."""
    path = bytes(request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return path.removeprefix(prefix) + (f"?{query}" if query else "")


def _web_address(address: str) -> str:
    """``address`` as in the index: with a scheme, in lower case."""
    scheme = _WEB.match(address)
    return f"{scheme[0].lower()}{address[scheme.end() :]}" if scheme else f"http://{address}"


def _places(request: Request) -> Places:
    base = str(request.base_url)
    return Places(f"{base}memento/", f"{base}timemap/", f"{base}timegate/")


def _memento_headers(request: Request, archive: Archive, found: IndexEntry) -> Headers:
    captures = distinct(archive.captures(found.url), found.url)
    return [
        ("Memento-Datetime", http_date(found.timestamp)),
        ("Link", links(found.url, captures, found, _places(request))),
    ]


def _shown(request: Request, answer: Answer, timestamp: str, headers: Headers, *, embedded: bool) -> Response:
    addresses = Addresses("/memento/", timestamp, answer.capture.url)
    if answer.location is not None:
        target = addresses.embedded(answer.location) if embedded else addresses.link(answer.location)
        if target is None or not target.startswith(addresses.prefix):
            return _message(
                request, 404, "The page redirected to something that is not a web address.", answer.capture.url
            )
        if _is_redirect_loop(answer, timestamp, embedded=embedded):
            return _message(
                request, 404, "The page redirected to itself, directly or through others.", answer.capture.url
            )
        return _redirect(target, [*headers, *message_headers()])
    if embedded and answer.status >= 400:
        return _with(PlainTextResponse("", 404), message_headers())
    page = shown(answer, addresses, embedded=embedded)
    policy = shown_headers(str(request.base_url) + "memento/", page.media_type)
    # Other statuses may have no body for a browser (204) or only a part of it (206).
    status = answer.status if 400 <= answer.status < 600 else 200
    response = StreamingResponse(_begun(page.pieces), status)
    return _with(response, [("Content-Type", page.media_type), *policy, *headers])


def _is_redirect_loop(answer: Answer, timestamp: str, *, embedded: bool) -> bool:
    """Whether the redirects of ``answer`` never end at a page."""
    archive = answer.archive
    visited: set[tuple[str, int]] = set()
    with suppress(ArchiveError):  # The request for the damaged capture reports it.
        while answer.location is not None:
            place = (answer.capture.filename, answer.capture.offset)
            if place in visited or len(visited) == _MOST_REDIRECTS:
                return True
            visited.add(place)
            url = Addresses("/memento/", timestamp, answer.capture.url).absolute(answer.location)
            found = archive.nearest(url, timestamp, shown=embedded) if url else None
            if found is None:
                return False
            timestamp = timestamp if embedded else found.timestamp
            answer = archive.answer(found)
    return False


def _download(answer: Answer, headers: Headers) -> Response:
    response = StreamingResponse(_begun(answer.pieces()))
    content_type = ("Content-Type", "application/octet-stream")
    return _with(response, [content_type, *download_headers(file_name(answer)), *headers])


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """``pieces`` with the first one already read, so that a decoding error is reported instead of a broken response."""
    first = next(pieces, b"")
    return chain((first,), pieces)


def _redirect(place: str, headers: Headers) -> Response:
    return _with(RedirectResponse(place, 302), headers)


def _with(response: Response, headers: Headers) -> Response:
    for name, value in headers:
        response.headers[name] = value
    return response


def _message(
    request: Request, status: int, sentence: str, url: str | None = None, found: IndexEntry | None = None
) -> Response:
    """A message in place of an archived page. It may be shown in the frame, so it has no style and no menu."""
    original = links_of(request).memento(found.timestamp, found.url, ORIGINAL) if found else None
    values = {"sentence": collection_of(request).without_paths(sentence), "url": url, "original": original}
    text = renderer_of(request).page("told_in_frame.html", collection_of(request), **values)
    return _with(HTMLResponse(text, status), message_headers())
