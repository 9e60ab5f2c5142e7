"""The index of the archive: the last answer of every address."""

from datetime import datetime, timedelta, timezone

import pytest

from archive.cdxj import build_index, warc_files
from archive.warc.reader import stream_file
from archive.warc.record import Draft, format_date, new_record_id
from archive.warc.writer import WarcWriter
from migration_spider.pages.blocked import blocked
from migration_spider.state.database import open_database
from migration_spider.state.pages import Pages

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


@pytest.fixture(params=["alone", "with the index"])
def learn(request, tmp_path):
    database = open_database(tmp_path / "state.sqlite")

    def learn(*drafts):
        writer = WarcWriter(tmp_path / "warc")
        writer.write(drafts)
        writer.close()
        pages = Pages(database, tmp_path / "warc", blocked)
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
    database.close()


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
    database = open_database(tmp_path / "state.sqlite")
    with database:
        database.execute("DELETE FROM page")
    database.close()
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    page = learn(response(2, b"", kind="revisit", WARC_Profile=profile, WARC_Refers_To=first.record_id))
    assert (200, '"1"', page.head) == (page.status, page.etag, page.body)


def test_large_pages_are_not_taken_for_empty_ones(learn):
    assert 200 == learn(response(1, HTML, PAGE + b"x" * 3_000_000)).status


def test_a_damaged_file_is_known_up_to_the_damage(learn, tmp_path):
    learn(response(1, HTML, PAGE), response(2, b"404 Not Found\r\nContent-Type: text/html", b"<p>No</p>"))
    database = open_database(tmp_path / "other.sqlite")
    (path,) = (tmp_path / "warc").glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-9])
    pages = Pages(database, tmp_path / "warc", blocked)
    assert 1 == len(build_index(warc_files(path.parent), tmp_path / "index.cdxj", passing=pages.passing).faults)
    for _ in pages.catch_up():
        pass
    assert (200, []) == (pages.get(URL).status, pages.unknown_files())
    database.close()


def test_the_other_reader_may_want_the_length_alone(learn, tmp_path):
    learn(response(1, HTML, PAGE))
    database = open_database(tmp_path / "other.sqlite")
    (file,) = warc_files(tmp_path / "warc")
    pages = Pages(database, tmp_path / "warc", blocked)
    assert [2, file.path.stat().st_size] == [
        len(ends := [record.end for record in pages.passing(file, stream_file(file.path))]),
        ends[-1],
    ]
    assert (200, []) == (pages.get(URL).status, pages.unknown_files())
    assert ends == [record.end for record in pages.passing(file, stream_file(file.path))]
    database.close()
