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
"""In the ``meta`` of a request: of the answer no more than so many bytes are wanted, whatever its size."""


class EntityMiddleware:
    """In the place of Scrapy's ``HttpCompressionMiddleware``, with the one decoder that the archive has.

    The bound is ``download_maxsize`` of the request, else DOWNLOAD_MAXSIZE.

    Raises:
        UndecodableEntityError: the answer cannot be decoded, or not within the bounds; it is archived as it came.
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
        # What was guessed of the characters of packed bytes is forgotten.
        unknown: dict[str, Any] = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, headers=headers, body=body, **unknown)
