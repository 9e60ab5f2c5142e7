"""Downloader middleware that decodes responses in the same way as the archive, so that a spider gets the same body."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from archive.entity import LARGEST, entity_of, entity_start
from archive.message import Fields

START_KEY = "entity_start"
"""Key in the ``meta`` of a request: the number of bytes of the response that are needed, regardless of its size."""


class EntityMiddleware:
    """Replaces Scrapy's ``HttpCompressionMiddleware``; uses the decoder of the archive.

    The limit is ``download_maxsize`` of the request, else DOWNLOAD_MAXSIZE.

    Raises:
        UndecodableEntityError: the response cannot be decoded within the limits; it is archived as received.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> EntityMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        start = request.meta.get(START_KEY)
        if request.method == "HEAD" or not (codings or start):
            return response
        fields = Fields([("Content-Encoding", coding) for coding in codings])
        if start:
            body = entity_start(fields, [response.body], start)
        else:
            body = entity_of(fields, response.body, request.meta.get("download_maxsize", self._largest) or LARGEST)
        headers = response.headers.copy()
        headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        # Discard the encoding that was guessed from compressed bytes.
        unknown: dict[str, Any] = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, headers=headers, body=body, **unknown)
