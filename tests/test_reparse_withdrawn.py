"""Items that were gone, and items that a killed run left: the lines again as they were, in their place."""

import json
import shutil

import pytest

from archive import read_record
from archive.repair import repair
from tests.burial import bury
from tests.crawling import crawl, items, scrapy
from tests.portal import Portal


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A data folder in which three items were gone, and two of them came back unchanged in the run after."""
    data = tmp_path_factory.mktemp("withdrawn")
    with Portal(nodes=12) as portal:
        crawl(data, site=portal.url)
        ids = list(dict.fromkeys(line["id"] for line in items(data)))
        for item_id, status in zip(ids[:2], (404, 301), strict=True):
            bury(data, item_id, status)
        crawl(data, "languages=en,fr,es", site=portal.url)
        bury(data, ids[2], 403)
        bury(data, ids[0])
    return data


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def again(data, tmp_path, *words, code=0):
    """What `scrapy reparse` makes of the archive alone, and what it prints."""
    shutil.copytree(data / "warc", tmp_path / "again" / "warc")
    printed = scrapy("reparse", *words, data=tmp_path / "again", code=code).decode()
    return lines(tmp_path / "again" / "items" / "news.jsonl"), printed


@pytest.mark.parametrize("jobs", [1, 2])
def test_tombstones_stand_in_their_place_byte_for_byte(archive, tmp_path, jobs):
    found, printed = again(archive, tmp_path, "--jobs", jobs)
    stored = lines(archive / "items" / "news.jsonl")
    assert 4 == sum(b'"tombstone":' in line for line in stored)
    # What came back has the next version, though its content is as before.
    versions = {}
    for line in map(json.loads, stored):
        versions.setdefault(line["id"], []).append((line["version"], "tombstone" in line))
    assert [(1, False), (2, True), (3, False), (4, True)] in versions.values()
    assert [(1, False), (2, True), (3, False)] in versions.values()
    assert stored == found
    assert "4 withdrawn" in printed


def test_a_repaired_archive_is_cited_where_the_proof_lies_now(archive, tmp_path):
    for file in sorted((archive / "warc").glob("*.warc.gz")):
        (tmp_path / "again" / "warc").mkdir(parents=True, exist_ok=True)
        # A copy of another file's first record moves all that follows.
        head = file.read_bytes()
        repair_of = tmp_path / file.name
        repair_of.write_bytes(b"garbage in front of it" * 50 + head)
        repair(repair_of, tmp_path / "again" / "warc" / file.name.replace(".warc", ".repaired.warc"))
    scrapy("reparse", data=tmp_path / "again")
    found = items(tmp_path / "again")
    assert [line["id"] for line in items(archive)] == [line["id"] for line in found]
    for line in found:
        proof = line["warc"]
        assert ".repaired." in proof["file"]
        record = read_record(tmp_path / "again" / "warc" / proof["file"], proof["offset"], proof["length"])
        assert (proof["record_id"], proof["payload_digest"]) == (
            record.record_id,
            record.headers.get("WARC-Payload-Digest"),
        )
    for line in (found[0], found[-1]):
        assert b"evidence" in scrapy("show", line["id"], "--verify", data=tmp_path / "again")


def test_the_order_of_the_files_given_does_not_matter(archive, tmp_path):
    files = sorted((archive / "warc").glob("*.warc.gz"))
    assert len(files) > 3
    scrapy("reparse", "--output", tmp_path / "items.jsonl", *files[::-1])
    assert (archive / "items" / "news.jsonl").read_bytes() == (tmp_path / "items.jsonl").read_bytes()


def test_all_adds_no_line_for_pages_that_repeat(archive, tmp_path):
    assert lines(archive / "items" / "news.jsonl") == again(archive, tmp_path, "--all")[0]


def test_a_note_without_its_page_is_named(archive, tmp_path):
    _, *rest = sorted((archive / "warc").glob("*.warc.gz"))
    output = scrapy("reparse", "--output", tmp_path / "items.jsonl", *rest, code=3).decode()
    came_back = [line for line in items(archive) if line["version"] == 3]
    assert 2 == len(came_back)
    for line in came_back:
        assert f"{line['id']}, version 3: the page it was read from is not in these files" in output
    assert "2 items without page" in output
    # What is withdrawn is told all the same.
    stored = [line for line in lines(archive / "items" / "news.jsonl") if b'"tombstone":' in line]
    assert stored == lines(tmp_path / "items.jsonl")


def test_an_item_whose_line_was_never_written_is_that_of_the_next_run(tmp_path):
    """The run was killed between the record and the line."""
    with Portal(nodes=8) as portal:
        crawl(tmp_path, site=portal.url)
        file = tmp_path / "items" / "news.jsonl"
        before = lines(file)
        file.write_bytes(b"".join(before[:-1]))
        for left in tmp_path.glob("state.sqlite*"):
            left.unlink()
        crawl(tmp_path, site=portal.url)
    stored = lines(file)
    assert before[:-1] == stored[:-1]
    assert json.loads(before[-1])["run_id"] != json.loads(stored[-1])["run_id"]
    assert stored == again(tmp_path, tmp_path)[0]


def test_items_that_were_lost_and_crawled_again_keep_their_history(tmp_path):
    with Portal(nodes=8) as portal:
        crawl(tmp_path, site=portal.url)
        before = lines(tmp_path / "items" / "news.jsonl")
        shutil.rmtree(tmp_path / "items")
        for left in tmp_path.glob("state.sqlite*"):
            left.unlink()
        crawl(tmp_path, site=portal.url)
    found, _ = again(tmp_path, tmp_path)
    assert len(before) == len(found)
    assert before[:-1] == found[:-1]


def test_a_run_with_a_user_agent_of_its_own_is_ours(tmp_path):
    with Portal(nodes=8) as portal:
        crawl(tmp_path, "max_items=3", site=portal.url, USER_AGENT="Another/1.0")
    assert lines(tmp_path / "items" / "news.jsonl") == again(tmp_path, tmp_path)[0]


def test_what_a_killed_run_left_unfinished_is_read_too(archive, tmp_path):
    shutil.copytree(archive / "warc", tmp_path / "again" / "warc")
    last = max((tmp_path / "again" / "warc").glob("*.warc.gz"))
    last.rename(last.with_name(last.name + ".open"))
    scrapy("reparse", data=tmp_path / "again")
    assert lines(archive / "items" / "news.jsonl") == lines(tmp_path / "again" / "items" / "news.jsonl")


def test_diff_knows_what_is_withdrawn(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "data")
    assert "No difference." in scrapy("reparse", "--diff", data=tmp_path / "data").decode()
