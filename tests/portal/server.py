"""The portal on the wire: a threaded HTTP/1.1 server on 127.0.0.1."""

from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import zlib
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import TextIO

from .answer import Answer
from .editor import Editor
from .faults import IN_PAGES, Faults
from .markup.block import VARIANTS
from .plans import chosen, planned
from .site import Site

CHUNK = 4096
PACKED = ("text/", "application/rss", "application/xml", "image/svg")


class Portal:
    """A demo portal, up from construction to ``close``.

    ``url`` is its address without a final slash. ``requests`` lists (method, target, status, request headers with names
    in lower case) in the order of the answers. ``site`` is the model behind it; ``editor`` changes it while the portal is
    up, see ``editor``. ``plans`` says where the items are listed, see ``plans``.
    """

    handler: type[Handler]
    """What answers a connection."""

    def __init__(
        self,
        nodes: int = 150,
        variant: str = "classy",
        seed: int = 1,
        faults: frozenset[str] | set[str] = frozenset(),
        port: int = 0,
        log: TextIO | None = None,
        plans: Iterable[str] = (),
    ) -> None:
        if variant not in VARIANTS:
            raise ValueError(f"unknown variant {variant!r}; there are {sorted(VARIANTS)}")
        # Wrong names are refused before a socket is open.
        self._made_of = nodes, variant, seed, Faults(frozenset(faults)).names, chosen(plans)
        self.requests: list[tuple[str, str, int, dict[str, str]]] = []
        self._log, self._lock = log, Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.reset()
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="portal")
        self._thread.start()

    def __enter__(self) -> Portal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def reset(self) -> None:
        """Make the site as it was at first, at the same address; for a test that shares the portal with others."""
        nodes, variant, seed, faults, shape = self._made_of
        self.faults = Faults(faults)
        self.site = Site(self.url, nodes, variant, seed)
        self.site.damage = self.faults.names
        self.answer = planned(self.site, shape)
        self.editor = Editor(self.site)
        self.requests.clear()

    def close(self) -> None:
        """Stop listening, end all connections and wait for their threads."""
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()

    def truth(self) -> list[dict[str, object]]:
        """What a perfect crawl finds: one record per item and language, see ``truth.record``."""
        return self.site.truth()

    def fault(self, name: str, **values: float) -> None:
        """Switch a fault on, with values for what it can be asked for (``faults.PARAMETERS``)."""
        self._switch(lambda: self.faults.switch_on(name, **values))

    def heal(self, *names: str) -> None:
        """Switch the named faults off, or all."""
        self._switch(lambda: self.faults.switch_off(*names))

    def _switch(self, change: Callable[[], None]) -> None:
        with self.site.lock:
            before = self.faults.names
            change()
            self.site.damage = self.faults.names
            if (before ^ self.faults.names) & IN_PAGES:
                self.site.renew()

    def record(self, method: str, target: str, status: int, headers: dict[str, str]) -> None:
        with self._lock:
            self.requests.append((method, target, status, headers))
            if self._log:
                self._log.write(f"{method} {target} {status}\n")
                self._log.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], portal: Portal) -> None:
        self.portal = portal
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        super().__init__(address, portal.handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Wake the threads that wait for a next request on a kept-alive connection."""
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no event; anything else prints its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""
    server: _Server
    disable_nagle_algorithm = True
    wbufsize = -1

    def version_string(self) -> str:
        return self.server_version

    def do_GET(self) -> None:
        portal = self.server.portal
        answer = portal.faults.instead(self.path)
        if answer is None:
            answer = portal.faults.spoil(self.path, portal.answer(self.path))
        headers = self._headers(answer)
        status, body = answer.status, answer.body
        if self._unchanged(answer, headers):
            status, body = 304, b""
            headers = {k: v for k, v in headers.items() if not k.lower().startswith("content-")}
        elif "gzip" in self.headers.get("Accept-Encoding", "") and answer.media_type.startswith(PACKED):
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
            if answer.is_file and "ETag" in headers:
                headers["ETag"] = f"W/{headers['ETag']}"
        portal.record(self.command, self.path, status, {k.lower(): v for k, v in self.headers.items()})
        self._send(status, headers, body, answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        """Forms go nowhere."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        portal = self.server.portal
        portal.record("POST", self.path, 405, {k.lower(): v for k, v in self.headers.items()})
        self._send(405, {"Content-Type": "text/plain", "Allow": "GET, HEAD"}, b"", Answer(405))

    def _headers(self, answer: Answer) -> dict[str, str]:
        headers = {"Content-Type": answer.media_type} | answer.headers
        if answer.modified is not None:
            headers["Last-Modified"] = format_datetime(answer.modified, usegmt=True)
            stamp = int(answer.modified.timestamp())
            headers["ETag"] = f'"{stamp:x}-{len(answer.body):x}"' if answer.is_file else f'"{stamp}"'
            for name in self.server.portal.faults.hidden():
                del headers[name]
        if answer.media_type.startswith(PACKED):
            headers["Vary"] = "Accept-Encoding" if answer.is_file else "Cookie, Accept-Encoding"
        return headers

    def _unchanged(self, answer: Answer, headers: dict[str, str]) -> bool:
        """Drupal's page cache wants both validators to match; a file's entity tag alone decides (RFC 9110, 13.2.2)."""
        if answer.status != 200 or answer.modified is None:
            return False
        asked = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        current = headers.get("ETag"), headers.get("Last-Modified")
        if asked == (None, None) or current == (None, None):
            return False
        if not answer.is_file:
            return asked == current
        tag, since = asked
        return tag.removeprefix("W/") == current[0] if tag else since == current[1]

    def _send(self, status: int, headers: dict[str, str], body: bytes, answer: Answer) -> None:
        """Pages of every third path are chunked, the rest has a length."""
        share = zlib.crc32(self.path.encode())
        chunked = not answer.is_file and share % 3 == 0 and status != 304 and self.request_version == "HTTP/1.1"
        cut = self.server.portal.faults.cuts(self.path, answer) and status == 200
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or status == 304:
            return
        if cut:
            body = body[: len(body) // 2]
            self.close_connection = True
        if chunked:
            for start in range(0, len(body), CHUNK):
                piece = body[start : start + CHUNK]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"" if cut else b"0\r\n\r\n")
        else:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: ``Portal.requests`` keeps the log."""


Portal.handler = Handler
