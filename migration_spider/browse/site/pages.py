"""Renders the pages of the static site with the templates of the server."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from archive.dataset.draft import Progress
from migration_spider.browse.collection import Collection
from migration_spider.browse.overview import overview
from migration_spider.browse.render import Renderer
from migration_spider.browse.selection import EVERYTHING
from migration_spider.browse.site.addresses import LISTS, STATIC, STORIES, FileLinks, file_name
from migration_spider.browse.standing_page import standing
from migration_spider.browse.story import story
from migration_spider.browse.story_view import values

UNDATED = "undated"
"""Name of the list of stories without a date, among those of years."""


@dataclass(frozen=True, slots=True)
class Line:
    """A story in a plain list."""

    id: str
    title: str
    language: str
    date: str | None
    url: str | None
    languages: str


class Pages:
    """Writes the pages of ``collection`` to ``folder``.

    Args:
        data: Folder of the data files, relative to the root of the site.
        with_stories: Whether each story gets its own page.
    """

    def __init__(self, collection: Collection, folder: Path, data: str, *, with_stories: bool) -> None:
        self._collection, self._folder, self._data, self._with_stories = collection, folder, data, with_stories
        self._renderers = [Renderer(FileLinks(depth, pages=with_stories)) for depth in (0, 1)]

    def write(self, progress: Progress) -> None:
        """Write all pages."""
        progress("Writing the pages", 0, 0)
        self._write_static()
        self._page("index.html", "overview.html", **overview(self._collection, self._renderers[0].links))
        self._page("about.html", "about.html", **standing(self._collection))
        languages = [*self._collection.facets["language"].bits]
        self._page("search.html", "site_search.html", selection=EVERYTHING, languages=languages)
        self._page("story.html", "site_story.html")
        self._write_lists()
        if self._with_stories:
            self._write_stories(progress)

    def _page(self, path: str, template: str, **values: Any) -> None:
        target = self._folder / path
        target.parent.mkdir(exist_ok=True)
        renderer = self._renderers[path.count("/")]
        html = renderer.page(template, self._collection, data=self._data, with_stories=self._with_stories, **values)
        target.write_text(html, encoding="utf-8", newline="\n")

    def _write_static(self) -> None:
        (self._folder / STATIC).mkdir()
        for source in (files("migration_spider.browse") / "static", files("migration_spider.browse.site") / "files"):
            for file in source.iterdir():
                if file.is_file():
                    (self._folder / STATIC / file.name).write_bytes(file.read_bytes())
        (self._folder / ".nojekyll").touch()  # GitHub Pages: publish the files unchanged

    # ---- plain lists, for browsers without scripts

    def _write_lists(self) -> None:
        lines = self._lines()
        years = []
        for year, of_year in groupby(lines, key=lambda line: (line.date or "")[:4] or UNDATED):
            stories = list(of_year)
            years.append((year, len(stories)))
            heading = "Stories without date" if year == UNDATED else f"Stories of {year}"
            self._page(f"{LISTS}/{year}.html", "site_list.html", heading=heading, stories=stories)
        self._page(f"{LISTS}/index.html", "site_lists.html", years=years, undated=UNDATED)

    def _lines(self) -> list[Line]:
        """All stories in the order of the collection."""
        rows = self._collection.connect().execute(
            "SELECT s.id, s.title, s.source_language, s.publication_date, s.url,"
            " (SELECT group_concat(language, ' ') FROM (SELECT language FROM stories_titles WHERE stories_id = s.id"
            " ORDER BY position)) FROM stories s"
        )
        lines = {row[0]: Line(row[0], row[1], row[2] or "", row[3], row[4], row[5] or "") for row in rows}
        return [lines[story] for story in self._collection.ids]

    # ---- stories

    def _write_stories(self, progress: Progress) -> None:
        total = len(self._collection.ids)
        for count, name in enumerate(self._collection.ids):
            if count % 100 == 0:
                progress("Writing the pages of the stories", count, total)
            content = values(self._collection, self._renderers[1].links, story(self._collection, name))
            self._page(f"{STORIES}/{file_name(name)}.html", "story.html", **content)
