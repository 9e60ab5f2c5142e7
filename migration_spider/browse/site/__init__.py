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
    """A site that was written."""

    folder: Path
    stories: int
    files: int
    bytes: int
    with_stories: bool
    """Whether each story has a page of its own."""

    @property
    def said(self) -> str:
        """What it is, and how it is opened."""
        lines = [f"Site of {self.stories:,} stories: {self.files:,} files, {self.bytes / 1e6:,.1f} MB"]
        if not self.with_stories:
            lines[0] += ", without a page for each story (--site-pages)"
        return "\n".join([*lines, f"Open it: {self.folder / 'index.html'}"])


def write_site(release: Path, folder: Path, pages: int, progress: Progress = lambda step, done, total: None) -> Site:
    """Write the site of the release in ``release`` to ``folder``; the same release and code give the same bytes.

    Args:
        folder: not there, empty, or a site before, which is replaced as a whole.
        pages: each story gets a page of its own when there are no more stories than this.

    Raises:
        DatasetError: it is no release that can be browsed, or ``folder`` holds something else.
        OSError: the site cannot be written; what was there before is still there.
    """
    collection = Collection(release)
    with_stories = len(collection.ids) <= pages
    with replacing(folder) as draft:
        # Named by its content, so that no browser takes what it keeps of an earlier site for a part of this one.
        data = f"data/{sha256((release / 'SHA256SUMS').read_bytes()).hexdigest()[:12]}"
        write_data(collection, draft / data, progress)
        Pages(collection, draft, data, with_stories=with_stories).write(progress)
        progress("Writing to disk", 0, 0)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Site(folder, len(collection.ids), len(sizes), sum(sizes), with_stories)
