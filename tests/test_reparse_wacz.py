"""Packages (WACZ) as the archive of a rebuild, of others and our own; those that cannot be read are refused."""

import zipfile
from copy import copy

import pytest

from migration_spider.reparse.source import SourceError, sources
from tests.crawling import scrapy
from tests.other_crawlers import URLS, reparse, small, titles, wanted


def wacz(path, warcs, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", "{}")
        package.writestr("pages/pages.jsonl", "{}\n" * 50)
        for name, warc in warcs.items():
            package.writestr(f"archive/{name}", warc.data.getvalue(), compress_type=compression)
    return path


def test_wacz(tmp_path):
    first, second = small(URLS[:3]), small(URLS[3:])
    file = wacz(tmp_path / "collection.wacz", {"a.warc.gz": first, "b.warc.gz": second})
    items, _ = reparse(tmp_path, file)
    assert wanted() == titles(items)
    found = {item["url"]: item["warc"] for item in items}
    spans = [("a.warc.gz", *span) for span in first.spans] + [("b.warc.gz", *span) for span in second.spans]
    assert spans == [(found[url]["file"], found[url]["offset"], found[url]["length"]) for url in URLS]


def test_the_packaged_own_archive_is_the_own_archive(demo, tmp_path):
    file = tmp_path / "own.wacz"
    scrapy("archive-wacz", "--output", file, demo.data / "warc")
    output = tmp_path / "items.jsonl"
    scrapy("reparse", "--output", output, file)
    assert (demo.data / "items" / "news.jsonl").read_bytes() == output.read_bytes()


def test_a_wacz_that_cannot_be_read_by_spans_is_refused(tmp_path):
    file = wacz(tmp_path / "packed.wacz", {"a.warc.gz": small(URLS[:1])}, zipfile.ZIP_DEFLATED)
    assert "archive/a.warc.gz is compressed" in scrapy("reparse", "--output", tmp_path / "x", file, code=2).decode()
    file = tmp_path / "no.wacz"
    file.write_bytes(b"not a zip")
    assert "no.wacz" in scrapy("reparse", "--output", tmp_path / "x", file, code=2).decode()


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({42: b"\xff\xff\xff\x7f"}, "does not begin at the offset in the ZIP directory"),
        ({20: b"\xff\xff\xff\x7f\xff\xff\xff\x7f"}, "more bytes than the file itself"),
        ({6: b"\xff"}, "zip file version"),
    ],
    ids=["place", "size", "version"],
)
def test_a_wacz_whose_directory_lies_is_told_in_one_error(tmp_path, places, said):
    file = wacz(tmp_path / "a.wacz", {"a.warc.gz": small(URLS[:1])})
    data = bytearray(file.read_bytes())
    at = data.rindex(b"archive/a.warc.gz") - 46  # the fields in front of the name (APPNOTE 4.3.12)
    for place, value in places.items():
        data[at + place : at + place + len(value)] = value
    file.write_bytes(data)
    with pytest.raises(SourceError, match=said):
        sources([str(file)])


def test_files_of_a_wacz_that_are_the_same_bytes_are_refused(tmp_path):
    """A thousand names of one file would be read a thousand times."""
    file = tmp_path / "a.wacz"
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("archive/a.warc.gz", b"x" * 10_000)
        for number in range(1_000):
            again = copy(package.filelist[0])
            again.filename = f"archive/{number}.warc.gz"
            package.filelist.append(again)
    with pytest.raises(SourceError, match="more bytes than the file itself: it is truncated, or they overlap"):
        sources([str(file)])
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("archive/a.warc.gz", b"x")
        package.filelist.append(copy(package.filelist[0]))
    with pytest.raises(SourceError, match="more than once"):
        sources([str(file)])
