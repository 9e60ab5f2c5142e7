"""The demo portal on the wire: its files, validators, codings and connections."""

from __future__ import annotations

import gzip
import http.client
import io
import zipfile
import zlib
from hashlib import sha256

from tests.portal import Portal
from tests.portal.client import get
from tests.portal.seen import FILES, path


def test_attachments_are_what_the_truth_says(portal: Portal) -> None:
    offered = {file["url"]: file for record in portal.truth() for file in record["attachments"]}
    assert {file["mime"].split(".")[-1] for file in offered.values()} == {"application/pdf", "document"}
    for url, file in offered.items():
        reply = get(portal, url.removeprefix(portal.url))
        assert (reply.status, reply.headers["content-type"]) == (200, file["mime"])
        assert sha256(reply.body).hexdigest() == file["sha256"]


def test_a_pdf_points_at_its_objects(portal: Portal) -> None:
    body = get(portal, f"{FILES}/docs/summary_report_1.pdf").body
    table = int(body.split(b"startxref\n")[1].split()[0])
    assert body[table : table + 4] == b"xref"
    offsets = [int(line[:10]) for line in body[table:].splitlines() if line.endswith(b" n ")]
    assert [body[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % n for n in range(1, len(offsets) + 1)]


def test_a_word_file_is_a_package(portal: Portal) -> None:
    body = get(portal, f"{FILES}/resources_files/agenda-1.docx").body
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert package.testzip() is None
        assert b"agenda-1.docx" in package.read("word/document.xml")


def test_a_page_and_its_requisites(portal: Portal) -> None:
    record = next(
        r for r in portal.truth() if "<img" in get(portal, path(portal, r)).body.decode().split("<article")[1]
    )
    page = get(portal, path(portal, record)).selector
    images = page.css("img::attr(src)").getall() + [
        part.split()[0] for value in page.css("img::attr(srcset)").getall() for part in value.split(", ")
    ]
    sheets = page.css('link[rel="stylesheet"]::attr(href), link[rel="icon"]::attr(href), script::attr(src)').getall()
    css = get(portal, sheets[1] if sheets[0].endswith(".ico") else sheets[0]).body.decode()
    inside = ["/themes/custom/harbour/fonts/marks.woff", "/themes/custom/harbour/images/waves.svg"]
    assert all(f'url("{target}")' in css for target in inside)
    assert '@import "/themes/custom/harbour/css/colours.css"' in css
    inside += ["/themes/custom/harbour/css/colours.css", f"{FILES}/themes/print.css?v=2"]
    for target in [*images, *sheets, *inside]:
        reply = get(portal, target)
        assert (reply.status, bool(reply.body)) == (200, True), target


def test_images_are_whole(portal: Portal) -> None:
    body = get(portal, f"{FILES}/styles/medium/public/2021-12/x.png?itok=12345678").body
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    data = body[body.index(b"IDAT") + 4 : body.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 180 * (1 + 320 * 3)


def test_pages_are_not_modified_only_when_both_validators_match(portal: Portal) -> None:
    first = get(portal, "/about")
    tag, since = first.headers["etag"], first.headers["last-modified"]
    both = get(portal, "/about", If_None_Match=tag, If_Modified_Since=since)
    assert (both.status, both.body) == (304, b"")
    assert get(portal, "/about", If_None_Match=tag).status == 200
    assert get(portal, "/about", If_Modified_Since=since).status == 200
    assert get(portal, "/about", If_None_Match='"1"', If_Modified_Since=since).status == 200


def test_files_are_not_modified_when_the_entity_tag_matches(portal: Portal) -> None:
    target = f"{FILES}/docs/summary_report_1.pdf"
    first = get(portal, target)
    assert get(portal, target, If_None_Match=first.headers["etag"]).status == 304
    assert get(portal, target, If_Modified_Since=first.headers["last-modified"]).status == 304


def test_saving_a_node_renews_every_page_but_not_its_text() -> None:
    with Portal(nodes=20) as portal:
        before = get(portal, "/about")
        assert get(portal, "/about").body == before.body
        portal.site.reindex()
        after = get(portal, "/about")
    assert after.headers["etag"] != before.headers["etag"]
    assert after.body != before.body
    texts = [reply.selector.css("main").xpath("string()").get() for reply in (before, after)]
    assert texts[0] == texts[1]


def test_gzip_is_repeatable_and_on_request_only(portal: Portal) -> None:
    plain = get(portal, "/about")
    packed = get(portal, "/about", Accept_Encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert get(portal, "/about", Accept_Encoding="gzip").body == packed.body


def test_some_pages_are_chunked_and_some_have_a_length(portal: Portal) -> None:
    replies = [get(portal, path(portal, record)) for record in portal.truth()[:30]]
    chunked = [reply for reply in replies if reply.headers.get("transfer-encoding") == "chunked"]
    assert 0 < len(chunked) < len(replies)
    assert all("content-length" not in reply.headers for reply in chunked)
    assert all(reply.body.rstrip().endswith(b"</html>") for reply in replies)


def test_head_has_no_body(portal: Portal) -> None:
    reply = get(portal, "/robots.txt", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) == len(get(portal, "/robots.txt").body)


def test_one_connection_carries_several_requests(portal: Portal) -> None:
    connection = http.client.HTTPConnection(portal.url.removeprefix("http://"), timeout=10)
    connection.connect()
    first = connection.sock.getsockname()
    for target in ("/about", "/news", "/robots.txt"):
        connection.request("GET", target)
        assert connection.getresponse().read()
        assert connection.sock.getsockname() == first
    connection.close()


def test_a_portal_closes_while_clients_are_connected() -> None:
    with Portal(nodes=20) as portal:
        connection = http.client.HTTPConnection(portal.url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/about")
        connection.getresponse().read()
    connection.close()


def test_requests_are_kept_in_order() -> None:
    with Portal(nodes=20) as portal:
        get(portal, "/about", User_Agent="tester")
        get(portal, "/nowhere", method="HEAD")
        kept = [(method, target, status) for method, target, status, _ in portal.requests]
        agent = portal.requests[0][3]["user-agent"]
    assert kept == [("GET", "/about", 200), ("HEAD", "/nowhere", 404)]
    assert agent == "tester"
