"""Downloads the archived pages of a selection as one WACZ file."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from archive.errors import ArchiveError
from archive.wacz.selection import PageOf, SelectionTooLargeError, write_selection
from migration_spider import EXTRACTOR
from migration_spider.browse import finding
from migration_spider.browse.answering import file_name, headers, not_modified
from migration_spider.browse.asked import collection_of, links_of, selection_of
from migration_spider.browse.collection import Collection
from migration_spider.browse.memento import archive_of
from migration_spider.browse.scratch import scratch

MOST_STORIES = 500
"""Stories in one package. Each page is read and searched for its parts, at worst some ten pages a second."""

_WHOLE = "scrapy archive-wacz packages the whole archive"


def wacz(request: Request) -> Response:
    """``/stories.wacz?...``: the pages of the stories of a selection, with their styles, images and files."""
    collection, selection = collection_of(request), selection_of(request)
    archive = archive_of(request)
    response_headers = headers(collection, links_of(request))
    if known := not_modified(request, response_headers):
        return known
    stories = list(finding.stories(collection, selection))
    if not stories:
        raise HTTPException(404, "No story is selected.")
    if len(stories) > MOST_STORIES:
        many = f"{len(stories):,} stories are selected, and a package has {MOST_STORIES} at most"
        raise HTTPException(413, f"{many}: choose fewer; {_WHOLE}.")
    folder = scratch()
    try:
        chosen = selection.query_string() or "everything"
        title = f"{collection.about.name}: {len(stories)} stories ({chosen})"
        fields = [
            ("software", EXTRACTOR),
            ("description", f"Pages of {len(stories)} stories of {collection.about.name}; selection: {chosen}"),
        ]
        path = folder / "stories.wacz"
        write_selection(archive, pages_of(collection, stories), path, title=title, warcinfo=fields)
    except SelectionTooLargeError as error:
        shutil.rmtree(folder)
        raise HTTPException(413, f"Too large for one package: {error}; choose fewer; {_WHOLE}.") from None
    except ArchiveError as error:
        shutil.rmtree(folder)
        raise HTTPException(409, f"The pages cannot be packaged: {error}.") from None
    except OSError as error:
        shutil.rmtree(folder)
        raise HTTPException(500, f"The pages cannot be packaged: {error}.") from None
    done = BackgroundTask(shutil.rmtree, folder)
    # Each request makes a new package, which contains the time: a range of one cannot complete another.
    request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    name = file_name(collection, selection, "stories", "wacz")
    response_headers |= {"Accept-Ranges": "none", "Content-Disposition": f'attachment; filename="{name}"'}
    return FileResponse(path, media_type="application/wacz", headers=response_headers, background=done)


def pages_of(collection: Collection, stories: list[str]) -> Iterator[PageOf]:
    """The pages that the items of ``stories`` were read from."""
    db = collection.connect()
    for story in stories:
        for item in db.execute("SELECT * FROM news WHERE story_id = ? ORDER BY language", (story,)).fetchall():
            # The record has the requested address; the item may have another one.
            url = item["warc_target_uri"] or item["url"]
            yield PageOf(
                url,
                item["warc_file"],
                item["warc_offset"],
                item["title"],
                item["body_text"] if "body_text" in item.keys() else None,  # noqa: SIM118 - a Row
                _files(db, item["id"]),
                # The target URI of the metadata record that `pipelines` and the add-on write for an item.
                [f"urn:item:{url}"],
            )


def _files(db: sqlite3.Connection, item: str) -> list[str]:
    query = "SELECT url FROM news_attachments WHERE news_id = ? UNION SELECT url FROM news_images WHERE news_id = ?"
    return [row["url"] for row in db.execute(query, (item, item))]
