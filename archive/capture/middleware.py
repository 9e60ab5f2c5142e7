"""No response may carry the evidence of another."""

from __future__ import annotations

from scrapy import Request

from archive.capture.handler import META_KEY


class FreshEvidenceMiddleware:
    """Drops ``meta["archive"]`` from every request: redirects, retries and spiders copy the ``meta`` of a response.

    The handler drops it too, but a cache answers without asking a handler.
    """

    def process_request(self, request: Request) -> None:
        request.meta.pop(META_KEY, None)
