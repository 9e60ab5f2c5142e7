"""The facets and the records of the stories as data files, in the order of the collection.

- ``facets``: of each value its name and its stories;
- ``stories/N``: what a list shows of `SHARD` stories that come one after the other, and `ids`: which these are;
- ``dates``, ``changed``: of each story the day of publication, and when it last changed.
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
"""Stories of a shard: few, as those of a page by relevance are from anywhere."""


def write_facets(collection: Collection, files: DataFiles) -> None:
    """``facets``; the values of each in the order in which equals are shown."""
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
    """``dates`` and ``changed``."""
    files.write("dates", list(collection.dates))
    files.write("changed", list(collection.changed))


def write_stories(collection: Collection, files: DataFiles, progress: Progress) -> None:
    """``ids``, ``labels`` (facet -> value -> its name beside a story), and ``stories/N``.

    A story is: its id, day, the place of the page that stands for it among its pages, address on the portal, number of
    files, pages (language, and 0 where it shows the text of another language), values of the facets `SHOWN`. The titles
    come behind: those of each language together, as letters of one script take less room so; the head says how much.
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
        told: list[Any] = []
        titles: dict[str, list[str]] = defaultdict(list)
        for story in collection.ids[first : first + SHARD]:
            row, pages = rows[story], voices[story]
            main = next((place for place, one in enumerate(pages) if one["url"] == row["url"]), 0)
            spoken = [(one["language"],) if one["voice"] is not None else (one["language"], 0) for one in pages]
            for one in pages:
                titles[one["language"]].append(one["title"].replace("\n", " "))
            codes = [found.get(story, ()) for found in terms]
            told.append((story, row["publication_date"], main, row["url"], row["files"], spoken, codes))
        bodies = ["\n".join(some).encode() for some in titles.values()]
        sizes = [(language, len(body)) for language, body in zip(titles, bodies, strict=True)]
        files.write(f"stories/{first // SHARD}", (sizes, told), *bodies)


def _voices(collection: Collection) -> dict[str, list[Any]]:
    """Story -> its items, as the story tells its languages; then the others."""
    rows = collection.connect().execute(
        "SELECT n.story_id, n.language, n.title, n.url, t.position AS voice"
        " FROM news n LEFT JOIN stories_titles t ON t.stories_id = n.story_id AND t.language = n.language"
        " ORDER BY n.story_id, t.position IS NULL, t.position, n.id"
    )
    return {story: list(some) for story, some in groupby(rows, key=lambda row: str(row["story_id"]))}


def _terms(collection: Collection, column: str, labels: dict[str, str]) -> dict[str, list[str]]:
    """Story -> its values; their names are added to ``labels``."""
    found: dict[str, list[str]] = defaultdict(list)
    for story, code, label in collection.connect().execute(
        f'SELECT stories_id, id, label FROM "stories_{column}" WHERE id IS NOT NULL ORDER BY stories_id, position'  # noqa: S608
    ):
        found[story].append(code)
        labels[code] = label
    return found
