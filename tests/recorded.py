"""Recorded portals: loaded from WARC into a table of pages that can be changed, and served on 127.0.0.1."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TextIO

from warcio.archiveiterator import ArchiveIterator

BASE = b"http://127.0.0.1:8010"
"""Where the portal stood when it was recorded."""

TEXTS = ("text/", "application/xml", "application/rss")
HOP = {"host", "connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
"""Header fields that this server sets for itself."""

PREFIX = r"(?P<prefix>/[a-z]{2})?"


@dataclass(frozen=True)
class Page:
    """One answer as recorded: header fields in their order, the body without transfer coding."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for field, value in self.headers if field.lower() == name), "")

    @property
    def is_html(self) -> bool:
        return self.header("content-type").startswith("text/html")


@dataclass
class Recording:
    """Request target -> page, and the path of the news listing in it (without a language)."""

    pages: dict[str, Page] = field(default_factory=dict)
    listing: str = "/news"

    def is_listing(self, target: str) -> bool:
        """Whether ``target`` is a page of the news listing, in any language."""
        return re.fullmatch(rf"{PREFIX}{re.escape(self.listing)}(\?.*)?", target) is not None

    def edit(self, pattern: str, new: str | Callable[[re.Match[str]], str], only: Callable[[str], bool] = bool) -> None:
        """Put ``new`` for every match of ``pattern`` in the HTML of the targets that are ``only`` meant."""
        wanted = re.compile(pattern, re.DOTALL)
        for target, page in self.pages.items():
            if page.is_html and only(target):
                text = page.body.decode()
                if (changed := wanted.sub(new, text)) != text:
                    self.pages[target] = replace(page, body=changed.encode())

    def drop(self, pattern: str) -> None:
        """Leave out the pages whose whole target matches."""
        self.pages = {target: page for target, page in self.pages.items() if not re.fullmatch(pattern, target)}

    def links(self, path: str, *, also: str = "") -> str:
        """Pattern of a whole ``a`` element that leads to ``path`` in any language (``head``, ``text``)."""
        where = rf'"(?:{BASE.decode()})?(?:/[a-z]{{2}})?{re.escape(path)}"'
        return rf"(?P<head><a\b{also}[^>]*href={where}[^>]*>)(?P<text>.*?)</a>"


def load(file: Path) -> Recording:
    """The pages of ``file``; of several answers to one address, the first."""
    recording = Recording()
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type != "response" or not url.startswith(BASE.decode()):
                continue
            status, headers = int(record.http_headers.get_statuscode()), tuple(record.http_headers.headers)
            page = Page(status, headers, record.content_stream().read())
            recording.pages.setdefault(url[len(BASE) :] or "/", page)
    return recording


class Recorded:
    """``recording``, served on 127.0.0.1 until ``close``.

    ``url`` is its address; ``requests`` lists (method, target, status) in the order of the answers.
    """

    def __init__(self, recording: Recording, port: int = 0, log: TextIO | None = None) -> None:
        self.recording = recording
        self.requests: list[tuple[str, str, int]] = []
        self.log = log
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Recorded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def note(self, method: str, target: str, status: int) -> None:
        self.requests.append((method, target, status))
        if self.log:
            print(method, target, status, file=self.log, flush=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], portal: Recorded) -> None:
        self.portal = portal
        super().__init__(address, _Handler)


MISSING = Page(404, (("Content-Type", "text/html; charset=UTF-8"),), b"<h1>Page not found</h1>")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        portal = self.server.portal
        page, here = portal.recording.pages.get(self.path, MISSING), portal.url
        body = page.body
        if page.header("content-type").startswith(TEXTS):
            body = body.replace(BASE, here.encode())
        asked = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        # Drupal's page cache wants both validators to match.
        fresh = None not in asked and asked == (page.header("etag"), page.header("last-modified"))
        status = 304 if fresh and page.status == 200 else page.status
        portal.note(self.command, self.path, status)
        self.send_response(status)
        for name, value in page.headers:
            if name.lower() not in HOP:
                self.send_header(name, value.replace(BASE.decode(), here))
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET" and status != 304:
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: ``Recorded.requests`` keeps the log."""


def truth(file: Path) -> set[str]:
    """Paths of the items that answer at an address of their own, from ``truth.jsonl.gz`` beside a recording."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return {row["url"][len(BASE) :] for row in map(json.loads, lines) if not row["redirected"]}
