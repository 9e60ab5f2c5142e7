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
    """What is browsed now: the same for the whole of a request."""
    held: Collection | None = getattr(request.state, "collection", None)
    if held is None:
        held = request.state.collection = request.app.state.current()
    return held


def renderer_of(request: Request) -> Renderer:
    """The templates."""
    found: Renderer = request.app.state.renderer
    return found


def links_of(request: Request) -> ServerLinks:
    """Where things are."""
    links = renderer_of(request).links
    assert isinstance(links, ServerLinks)  # noqa: S101 - the server's
    return links


def selection_of(request: Request) -> Selection:
    """What is asked for. Raises BadSelection."""
    return Selection.parse(request.query_params.multi_items())


def page(request: Request, template: str, **values: Any) -> HTMLResponse:
    """The page that ``template`` makes of ``values``."""
    notice = getattr(request.app.state.current, "notice", None)
    collection = collection_of(request)
    notice = notice and collection.unplaced(notice)
    return HTMLResponse(renderer_of(request).page(template, collection, **{"notice": notice, **values}))
