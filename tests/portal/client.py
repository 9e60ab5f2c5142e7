"""A plain client: one exchange with the portal, as it is on the wire."""

from __future__ import annotations

import http.client
from dataclasses import dataclass

from parsel import Selector

from .server import Portal


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    """Names in lower case."""

    body: bytes

    @property
    def selector(self) -> Selector:
        return Selector(text=self.body.decode())


def get(portal: Portal, target: str, method: str = "GET", **headers: str) -> Reply:
    """One exchange, redirects not followed; ``_`` in a header's name stands for ``-``."""
    connection = http.client.HTTPConnection(portal.url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()
