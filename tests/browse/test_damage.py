"""A damaged archive: it is said wherever one looks, and nothing else stands in for what is lost."""

import shutil
import zipfile
from gzip import decompress
from io import BytesIO
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from archive.cdxj import build_index, warc_files
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive, archive_of
from migration_spider.browse.captured import captured
from migration_spider.browse.collection import Collection
from migration_spider.publish import holdings_of
from tests.browse.conftest import CHANGED

ITEM = f"{CHANGED}@en"


@pytest.fixture(scope="module")
def damaged(collection, harvested, tmp_path_factory):
    """The same items with an archive in which one bit of the page of `ITEM` is another."""
    folder = tmp_path_factory.mktemp("damaged")
    for name in ("warc", "index.cdxj"):
        there = harvested / name
        (shutil.copytree if there.is_dir() else shutil.copy)(there, folder / name)
    row = collection.connect().execute("SELECT * FROM news WHERE id = ?", (ITEM,)).fetchone()
    path = folder / "warc" / row["warc_file"]
    data = bytearray(path.read_bytes())
    data[row["warc_offset"] + row["warc_length"] // 2] ^= 1
    path.write_bytes(data)
    before = (folder / "index.cdxj").read_bytes()
    with holdings_of(folder / "warc") as holdings:
        (said,) = holdings.damaged
    assert f"{path}: at byte {row['warc_offset']}: " in said
    assert before == (folder / "index.cdxj").read_bytes()
    return SimpleNamespace(folder=folder, row=row)


def browsing(collection, archive):
    """(what is browsed, who asks)"""
    there = Collection(collection.folder, archive, collection.data_dir)
    return there, TestClient(application(lambda: there), base_url="http://127.0.0.1", follow_redirects=False)


def stamp(row):
    return "".join(sign for sign in row["warc_date"][:19] if sign.isdigit())


def test_damage_is_said_by_every_page_that_is_about_it(collection, damaged):
    there, asks = browsing(collection, Archive(damaged.folder / "warc", damaged.folder / "index.cdxj"))
    assert f"{damaged.row['warc_file']} is damaged: it cannot be read from byte " in asks.get("/about").text
    story = asks.get(f"/stories/{CHANGED}?language=en").text
    assert f"The record that {ITEM} was read from cannot be read" in story
    assert 1 == story.count("damaged: it cannot be read")
    page = captured(there, str(CHANGED), "en").page
    assert page.cited.is_damaged
    others = [page for page in captured(there, str(CHANGED), "en").pages if page.item != ITEM]
    assert others
    assert not any(page.problem or capture.is_damaged for page in others for capture in page.captures)


@pytest.mark.parametrize("kind", ["", "id_"])
@pytest.mark.parametrize("is_index_lost", [False, True])
def test_no_other_capture_stands_for_one_that_is_cited_and_damaged(collection, damaged, tmp_path, kind, is_index_lost):
    index = tmp_path / "index.cdxj" if is_index_lost else damaged.folder / "index.cdxj"
    if is_index_lost:
        build_index(warc_files(damaged.folder / "warc"), index)
    there, asks = browsing(collection, Archive(damaged.folder / "warc", index))
    url = damaged.row["warc_target_uri"]
    answer = asks.get(f"/memento/{stamp(damaged.row)}{kind}/{url}")
    assert 500 == answer.status_code
    assert "The archived answer cannot be read" in answer.text
    assert captured(there, str(CHANGED), "en").page.problem
    # What stands behind it in the file is there.
    query = "SELECT * FROM news WHERE warc_file = ? AND warc_offset > ?"
    behind = collection.connect().execute(query, (damaged.row["warc_file"], damaged.row["warc_offset"])).fetchall()
    assert behind
    for row in behind:
        assert 200 == asks.get(f"/memento/{stamp(row)}/{row['warc_target_uri']}").status_code


def test_a_folder_of_damaged_files_without_an_index_is_shown_as_far_as_it_can_be(collection, damaged, tmp_path):
    warc = shutil.copytree(damaged.folder / "warc", tmp_path / "only")
    archive = archive_of(collection.folder, warc)
    assert [damaged.row["warc_offset"]] == [one.offset for one in archive.damage]
    story = browsing(collection, archive)[1].get(f"/stories/{CHANGED}?language=en").text
    assert "damaged, or not here" in story


def test_a_package_names_the_page_that_is_damaged_and_has_the_others(collection, damaged):
    _, asks = browsing(collection, Archive(damaged.folder / "warc", damaged.folder / "index.cdxj"))
    answer = asks.get("/stories.wacz")
    assert 200 == answer.status_code
    with zipfile.ZipFile(BytesIO(answer.content)) as package:
        (name,) = [one for one in package.namelist() if one.endswith(".warc.gz")]
        records = decompress(package.read(name)).decode("utf-8", "replace")
    assert 1 == records.count("notReadable: ")
    assert f"notReadable: {damaged.row['warc_target_uri']}\r\n" in records


def test_a_package_of_nothing_but_damage_is_refused_with_the_reason(collection, damaged, tmp_path):
    warc = shutil.copytree(damaged.folder / "warc", tmp_path / "warc")
    for path in warc.iterdir():
        if path.name.endswith(".gz"):
            path.write_bytes(bytes(path.stat().st_size))
    shutil.copy(damaged.folder / "index.cdxj", tmp_path)
    _, asks = browsing(collection, Archive(warc, tmp_path / "index.cdxj"))
    answer = asks.get("/stories.wacz")
    assert 409 == answer.status_code
    assert "there is no page to package" in answer.text
    assert "at byte " in answer.text
