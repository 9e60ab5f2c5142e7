"""Compares robots.txt with that of earlier runs, to report changes of the rules."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from archive import ArchiveError
from archive.index import CollectionIndex, LastAnswer
from archive.replay import read_span


@dataclass(frozen=True, slots=True)
class Robots:
    """The last response of robots.txt."""

    status: int | None = None
    """None if there was never a response."""
    sha256: str | None = None
    """Digest of its text, in hex."""
    changed: bool = False
    """Whether status or text differ from those before the run."""


def robots_of(pages: CollectionIndex, site: str, before: Robots) -> Robots:
    """The last response of robots.txt of ``site``, compared with an earlier one."""
    page = pages.get(f"{site}/robots.txt")
    if page is None:
        return Robots()
    digest = _digest(pages, page)
    changed = before.status is not None and (before.status, before.sha256) != (page.status, digest)
    return Robots(page.status, digest, changed)


def _digest(pages: CollectionIndex, page: LastAnswer) -> str | None:
    try:
        return hashlib.sha256(read_span(pages.directory, page.body).payload).hexdigest()
    except ArchiveError:
        return None
