"""The items again from the archive, without the network."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict

import pytest

from archive.warc.lock import CollectionLock
from migration_spider.reparse import rebuild
from migration_spider.reparse.diff import compare, table
from migration_spider.reparse.engines import EngineError, processes
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import sources
from migration_spider.spiders.scope import Scope
from tests.archive.raw_server import Case, RawServer
from tests.crawling import crawl, items, scrapy
from tests.portal import Portal


def reparse(*words, code=0, data=None):
    return scrapy("reparse", *words, data=data, code=code).decode()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A data folder after two crawls, the first of a part of the site."""
    data = tmp_path_factory.mktemp("archive")
    with Portal(nodes=12) as portal:
        crawl(data, "languages=en", site=portal.url)
        crawl(data, site=portal.url)
    return data


@pytest.mark.parametrize("jobs", [1, 2])
def test_lines_are_those_of_the_crawl(archive, tmp_path, jobs):
    shutil.copytree(archive / "warc", tmp_path / "warc")
    reparse("--jobs", jobs, data=tmp_path)
    assert (archive / "items" / "news.jsonl").read_bytes() == (tmp_path / "items" / "news.jsonl").read_bytes()
    assert ["news.jsonl"] == [file.name for file in (tmp_path / "items").iterdir()]


def test_what_the_crawl_left_out_is_left_out_or_read_with_all(tmp_path):
    with Portal(nodes=12) as portal:
        # RSS names pages without their date: old ones are fetched, and then left out.
        rss = {"MIGRATION_NEWS_LISTINGS": "", "MIGRATION_LISTINGS": "", "MIGRATION_SITEMAPS": ""}
        since = sorted(row["date"] for row in portal.truth() if row["date"])[-3]
        crawl(tmp_path / "part", f"since={since}", "languages=en", site=portal.url, **rss)
        whole = {row["url"] for row in portal.truth() if row["lang"] == "en" and not row.get("redirected")}
    wanted = (tmp_path / "part" / "items" / "news.jsonl").read_bytes()
    reparse("--output", tmp_path / "same.jsonl", data=tmp_path / "part")
    assert wanted == (tmp_path / "same.jsonl").read_bytes()
    reparse("--all", "--output", tmp_path / "all.jsonl", data=tmp_path / "part")
    found = {json.loads(line)["url"] for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()}
    assert found <= whole
    assert len(found) > wanted.count(b"\n")


def test_a_crawl_goes_on_after_a_rebuild(archive, tmp_path):
    shutil.copytree(archive / "warc", tmp_path / "warc")
    reparse(data=tmp_path)
    before = (tmp_path / "items" / "news.jsonl").read_bytes()
    with Portal(nodes=12) as portal:
        crawl(tmp_path, "max_items=3", site=portal.url)
    assert (tmp_path / "items" / "news.jsonl").read_bytes().startswith(before)


def test_an_item_that_becomes_what_it_was_before_is_a_version_of_its_own(tmp_path):
    def page(title):
        html = b'<html lang="en"><title>%b</title><article class="node--type-news"><h1>%b</h1>' % (title, title)
        html += b"<div class=body><p>" + b"Words of the page. " * 20 + b"</p></div></article></html>"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(html)
        return Case(name="page", pieces=[head + html])

    missing = Case(name="other", pieces=[b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"])
    with RawServer(defaultdict(lambda: missing)) as server:
        (tmp_path / "urls").write_text("/page\n", encoding="utf-8")
        for title in (b"First", b"First", b"Second", b"First"):
            server.cases["page"] = page(title)
            crawl(tmp_path, f"urls={tmp_path / 'urls'}", site=server.base)
    lines = items(tmp_path)
    assert [1, 2, 3] == [line["version"] for line in lines]
    assert lines[0]["warc"] == lines[2]["warc"]
    assert lines[2]["fetched_at"] >= lines[1]["fetched_at"] >= lines[0]["fetched_at"]
    shutil.move(tmp_path / "items", tmp_path / "before")
    reparse(data=tmp_path)
    assert (tmp_path / "before" / "news.jsonl").read_bytes() == (tmp_path / "items" / "news.jsonl").read_bytes()


def test_diff_says_what_changed_and_writes_nothing(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "data")
    file = tmp_path / "data" / "items" / "news.jsonl"
    assert "No difference." in reparse("--diff", data=tmp_path / "data")
    changed = file.read_text(encoding="utf-8").replace('"title":"', '"title":"Old ', 2)
    file.write_text(changed, encoding="utf-8")
    output = reparse("--diff", data=tmp_path / "data")
    assert re.search(r"^title +2 items$", output, re.MULTILINE)
    assert '- "Old ' in output
    assert changed == file.read_text(encoding="utf-8")
    assert [file] == list(file.parent.iterdir())


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_one_clear_error():
    with processes(2) as engine, pytest.raises(EngineError, match="one of the 2 processes was killed"):
        list(engine(die, range(3)))


POOL = """
import os, sys, time
from migration_spider.reparse.engines import processes

def told(number):
    # At once: print() writes the end of the line on its own where output is unbuffered, and the two mix.
    os.write(1, b"%d\\n" % os.getpid())
    time.sleep(60)

if __name__ == "__main__":
    with processes(2) as engine:
        list(engine(told, range(2), 1))
"""


def test_processes_end_with_the_one_that_started_them(tmp_path):
    (tmp_path / "pool.py").write_text(POOL, encoding="utf-8")
    words = [sys.executable, str(tmp_path / "pool.py")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}) as parent:
        for _ in range(2):
            assert int(parent.stdout.readline()) != parent.pid
        parent.kill()
        # They have it open until their end.
        assert b"" == parent.communicate(timeout=30)[0]


def write(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def examples(tmp_path, before, after):
    """Name of a difference -> its examples."""
    found = compare(write(tmp_path / "a", *before), write(tmp_path / "b", *after))
    return {difference.name: difference.examples for difference in found}


def line(item_id, title, capture=0, **fields):
    times = dict.fromkeys(("first_seen", "last_changed", "fetched_at"), f"2026-01-{capture + 1:02}T00:00:00Z")
    where = dict.fromkeys(("file", "record_id", "target_uri", "date", "payload_digest"), "") | {
        "offset": 0,
        "length": 0,
    }
    whole = {"version": 1, "run_id": "", "content_sha256": "", "warc": where}
    return {"id": item_id, "url": f"u{item_id}", "title": title, **times, **whole, **fields}


def test_compare_names_items_that_come_and_go(tmp_path):
    assert {
        "title": [("1@en", "A", "B")],
        "-item": [("2@en", "u2@en", None)],
        "+item": [("3@en", None, "u3@en")],
    } == examples(tmp_path, [line("1@en", "A"), line("2@en", "A")], [line("1@en", "B"), line("3@en", "A")])


def test_compare_looks_at_all_versions(tmp_path):
    before = [line("1@en", "A", 1), line("1@en", "B", 2), line("1@en", "C", 3)]
    assert {"title": [("1@en", "A", "a")]} == examples(tmp_path, before, [line("1@en", "a", 1), *before[1:]])
    assert {"-version": [("1@en", "u1@en", None)]} == examples(tmp_path, before, [before[0], before[2]])
    assert {"+version": [("1@en", None, "u1@en")]} == examples(tmp_path, before[:1], before[:2])
    everywhere = [{**one, "title": one["title"] * 2} for one in before]
    (difference,) = compare(write(tmp_path / "a", *before), write(tmp_path / "b", *everywhere))
    assert (1, 3, 1) == (difference.count, difference.versions, len(difference.examples))
    assert "title                         1 items, 3 versions" in table([difference])


def test_compare_tells_a_field_that_only_one_side_has_from_a_change(tmp_path):
    before = [line(f"{number}@en", "A") for number in range(5)]
    after = [{**one, "quay": ["North"] if one["id"] == "4@en" else []} for one in before]
    (difference,) = compare(write(tmp_path / "a", *before), write(tmp_path / "b", *after))
    assert ("+field quay", 5, [("4@en", None, ["North"])]) == (difference.name, difference.count, difference.examples)
    assert table([difference]).startswith("+field quay                   5 items, 1 with a value\n")
    assert {"-field quay": [("4@en", ["North"], None)]} == examples(tmp_path, after, before)


def test_compare_takes_another_archive_from_the_last_version_backwards(tmp_path):
    before = [line("1@en", "A", 1), line("1@en", "B", 2)]
    assert {"-version": [("1@en", "u1@en", None)]} == examples(tmp_path, before, [line("1@en", "B", 9)])


def test_compare_keeps_items_and_tombstones_apart(tmp_path):
    gone = line("1@en", "A", 2, tombstone={"reason": "gone", "status": 404, "confirmed": 2})
    before = [line("1@en", "A", 1), gone]
    assert {} == examples(tmp_path, before, before)
    assert {"-version": [("1@en", "u1@en", None)]} == examples(tmp_path, before, before[:1])
    assert {"title": [("1@en", "A", "B")]} == examples(tmp_path, before, [line("1@en", "B", 1), gone])


def test_what_stands_is_not_written_over(archive):
    before = (archive / "items" / "news.jsonl").read_bytes()
    assert "exists" in reparse(data=archive, code=2)
    assert before == (archive / "items" / "news.jsonl").read_bytes()


def test_no_run_begins_the_file_meanwhile(archive, tmp_path):
    shutil.copytree(archive / "warc", tmp_path / "warc")
    lock = CollectionLock(tmp_path / "warc")
    assert "scrapy reparse: error: " in reparse(data=tmp_path, code=75)
    assert not (tmp_path / "items").exists()
    assert "is writing this archive" in reparse("--diff", data=tmp_path, code=75)
    reparse("--output", tmp_path / "elsewhere.jsonl", data=tmp_path)
    lock.release()
    reparse(data=tmp_path)


def test_a_file_that_was_made_meanwhile_is_not_written_over(archive, tmp_path):
    def begin(done, total):
        output.write_bytes(b"somebody else's\n")

    output = tmp_path / "items.jsonl"
    catalogue = scan(sources(str(path) for path in (archive / "warc").glob("*.warc.gz")))
    site = next(iter(catalogue.hosts))
    with pytest.raises(FileExistsError, match="created during the run"):
        rebuild(catalogue, Scope(f"http://{site}", ["en"], ["en"], []), output, progress=begin)
    assert b"somebody else's\n" == output.read_bytes()
    assert [output] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["no-such.warc.gz"], "no-such.warc.gz: no such file"),
        ([], "no such file"),
    ],
)
def test_wrong_usage_is_exit_code_2(tmp_path, words, says):
    output = reparse(*words, data=tmp_path, code=2)
    assert says in output
    assert "Traceback" not in output


def test_a_damaged_file_is_read_up_to_the_damage(archive, tmp_path):
    file = next((archive / "warc").glob("*.warc.gz"))
    broken = tmp_path / "broken.warc.gz"
    broken.write_bytes(file.read_bytes()[: file.stat().st_size * 4 // 5])
    output = reparse("--output", tmp_path / "items.jsonl", broken, code=3)
    assert "broken.warc.gz: at byte" in output
    whole = {line["id"]: line for line in items(archive)}
    lines = (tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines()
    assert 0 < len(lines) < len(whole)


def test_an_archive_of_wget_gives_the_same_items(shared, tmp_path):
    portals = shared / "portals"
    reparse("--output", tmp_path / "items.jsonl", portals / "olivero.warc.gz")
    table = subprocess.run(
        [sys.executable, portals / "score.py", tmp_path / "items.jsonl", portals / "truth.jsonl.gz"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert table.returncode == 0, table.stdout
