"""All addresses of pages. Templates and handlers get them from here and contain no paths."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote, urlencode

from archive.playback import quoted
from migration_spider.browse.selection import EVERYTHING, Selection

_HTTP = re.compile(r"https?://", re.IGNORECASE)


class Links(Protocol):
    """Addresses of the pages, on the server or among the files of a site."""

    live: bool
    """Whether the pages are on a server. Otherwise there is no archive, and nothing is made on demand."""

    def home(self) -> str: ...
    def about(self) -> str: ...
    def search(self, selection: Selection = EVERYTHING) -> str: ...
    def story(self, story: str, language: str | None = None) -> str: ...
    def static(self, name: str) -> str: ...


class ServerLinks:
    """Addresses on the local server; they start at its root."""

    live = True

    def home(self) -> str:
        """The overview."""
        return "/"

    def about(self) -> str:
        """The page about the completeness of the collection."""
        return "/about"

    def search(self, selection: Selection = EVERYTHING) -> str:
        """The list of the stories of ``selection``."""
        return _with_query("/stories", selection.query_string())

    def story(self, story: str, language: str | None = None) -> str:
        """A story, with ``language`` first."""
        return _with_query(f"/stories/{quote(story, safe='@')}", urlencode({"language": language} if language else {}))

    def capture(self, story: str, language: str, timestamp: str) -> str:
        """A story with the capture at ``timestamp`` (14 digits) of its page in ``language``."""
        query = urlencode({"language": language, "capture": timestamp})
        return f"/stories/{quote(story, safe='@')}?{query}#archived"

    def beside(self, story: str, language: str, other: str | None) -> str:
        """A story with the text in ``language``, and beside it the one in ``other``, unless that is the same."""
        parameters = [("language", language), ("with", other)]
        return _with_query(self.story(story), urlencode([(name, value) for name, value in parameters if value]))

    def item(self, item: str) -> str:
        """The story of an item; redirects to `story`."""
        return f"/items/{quote(item, safe='@')}"

    def download(self, selection: Selection, kind: str, of: str = "") -> str:
        """All stories of ``selection`` as ``csv``, ``json``, ``jsonl``, ``wacz`` or ``atom``; with ``of="items"``,
        their items."""
        pairs = [*selection.replaced().pairs(), *([("of", of)] if of else [])]
        return _with_query(f"/stories.{kind}", urlencode(pairs))

    def check(self, item: str) -> str:
        """The check of the records that an item cites."""
        return f"/check/{quote(item, safe='@')}"

    def api(self, path: str = "") -> str:
        """The page that describes the API; with ``path``, an address of the API: ``stories``, ``openapi.json``."""
        return f"/v1/{path}" if path else "/api"

    def memento(self, timestamp: str, url: str, modifier: str = "") -> str:
        """An archived page; ``timestamp`` has 14 digits, and ``id_`` as ``modifier`` returns the original bytes."""
        return f"/memento/{timestamp}{modifier}/{quoted(url)}"

    def timemap(self, url: str) -> str:
        """All captures of ``url`` (RFC 7089)."""
        return f"/timemap/link/{quoted(url)}"

    def timegate(self, url: str) -> str:
        """The redirect to the capture of ``url`` nearest to a time (RFC 7089)."""
        return f"/timegate/{quoted(url)}"

    def static(self, name: str) -> str:
        """A style sheet or script."""
        return f"/static/{name}"


def outside(url: str | None) -> str | None:
    """``url`` if it is an address of the web, else None, because nothing else may become a link."""
    return url if url and _HTTP.match(url) else None


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
