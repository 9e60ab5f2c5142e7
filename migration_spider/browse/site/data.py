"""Writes all data files of the static site."""

from __future__ import annotations

from pathlib import Path

from archive.dataset.draft import Progress
from migration_spider.browse.collection import Collection
from migration_spider.browse.finding import PAGE
from migration_spider.browse.render import direction, language_name
from migration_spider.browse.site.index import Index
from migration_spider.browse.site.packing import DataFiles
from migration_spider.browse.site.records import SHARD, write_facets, write_stories, write_times


def write_data(collection: Collection, folder: Path, progress: Progress) -> None:
    """Write the data files of ``collection`` below ``folder``, and last ``site``, which describes them."""
    files = DataFiles(folder)
    write_facets(collection, files)
    write_times(collection, files)
    write_stories(collection, files, progress)
    description = Index(collection, files, progress).write()
    languages = [name for (name,) in collection.connect().execute("SELECT DISTINCT language FROM news ORDER BY 1")]
    areas = [
        key for (key,) in collection.connect().execute("SELECT id FROM places WHERE type <> 'country' ORDER BY id")
    ]
    names = {name: (language_name(name), direction(name)) for name in languages}
    description |= {"names": names, "areas": areas, "stories": len(collection.ids), "page": PAGE, "shard": SHARD}
    files.write("site", description)
