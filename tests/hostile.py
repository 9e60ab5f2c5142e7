"""A small server that answers as a test says: pages by path, everything else 404."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import Serving

Answer = tuple[int, dict[str, str], bytes] | bytes
"""Status, headers and body; or all bytes of an answer, after which the connection ends."""

ONE = {"MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": ""}
"""Settings of a crawl that has one listing, and no other way to items."""


def page(title: str, content: str, *, head: str = "", node: int | None = None, language: str = "en") -> Answer:
    """An HTML page; with ``node`` a news item with a date."""
    kind = f'class="page-node-{node} page-node-type-news"' if node else ""
    block = "<dl><dt>Date of Publication</dt><dd>3 May 2021</dd></dl>" if node else ""
    text = (
        f'<!DOCTYPE html><html lang="{language}"><head><title>{title}</title>{head}</head><body {kind}>'
        f"<main><h1>{title}</h1><article><p>{content}</p>{block}</article></main></body></html>"
    )
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def listing(rows: list[str], *, pager: list[str] = []) -> Answer:  # noqa: B006
    """A page of teasers."""
    found = "".join(f'<div class="views-row"><h3><a href="{row}">Row {row}</a></h3></div>' for row in rows)
    links = "".join(f'<li><a href="{link}">{link}</a></li>' for link in pager)
    content = f'<div class="view-content">{found}</div><nav class="pager"><ul>{links}</ul></nav>'
    return page("News", content)


class Hostile(Serving):
    """``answer(path with query) -> Answer | None`` on 127.0.0.1; ``url`` and the ``paths`` asked for, in order."""

    def __init__(self, answer: Callable[[str], Answer | None]) -> None:
        self.paths: list[str] = []
        self.asked: list[tuple[str, str | None]] = []
        """Path and ``If-None-Match`` of each request."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.paths.append(self.path)
                outer.asked.append((self.path, self.headers.get("If-None-Match")))
                found = answer(self.path) or (404, {"Content-Type": "text/html"}, b"<h1>No</h1>")
                if isinstance(found, bytes):
                    self.close_connection = True
                    with suppress(OSError):  # Who is sent too much may hang up.
                        self.wfile.write(found)
                    return
                status, headers, body = found
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(ThreadingHTTPServer, Handler)


def site(answers: dict[str, Answer]) -> Hostile:
    """A site of these pages."""
    return Hostile(answers.get)


def redirect(to: str) -> Answer:
    return 302, {"Location": to, "Content-Type": "text/html"}, b"<p>Moved</p>"
