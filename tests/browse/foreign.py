"""An archive of another program: a hostile page, redirects, files, captures without a body."""

from __future__ import annotations

from tests.archive.records import record, write

EVIL = b"""<!doctype html><meta http-equiv=refresh content="0;url=http://evil.example/"><script>x()</script>
<img src=http://evil.example/i><a href="/known">known</a><a href="http://evil.example/?q=<b>">away</a>"""


def _to(location, status=301):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n\r\n".encode()


def fill(folder):
    """Writes its WARC file; there is no index."""
    png = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    script = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\n\r\n"
    moved = b"HTTP/1.1 301 Moved\r\nLocation: http://a.example/known?x=%231#part\r\n\r\n"
    away = b"HTTP/1.1 302 Found\r\nLocation: javascript:x()\r\n\r\n"
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n"
    packed = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    write(
        folder / "a.warc.gz",
        record("http://a.example/evil", EVIL),
        record("http://a.example/known?x=%231", b"<p>known"),
        record("http://a.example/moved", b"", head=moved),
        record("http://a.example/away", b"", head=away),
        record("http://a.example/gone", b"<p>no such page", head=gone),
        record("http://a.example/i.png", b"png", head=png),
        record("http://a.example/x.js", b"x()", head=script),
        record("http://a.example/page.png", b"<p>x"),
        record("http://a.example/damaged", b"no gzip", head=packed),
        record("http://a.example/a%20b.pdf", b"%PDF", head=script),
        record("http://a.example/here", b"", head=_to("http://a.example/here#part")),
        record("http://a.example/there", b"", head=_to("/back")),
        record("http://a.example/back", b"", head=_to("there", 302)),
        record("http://a.example/empty", b"<p>some", head=gone.replace(b"404 Not Found", b"204 No Content")),
        record("http://a.example/part", b"<p>some", head=gone.replace(b"404 Not Found", b"206 Partial Content")),
        record("http://a.example/twice", b"<p>1", "2024-01-01T00:00:00Z"),
        record("http://a.example/twice", b"<p>2", "2025-01-01T00:00:00Z"),
    )
