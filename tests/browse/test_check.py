"""The evidence of an item read again: what holds, what does not, what is not there, each said plainly."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient

from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.evidence import DAMAGED, DIFFERS, HOLDS, MISSING, NO_ARCHIVE, SAID
from tests.browse.conftest import CHANGED, GONE

ITEM = f"{CHANGED}@en"


@pytest.fixture
def warc(harvested, tmp_path) -> Path:
    """The WARC files, to be changed."""
    return shutil.copytree(harvested / "warc", tmp_path / "warc")


@pytest.fixture
def other(collection, warc) -> TestClient:
    """A server of the same items, whose archive is `warc`."""
    changed = Collection(collection.folder, Archive(warc, warc.parent / "index.cdxj"), collection.data_dir)
    return TestClient(application(lambda: changed), base_url="http://127.0.0.1")


def test_a_heading_is_one_word_after_the_other(client):
    page = html.fromstring(client.get(f"/check/{ITEM}").text)
    heading = page.xpath("//h2")[0]
    assert ("The page", ["The page"]) == (heading.text_content(), heading.xpath("bdi/text()"))


def cited(collection, key=ITEM):
    return collection.connect().execute("SELECT * FROM news WHERE id = ?", (key,)).fetchone()


def told(client, key=ITEM):
    """(the verdict, name of each record -> its verdict) as programs get it; people are told the same."""
    answer = client.get(f"/check/{key}?format=json")
    assert 200 == answer.status_code
    assert "no-store" == answer.headers["cache-control"]
    page = client.get(f"/check/{key}")
    assert 200 == page.status_code
    assert SAID[answer.json()["verdict"]] in page.text
    return answer.json()["verdict"], {one["name"]: one["verdict"] for one in answer.json()["records"]}


def flip(warc, row, place=None):
    """Change one byte of the record that a row cites."""
    path = warc / row["warc_file"]
    data = bytearray(path.read_bytes())
    data[row["warc_offset"] + (row["warc_length"] // 2 if place is None else place)] ^= 0xFF
    path.write_bytes(data)


def test_everything_that_an_item_claims_holds(client, collection):
    verdict, records = told(client)
    assert HOLDS == verdict
    files = collection.connect().execute("SELECT filename FROM news_attachments WHERE news_id = ?", (ITEM,)).fetchall()
    assert {"the page", "the page of version 1", *(f"the file {name}" for (name,) in files)} == set(records)
    answer = client.get(f"/check/{ITEM}?format=json").json()
    names = [one["name"] for one in answer["records"][0]["checks"]]
    assert ["record id", "address", "date", "payload digest", "block digest"] == names
    assert all(one["holds"] and one["claimed"] == one["found"] for one in answer["records"][0]["checks"])


def test_a_byte_that_changed_on_the_disk_is_seen(other, warc, collection):
    flip(warc, cited(collection))
    verdict, records = told(other)
    assert DAMAGED == verdict
    assert DAMAGED == records["the page"]
    assert HOLDS == records["the page of version 1"]


def test_a_byte_of_a_file_that_is_offered_is_seen(other, warc, collection):
    row = collection.connect().execute("SELECT * FROM news_attachments WHERE warc_file IS NOT NULL").fetchone()
    flip(warc, row)
    verdict, records = told(other, row["news_id"])
    assert DAMAGED == verdict
    assert DAMAGED == records[f"the file {row['filename']}"]
    assert HOLDS == records["the page"]


def test_a_record_that_is_whole_and_another_is_no_proof(collection, harvested, tmp_path):
    folder = shutil.copytree(collection.folder, tmp_path / "release")
    made = Collection(folder, Archive(harvested / "warc", harvested / "index.cdxj"))
    with closing(sqlite3.connect(folder / "news.sqlite")) as db, db:
        db.execute("UPDATE news SET warc_payload_digest = ? WHERE id = ?", ("sha256:" + "0" * 64, ITEM))
    client = TestClient(application(lambda: made), base_url="http://127.0.0.1")
    verdict, records = told(client)
    assert DIFFERS == verdict
    assert DIFFERS == records["the page"]
    assert "sha256:" + "0" * 64 in client.get(f"/check/{ITEM}").text


def test_a_file_that_is_not_there_and_an_archive_that_is_not_at_hand_are_told_apart(other, warc, collection):
    row = cited(collection)
    (warc / row["warc_file"]).unlink()
    verdict, records = told(other)
    assert MISSING == verdict
    assert MISSING == records["the page"]
    # What is told to programs goes elsewhere, where it is nobody's business where the archive lies.
    assert str(warc) not in other.get(f"/check/{ITEM}?format=json").text
    assert row["warc_file"] in other.get(f"/check/{ITEM}").text
    without = Collection(collection.folder)
    client = TestClient(application(lambda: without), base_url="http://127.0.0.1")
    assert NO_ARCHIVE == told(client)[0]


def test_a_link_in_the_archive_is_not_followed(other, warc, collection, harvested):
    name = cited(collection)["warc_file"]
    (warc / name).unlink()
    (warc / name).symlink_to(harvested / "warc" / name)
    assert MISSING == told(other)[0]


def test_that_an_item_is_gone_is_proved_too(client, other, warc, collection):
    key = f"{GONE}@en"
    verdict, records = told(client, key)
    assert HOLDS == verdict
    assert {"the answer that says that it is gone", "the page"} <= set(records)
    checks = client.get(f"/check/{key}?format=json").json()["records"][0]["checks"]
    assert {"name": "status", "claimed": "410", "found": "410", "holds": True} in checks
    flip(warc, collection.connect().execute("SELECT * FROM withdrawn WHERE id = ?", (key,)).fetchone())
    assert DAMAGED == told(other, key)[0]


@pytest.mark.parametrize("key", ["1@en", "..%2F..%2Fetc", "8836@en'--", "8836"])
def test_what_is_no_item_is_not_found(client, key):
    assert 404 == client.get(f"/check/{key}").status_code
