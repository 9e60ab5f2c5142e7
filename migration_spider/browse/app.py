"""The server: its routes, and the checks that come before all of them."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import ArchiveError
from migration_spider.browse import (
    api,
    downloads,
    downloads_wacz,
    memento,
    overview,
    search_page,
    standing_page,
    story_page,
)
from migration_spider.browse.asked import collection_of, page
from migration_spider.browse.collection import Collection
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.render import Renderer
from migration_spider.browse.selection import BadSelection

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of all pages that set none of their own."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of all responses, unless the page sets its own."""


def routes() -> list[Route]:
    """The address of each page and its handler; all accept GET and HEAD only."""
    return [
        Route("/", overview.home),
        Route("/about", standing_page.about),
        Route("/stories", search_page.search),
        Route("/stories/{id}", story_page.show),
        Route("/stories.csv", downloads.csv),
        Route("/stories.json", downloads.json_),
        Route("/stories.jsonl", downloads.jsonl),
        Route("/stories.atom", downloads.feed),
        Route("/api", api.people),
        Route("/v1/stories", api.stories),
        Route("/v1/stories/{id}", api.story),
        Route("/v1/items/{id}", api.item),
        Route("/v1/facets", api.facets),
        Route("/v1/openapi.json", api.openapi),
        Route("/stories.wacz", downloads_wacz.wacz),
        Route("/memento/{timestamp}/{url:address}", memento.capture),
        Route("/timemap/{form}/{url:address}", memento.timemap),
        Route("/timegate/{url:address}", memento.timegate),
        Route("/items/{id}", story_page.item),
        Route("/check/{id}", story_page.verify),
        Route("/static/{name}", static),
    ]


def application(current: Callable[[], Collection], port: int | None = None) -> Starlette:
    """Return the server application.

    Args:
        current: Returns the collection to serve; called for each request.
        port: The port that `Host` must name; None accepts any port.
    """
    app = Starlette(
        routes=routes(),
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={
            HTTPException: _failed,
            BadSelection: _bad_selection,
            ArchiveError: _unreadable,
            Exception: _broken,
        },
    )
    app.state.current = current
    app.state.renderer = Renderer(ServerLinks())
    return app


class Guard:
    """Refuses requests whose `Host` is not this machine, and sets `HEADERS`.

    Otherwise a foreign site could point its own name at this machine (DNS rebinding) and read all responses.
    """

    def __init__(self, app: ASGIApp, port: int | None) -> None:
        self._app = app
        suffix = "" if port is None else f":{port}"
        names = [f"{name}{suffix}" for name in ("127.0.0.1", "localhost", "[::1]")]
        self._hosts = {*names, *(name.removesuffix(":80") for name in names)}
        self._any_port = port is None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "").lower()
        if self._any_port:
            host = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if host not in self._hosts:
            refusal = PlainTextResponse("This server answers to 127.0.0.1 and localhost only.\n", 421)
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)


# ---- static files


def _static() -> dict[str, tuple[bytes, str]]:
    folder = files("migration_spider.browse") / "static"
    return {
        file.name: (file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        for file in folder.iterdir()
        if file.is_file()
    }


_STATIC: Mapping[str, tuple[bytes, str]] = _static()


def static(request: Request) -> Response:
    """A style sheet, script or image of the program; no other file can be read."""
    try:
        content, media_type = _STATIC[request.path_params["name"]]
    except KeyError:
        raise HTTPException(404, "There is no such file.") from None
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})


# ---- errors

_HEADINGS = {400: "Invalid request", 404: "Not found", 405: "Not allowed", 413: "Too large"}
_FAILED = "Something failed"


def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    sentence = "There is no page at this address." if error.detail == "Not Found" else error.detail
    return _error_response(request, error.status_code, sentence, error.headers)


def _bad_selection(request: Request, error: Exception) -> Response:
    return _error_response(request, 400, f"This request is not valid: {error}.")


def _unreadable(request: Request, error: Exception) -> Response:
    return _error_response(request, 500, f"The archive cannot be read: {error}.")


def _broken(request: Request, _: Exception) -> Response:
    return _error_response(request, 500, "Something went wrong here; see the terminal that runs scrapy browse.")


def _error_response(request: Request, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    response: Response
    sentence = collection_of(request).without_paths(sentence)
    if request.url.path.startswith("/v1/"):
        response = api.problem(status, sentence)
    else:
        response = page(request, "error.html", status=status, heading=_HEADINGS.get(status, _FAILED), sentence=sentence)
        response.status_code = status
    response.headers.update(dict(headers or {}))
    return response


__all__: list[Any] = ["HEADERS", "POLICY", "application"]
