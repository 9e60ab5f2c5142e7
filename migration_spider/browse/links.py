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
    """Whether a server answers: without one there is no archive to read, and nothing made on demand."""

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
        """What is missing, the runs, and how complete the collection is."""
        return "/about"

    def search(self, selection: Selection = EVERYTHING) -> str:
        """The list of the stories of ``selection``."""
        return _asking("/stories", selection.query_string())

    def story(self, story: str, language: str | None = None) -> str:
        """A story; ``language`` is the one that stands first."""
        return _asking(f"/stories/{quote(story, safe='@')}", urlencode({"language": language} if language else {}))

    def capture(self, story: str, language: str, timestamp: str) -> str:
        """A story with the capture of its page in ``language`` that was made at ``timestamp``, 14 digits."""
        asked = urlencode({"language": language, "capture": timestamp})
        return f"/stories/{quote(story, safe='@')}?{asked}#archived"

    def beside(self, story: str, language: str, other: str | None) -> str:
        """A story with the text in ``language`` first and that in ``other`` beside it; the same again: none beside."""
        asked = [("language", language), ("with", other)]
        return _asking(self.story(story), urlencode([(name, value) for name, value in asked if value]))

    def item(self, item: str) -> str:
        """A story by one of its items: leads to `story`."""
        return f"/items/{quote(item, safe='@')}"

    def download(self, selection: Selection, kind: str, of: str = "") -> str:
        """All stories of ``selection`` as ``csv``, ``json``, ``jsonl``, ``wacz`` or ``atom``; ``of`` items: pages."""
        pairs = [*selection.replaced().pairs(), *([("of", of)] if of else [])]
        return _asking(f"/stories.{kind}", urlencode(pairs))

    def check(self, item: str) -> str:
        """Reads the records that an item cites again."""
        return f"/check/{quote(item, safe='@')}"

    def api(self, path: str = "") -> str:
        """The description of the API for people; with ``path`` a place in it: ``stories``, ``openapi.json``."""
        return f"/v1/{path}" if path else "/api"

    def memento(self, timestamp: str, url: str, modifier: str = "") -> str:
        """An archived page as it was; ``timestamp`` has 14 digits, ``modifier`` ``id_`` stands for its bytes."""
        return f"/memento/{timestamp}{modifier}/{quoted(url)}"

    def timemap(self, url: str) -> str:
        """All captures of ``url`` (RFC 7089)."""
        return f"/timemap/link/{quoted(url)}"

    def timegate(self, url: str) -> str:
        """Leads to the capture of ``url`` that is nearest to a moment (RFC 7089)."""
        return f"/timegate/{quoted(url)}"

    def static(self, name: str) -> str:
        """A style or script of ours."""
        return f"/static/{name}"


def outside(url: str | None) -> str | None:
    """``url`` where it is the address of a page or file of the web, else None: nothing else is made a link."""
    return url if url and _HTTP.match(url) else None


def _asking(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
