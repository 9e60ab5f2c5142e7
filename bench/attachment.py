"""``python -m bench.attachment SIZE``: serves a site of one news page, which offers a file of so many bytes.

The first line printed is the address. Ends with SIGTERM. The file is never held as a whole.
"""

from __future__ import annotations

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body class="path-node">'
    '<main><h1 class="page-title">{title}</h1>{content}</main></body></html>'
)
LIST = (
    '<div class="views-row"><article class="node node--type-news"><h2><a href="/node/1">A report</a></h2></article>'
    "</div>"
)
ITEM = (
    '<article class="node node--type-news node--view-mode-full"><div class="field field--name-body field__item">'
    "<p>Delegations met in Quito and agreed to compare what they do.</p></div>"
    '<div class="field field--name-field-files field__item"><span class="file"><a href="/report.pdf">Report</a></span>'
    '</div><div class="field field--name-field-date field--label-above"><div class="field__label">Date of Publication'
    '</div><div class="field__item"><time datetime="2024-02-01T12:00:00Z">1 February 2024</time></div></div></article>'
)
BLOCK = bytes(range(256)) * 4096
"""What the file repeats: bytes that no compression makes smaller would take long to make."""


class Handler(BaseHTTPRequestHandler):
    """Keep-alive answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    size: ClassVar[int] = 0

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/report.pdf":
            self.begin(200, "application/pdf", self.size)
            for start in range(0, self.size, len(BLOCK)):
                self.wfile.write(BLOCK[: self.size - start])
            return
        content = {"/news": LIST, "/node/1": ITEM}.get(path, "")
        body = PAGE.format(title="A report" if content else "Page not found", content=content).encode()
        self.begin(200 if content else 404, "text/html; charset=UTF-8", len(body))
        self.wfile.write(body)

    def begin(self, status: int, kind: str, length: int) -> None:
        """The head of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


def main() -> None:
    Handler.size = int(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
