"""The files of the static site: what they refer to, that they are the same each time, whose place they take."""

import base64
import json
import re
import shutil
import zlib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from archive.dataset import DatasetError
from migration_spider.browse.site import packing, require_free, write_site
from migration_spider.browse.site.addresses import FileLinks, file_name


class Page(HTMLParser):
    """What a page refers to, and whether it is as the policy wants it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.policy, self.inline = [], None, []
        self._script = False
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.links += [attributes[name] for name in ("href", "src", "action") if attributes.get(name)]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        inline = {name for name in attributes if name.startswith("on") or name == "style"}
        if inline or tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline.append((tag, inline))


def test_every_page_has_the_policy_and_nothing_inline_and_leads_to_files_that_are_there(site):
    pages = sorted(site.rglob("*.html"))
    assert {"index.html", "search.html", "story.html"} <= {page.name for page in pages}
    for path in pages:
        page = Page(path)
        assert (page.policy, page.inline) == (FileLinks.policy, []), path
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                assert parts.scheme in ("", "http", "https", "data"), (path, link)
                continue
            assert not parts.path.startswith("/"), (path, link)
            assert (path.parent / unquote(parts.path)).is_file(), (path, link)


def test_the_lists_have_every_story(collection, site):
    linked = {
        Path(link).name
        for path in (site / "list").glob("*.html")
        for link in Page(path).links
        if link.startswith("../stories/")
    }
    assert {f"{file_name(story)}.html" for story in collection.ids} == linked


def test_the_same_release_gives_the_same_bytes(collection, site, tmp_path):
    again = tmp_path / "again"
    write_site(collection.folder, again, 1000)
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file())
    assert [name for name in names if (site / name).read_bytes() != (again / name).read_bytes()] == []


def test_without_pages_of_their_own_stories_have_one_that_is_filled_by_script(collection, tmp_path):
    folder = tmp_path / "website"
    assert not write_site(collection.folder, folder, len(collection.ids) - 1).with_stories
    assert not (folder / "stories").exists()
    assert 'data-pages="no"' in (folder / "search.html").read_text("utf-8")


def test_a_data_file_is_one_call_whatever_it_holds(tmp_path):
    hostile = ['"); alert(1); ("', "</script><script>", "\u2028\u2029\\", "\x00\n"] * 50
    packing.DataFiles(tmp_path).write("a/b", hostile, b"\x00\xff" * 99, b"more")
    written = (tmp_path / "a" / "b.js").read_bytes()
    [packed] = re.fullmatch(rb'siteData\("a/b","([0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+)"\)\n', written).groups()
    squeezed = zlib.decompressobj(-15)
    content = squeezed.decompress(base64.b85decode(packed))
    assert (squeezed.eof, squeezed.unused_data) == (True, b"")  # browsers refuse anything behind the end
    size = int.from_bytes(content[:4], "little")
    assert (json.loads(content[4 : 4 + size]), content[4 + size :]) == (hostile, b"\x00\xff" * 99 + b"more")


def test_a_story_is_a_safe_name_of_a_file():
    assert file_name("8836") == "8836"
    assert file_name("ab12@zh-Hant") == "ab12@zh-Hant"
    names = [file_name(one) for one in ("../a", "..\\a", "a/b", "a~b", "a b", "CON:", "é")]
    assert all(re.fullmatch(r"[0-9A-Za-z@_~-]+", name) for name in names)
    assert len({*names}) == len(names)


def test_a_site_takes_the_place_of_the_one_before(collection, site, tmp_path):
    folder = tmp_path / "website"
    shutil.copytree(site, folder)
    (folder / "list" / "1999.html").write_text("of a story that is gone")
    write_site(collection.folder, folder, 0)
    assert not (folder / "list" / "1999.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["website"]


@pytest.mark.parametrize("name", ["notes.txt", ".git"])
def test_nothing_else_is_ever_lost(collection, site, tmp_path, name):
    foreign, mixed = tmp_path / "foreign", tmp_path / "mixed"
    foreign.mkdir()
    shutil.copytree(site, mixed)
    for folder, problem in ((foreign, "is not a site"), (mixed, "other files")):
        (folder / name).write_text("mine")
        with pytest.raises(DatasetError, match=problem):
            write_site(collection.folder, folder, 0)
        assert (folder / name).read_text() == "mine"
    with pytest.raises(DatasetError, match="is not a folder"):
        require_free(foreign / name)


def test_what_fails_leaves_the_site_before(collection, site, tmp_path, monkeypatch):
    folder = tmp_path / "website"
    shutil.copytree(site, folder)

    def full(step, done, total):
        if step == "Writing the pages":
            raise OSError(28, "No space left on device", "x")

    with pytest.raises(OSError, match="No space"):
        write_site(collection.folder, folder, 0, full)
    assert (folder / "index.html").read_bytes() == (site / "index.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["website"]
