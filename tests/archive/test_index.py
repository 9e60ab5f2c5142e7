"""An index is brought up to date, and looked up."""

from __future__ import annotations

import gzip

import pytest

from archive import ArchiveError, Draft, WarcWriter
from archive.cdxj import build_index, index_path, iter_captures, lookup, named_files, read_capture, surt, warc_files
from archive.cdxj.files import manifest_path
from archive.warc.record import new_record_id
from tests.archive.records import record, refresh, write


def test_nothing_new_reads_nothing(collection):
    before = index_path(collection).stat()
    assert refresh(collection) == ([], ["a.warc.gz", "b.warc.gz"])
    assert index_path(collection).stat().st_mtime_ns == before.st_mtime_ns


def test_only_the_new_file_is_read(collection):
    write(collection / "aa.warc.gz", record("http://b.example/2"), record("http://b.example/9"))
    assert refresh(collection) == (["aa.warc.gz"], ["a.warc.gz", "b.warc.gz"])


def test_a_file_that_was_replaced_is_read_again(collection):
    write(collection / "a.warc.gz", record("http://c.example/"))
    assert refresh(collection) == (["a.warc.gz"], ["b.warc.gz"])


def test_the_lines_of_a_vanished_file_vanish(collection):
    (collection / "a.warc.gz").unlink()
    assert refresh(collection) == ([], ["b.warc.gz"])


@pytest.mark.parametrize("change", ["edited", "lost", "manifest lost", "manifest broken"])
def test_an_index_that_is_not_ours_is_made_anew(collection, change):
    output = index_path(collection)
    if change == "edited":
        output.write_bytes(output.read_bytes().replace(b"a.example", b"z.example"))
    elif change == "lost":
        output.unlink()
    elif change == "manifest lost":
        manifest_path(output).unlink()
    else:
        manifest_path(output).write_text("[]")
    assert refresh(collection) == (["a.warc.gz", "b.warc.gz"], [])


def test_an_open_file_is_indexed_under_its_final_name_and_read_again(collection):
    whole = gzip.compress(record("http://o.example/1"))
    path = collection / "o.warc.gz.open"
    path.write_bytes(whole + gzip.compress(record("http://o.example/2"))[:-20])
    result = build_index(warc_files(collection), index_path(collection))
    assert (result.faults, result.whole_bytes["o.warc.gz"]) == ([], len(whole))
    (capture,) = lookup(index_path(collection), "http://o.example/1")
    assert capture.filename == "o.warc.gz"
    assert read_capture(collection, capture).target_uri == "http://o.example/1"
    assert lookup(index_path(collection), "http://o.example/2") == []
    path.write_bytes(whole + gzip.compress(record("http://o.example/2")))
    assert refresh(collection)[0] == ["o.warc.gz"]
    path.rename(collection / "o.warc.gz")
    assert refresh(collection)[0] == ["o.warc.gz"]
    assert refresh(collection)[0] == []


def test_what_a_writer_writes_is_found_while_it_writes(tmp_path):
    writer = WarcWriter(tmp_path / "warc")
    record_id = new_record_id()
    named = [("WARC-Type", "resource"), ("WARC-Record-ID", record_id), ("WARC-Date", "2026-01-02T03:04:05Z")]
    named += [("WARC-Target-URI", "http://a.example/"), ("Content-Type", "text/plain")]
    (span,) = writer.write([Draft("resource", named, b"here", record_id)])
    build_index(warc_files(tmp_path / "warc"), tmp_path / "i.cdxj")
    (capture,) = lookup(tmp_path / "i.cdxj", "http://a.example/")
    assert (capture.filename, capture.offset, capture.length) == (span.file, span.offset, span.length)
    writer.close()
    assert read_capture(tmp_path / "warc", capture).block == b"here"


def test_every_capture_is_found_by_its_url(tmp_path):
    urls = [f"http://h{number % 7}.example/{'x' * (number % 40)}?n={number % 90}" for number in range(700)]
    dates = [f"2026-01-{1 + number % 28:02}T00:00:{number % 60:02}Z" for number in range(700)]
    path = write(tmp_path / "a.warc", *(record(url, b"", date) for url, date in zip(urls, dates, strict=True)))
    build_index(named_files([path]), tmp_path / "i.cdxj")
    captures = list(iter_captures(tmp_path / "i.cdxj"))
    assert len(captures) == 700
    for url in set(urls):
        found, key = lookup(tmp_path / "i.cdxj", url), surt(url)
        assert found == [capture for capture in captures if capture.key == key]
        assert {capture.url for capture in found} == {url}
    assert lookup(tmp_path / "i.cdxj", "http://h1.example/absent") == []
    assert lookup(tmp_path / "i.cdxj", "http://a.a/") == lookup(tmp_path / "i.cdxj", "http://zz.zz/") == []


def test_the_nearest_capture_comes_first(tmp_path):
    days = ["2024-01-01", "2024-03-01", "2024-06-30"]
    path = write(tmp_path / "a.warc", *(record("http://a.example/", b"", f"{day}T00:00:00Z") for day in days))
    build_index(named_files([path]), tmp_path / "i.cdxj")

    def months(timestamp):
        return [capture.timestamp[4:6] for capture in lookup(tmp_path / "i.cdxj", "https://www.a.example", timestamp)]

    assert months(None) == ["01", "03", "06"]
    assert months("2024") == ["01", "03", "06"]
    assert months("20240310") == ["03", "01", "06"]
    assert months("2024-05-15T00:00:00Z") == ["06", "03", "01"]
    with pytest.raises(ArchiveError, match="is not a time"):
        months("soon")


def test_look_up_in_an_empty_or_absent_or_foreign_index(tmp_path):
    (tmp_path / "empty").write_text("")
    assert lookup(tmp_path / "empty", "http://a.example/") == []
    with pytest.raises(ArchiveError, match="archive-index"):
        lookup(tmp_path / "absent", "http://a.example/")
    (tmp_path / "cdx").write_text("example,a)/ 20240101000000 http://a.example/ text/html 200 ABC - - 1 2 x.warc.gz\n")
    with pytest.raises(ArchiveError, match="no CDXJ line"):
        lookup(tmp_path / "cdx", "http://a.example/")


def test_two_files_of_one_name_are_refused(tmp_path):
    for folder in "xy":
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.warc", record("http://a.example/"))
    with pytest.raises(ArchiveError, match="the same name"):
        named_files([tmp_path / "x" / "a.warc", tmp_path / "y" / "a.warc"])
