"""Harvests of a site that changes, one of them paused: their lines again from the archive alone."""

import json
import shutil
from urllib.parse import urlsplit

import pytest

from tests.crawling import items, run, scrapy, stats
from tests.harvesting import IN_TWO, command
from tests.portal import Portal


@pytest.fixture(scope="module")
def harvested(tmp_path_factory):
    """A data folder after harvests that met changed, rendered anew, unchanged, vanished and restored pages."""
    data = tmp_path_factory.mktemp("harvested")

    def harvest(*options, incomplete=False):
        words = command(data, *IN_TWO, "--full", *options, site=portal.url, MIGRATION_REQUISITES=True)
        run(words, 3 if incomplete else 0)
        return stats(data)

    with Portal(nodes=10) as portal:
        harvest()
        ids = list(dict.fromkeys(item["node_id"] for item in items(data)))
        with_file = [i["node_id"] for i in items(data) if any(one["sha256"] for one in i["attachments"])]
        gone, unpublished, changed, other = [node for node in ids if node not in with_file][:4]
        portal.editor.delete(gone)
        portal.editor.unpublish(unpublished)
        portal.editor.edit_field(changed, None, "date", "2020-02-02")
        portal.editor.replace_file(with_file[0], grow=True)
        portal.editor.restyle()
        again = harvest()
        assert again["migration/items/unconfirmed"] >= 2
        assert again["migration/items/rerendered"] > 0
        assert harvest()["migration/items/vanished"] >= 2
        portal.editor.restore(unpublished)
        portal.editor.edit_field(other, None, "date", "2020-02-02")
        harvest("--max-requests", "20", incomplete=True)
        harvest()
    return data


def test_lines_are_those_of_the_harvests(harvested, tmp_path):
    stored = (harvested / "items" / "news.jsonl").read_bytes()
    kinds = {}
    for line in map(json.loads, stored.splitlines()):
        kinds.setdefault(line["id"], []).append("gone" if "tombstone" in line else "there")
    assert {("there",), ("there", "there"), ("there", "gone"), ("there", "gone", "there")} <= set(
        map(tuple, kinds.values())
    )
    shutil.copytree(harvested / "warc", tmp_path / "warc")
    scrapy("reparse", "--jobs", 2, data=tmp_path)
    assert stored == (tmp_path / "items" / "news.jsonl").read_bytes()


def test_what_is_left_of_a_lost_archive_keeps_its_versions_and_times(harvested, tmp_path):
    stored = items(harvested)
    shutil.copytree(harvested / "warc", tmp_path / "warc")
    lost = min((tmp_path / "warc").glob("*.warc.gz"))
    lost.unlink()
    scrapy("reparse", data=tmp_path)
    left = [line for line in stored if "tombstone" in line or line["warc"]["file"] != lost.name]
    assert {2, 3} <= {line["version"] for line in left}
    # Not the digest of the content: that of a file which only the lost archive had is not confirmed any more.
    names = ("id", "version", "title", "first_seen", "last_changed", "fetched_at", "run_id", "warc")
    assert [[line[name] for name in names] for line in left] == [
        [line[name] for name in names] for line in items(tmp_path)
    ]


def test_every_version_and_tombstone_is_proved(harvested):
    for item_id in {line["id"] for line in items(harvested) if "tombstone" in line}:
        assert b"that it is gone" in scrapy("show", item_id, "--verify", data=harvested)


def test_a_site_that_has_moved_gives_the_same_lines(tmp_path):
    data = tmp_path / "data"
    with Portal(nodes=8) as portal:
        for site in (portal.url, portal.url.replace("127.0.0.1", "localhost")):
            run(command(data, "--full", *IN_TWO, site=site, MIGRATION_MAX_RENUMBERED=1))
            node = next(item["node_id"] for item in items(data) if any(one["sha256"] for one in item["attachments"]))
            portal.editor.replace_file(node, grow=True)
    assert {"127.0.0.1", "localhost"} == {urlsplit(item["url"]).hostname for item in items(data)}
    assert any(item["version"] == 2 and item["attachments"][0]["sha256"] for item in items(data))
    shutil.copytree(data / "warc", tmp_path / "again" / "warc")
    scrapy("reparse", data=tmp_path / "again")
    assert (data / "items" / "news.jsonl").read_bytes() == (tmp_path / "again" / "items" / "news.jsonl").read_bytes()
