"""The pages of a release as a static site with search, for a memory stick or any web host.

`write_site` is the only function for other modules. `pages` are rendered with the templates of the server. `data`
writes what the search reads, made from the full-text index, the facets and the stories of the release (`index`,
`records`), and packed (`packing`). ``files/`` has the scripts that read it. `target` moves the complete site into
place.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from archive.dataset.draft import Progress
from migration_spider.browse.collection import Collection
from migration_spider.browse.site.data import write_data
from migration_spider.browse.site.pages import Pages
from migration_spider.browse.site.target import replacing, require_free

__all__ = ["Site", "require_free", "write_site"]


@dataclass(frozen=True, slots=True)
class Site:
    """A written site."""

    folder: Path
    stories: int
    files: int
    bytes: int
    with_stories: bool
    """Whether each story has its own page."""

    @property
    def said(self) -> str:
        """A summary, with the address to open."""
        lines = [f"Site of {self.stories:,} stories: {self.files:,} files, {self.bytes / 1e6:,.1f} MB"]
        if not self.with_stories:
            lines[0] += ", without a page for each story (--site-pages)"
        return "\n".join([*lines, f"Open it: {self.folder / 'index.html'}"])


def write_site(release: Path, folder: Path, pages: int, progress: Progress = lambda step, done, total: None) -> Site:
    """Write the site of the release in ``release`` to ``folder``; the same release and code give the same bytes.

    Args:
        folder: A folder that does not exist, is empty, or has an earlier site, which is replaced.
        pages: Each story gets its own page if there are at most this many stories.

    Raises:
        DatasetError: It is not a release that can be browsed, or ``folder`` contains other files.
        OSError: The site cannot be written; the earlier one is unchanged.
    """
    collection = Collection(release)
    with_stories = len(collection.ids) <= pages
    with replacing(folder) as draft:
        # Named by its content, so that no browser uses cached files of an earlier site.
        data = f"data/{sha256((release / 'SHA256SUMS').read_bytes()).hexdigest()[:12]}"
        write_data(collection, draft / data, progress)
        Pages(collection, draft, data, with_stories=with_stories).write(progress)
        progress("Writing to disk", 0, 0)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Site(folder, len(collection.ids), len(sizes), sum(sizes), with_stories)
