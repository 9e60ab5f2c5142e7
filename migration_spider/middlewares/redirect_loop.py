"""Handles redirects: their targets, loops, and the evidence of redirects that are followed."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from migration_spider.addresses import led_to
from migration_spider.exceptions import RedirectLoopError

MOVED = frozenset((301, 302, 303, 307, 308))
"""Statuses whose ``Location`` Scrapy follows."""


class RedirectLoopMiddleware:
    """Fails a page that redirects in a loop, and stores in ``meta["hops"]`` where the redirects are archived.

    Scrapy would silently drop the request of a loop as a duplicate. ``Location`` is replaced by the result of `led_to`,
    which Scrapy follows.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        location = response.headers.get("Location")
        if 300 <= response.status < 400 and location:
            try:
                target = led_to(request.url, location)
            except ValueError:
                return response
            if target in (request.url, *request.meta.get("redirect_urls", ())):
                raise RedirectLoopError(f"redirects in a circle, back to {target}")
            if response.status in MOVED:
                response.headers["Location"] = target
            if facts := request.meta.get("archive"):
                request.meta["hops"] = [*request.meta.get("hops", ()), {**facts, "status": response.status}]
        return response
