"""The captures of a story, the package of a selection, and the archives that a server can have."""

from __future__ import annotations

import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive.cdxj import iter_captures, read_capture
from archive.wacz.reading import WaczFile
from migration_spider.browse import downloads_wacz
from migration_spider.browse.answering import file_name
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive, archive_of
from migration_spider.browse.captured import _lacks, captured, has_capture
from migration_spider.browse.collection import Collection
from migration_spider.browse.current import Current, source_of
from migration_spider.browse.selection import Selection
from tests.browse.conftest import CHANGED, GONE, config_of


def test_the_captures_of_a_story_are_told_from_each_other(collection):
    found = captured(collection, str(CHANGED), "en")
    (page,) = [page for page in found.pages if page.item == f"{CHANGED}@en"]
    # Its address changed with its title: those of both are captures of it.
    assert len({capture.url for capture in page.captures}) == 2
    assert [1, 2] == [capture.version for capture in page.captures if capture.version]
    assert {"first", "changed"} <= {capture.change for capture in page.captures}
    assert page.captures == sorted(page.captures, key=lambda one: one.timestamp)
    assert 0 <= page.captures[0].place <= page.captures[-1].place <= 100
    assert page.cited == found.shown
    assert 2 == found.shown.version
    assert page.captures[0] == captured(collection, str(CHANGED), "en", page.captures[0].timestamp).shown


def test_a_story_shows_the_capture_that_was_read_or_the_one_that_is_asked_for(client, collection):
    page = captured(collection, str(CHANGED), "en").page
    document = html.document_fromstring(client.get(f"/stories/{CHANGED}?language=en").text)
    (frame,) = document.iter("iframe")
    assert ("", f"/memento/{page.cited.timestamp}/{page.cited.url}") == (frame.get("sandbox"), frame.get("src"))
    assert page.cited.moment in frame.get("title")
    listed = document.xpath("//section[@class='captures']//ol/li/a/@href")
    assert sum(len(one.captures) for one in captured(collection, str(CHANGED), "en").pages) == len(listed)
    first = next(link for link in listed if page.captures[0].timestamp in link and "language=en" in link)
    again = html.document_fromstring(client.get(first).text)
    assert f"/memento/{page.captures[0].timestamp}/{page.captures[0].url}" == again.find(".//iframe").get("src")


def test_of_a_story_that_is_gone_the_last_page_is_shown(collection):
    found = captured(collection, str(GONE), "en")
    assert found.shown.status == 200
    changes = [capture.change for page in found.pages for capture in page.captures]
    assert "no-page" in changes


def test_the_pages_of_a_selection_are_one_package(client, collection, tmp_path):
    # A part of another package does not go on where one broke off: it is sent whole.
    answer = client.get("/stories.wacz?language=fr", headers={"Range": "bytes=9-"})
    assert "none" == answer.headers["accept-ranges"]
    assert (200, "application/wacz") == (answer.status_code, answer.headers["content-type"])
    name = file_name(collection, Selection.parse([("language", "fr")]), "stories", "wacz")
    assert f'attachment; filename="{name}"' == answer.headers["content-disposition"]
    known = {"if-none-match": answer.headers["etag"]}
    assert 304 == client.get("/stories.wacz?language=fr", headers=known).status_code
    (tmp_path / "some.wacz").write_bytes(answer.content)
    with WaczFile(tmp_path / "some.wacz") as package:
        assert [] == list(package.problems())
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        pages = file.read("pages/pages.jsonl").decode()
    there = collection.connect().execute(
        "SELECT url FROM news WHERE story_id IN (SELECT story_id FROM news WHERE language = 'fr')"
    )
    assert all(f'"{row["url"]}"' in pages for row in there)
    # What was packaged can be looked at instead of the archive.
    again = archive_of(collection.folder, tmp_path / "some.wacz")
    (cited, *_) = [one for one in iter_captures(again.index) if one.status == 200]
    assert cited.url == read_capture(again.folder, cited).target_uri


def test_a_selection_too_large_for_a_package_names_the_command(client, monkeypatch):
    monkeypatch.setattr(downloads_wacz, "MOST_STORIES", 2)
    answer = client.get("/stories.wacz")
    assert 413 == answer.status_code
    assert "scrapy archive-wacz" in answer.text
    assert 404 == client.get("/stories.wacz?q=nosuchwordanywhere").status_code
    assert 400 == client.get("/stories.wacz?page=x").status_code


def test_an_archive_that_is_none_is_one_sentence(tmp_path):
    for path in (tmp_path, Path(__file__)):
        with pytest.raises(Exception, match=r"neither a data folder|not a WACZ file"):
            archive_of(tmp_path, path)


def test_an_archive_that_is_named_is_taken_for_a_data_folder_too(collection, harvested, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(harvested / "items", data / "items")
    shutil.copytree(harvested / "runs", data / "runs")
    source = source_of(data, config_of(data), harvested)
    assert harvested / "warc" == Current(source)().archive.folder


def test_an_archive_without_an_index_gets_one_for_the_time_of_the_server(collection, harvested, tmp_path):
    data = tmp_path / "data"
    for name in ("items", "runs", "warc"):
        shutil.copytree(harvested / name, data / name)
    shutil.copytree(collection.folder, data / "dataset" / "latest")
    address = f"/timemap/link/{collection.connect().execute('SELECT url FROM news').fetchone()[0]}"
    for source in (source_of(data / "dataset", config_of(data)), source_of(data, config_of(data))):
        current = Current(source)
        (data / "index.cdxj").unlink(missing_ok=True)
        asks = TestClient(application(current), base_url="http://127.0.0.1")
        if current().archive.index.parent == data:  # made with the collection, and taken away since
            answer = asks.get(address)
            assert (500, True) == (answer.status_code, "The archive cannot be read: " in answer.text)
            assert str(tmp_path) not in answer.text
            current = Current(source)
            asks = TestClient(application(current), base_url="http://127.0.0.1")
        assert 200 == asks.get(address).status_code
        assert not (data / "index.cdxj").exists()


def test_what_a_page_lacks_is_counted_and_what_is_not_archived_is_no_link(collection, client, foreign):
    assert 0 == captured(collection, str(CHANGED), "en").lacks
    assert "looks different here than it did" not in client.get(f"/stories/{CHANGED}?language=en").text
    there = foreign.app.state.current()
    alone = Collection(collection.folder, Archive(there.archive.folder, there.archive.index))
    entry = SimpleNamespace(url="http://a.example/evil", timestamp="20260102030405")
    assert 1 == _lacks(alone.archive, entry)
    assert has_capture(alone.archive, "http://a.example/i.png")
    assert not has_capture(alone.archive, "http://evil.example/i")


def test_a_picture_that_is_not_archived_is_no_link(collection, client, foreign):
    query = "SELECT n.story_id FROM news_images i JOIN news n ON n.id = i.news_id LIMIT 1"
    (story,) = collection.connect().execute(query).fetchone()
    assert "archived picture</a>" in client.get(f"/stories/{story}").text
    text = foreign.get(f"/stories/{story}").text
    assert "archived picture</a>" not in text
    assert "not archived" in text
