"""The HTTP headers of archived content, which isolate it whatever it contains.

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
    # The page has an origin of its own, so that its own images count as those of a stranger.
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    # Any other makes a page with a sandbox an error when it stands alone (HTML, 7.4.5).
    ("Cross-Origin-Opener-Policy", "unsafe-none"),
    ("Cache-Control", "no-cache"),
]


def shown_headers(replay: str, media_type: str) -> list[tuple[str, str]]:
    """Headers of content that is shown.

    Args:
        replay: where the replay is on this server, ``http://127.0.0.1:8000/memento/``.
        media_type: of the content.
    """
    policy = (
        f"sandbox; default-src 'none'; img-src {replay} data:; style-src {replay} 'unsafe-inline'; "
        f"font-src {replay} data:; media-src {replay}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    # Fonts are asked for in a mode that needs leave; only pages without an origin get it, such as these.
    leave = [("Access-Control-Allow-Origin", "null")] if media_type.startswith(("font/", "application/")) else []
    return [("Content-Security-Policy", policy), *_ALL, *leave]


def told_headers() -> list[tuple[str, str]]:
    """Headers of a page of ours that stands in the place of an archived one, and may stand in its frame."""
    policy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    return [("Content-Security-Policy", policy), *_ALL]


def download_headers(name: str) -> list[tuple[str, str]]:
    """Headers of content that is saved under ``name``, and shown by no browser."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;/' else "_" for c in name) or "file"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return [("Content-Security-Policy", policy), ("Content-Disposition", disposition), *_ALL]
