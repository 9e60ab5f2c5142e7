"""Added to every response of the server: the collection, its completeness, and whether the response has changed."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from migration_spider import EXTRACTOR
from migration_spider.browse.collection import Collection
from migration_spider.browse.links import Links
from migration_spider.browse.selection import Selection

_LONGEST = 80
"""Characters of what a file name says of a selection."""


def told(collection: Collection) -> dict[str, Any]:
    """What is said of a collection in an answer."""
    about = collection.about
    return {"name": about.name, "whole": about.whole, "complete": about.complete, "created": about.created}


def headers(collection: Collection, links: Links) -> dict[str, str]:
    """Headers of an answer that depends on its address and on the collection alone."""
    stat = collection.database.stat()
    state = (EXTRACTOR, *told(collection).values(), stat.st_mtime_ns, stat.st_size)
    said = quote(f"{collection.about.name}: {collection.about.whole}", safe="")
    return {
        # Weak (RFC 9110, section 8.8.1): an answer also says how long it took.
        "ETag": f'W/"{sha256(repr(state).encode()).hexdigest()[:20]}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(stat.st_mtime), timezone.utc), usegmt=True),
        "Cache-Control": "no-cache",
        "Link": f"<{links.about()}>; rel=\"describedby\"; title*=UTF-8''{said}",
    }


def not_modified(request: Request, given: dict[str, str]) -> Response | None:
    """The answer to who has it already (RFC 9110, section 13.2.2); None where all of it is to be sent."""
    known = request.headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        is_known = "*" in tags or given["ETag"].removeprefix("W/") in tags
    else:
        is_known = _is_at_least(request.headers.get("if-modified-since"), given["Last-Modified"])
    return Response(status_code=304, headers=given) if is_known else None


def _is_at_least(time: str | None, other: str) -> bool:
    try:
        return time is not None and parsedate_to_datetime(time) >= parsedate_to_datetime(other)
    except (ValueError, TypeError):  # no time, or one without its zone
        return False


def file_name(collection: Collection, selection: Selection, what: str, suffix: str) -> str:
    """Name of a file with a selection: what it has, of which collection, chosen how; ASCII."""
    pairs = selection.replaced().pairs()
    chosen = _plain("-".join(part for pair in pairs for part in pair))
    if len(chosen) > _LONGEST or (pairs and any(not _plain(value) for _, value in pairs)):
        digest = sha256(repr(pairs).encode()).hexdigest()[:8]
        chosen = f"{chosen[:_LONGEST].strip('-')}-{digest}"
    name = _plain(collection.about.name).removeprefix(f"{what}-")
    return "-".join(filter(None, (what, name, chosen))) + f".{suffix}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
