"""A site as its editors see it: stories that come, move and go, and what may happen to all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.hostile import listing, page

GONE = {"deleted": 404, "erased": 410, "unpublished": 403}
HTML = {"Content-Type": "text/html"}


@dataclass
class Story:
    """A story of the site, as its editors see it."""

    node: int
    title: str
    path: str
    text: str = "It began at the weir."
    status: str = "published"
    """``published``, one of `GONE`, or ``away``: its address leads to another page."""
    is_listed: bool = True
    before: list[tuple[str, str]] = field(default_factory=list)
    """Titles and addresses that it had."""

    @property
    def id(self) -> str:
        return f"{self.node}@en"

    @property
    def lives(self) -> bool:
        return self.status == "published"


class Town:
    """The site, as a function of a path."""

    def __init__(self) -> None:
        self.stories: dict[int, Story] = {}
        self.redirects: dict[str, str] = {}
        self.names = 0
        self.fault = ""
        self.shift = 0
        """What is added to all node ids."""

    def name(self) -> tuple[str, str]:
        """A title and an address that nothing ever had."""
        self.names += 1
        return f"Tale number {self.names} of the weir", f"/tale/{self.names}"

    def add(self) -> None:
        node = len(self.stories) + 1
        self.stories[node] = Story(node, *self.name())

    def __call__(self, path: str) -> Any:
        if self.fault == "outage":
            return 503, HTML, b"<h1>Later</h1>"
        if self.fault == "consent" and path != "/consent":
            return 302, {**HTML, "Location": "/consent"}, b""
        if path in ("/consent", "/about"):
            status, head, body = page("A page", "Nothing happened here.")
            return status, head, body.replace(b"<body ", b'<body class="page-node-900 page-node-type-page"')
        if path == "/news":
            return listing(
                [one.path for one in self.stories.values() if one.is_listed and one.status in ("published", "away")]
            )
        if one := next((one for one in self.stories.values() if one.path == path), None):
            return self.story(one)
        if path in self.redirects:
            return 301, {**HTML, "Location": self.redirects[path]}, b""
        return 404, HTML, b"<h1>No</h1>"

    def story(self, one: Story) -> Any:
        if one.status == "away":
            return 301, {**HTML, "Location": "/about"}, b""
        if not one.lives:
            return GONE[one.status], HTML, b"<h1>No</h1>"
        return page(one.title, one.text, node=one.node + self.shift)
