"""``python -m bench.newspages [--tls]``: serves news pages of the demo portal, made beforehand, as large as real ones.

The first line printed is the address; every path below it is a page. Ends with SIGTERM.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import ipaddress
import signal
import socketserver
import ssl
import sys
import tempfile
from pathlib import Path
from typing import ClassVar


def news_pages() -> list[bytes]:
    """News pages of the demo portal, with a menu that makes them as large as those of the portal: about 35 KB."""
    from tests.portal.site import Site

    site = Site("http://127.0.0.1", nodes=60)
    paths = [str(row["url"]).removeprefix(site.base) for row in site.truth() if not row.get("redirected")]
    entry = '<li class="menu-item"><a href="/about/section-{0}" class="menu-link">Section {0} of the site</a></li>\n'
    menu = f'<ul class="menu">{"".join(entry.format(number) for number in range(250))}</ul></footer>'
    return [site.answer(path).body.replace(b"</footer>", menu.encode()) for path in paths]


class Handler(socketserver.StreamRequestHandler):
    """Keep-alive answers, gzip-encoded."""

    pages: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() not in {b"\r\n", b""}:
                pass
            body = self.pages[int(line.split(b" ")[1][1:]) % len(self.pages)]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Encoding: gzip\r\n"
            self.wfile.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


class Server(socketserver.ThreadingTCPServer):
    """Serves until the process ends; over TLS with ``context``."""

    daemon_threads = True
    request_queue_size = 64
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[object, object]:
        connection, address = super().get_request()
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: a client may leave when it has what it wants."""


def certified() -> ssl.SSLContext:
    """With a certificate of its own for 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).add_extension(names, critical=True)
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    encoding, none = serialization.Encoding.PEM, serialization.NoEncryption()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, none)
        Path(file.name).write_bytes(secret + certificate.public_bytes(encoding))
        context.load_cert_chain(file.name)
    return context


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.newspages", description=__doc__)
    parser.add_argument("--tls", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    Handler.pages = [gzip.compress(page) for page in news_pages()]
    with Server(("127.0.0.1", 0), Handler) as server:
        server.context = certified() if arguments.tls else None
        print(f"http{'s' * arguments.tls}://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
