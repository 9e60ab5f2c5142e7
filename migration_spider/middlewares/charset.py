"""Reads a page without its character encoding if browsers do not support that encoding."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

from archive.replay import in_known_encoding


class CharsetMiddleware:
    """Comes before all code that reads the text of a response, because some encodings of Python may take forever."""

    def process_response(self, request: Request, response: Response) -> Response:
        return in_known_encoding(response)
