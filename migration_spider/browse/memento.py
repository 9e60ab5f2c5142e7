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
    shown,
    shown_headers,
    told_headers,
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
"""One after the other; browsers follow as many (Fetch Standard, 4.4)."""

Headers = list[tuple[str, str]]


class _Address(Convertor[str]):
    """Any address behind a path of ours: also one with the end of a line in it."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("address", _Address())


def archive_of(request: Request) -> Archive:
    """The archive of what is browsed. Raises HTTPException: there is none."""
    there = collection_of(request).archive
    if there is None:
        raise HTTPException(404, NO_ARCHIVE)
    return Archive(there.folder, there.index)


def capture(request: Request) -> Response:
    """A capture of an address: ``/memento/{14 digits}/{address}``, with ``id_`` behind the digits its bytes."""
    match = _MEMENTO.fullmatch(_rest(request, "/memento/"))
    if match is None or not is_moment(match[1]):
        return _told(request, 404, "This is not the address of an archived page: /memento/YYYYMMDDhhmmss/ADDRESS")
    timestamp, kind, url = match[1], match[2] or "", _of_the_web(match[3])
    archive = archive_of(request)
    found = None
    try:
        found = archive.nearest(url, timestamp, shown=kind == EMBEDDED)
        if kind != EMBEDDED and (found is None or found.timestamp != timestamp) and _is_lost(request, url, timestamp):
            # Another capture must not stand for the one that an item cites.
            return _told(request, 500, f"{_UNREADABLE}: an item was read from it, and it is damaged.", url)
        if found is None:
            return _told(request, 404, "This address is not in this archive.", url)
        if kind != EMBEDDED and found.timestamp != timestamp:
            # Each capture has one address.
            return _sent_on(links_of(request).memento(found.timestamp, found.url, kind), told_headers())
        headers = _memento_headers(request, archive, found)
        answer = archive.answer(found)
        if kind == ORIGINAL:
            return _download(answer, headers)
        return _shown(request, answer, timestamp, headers, embedded=kind == EMBEDDED)
    except UnshowableError as error:
        return _told(request, 200, f"It cannot be shown here: {error}.", url, found)
    except BusyError as error:
        return _with(_told(request, 503, f"It cannot be shown now: {error}.", url, found), [("Retry-After", "60")])
    except ArchiveError as error:
        return _told(request, 500, f"{_UNREADABLE}: {error}", url)


def _is_lost(request: Request, url: str, timestamp: str) -> bool:
    """Whether an item cites a capture of ``url`` at ``timestamp`` that the damaged archive does not have any more."""
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
    url = _of_the_web(address)
    captures = distinct(archive_of(request).captures(url), url)
    if not captures:
        return PlainTextResponse("There is no capture of it in this archive.\n", 404)
    places = _places(request)
    text = json_map(url, captures, places) if form == "json" else "".join(link_map(url, captures, places))
    return Response(text, headers={"Content-Type": _FORMS[form], "Cache-Control": "no-cache"})


def timegate(request: Request) -> Response:
    """Leads to the capture nearest to ``Accept-Datetime``, without it to the last: ``/timegate/{address}``."""
    url = _of_the_web(_rest(request, "/timegate/"))
    archive, places = archive_of(request), _places(request)
    captures = distinct(archive.captures(url), url)
    vary = {"Vary": "accept-datetime", "Cache-Control": "no-cache"}
    said = {**vary, "Link": links(url, captures, None, places)}
    if not captures:
        return PlainTextResponse("There is no capture of it in this archive.\n", 404, said)
    wanted = request.headers.get("Accept-Datetime")
    try:
        timestamp = timestamp_of_http_date(wanted) if wanted else None
    except ValueError as error:
        return PlainTextResponse(f"Accept-Datetime: {error}\n", 400, said)
    found = archive.nearest(url, timestamp) or captures[-1]
    said["Link"] = links(url, captures, found, places)
    return Response(None, 302, {**said, "Location": places.of_capture(found)})


def _rest(request: Request, prefix: str) -> str:
    """What comes after ``prefix``, as it was sent: an address keeps its escapes and its query."""
    path = bytes(request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    return path.removeprefix(prefix) + (f"?{query}" if query else "")


def _of_the_web(address: str) -> str:
    """``address`` as the index has it: with a scheme, in small letters."""
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
            return _told(
                request, 404, "The page redirected to something that is not a web address.", answer.capture.url
            )
        if _leads_in_a_circle(answer, timestamp, embedded=embedded):
            return _told(request, 404, "The page redirected to itself, directly or through others.", answer.capture.url)
        return _sent_on(target, [*headers, *told_headers()])
    if embedded and answer.status >= 400:
        return _with(PlainTextResponse("", 404), told_headers())
    what = shown(answer, addresses, embedded=embedded)
    policy = shown_headers(str(request.base_url) + "memento/", what.media_type)
    # Of the others some have no body for a browser, and some speak of a part of it.
    status = answer.status if 400 <= answer.status < 600 else 200
    response = StreamingResponse(_begun(what.pieces), status)
    return _with(response, [("Content-Type", what.media_type), *policy, *headers])


def _leads_in_a_circle(answer: Answer, timestamp: str, *, embedded: bool) -> bool:
    """Whether whoever follows its redirects never comes to a page."""
    archive = answer.archive
    met: set[tuple[str, int]] = set()
    with suppress(ArchiveError):  # Told where it is come to.
        while answer.location is not None:
            place = (answer.capture.filename, answer.capture.offset)
            if place in met or len(met) == _MOST_REDIRECTS:
                return True
            met.add(place)
            url = Addresses("/memento/", timestamp, answer.capture.url).absolute(answer.location)
            found = archive.nearest(url, timestamp, shown=embedded) if url else None
            if found is None:
                return False
            timestamp = timestamp if embedded else found.timestamp
            answer = archive.answer(found)
    return False


def _download(answer: Answer, headers: Headers) -> Response:
    response = StreamingResponse(_begun(answer.pieces()))
    kind = ("Content-Type", "application/octet-stream")
    return _with(response, [kind, *download_headers(file_name(answer)), *headers])


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same, begun: what cannot be decoded is told by a sentence, not by an answer that breaks off."""
    first = next(pieces, b"")
    return chain((first,), pieces)


def _sent_on(place: str, headers: Headers) -> Response:
    return _with(RedirectResponse(place, 302), headers)


def _with(response: Response, headers: Headers) -> Response:
    for name, value in headers:
        response.headers[name] = value
    return response


def _told(
    request: Request, status: int, sentence: str, url: str | None = None, found: IndexEntry | None = None
) -> Response:
    """A page of ours in the place of an archived one; it may stand in the frame, so it has no style and no menu."""
    original = links_of(request).memento(found.timestamp, found.url, ORIGINAL) if found else None
    values = {"sentence": collection_of(request).unplaced(sentence), "url": url, "original": original}
    text = renderer_of(request).page("told_in_frame.html", collection_of(request), **values)
    return _with(HTMLResponse(text, status), told_headers())
