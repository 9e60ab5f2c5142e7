"""`scrapy files` and `scrapy show FILE_URL`: the files that items offer, out of the archive."""

import argparse
import hashlib
import io
import json
import os

import pytest
from scrapy.exceptions import UsageError

from archive import read_record
from archive.dataset.holdings import Holdings
from migration_spider.commands.files import Command
from migration_spider.normalize.identity import LONGEST_NAME
from migration_spider.offered import MANIFEST, File, InTheWayError, export, select
from tests.archive.records import record
from tests.archive.records import write as write_warc
from tests.crawling import items, scrapy


@pytest.fixture(scope="module")
def offering(demo):
    """An item of the demo with a PDF and a Word file."""
    return next(item for item in items(demo.data) if len({file["media_type"] for file in item["attachments"]}) == 2)


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_the_files_of_an_item_are_written_with_a_manifest(demo, offering, tmp_path):
    bare = next(item["id"] for item in items(demo.data) if not item["attachments"])
    asked = (offering["id"], bare, "nobody@en")
    printed = scrapy("files", tmp_path / "out", *asked, data=demo.data, code=2).decode()
    assert f"{bare} offers no files" in printed
    assert "no item and no file nobody@en" in printed
    assert f"2 files written, 0 there already: {tmp_path / 'out' / MANIFEST}" in printed
    lines = [json.loads(line) for line in (tmp_path / "out" / MANIFEST).read_bytes().splitlines()]
    assert sorted(file["url"] for file in offering["attachments"]) == sorted(line["url"] for line in lines)
    for line in lines:
        data = (tmp_path / "out" / line["name"]).read_bytes()
        assert (line["sha256"], line["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
        where = line["warc"]
        held = read_record(demo.data / "warc" / where["file"], where["offset"], where["length"])
        assert (where["record_id"], data) == (held.record_id, held.payload)
        offered = {
            item["id"]
            for item in items(demo.data)
            if line["sha256"] in [file["sha256"] for file in item["attachments"]]
        }
        assert sorted(offered) == line["items"]
    assert {MANIFEST, *(line["name"] for line in lines)} == names(tmp_path / "out")


def test_where_nothing_is_known_nothing_is_written(demo, tmp_path):
    assert (
        "no item and no file nobody@en"
        in scrapy("files", tmp_path / "out", "nobody@en", data=demo.data, code=2).decode()
    )
    assert not (tmp_path / "out").exists()


def test_a_search_that_found_nothing_names_nothing(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n \n"))
    with pytest.raises(UsageError, match="standard input names no item and no file"):
        Command().run(["out", "-"], argparse.Namespace())


def test_a_file_is_told_of_and_printed(demo, offering):
    file = offering["attachments"][0]
    printed = scrapy("show", file["url"], data=demo.data).decode()
    for said in (file["sha256"], f"{file['size']} bytes", offering["id"], offering["title"], file["media_type"]):
        assert said in printed
    path = "/" + file["url"].split("/", 3)[3]
    data = scrapy("show", path, "--raw", data=demo.data)
    assert file["sha256"] == hashlib.sha256(data).hexdigest()


def line(key, *files, url=None, **said):
    """A line of an item that offers ``files``: (address, contents or None)."""
    attachments = [
        {
            "url": f"http://a.example/{name}",
            "filename": name,
            "title": None,
            "media_type": "application/pdf",
            "size": None if data is None else len(data),
            "sha256": None if data is None else hashlib.sha256(data).hexdigest(),
        }
        for name, data in files
    ]
    warc = {"file": "a.warc.gz", "offset": 0, "length": 1, "record_id": "<urn:x>"}
    warc |= {"target_uri": "http://a.example/", "date": "2026-01-01T00:00:00Z", "payload_digest": None}
    times = dict.fromkeys(("first_seen", "last_changed", "fetched_at"), "2026-01-01T00:00:00Z")
    told = {"id": key, "url": url or f"http://a.example/{key}", "title": key, "version": 1, "content_sha256": "0" * 64}
    return {**told, "run_id": "r", **times, "warc": warc, "attachments": attachments, **said}


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "news.jsonl"
    one, two, three = b"%PDF one", b"%PDF two", b"%PDF three"
    said = [
        line("1@en", ("a.pdf", one), ("b.pdf", two)),
        line("2@en", ("a.pdf", one), ("never.pdf", None)),
        line("1@en", ("a.pdf", three), version=2),
        line("3@en", ("b.pdf", two)),
        line("3@en", version=2),
        line("4@en", ("d.pdf", one), url="http://a.example/old"),
        line("4@en", ("c.pdf", two), version=2, url="http://a.example/new"),
    ]
    path.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in said), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("asked", "files", "unfetched", "without", "unknown"),
    [
        (["1@en"], ["three"], [], [], []),
        (["/1@en"], ["three"], [], [], []),
        (["2@en"], ["one"], ["http://a.example/never.pdf"], [], []),
        (["3@en"], [], [], ["3@en"], []),
        (["/3@en", "1@en"], ["three"], [], ["3@en"], []),
        (["/old"], ["two"], [], [], []),
        (["/a.pdf"], ["one", "three"], [], [], []),
        (["http://a.example/b.pdf", "x"], ["two"], [], [], ["x"]),
        ([hashlib.sha256(b"%PDF two").hexdigest(), "1@en"], ["two", "three"], [], [], []),
        (["/never.pdf"], [], ["http://a.example/never.pdf"], [], []),
    ],
)
def test_what_is_asked_for(lines, asked, files, unfetched, without, unknown):
    found = select(lines, asked)
    assert [hashlib.sha256(f"%PDF {name}".encode()).hexdigest() for name in files] == [
        one.sha256 for one in found.files
    ]
    assert (unfetched, without, unknown) == (found.unfetched, found.without, found.unknown)


def test_what_is_no_digest_is_no_file(tmp_path):
    item = line("1@en", ("a.pdf", b"%PDF one"))
    item["attachments"][0]["sha256"] = "../../../../outside"
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps(item, separators=(",", ":")) + "\n", encoding="utf-8")
    assert ([], ["http://a.example/a.pdf"]) == ((found := select(path, ["1@en"])).files, found.unfetched)


def test_all_who_offer_a_file_are_named(lines):
    (file,) = select(lines, ["http://a.example/b.pdf"]).files
    assert {"1@en": "1@en", "3@en": "3@en", "4@en": "4@en"} == file.items


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://a.example/x/agenda.pdf", "agenda-aaaaaaaaaaaa.pdf"),
        ("http://a.example/..%2F..%2Fetc%2Fpasswd", "_.-aaaaaaaaaaaa._etc_passwd"),
        ("http://a.example/.bashrc", "bashrc-aaaaaaaaaaaa"),
        ("http://a.example/-rf.pdf", "rf-aaaaaaaaaaaa.pdf"),
        ("http://a.example/%E2%80%AEfdp.exe", "_fdp-aaaaaaaaaaaa.exe"),
        ("http://a.example/%1B%5B2J%00.pdf", "_[2J_-aaaaaaaaaaaa.pdf"),
        ("http://a.example/", "file-aaaaaaaaaaaa"),
        ("http://a.example/..", "file-aaaaaaaaaaaa"),
        ("http://a.example/nul.pdf", "_nul-aaaaaaaaaaaa.pdf"),
    ],
)
def test_names_are_safe(url, name):
    assert name == File("a" * 64, url, None, None).name


def test_names_are_not_too_long():
    name = File("a" * 64, f"http://a.example/{'%D0%B6' * 400}.pdf", None, None).name
    assert name.endswith("ж-aaaaaaaaaaaa.pdf")
    assert LONGEST_NAME - 1 <= len(name.encode()) <= LONGEST_NAME


FILES = {"http://a.example/a.pdf": b"%PDF one", "http://a.example/b.pdf": b"%PDF two"}


@pytest.fixture
def holdings(tmp_path):
    (tmp_path / "warc").mkdir()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
    write_warc(tmp_path / "warc" / "a.warc.gz", *(record(url, data, head=head) for url, data in FILES.items()))
    with Holdings(tmp_path / "warc") as holdings:
        yield holdings


def files():
    return [
        File(hashlib.sha256(data).hexdigest(), url, len(data), None, {"1@en": "One"}) for url, data in FILES.items()
    ]


def test_what_is_there_is_never_written_over(holdings, tmp_path):
    folder = tmp_path / "out"
    first, second = files()
    assert (1, 0) == ((done := export([first], holdings, folder)).written, done.there)
    assert (1, 1) == ((done := export([first, second], holdings, folder)).written, done.there)
    before = (folder / MANIFEST).read_bytes()
    assert 2 == before.count(b"\n")
    (folder / second.name).write_bytes(b"mine")
    with pytest.raises(InTheWayError, match="is there with other contents"):
        export([second], holdings, folder)
    assert b"mine" == (folder / second.name).read_bytes()
    assert before == (folder / MANIFEST).read_bytes()


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_nothing_is_written_through_what_is_no_file(holdings, tmp_path, kind):
    first, _ = files()
    target, place = tmp_path / "elsewhere", tmp_path / "out" / first.name
    place.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(target)
        if kind == "link":
            target.write_bytes(FILES[first.url])
    with pytest.raises(InTheWayError):
        export([first], holdings, place.parent)
    assert (kind == "link") == target.exists()


MANIFEST_LINE = b'{"name": %s, "url": "x", "sha256": "x", "items": %s, "warc": {}}\n'


@pytest.mark.parametrize(
    "content",
    [
        b"mine",
        b"[]\n",
        b'{"name": "x"}\n',
        b"1\n",
        b"\xff",
        *(MANIFEST_LINE % (b'"x"', items) for items in (b"5", b"null", b'"1@en"', b"[5]", b"[[]]", b'["\\ud800"]')),
        *(MANIFEST_LINE % (name, b"[]") for name in (b"5", b"[]", b"null")),
    ],
)
def test_a_manifest_that_is_none_of_ours_stays(holdings, tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_bytes(content)
    with pytest.raises(InTheWayError, match="is not a manifest"):
        export(files(), holdings, tmp_path / "out")
    assert content == (tmp_path / "out" / MANIFEST).read_bytes()
    assert {MANIFEST} == names(tmp_path / "out")


def test_what_the_archive_does_not_hold_is_said_and_the_rest_is_written(holdings, tmp_path):
    first, second = files()
    first.sha256 = "0" * 64
    done = export([first, second], holdings, tmp_path / "out")
    assert [f"{first.url} ({first.sha256}) is not in the archive"] == done.missing
    assert {MANIFEST, second.name} == names(tmp_path / "out")
