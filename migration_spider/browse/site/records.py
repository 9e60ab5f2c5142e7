"""The facets and the records of the stories as data files, in the order of the collection.

- ``facets``: the name and the stories of each value;
- ``ids``: the ids of all stories, and ``stories/N``: what a list shows of `SHARD` consecutive stories;
- ``dates``, ``changed``: the day of publication and the time of the last change of each story.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import Any

from archive.dataset.draft import Progress
from migration_spider.browse.collection import Collection
from migration_spider.browse.facets import FacetIndex
from migration_spider.browse.finding import SHOWN
from migration_spider.browse.site.packing import DataFiles, members, steps

SHARD = 50
"""Stories of a shard; few, because those on a page by relevance come from many shards."""


def write_facets(collection: Collection, files: DataFiles) -> None:
    """Write ``facets``, with the values of each in the order for those of equal counts."""
    head, body = [], bytearray()
    for name, index in collection.facets.items():
        values = []
        for key in _ordered(index):
            stories = members(index.bits[key])
            values.append((key, index.labels[key], len(stories)))
            body += steps(stories)
        head.append((name, index.facet.title, index.facet.by_key, values))
    files.write("facets", head, bytes(body))


def _ordered(index: FacetIndex) -> list[str]:
    if index.facet.by_key:
        return sorted(index.bits, key=index.order)
    return sorted(index.bits, key=lambda key: (index.labels[key], key))


def write_times(collection: Collection, files: DataFiles) -> None:
    """Write ``dates`` and ``changed``."""
    files.write("dates", list(collection.dates))
    files.write("changed", list(collection.changed))


def write_stories(collection: Collection, files: DataFiles, progress: Progress) -> None:
    """Write ``ids``, ``labels`` (facet -> value -> its name beside a story), and ``stories/N``.

    A story consists of its id, day, the index of its main page among its pages, address on the portal, number of files,
    pages (language, and 0 if it shows the text of another language), and values of the facets `SHOWN`. The titles
    follow, grouped by language, because text of one script compresses better; the head contains their sizes.
    """
    files.write("ids", list(collection.ids))
    db = collection.connect()
    rows = {row["id"]: row for row in db.execute("SELECT * FROM stories")}
    voices = _voices(collection)
    labels: dict[str, dict[str, str]] = {name: {} for name in SHOWN}
    terms = [_terms(collection, column, labels[name]) for name, column in SHOWN.items()]
    files.write("labels", labels)
    total = len(collection.ids)
    for first in range(0, total, SHARD):
        if first % 1000 == 0:
            progress("Writing the stories", first, total)
        stories: list[Any] = []
        titles: dict[str, list[str]] = defaultdict(list)
        for story in collection.ids[first : first + SHARD]:
            row, pages = rows[story], voices[story]
            main = next((place for place, page in enumerate(pages) if page["url"] == row["url"]), 0)
            languages = [(page["language"],) if page["voice"] is not None else (page["language"], 0) for page in pages]
            for page in pages:
                titles[page["language"]].append(page["title"].replace("\n", " "))
            codes = [of_stories.get(story, ()) for of_stories in terms]
            stories.append((story, row["publication_date"], main, row["url"], row["files"], languages, codes))
        bodies = ["\n".join(of_language).encode() for of_language in titles.values()]
        sizes = [(language, len(body)) for language, body in zip(titles, bodies, strict=True)]
        files.write(f"stories/{first // SHARD}", (sizes, stories), *bodies)


def _voices(collection: Collection) -> dict[str, list[Any]]:
    """Story -> its items: first those of its titles, in their order, then the others."""
    rows = collection.connect().execute(
        "SELECT n.story_id, n.language, n.title, n.url, t.position AS voice"
        " FROM news n LEFT JOIN stories_titles t ON t.stories_id = n.story_id AND t.language = n.language"
        " ORDER BY n.story_id, t.position IS NULL, t.position, n.id"
    )
    return {story: list(items) for story, items in groupby(rows, key=lambda row: str(row["story_id"]))}


def _terms(collection: Collection, column: str, labels: dict[str, str]) -> dict[str, list[str]]:
    """Story -> its values; their names are added to ``labels``."""
    codes: dict[str, list[str]] = defaultdict(list)
    for story, code, label in collection.connect().execute(
        f'SELECT stories_id, id, label FROM "stories_{column}" WHERE id IS NOT NULL ORDER BY stories_id, position'  # noqa: S608
    ):
        codes[story].append(code)
        labels[code] = label
    return codes
