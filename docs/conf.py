"""The documentation as a site: ``make docs`` writes it to build/docs/, without the network.

The pages are read on a code host, too: plain Markdown with links between files. What a site needs besides is made here:
the navigation from the lists of the index pages, and links to files that are no pages.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from migration_spider import __version__  # noqa: E402

project = "migration-spider"
author = "the authors of migration-spider"
release = version = __version__
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
highlight_language = "text"  # of blocks that name no language
smartquotes = False  # quotes in examples are typed as they are printed
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # DuckDB's SQL is more than the highlighter's

html_theme = "pydata_sphinx_theme"
html_title = "migration-spider"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "show_nav_level": 1,
    "navigation_with_keys": False,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}

INDEXES = ("index", "how-to/index", "reference/index", "explanation/index")
"""Pages whose links are the navigation, in this order."""

_FILE_NAMED = re.compile(r"\[((?:[\w./-]+/)?[\w-]+\.md)\]\(([^)#:]+\.md)(#[^)]*)?\)")
"""A link whose words are the name of a page's file."""

_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\.md\)")


def _named(index: str) -> dict[str, str]:
    """The pages that an index names, as paths below docs/ -> the words of the last link to it."""
    folder = (HERE / index).parent
    text = (HERE / f"{index}.md").read_text(encoding="utf-8")
    found = {(folder / name).resolve(): " ".join(words.replace("`", "").split()) for words, name in _LINK.findall(text)}
    return {page.relative_to(HERE).as_posix(): words for page, words in found.items() if page.is_relative_to(HERE)}


def _children(index: str) -> list[str]:
    """The pages below an index: those that it names, and no page that index.md names. What no index names is last."""
    above = {"index"} if index == "index" else {"index", *_named("index")}
    pages = [f"{words} </{page}>" for page, words in _named(index).items() if page not in above]
    if index == INDEXES[-1]:
        everything = {page.relative_to(HERE).with_suffix("").as_posix() for page in HERE.rglob("*.md")}
        pages += sorted(
            f"/{page}" for page in everything - {"index"} - {one for other in INDEXES for one in _named(other)}
        )
    return pages


def _prepared(app: object, page: str, content: list[str]) -> None:
    content[0] = _entitled(content[0], (HERE / page).parent)
    content[0] = content[0].replace("](../", "](path:../") if "/" not in page else _outside(content[0])
    if page in INDEXES:
        listed = "\n".join(_children(page))
        content[0] += f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"


def _entitled(text: str, folder: Path) -> str:
    """``text`` of a page in ``folder``: the site shows titles of pages where the files name each other."""

    def title(found: re.Match[str]) -> str:
        _, name, place = found.groups(default="")
        target = (folder / name).resolve()
        if not (target.is_relative_to(HERE) and target.is_file()):
            return found[0]
        heading = target.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
        return f"[{heading}]({name}{place})"

    return _FILE_NAMED.sub(title, text)


def _outside(text: str) -> str:
    """``text`` of a page in a folder of docs/: what is above docs/ is a file to be had, not a page."""
    return text.replace("](../../", "](path:../../")


def setup(app: object) -> None:
    app.connect("source-read", _prepared)  # type: ignore[attr-defined]
