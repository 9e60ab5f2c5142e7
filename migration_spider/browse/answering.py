"""Parts of all responses: the collection, its completeness, and whether the response has changed."""

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
"""Characters in a file name for a selection."""


def collection_summary(collection: Collection) -> dict[str, Any]:
    """The description of a collection that each response of the API has."""
    about = collection.about
    return {"name": about.name, "whole": about.whole, "complete": about.complete, "created": about.created}


def headers(collection: Collection, links: Links) -> dict[str, str]:
    """Headers of a response that depends only on its address and on the collection."""
    stat = collection.database.stat()
    state = (EXTRACTOR, *collection_summary(collection).values(), stat.st_mtime_ns, stat.st_size)
    title = quote(f"{collection.about.name}: {collection.about.whole}", safe="")
    return {
        # Weak (RFC 9110, section 8.8.1), because a response also contains the time that it took.
        "ETag": f'W/"{sha256(repr(state).encode()).hexdigest()[:20]}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(int(stat.st_mtime), timezone.utc), usegmt=True),
        "Cache-Control": "no-cache",
        "Link": f"<{links.about()}>; rel=\"describedby\"; title*=UTF-8''{title}",
    }


def not_modified(request: Request, given: dict[str, str]) -> Response | None:
    """The response to a client that has the current version (RFC 9110, section 13.2.2), or None."""
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        is_current = "*" in tags or given["ETag"].removeprefix("W/") in tags
    else:
        is_current = _is_at_least(request.headers.get("if-modified-since"), given["Last-Modified"])
    return Response(status_code=304, headers=given) if is_current else None


def _is_at_least(time: str | None, other: str) -> bool:
    try:
        return time is not None and parsedate_to_datetime(time) >= parsedate_to_datetime(other)
    except (ValueError, TypeError):  # not a time, or a time without a zone
        return False


def file_name(collection: Collection, selection: Selection, what: str, suffix: str) -> str:
    """The name of a downloaded file, in ASCII: its content, the collection and the selection."""
    pairs = selection.replaced().pairs()
    chosen = _plain("-".join(part for pair in pairs for part in pair))
    if len(chosen) > _LONGEST or (pairs and any(not _plain(value) for _, value in pairs)):
        digest = sha256(repr(pairs).encode()).hexdigest()[:8]
        chosen = f"{chosen[:_LONGEST].strip('-')}-{digest}"
    name = _plain(collection.about.name).removeprefix(f"{what}-")
    return "-".join(filter(None, (what, name, chosen))) + f".{suffix}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
