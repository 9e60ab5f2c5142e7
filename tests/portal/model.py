"""What the site holds: nodes, their translations and the values of their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .texts import Story


@dataclass(frozen=True)
class Value:
    """One value of a field in one language."""

    text: str
    """As a reader sees it; may end in a space or a no-break space."""

    href: str | None = None
    """Path of the link around the value."""

    stamp: str | None = None
    """``datetime`` attribute of the ``<time>`` around the value."""

    icon: str | None = None
    """Path of an image that stands for the text; the text is its ``alt``."""

    media_type: str | None = None
    """Of the file that the link leads to."""

    id: str | None = None
    """Code in the vocabulary of the field; None for free text and for values that no vocabulary knows."""

    english: str | None = None
    """The English name in the vocabulary."""


@dataclass(frozen=True)
class Entry:
    """One field with its label in one language."""

    name: str
    """Machine name, for example ``geographic_scope``."""

    label: str | None
    """As printed; None when the page prints the values without a label."""

    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Block:
    """A piece of a body: its HTML and the text that a reader gets from it."""

    html: str
    text: str


@dataclass(frozen=True)
class File:
    """A file offered by an item. ``path`` is percent-encoded."""

    path: str
    name: str
    media_type: str
    edition: int = 0
    """How often the file was replaced under its address."""

    padding: int = 0
    """Lines by which replacements made it longer."""

    modified: datetime | None = None
    """Time of the last replacement."""


@dataclass(frozen=True)
class Picture:
    path: str
    alt: str
    caption: str | None = None


@dataclass
class Translation:
    """A node in one language."""

    language: str
    title: str
    alias: str | None
    """Path below the language prefix, None when only ``/node/N`` answers."""

    body: list[Block]
    entries: list[Entry] = field(default_factory=list)
    date: str | None = None
    """ISO 8601 date of the block, None when it prints no whole date."""

    files: list[File] = field(default_factory=list)
    picture: Picture | None = None
    banner_leak: bool = False
    """Print the label and value of a field that editors never meant to show."""

    body_language: str | None = None
    """When the body is not in ``language``."""

    retired_aliases: list[str] = field(default_factory=list)
    """Former aliases, answered by a redirect."""

    moved_to: str | None = None
    """Where its address redirects by an editor's wish: an absolute URL, or a path of the site."""


@dataclass
class Node:
    nid: int
    kind: str
    """``news``, ``statement`` and ``resource`` are items; ``page``, ``practice``, ``event`` and others are not."""

    created: datetime
    changed: datetime
    """When the source was saved last; other translations have a time of their own, which no page prints."""

    source: str
    """Language in which the node was written first."""

    translations: dict[str, Translation]
    status: str = "published"
    """``published``, ``unpublished`` (403), ``deleted`` (404), ``gone`` (410) or ``login`` (to the login form)."""

    neutral_alias: bool = False
    """The source's alias answers under every language prefix."""

    terms: set[int] = field(default_factory=set)
    """Ids of the taxonomy terms that the source translation carries."""

    in_listings: bool = True
    """Whether listings, feeds and the sidebar show it; only what is published or asks for a login is ever there."""

    in_sitemap: bool = True
    story: Story | None = None
    """What its articles were made of."""

    @property
    def bundle(self) -> str:
        """Drupal's content type: statements are news with another path."""
        return {"statement": "news"}.get(self.kind, self.kind)

    @property
    def is_item(self) -> bool:
        return self.kind in {"news", "statement", "resource"}

    def shown_in(self, language: str) -> Translation:
        """The translation that a page in ``language`` shows: its own, or the source as a fallback."""
        return self.translations.get(language) or self.translations[self.source]
