"""What the parts of the site hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

OPENED = datetime(2024, 7, 1, 6, 0, tzinfo=timezone.utc)
"""When the first pages were cached; the site's own clock only moves when an editor saves something."""

HTML = "text/html; charset=UTF-8"


@dataclass
class Answer:
    """What a path answers, before content and transfer codings."""

    status: int
    media_type: str = HTML
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    modified: datetime | None = None
    """Time of the cached copy of a page, or of a file; None sends no validators."""

    is_file: bool = False
    """Answered by the web server, not by Drupal."""


@dataclass
class Request:
    """One request, parsed."""

    raw_path: str
    """Percent-encoded, with the language prefix."""

    language: str
    path: str
    """Percent-decoded, below the language prefix."""

    query: dict[str, str]
