"""The package: what is in it, whether digests and spans hold, and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from archive import ArchiveError, iter_records
from archive.cdxj import WarcFile, build_index, index_path, named_files, warc_files
from archive.cdxj.line import parse_line
from archive.repair import repair
from archive.wacz import Items, package, write_wacz
from tests.archive.records import command, record, write

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=%s\r\n\r\n"


@pytest.fixture
def collection(tmp_path):
    """A folder of two files: pages, a redirect, an image, the same page twice in a second, an item's record."""
    folder = tmp_path / "warc"
    folder.mkdir()
    write(
        folder / "a.warc.gz",
        record("http://a.example/", b"<title>\n Primera\tp\xe1gina </title>", head=HTML % b"iso-8859-1"),
        record("http://a.example/", b"<title>again</title>", head=HTML % b"utf-8"),
        record(
            "http://a.example/old",
            b"<title>Moved</title>",
            head=b"HTTP/1.1 301 Moved\r\nContent-Type: text/html\r\n\r\n",
        ),
        record("http://a.example/i.png", b"png", head=b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"),
        record("urn:x:1", b"{}", kind="metadata", head=b"", Content_Type="application/json"),
    )
    write(
        folder / "b.warc.gz",
        record("http://a.example/svg", b"<svg><title>Icon</title></svg>", "2025-01-01T00:00:00Z", HTML % b"utf-8"),
        record(
            "http://a.example/中", "<title>中文 &amp; more</title>".encode(), "2024-01-01T00:00:00Z", HTML % b"utf-8"
        ),
        record(
            "http://a.example/gz",
            b"no gzip",
            head=HTML.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") % b"x",
        ),
    )
    return folder


def contents(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def pages(path):
    return [json.loads(line) for line in contents(path)["pages/pages.jsonl"].splitlines()]


def test_what_is_in_it(collection, tmp_path):
    result = write_wacz(warc_files(collection), tmp_path / "c.wacz", title="A title")
    files = contents(tmp_path / "c.wacz")
    assert list(files) == [
        "archive/a.warc.gz",
        "archive/b.warc.gz",
        "indexes/index.cdx.gz",
        "indexes/index.idx",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    ]
    assert (result.files, result.captures, result.pages) == (["a.warc.gz", "b.warc.gz"], 8, 4)
    assert result.bytes == (tmp_path / "c.wacz").stat().st_size
    assert files["archive/a.warc.gz"] == (collection / "a.warc.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.wacz", "warc"]


def test_what_replay_reads_by_offset_is_stored_without_extra_fields(collection, tmp_path):
    write_wacz(warc_files(collection), tmp_path / "c.wacz")
    raw = (tmp_path / "c.wacz").read_bytes()
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        for info in archive.infolist():
            stored = info.filename.startswith("archive/") or info.filename.endswith(".gz")
            assert (info.compress_type == zipfile.ZIP_STORED) == stored
            (extra,) = struct.unpack_from("<H", raw, info.header_offset + 28)
            # wabac.js takes an entry without one in the directory to have none before the data either.
            assert (extra, info.extra) == (0, b"")


def test_the_description_has_the_digest_of_every_file(collection, tmp_path):
    write_wacz(warc_files(collection), tmp_path / "c.wacz", title="A title")
    files = contents(tmp_path / "c.wacz")
    description = json.loads(files["datapackage.json"])
    digest = json.loads(files["datapackage-digest.json"])
    assert digest == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}",
    }
    assert (description["profile"], description["wacz_version"]) == ("data-package", "1.1.1")
    assert description["title"] == "A title"
    told = {entry["path"]: (entry["hash"], entry["bytes"]) for entry in description["resources"]}
    assert told == {
        name: (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        for name, data in files.items()
        if not name.startswith("datapackage")
    }
    names = [entry["name"] for entry in description["resources"]]
    assert len(set(names)) == len(names)


def test_the_index_leads_to_the_records(collection, tmp_path, monkeypatch):
    monkeypatch.setattr(package, "_LINES_PER_BLOCK", 3)
    write_wacz(warc_files(collection), tmp_path / "c.wacz")
    files = contents(tmp_path / "c.wacz")
    build_index(warc_files(collection), tmp_path / "i.cdxj")
    index = files["indexes/index.cdx.gz"]
    assert gzip.decompress(index) == (tmp_path / "i.cdxj").read_bytes()
    meta, *blocks = files["indexes/index.idx"].decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    lines = []
    for block in blocks:
        key, timestamp, text = block.split(" ", 2)
        where = json.loads(text)
        member = index[where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == f"sha256:{hashlib.sha256(member).hexdigest()}"
        some = gzip.decompress(member).splitlines()
        assert some[0].decode().split(" ")[:2] == [key, timestamp]
        lines += some
    assert len(blocks) == 3
    for capture in map(parse_line, lines):
        span = files[f"archive/{capture.filename}"][capture.offset : capture.offset + capture.length]
        (tmp_path / "one.warc.gz").write_bytes(span)
        assert [found.target_uri for found in iter_records(tmp_path / "one.warc.gz")] == [capture.url]


def test_the_page_list(collection, tmp_path):
    write_wacz(warc_files(collection), tmp_path / "c.wacz")
    header, *entries = pages(tmp_path / "c.wacz")
    assert header == {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
    assert len({entry.pop("id") for entry in entries}) == 4
    assert entries == [
        {"url": "http://a.example/中", "ts": "2024-01-01T00:00:00Z", "title": "中文 & more"},
        {"url": "http://a.example/svg", "ts": "2025-01-01T00:00:00Z"},
        {"url": "http://a.example/", "ts": "2026-01-02T03:04:05Z", "title": entries[2]["title"]},
        {"url": "http://a.example/gz", "ts": "2026-01-02T03:04:05Z"},
    ]
    assert entries[2]["title"] in {"Primera página", "again"}


def listed(path, name):
    """url -> entry, and the header."""
    header, *entries = map(json.loads, contents(path)[f"pages/{name}.jsonl"].splitlines())
    return header, {entry["url"]: entry for entry in entries}


def test_items_come_first_with_their_text_and_the_others_behind(collection, tmp_path):
    build_index(warc_files(collection), tmp_path / "i.cdxj")
    captures = {one.url: one for one in map(parse_line, (tmp_path / "i.cdxj").read_bytes().splitlines())}
    svg, gone = captures["http://a.example/svg"], captures["http://a.example/gz"]
    lines = [
        {"url": "http://other.example/", "title": "Icons", "body": "All of\nthem", "warc": {"file": svg.filename, "offset": svg.offset}},
        {"title": "Gone", "tombstone": {}, "warc": {"file": gone.filename, "offset": gone.offset}},
        {"url": "http://a.example/中", "body": "By address"},
    ]  # fmt: skip
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"url": "half', encoding="utf-8")
    result = write_wacz(warc_files(collection), tmp_path / "c.wacz", items=Items([path], "body"))
    assert (2, 2) == (result.pages, result.extra_pages)
    header, items = listed(tmp_path / "c.wacz", "pages")
    assert header["hasText"] is True
    assert [*items] == ["http://a.example/中", "http://a.example/svg"]
    assert ("Icons", "All of\nthem") == tuple(items["http://a.example/svg"][key] for key in ("title", "text"))
    assert ("中文 & more", "By address") == tuple(items["http://a.example/中"][key] for key in ("title", "text"))
    # ReplayWeb.page searches this list and no other, from its beginning.
    header, others = listed(tmp_path / "c.wacz", "extraPages")
    assert [*others][:2] == [*items]
    assert {"http://a.example/", "http://a.example/gz"} == {*others} - {*items}
    described = json.loads(contents(tmp_path / "c.wacz")["datapackage.json"])
    assert described["mainPageUrl"] == "http://a.example/"
    assert (described["mainPageDate"], described["title"]) == (
        others["http://a.example/"]["ts"],
        others["http://a.example/"]["title"],
    )


def test_the_page_to_begin_with_and_items_that_are_none(collection, tmp_path):
    svg = "http://a.example/svg"
    write_wacz(warc_files(collection), tmp_path / "c.wacz", main_page=svg, title="Mine")
    described = json.loads(contents(tmp_path / "c.wacz")["datapackage.json"])
    assert (svg, "2025-01-01T00:00:00Z", "Mine") == tuple(
        described[name] for name in ("mainPageUrl", "mainPageDate", "title")
    )
    assert "pages/extraPages.jsonl" not in contents(tmp_path / "c.wacz")
    assert "is not a page of the collection" in refused(
        tmp_path, warc_files(collection), main_page="http://a.example/x"
    )
    (tmp_path / "no.jsonl").write_text("[]\nx\n" + json.dumps({"url": svg, "title": "Said"}) + "\n")
    items = Items([tmp_path / "no.jsonl"])
    assert [f"{tmp_path / 'no.jsonl'}: 2 lines are not JSON objects"] == items.left_out
    write_wacz(warc_files(collection), tmp_path / "c.wacz", items=items)
    assert "Said" == listed(tmp_path / "c.wacz", "pages")[1][svg]["title"]
    with pytest.raises(ArchiveError, match="No such file"):
        Items([tmp_path / "absent"])


@pytest.mark.parametrize("use", ["wacz", "salvage"])
def test_memory_does_not_depend_on_the_size_of_a_page(tmp_path, use):
    path = write(tmp_path / "a.warc.gz", record("http://a.example/", b"<title>Long</title>" + bytes(60_000_000)))
    tracemalloc.start()
    try:
        if use == "wacz":
            write_wacz([WarcFile(path)], tmp_path / "c.wacz")
        else:
            repair(path, tmp_path / "repaired.warc.gz")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000
    if use == "wacz":
        assert [entry["title"] for entry in pages(tmp_path / "c.wacz")[1:]] == ["Long"]


def test_plain_files_too(tmp_path):
    path = write(tmp_path / "a.warc", record("http://a.example/"), record("http://a.example/2"))
    write_wacz(named_files([path]), tmp_path / "c.wacz")
    assert [entry["title"] for entry in pages(tmp_path / "c.wacz")[1:]] == ["A page", "A page"]


def test_of_an_open_file_the_whole_records_go_in(collection, tmp_path):
    whole = gzip.compress(record("http://a.example/new"))
    (collection / "o.warc.gz.open").write_bytes(whole + whole[:50])
    write_wacz(warc_files(collection), tmp_path / "c.wacz")
    assert contents(tmp_path / "c.wacz")["archive/o.warc.gz"] == whole


def test_the_index_of_the_collection_is_used_and_brought_up_to_date(collection, tmp_path):
    index = index_path(collection)
    build_index(warc_files(collection)[:1], index)
    write_wacz(warc_files(collection), tmp_path / "c.wacz", index=index)
    assert gzip.decompress(contents(tmp_path / "c.wacz")["indexes/index.cdx.gz"]) == index.read_bytes()
    assert build_index(warc_files(collection), index).read == []


def test_the_dataset_goes_in_as_one_file(collection, tmp_path):
    dataset = tmp_path / "dataset"
    (dataset / "vocabularies").mkdir(parents=True)
    (dataset / "news.csv").write_text("id\n1,2\n")
    (dataset / "vocabularies" / "places.json").write_text("[]")
    write_wacz(warc_files(collection), tmp_path / "c.wacz", dataset=dataset)
    packed = BytesIO(contents(tmp_path / "c.wacz")["dataset/dataset.zip"])
    assert contents(packed) == {"news.csv": b"id\n1,2\n", "vocabularies/places.json": b"[]"}


def test_progress_counts_every_file_twice(collection, tmp_path):
    seen = []
    write_wacz(warc_files(collection), tmp_path / "c.wacz", advance=seen.append)
    assert sum(seen) == 2 * sum(file.path.stat().st_size for file in warc_files(collection))


def refused(tmp_path, files, **options):
    (tmp_path / "c.wacz").write_text("an older one")
    with pytest.raises(ArchiveError) as caught:
        write_wacz(files, tmp_path / "c.wacz", **options)
    assert (tmp_path / "c.wacz").read_text() == "an older one"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    return str(caught.value)


def test_a_damaged_file_is_refused_and_nothing_is_left(collection, tmp_path):
    (collection / "b.warc.gz").write_bytes((collection / "b.warc.gz").read_bytes()[:-10])
    assert "archive-repair" in refused(tmp_path, warc_files(collection))


def test_what_makes_no_package_is_refused(collection, tmp_path):
    assert "no WARC files" in refused(tmp_path, [])
    assert "does not exist or is empty" in refused(tmp_path, warc_files(collection), dataset=tmp_path / "absent")
    (collection / "a.warc.gz").rename(collection / "a.gz")
    assert ".warc.gz" in refused(tmp_path, named_files([collection / "a.gz"]))
    odd = collection / "a\udcff.warc.gz"
    (collection / "a.gz").rename(odd)
    assert r"a\xff.warc.gz': file names in a WACZ must be printable UTF-8" in refused(tmp_path, named_files([odd]))


def test_the_command_packages_the_project(collection, tmp_path):
    done = command("archive-wacz", "-s", f"ARCHIVE_DIR={collection}", "--title", "News", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = (tmp_path / "wacz").iterdir()
    assert done.stdout.startswith(f"{path}: ")
    assert "2 WARC files, 8 captures, 4 pages" in done.stdout
    assert json.loads(contents(path)["datapackage.json"])["title"] == "News"
    assert "replayweb.page" in done.stdout.splitlines()[-1]


def test_the_command_says_that_a_file_is_not_finished(collection, tmp_path):
    (collection / "b.warc.gz").rename(collection / "b.warc.gz.open")
    done = command("archive-wacz", "-s", f"ARCHIVE_DIR={collection}", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)
    assert f"warning: {collection / 'b.warc.gz.open'} is not finished" in done.stderr


def test_the_command_tells_errors_in_one_line(collection, tmp_path):
    (collection / "b.warc.gz").write_bytes(b"no archive")
    done = command("archive-wacz", str(collection), "-o", str(tmp_path / "c.wacz"))
    assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (1, 1, "")
    assert not (tmp_path / "c.wacz").exists()
    assert "--with-dataset data/dataset" in command("archive-wacz", "--help").stdout
