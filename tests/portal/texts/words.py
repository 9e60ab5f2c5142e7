"""What a language needs so that articles can be written in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Parallel lists: the same index means the same thing in every language."""

    topics: tuple[str, ...]
    actors: tuple[str, ...]
    venues: tuple[str, ...]
    titles: tuple[str, ...]
    """Patterns with ``{country}``, ``{topic}``, ``{actors}`` and ``{year}``; the first is for statements."""

    sentences: tuple[str, ...]
    """Patterns with ``{country}``, ``{topic}``, ``{other}``, ``{actors}``, ``{n}`` and ``{venue}``."""

    quotes: tuple[str, ...]
    """Patterns with ``{name}`` and ``{topic}``."""

    headings: tuple[str, ...]
    points: tuple[str, ...]
    columns: tuple[str, str, str]
    dateline: str
    """Pattern with ``{day}``/``{month}`` numbers, for the start of a press release."""

    caption: str
    alt: str
