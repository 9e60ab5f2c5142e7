"""The HTTP headers of archived content, which isolate it regardless of its content.

Each page gets its own origin, shared with no other page. It cannot run scripts, send forms or open windows, and it can
load only from the replay (Content Security Policy Level 3; HTML, 7.1.5). The isolation depends only on these headers;
`archive.playback.markup` only makes the page look as it did.
"""

from __future__ import annotations

from urllib.parse import quote

_ALL = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-DNS-Prefetch-Control", "off"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    # The page has a separate origin, so its images are cross-origin.
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    # With any other value, a top-level page with a sandbox is an error (HTML, 7.4.5).
    ("Cross-Origin-Opener-Policy", "unsafe-none"),
    ("Cache-Control", "no-cache"),
]


def shown_headers(replay: str, media_type: str) -> list[tuple[str, str]]:
    """Return the headers of content that is shown.

    Args:
        replay: address of the replay on this server, ``http://127.0.0.1:8000/memento/``.
        media_type: media type of the content.
    """
    policy = (
        f"sandbox; default-src 'none'; img-src {replay} data:; style-src {replay} 'unsafe-inline'; "
        f"font-src {replay} data:; media-src {replay}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    # Fonts are requested with CORS; "null" is the origin of sandboxed pages such as these.
    cors = [("Access-Control-Allow-Origin", "null")] if media_type.startswith(("font/", "application/")) else []
    return [("Content-Security-Policy", policy), *_ALL, *cors]


def message_headers() -> list[tuple[str, str]]:
    """Return the headers of a page of ours that replaces an archived one, and may be shown in its frame."""
    policy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    return [("Content-Security-Policy", policy), *_ALL]


def download_headers(name: str) -> list[tuple[str, str]]:
    """Return the headers of content that browsers save under ``name`` instead of showing it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;/' else "_" for c in name) or "file"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return [("Content-Security-Policy", policy), ("Content-Disposition", disposition), *_ALL]
