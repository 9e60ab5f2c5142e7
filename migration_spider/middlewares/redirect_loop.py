"""Redirects: those that go in a circle, and the evidence of those that do not."""

from __future__ import annotations

from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response

from migration_spider.exceptions import RedirectLoopError


class RedirectLoopMiddleware:
    """Fails a page that redirects in a circle, and keeps in ``meta["hops"]`` where the redirects are archived.

    Scrapy would ask for the address of a circle again, take that for a duplicate, and say nothing.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        location = (response.headers.get("Location") or b"").decode("latin-1")
        if 300 <= response.status < 400 and location:
            target = urljoin(request.url, location)
            if target in (request.url, *request.meta.get("redirect_urls", ())):
                raise RedirectLoopError(f"redirects in a circle, back to {target}")
            if facts := request.meta.get("archive"):
                request.meta["hops"] = [*request.meta.get("hops", ()), {**facts, "status": response.status}]
        return response
