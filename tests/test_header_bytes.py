"""Bytes of a header that are no UTF-8 lose nothing, and are sent back as they came."""

from archive.message import parse_fields
from archive.replay import response_of
from migration_spider.addresses import led_to
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest, lose
from tests.hostile import Hostile, listing, page

FAST = {"MIGRATION_REVISIT": OFTEN}
E = "\xe9"
"""As http.server sends it: one byte, 0xE9."""

MOVED = {
    "/old-1": f"/news/caf{E}-1",
    "/old-2": "/news/café-2".encode().decode("latin-1"),
}
AT = {"/news/caf%E9-1": 1, "/news/caf%C3%A9-2": 2, "/news/boat-3": 3, "/news/boat-4": 4}
HEADERS = {
    1: {"X-Server": f"caf{E}\xff", "Set-Cookie": f"a={E}", f"X-{E}": "a", "X Y": "b", "": "c"},
    2: {"Link": f'<http://x/{E}>; rel="{E}"', "Date": E, "Content-Disposition": f'inline; filename="{E}.html"'},
    3: {"ETag": f'"{E}-3\xa0"', "Last-Modified": f"5 M{E}rz"},
    4: {"Content-Type": f'text/html; charset=utf-8; x="{E}"'},
}


def answer(path):
    if path == "/robots.txt":
        return 200, {"Content-Type": "text/plain", "X-Server": E}, b"User-agent: *\nDisallow:\n"
    if path == "/news":
        return listing([*MOVED, "/news/boat-3", "/news/boat-4"])
    if path in MOVED:
        return 301, {"Location": MOVED[path]}, b""
    if path == "/timetable.pdf":
        return 200, {"Content-Type": f"application/pdf; {E}", "ETag": f'"{E}"'}, b"%PDF-1.4 noon"
    if number := AT.get(path):
        file = '<p><a href="/timetable.pdf">Timetable</a></p>' if number == 1 else ""
        status, headers, body = page(f"Boat {number}", f"Boat {number} sails at noon.{file}", node=number)
        return status, headers | HEADERS[number], body
    return None


def test_bytes_of_headers_are_opaque(tmp_path):
    with Hostile(answer) as server:
        harvest(tmp_path, site=server.url, **FAST)
        server.asked.clear()
        told = harvest(tmp_path, site=server.url, **FAST)
    assert 4 == told["items"]["counts"]["unchanged"]
    tags = {path: tag for path, tag in server.asked if tag}
    assert {"/news/boat-3": f'"{E}-3\xa0"', "/timetable.pdf": f'"{E}"'} == tags
    lines = {line["node_id"]: line for line in items(tmp_path)}
    assert {1, 2, 3, 4} == lines.keys()
    assert [("application/pdf", 13)] == [(one["media_type"], one["size"]) for one in lines[1]["attachments"]]
    scrapy("archive-verify", data=tmp_path)
    before = (tmp_path / "items/news.jsonl").read_bytes()
    lose(tmp_path, "items", "state.sqlite*")
    scrapy("reparse", data=tmp_path)
    assert before == (tmp_path / "items/news.jsonl").read_bytes()


def test_an_archived_answer_has_the_bytes_of_its_head():
    head = b"HTTP/1.1 301 X\r\nLocation: /caf\xe9\r\nX-A: \xa0\xc3\xa9\x85\r\nContent-Type: text/html\r\n\r\n"
    response = response_of("http://x/", 301, parse_fields(head), b"")
    assert b"/caf\xe9" == response.headers["Location"]
    assert b"\xa0\xc3\xa9\x85" == response.headers["X-A"]


def test_a_redirect_leads_where_a_browser_goes():
    assert "http://x/b/caf%E9" == led_to("http://x/b/c", b"caf\xe9")
    assert "http://x/caf%C3%A9?a=%C3%A9" == led_to("http://x/b/c", "/café?a=é".encode())
    assert "http://x/a%20b" == led_to("http://x/", b"/a b")
