"""The parts of a request that handlers need."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from migration_spider.browse.collection import Collection
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.render import Renderer
from migration_spider.browse.selection import Selection


def collection_of(request: Request) -> Collection:
    """The current collection; it stays the same during a request."""
    collection: Collection | None = getattr(request.state, "collection", None)
    if collection is None:
        collection = request.state.collection = request.app.state.current()
    return collection


def renderer_of(request: Request) -> Renderer:
    """The renderer of the templates."""
    renderer: Renderer = request.app.state.renderer
    return renderer


def links_of(request: Request) -> ServerLinks:
    """The addresses of the pages."""
    links = renderer_of(request).links
    assert isinstance(links, ServerLinks)  # noqa: S101 - the server's
    return links


def selection_of(request: Request) -> Selection:
    """The selection in the address of the request. Raises BadSelection."""
    return Selection.parse(request.query_params.multi_items())


def page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """Render ``template`` with ``values``."""
    notice = getattr(request.app.state.current, "notice", None)
    collection = collection_of(request)
    notice = notice and collection.without_paths(notice)
    return HTMLResponse(renderer_of(request).page(template, collection, **{"notice": notice, **values}))
