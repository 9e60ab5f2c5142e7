"""The index of the archive: the last answer of every address."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from archive import ArchiveError
from archive.cdxj import build_index, warc_files
from archive.index import CollectionIndex
from archive.index_file import INDEX_NAME
from archive.message import Fields
from archive.originals import Originals
from archive.warc.payload import payload_of
from archive.warc.reader import stream_file
from archive.warc.record import Draft, format_date, new_record_id
from archive.warc.writer import WarcWriter
from migration_spider.harvest.recover import recover
from migration_spider.items import ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE
from migration_spider.responses.blocked import blocked
from migration_spider.state.memory import Memory, Rules

URL = "http://127.0.0.1/a"
PAGE = (
    b"<html><body><main><h1>News</h1><article><p>"
    + b"A long text of a page. " * 40
    + b"</p></article></main></body></html>"
)
DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)


def response(day, head, body=b"", url=URL, kind="response", **fields):
    named = [("WARC-Type", kind), ("WARC-Record-ID", record_id := new_record_id()), ("WARC-Target-URI", url)]
    named += [("WARC-Date", format_date(DAY + timedelta(days=day)))]
    named += [(name.replace("_", "-"), value) for name, value in fields.items()]
    named.append(("Content-Type", "application/http;msgtype=response"))
    block = b"HTTP/1.1 " + head + b"\r\n\r\n" + body if head else b""
    return Draft(kind, named, block, record_id)


def write(directory, *drafts):
    writer = WarcWriter(directory)
    writer.write(drafts)
    writer.close()


@pytest.fixture(params=["alone", "with the index"])
def learn(request, tmp_path):
    opened = []

    def learn(*drafts):
        write(tmp_path / "warc", *drafts)
        pages = CollectionIndex(tmp_path / "warc", blocked)
        opened.append(pages)
        if request.param == "with the index":
            files = warc_files(tmp_path / "warc")
            build_index(files, tmp_path / "index.cdxj", passing=pages.passing)
            assert [] == pages.unknown_files()
            build_index(files, tmp_path / "again.cdxj")
            assert (tmp_path / "again.cdxj").read_bytes() == (tmp_path / "index.cdxj").read_bytes()
        for _ in pages.catch_up():
            pass
        return pages.get(URL)

    yield learn
    for index in opened:
        index.close()


HTML = b'200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT'


def test_the_last_answer_counts_whatever_the_order_of_the_records(learn):
    page = learn(response(2, HTML, PAGE), response(1, b"404 Not Found\r\nContent-Type: text/html", b"<p>No</p>"))
    assert (200, '"1"', "2026-01-03T00:00:00.000000Z") == (page.status, page.etag, page.checked)
    page = learn(response(3, b"404 Not Found\r\nContent-Type: text/html", b"<h1>There is no such page</h1>"))
    assert 404 == page.status


@pytest.mark.parametrize(
    "answer",
    [
        response(1, b"503 Service Unavailable\r\nContent-Type: text/html", b"<p>Later</p>"),
        response(1, b"429 Too Many Requests", b""),
        response(1, HTML, PAGE[:50], WARC_Truncated="disconnect"),
        response(
            1,
            b"200 OK\r\nContent-Type: text/html",
            b"<title>Site under maintenance</title><h1>Site under maintenance</h1>",
        ),
        response(1, b"304 Not Modified", b""),
    ],
)
def test_what_says_nothing_of_the_page_is_no_answer(learn, answer):
    assert learn(answer) is None
    assert 200 == learn(response(0, HTML, PAGE)).status


def test_revisits_refer_to_where_the_body_is(learn):
    first = response(1, HTML, PAGE)
    profile = "http://netpreserve.org/warc/1.1/revisit/"
    told = {"WARC_Refers_To": first.record_id}
    page = learn(
        first,
        response(
            2, HTML.replace(b'"1"', b'"2"'), kind="revisit", WARC_Profile=f"{profile}identical-payload-digest", **told
        ),
    )
    assert ('"2"', True) == (page.etag, page.head != page.body)
    unmodified = learn(response(3, b"", kind="revisit", WARC_Profile=f"{profile}server-not-modified", **told))
    assert ("2026-01-04T00:00:00.000000Z", '"2"', page.body) == (unmodified.checked, unmodified.etag, unmodified.body)


def test_a_304_whose_page_is_not_known_is_read_from_its_record(learn, tmp_path):
    first = response(1, HTML, PAGE)
    learn(first)
    with closing(sqlite3.connect(tmp_path / "warc" / INDEX_NAME)) as database, database:
        database.execute("DELETE FROM answer")
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    page = learn(response(2, b"", kind="revisit", WARC_Profile=profile, WARC_Refers_To=first.record_id))
    assert (200, '"1"', page.head) == (page.status, page.etag, page.body)


def test_large_pages_are_not_taken_for_empty_ones(learn):
    assert 200 == learn(response(1, HTML, PAGE + b"x" * 3_000_000)).status


def test_a_damaged_file_is_known_up_to_the_damage(tmp_path):
    gone = response(2, b"404 Not Found\r\nContent-Type: text/html", b"<p>No</p>")
    write(tmp_path / "warc", response(1, HTML, PAGE), gone)
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-9])
    pages = CollectionIndex(path.parent, blocked)
    assert 1 == len(build_index(warc_files(path.parent), tmp_path / "index.cdxj", passing=pages.passing).faults)
    for _ in pages.catch_up():
        pass
    assert (200, []) == (pages.get(URL).status, pages.unknown_files())
    pages.close()


def test_the_other_reader_may_want_the_length_alone(learn, tmp_path):
    learn(response(1, HTML, PAGE))
    (file,) = warc_files(tmp_path / "warc")
    pages = CollectionIndex(tmp_path / "warc", blocked)
    pages.forget_files()
    assert [2, file.path.stat().st_size] == [
        len(ends := [record.end for record in pages.passing(file, stream_file(file.path))]),
        ends[-1],
    ]
    assert (200, []) == (pages.get(URL).status, pages.unknown_files())
    assert ends == [record.end for record in pages.passing(file, stream_file(file.path))]
    pages.close()


def damage(path):
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)


def make_it_of_another_version(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def leave_out_a_table(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE answer")


@pytest.mark.parametrize("harm", [damage, make_it_of_another_version, leave_out_a_table])
def test_an_index_that_cannot_be_used_is_made_again(tmp_path, harm):
    write(tmp_path, response(1, HTML, PAGE))
    for _ in range(2):
        with closing(CollectionIndex(tmp_path, blocked)) as index:
            assert 1 == len([*index.catch_up()])
            assert 200 == index.get(URL).status
        harm(tmp_path / INDEX_NAME)


def test_an_index_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / INDEX_NAME).mkdir()
    with pytest.raises(ArchiveError, match=r"index\.sqlite: is a folder, not a file: move it away"):
        CollectionIndex(tmp_path)


def test_one_reading_is_enough_for_answers_and_payloads(tmp_path, caplog):
    caplog.set_level("INFO")
    write(tmp_path, response(1, HTML, PAGE, WARC_Payload_Digest="sha1:" + "A" * 32))
    with closing(CollectionIndex(tmp_path, blocked)) as index:
        assert 1 == len([*index.catch_up()])
        originals = Originals(tmp_path)
        assert index.get(URL).body == originals.find_unmodified(URL, ['"1"']).span
        originals.close()
        assert [] == index.unknown_files()
    assert "Reading" not in caplog.text


def test_what_the_writer_noted_is_still_to_be_read_for_answers_alone(tmp_path):
    """Both have the index open, as in a crawl."""
    with closing(CollectionIndex(tmp_path, blocked)) as index:
        writer, originals = WarcWriter(tmp_path), Originals(tmp_path)
        (span,) = writer.write([response(1, HTML, PAGE, WARC_Payload_Digest="sha1:" + "A" * 32)])
        payload = payload_of(Fields([("Content-Type", "text/html")]), 200, URL, "0" * 64, len(PAGE))
        originals.add(payload, span, format_date(DAY), is_original=True)
        assert span == originals.find(payload).span
        assert index.get(URL) is None
        writer.close()
        originals.close()
        assert [span.file] == [file.name for file in index.unknown_files()]
        assert [[]] == [*index.catch_up()]
        assert (200, span) == (index.get(URL).status, index.get(URL).body)
    originals = Originals(tmp_path)
    assert span == originals.find(payload).span
    originals.close()


def test_a_file_that_was_replaced_is_read_again(tmp_path):
    write(tmp_path, response(1, HTML, PAGE))
    (path,) = tmp_path.glob("*.warc.gz")
    with closing(CollectionIndex(tmp_path, blocked)) as index:
        assert ([[]], []) == ([*index.catch_up()], index.unknown_files())
        os.utime(path, (1, 1))  # Of the same size, but another.
        assert [[]] == [*index.catch_up()]
        path.rename(tmp_path / "elsewhere")
        assert [] == index.unknown_files()
        (tmp_path / "elsewhere").rename(path)
        assert [path.name] == [file.name for file in index.unknown_files()]


def test_a_blocked_page_is_stored_but_no_answer_also_when_it_comes_again(learn, tmp_path):
    maintenance = b"<title>Site under maintenance</title><h1>Site under maintenance</h1>"
    head, digest = b"200 OK\r\nContent-Type: text/html", "sha1:" + "A" * 32
    first = response(1, head, maintenance, WARC_Payload_Digest=digest)
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    again = response(2, head, kind="revisit", WARC_Profile=profile, WARC_Refers_To=first.record_id)
    assert [None, None] == [learn(first), learn(again)]
    originals = Originals(tmp_path / "warc")
    assert first.record_id == originals.find_unmodified(URL, []).span.record_id
    originals.close()


def test_the_items_of_a_file_are_given_again_until_they_were_taken(tmp_path):
    named = [("WARC-Type", "metadata"), ("WARC-Record-ID", one := new_record_id()), ("WARC-Target-URI", URL)]
    named += [("WARC-Date", format_date(DAY)), ("Content-Type", "application/x-item+json")]
    write(tmp_path, Draft("metadata", named, b'{"id": "1"}', one))
    with closing(CollectionIndex(tmp_path, blocked, ["application/x-item+json"])) as index:
        assert [{"id": "1"}] == next(index.catch_up())  # and no more: killed
    with closing(CollectionIndex(tmp_path, blocked, ["application/x-item+json"])) as index:
        assert [[{"id": "1"}]] == [*index.catch_up()]
        assert [] == [*index.catch_up()]


@pytest.mark.parametrize(
    "block",
    [b"{", b"null", b"[]", b'{"id": 1}', b"[" * 20_000, b"\xff", b'{"id": "1@en", "url": "https://example.org/"}', b'{"id": "1@en", "x": "' + b" " * (1 << 26) + b'"}'],
    ids=["cut", "null", "list", "types", "deep", "bytes", "less", "large"],
)  # fmt: skip
def test_what_an_archive_has_in_the_place_of_an_item_is_left_out(tmp_path, block, caplog):
    """Else no later harvest could begin, or a line that is none came into the items."""
    for kind in (ITEM_MEDIA_TYPE, TOMBSTONE_MEDIA_TYPE):
        named = [("WARC-Type", "metadata"), ("WARC-Record-ID", one := new_record_id()), ("WARC-Target-URI", URL)]
        named += [("WARC-Date", format_date(DAY)), ("Content-Type", kind)]
        write(tmp_path / "warc", Draft("metadata", named, block, one))
    rules = Rules(((None, timedelta(0)),), timedelta(0), timedelta(0))
    memory = Memory(tmp_path / "state.sqlite", tmp_path / "warc", rules, blocked, lambda index, url, text: False)
    assert 0 == recover(memory, tmp_path)
    memory.close()
    assert 2 == caplog.text.count("is not an item and is left out")
    assert b"" == (tmp_path / "items" / "news.jsonl").read_bytes()
