"""Archived pages on the server: shown in their place with all that belongs to them, or told why not."""

from __future__ import annotations

import hashlib
import re

import pytest
from starlette.testclient import TestClient

from archive.cdxj import lookup
from archive.playback import BusyError, markup, quoted
from migration_spider.browse.app import application
from migration_spider.browse.captured import captured
from migration_spider.browse.collection import Collection
from tests.browse.conftest import CHANGED


@pytest.fixture(scope="module")
def page_of(collection):
    """id of an item -> (address, timestamp of the capture that it cites)."""

    def found(item):
        row = collection.connect().execute("SELECT * FROM news WHERE id = ?", (item,)).fetchone()
        entries = lookup(collection.archive.index, row["url"])
        (entry,) = [one for one in entries if (one.filename, one.offset) == (row["warc_file"], row["warc_offset"])]
        return row["url"], entry.timestamp

    return found


def test_the_page_of_an_item_comes_out_of_the_archive_with_its_style_and_images(client, collection, page_of):
    url, timestamp = page_of(f"{CHANGED}@en")
    answer = client.get(f"/memento/{timestamp}/{url}")
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "sandbox; default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "unsafe-none" == answer.headers["cross-origin-opener-policy"]
    assert "set-cookie" not in answer.headers
    embedded = set(re.findall(r'"(/memento/\d{14}oe_/[^"]+)"', answer.text))
    assert any(".css" in address for address in embedded)
    kinds = {address: client.get(address.replace("&amp;", "&")) for address in embedded}
    assert {"text/css; charset=utf-8", "image/svg+xml"} <= {one.headers["content-type"] for one in kinds.values()}
    styles = [one.text for one in kinds.values() if "css" in one.headers["content-type"]]
    inner = {address for sheet in styles for address in re.findall(r'url\("(/memento/[^"]+)"\)', sheet)}
    fonts = [one for one in map(client.get, inner) if one.headers["content-type"].startswith("font/")]
    assert fonts
    assert all("null" == one.headers["access-control-allow-origin"] for one in fonts)


def test_every_link_of_a_page_leads_to_a_page_of_the_archive_or_says_that_there_is_none(client, page_of):
    url, timestamp = page_of(f"{CHANGED}@en")
    text = client.get(f"/memento/{timestamp}/{url}").text
    links = re.findall(r'href="([^"]+)"', text)
    assert all(link.startswith(("/memento/", "#")) for link in links)
    inside = {client.get(link.replace("&amp;", "&")).status_code for link in set(links) if "127.0.0.1" in link[:60]}
    assert 200 in inside
    (away,) = [link for link in links if "social.invalid" in link][:1]
    answer = client.get(away.replace("&amp;", "&"))
    assert 404 == answer.status_code
    assert "This address is not in this archive." in answer.text
    assert "social.invalid" in answer.text
    assert "<a" not in answer.text
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_a_file_of_an_item_is_saved_as_it_was(client, collection):
    query = "SELECT url, sha256 FROM news_attachments WHERE sha256 IS NOT NULL LIMIT 1"
    url, digest = collection.connect().execute(query).fetchone()
    answer = client.get(f"/memento/2030id_/{quoted(url)}")
    assert digest == hashlib.sha256(answer.content).hexdigest()
    assert "application/octet-stream" == answer.headers["content-type"]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_a_hostile_page_leads_nowhere(foreign):
    answer = foreign.get("/memento/20260102030405/http://a.example/evil")
    assert 200 == answer.status_code
    assert "<script" not in answer.text
    assert "http-equiv" not in answer.text
    assert all(found.startswith("/memento/") for found in re.findall(r"""([^\s"'>]*)evil\.example""", answer.text))
    away = foreign.get("/memento/20260102030405/http://evil.example/?q=<b>&r")
    assert 404 == away.status_code
    assert "http://evil.example/?q=&lt;b&gt;&amp;r" in away.text.replace("%3C", "&lt;").replace("%3E", "&gt;")


def test_redirects_stay_in_the_archive(foreign):
    answer = foreign.get("/memento/20260102030405/http://a.example/moved")
    assert (302, "/memento/20260102030405/http://a.example/known?x=%231#part") == (
        answer.status_code,
        answer.headers["location"],
    )
    assert "Fri, 02 Jan 2026 03:04:05 GMT" == answer.headers["memento-datetime"]
    assert b"known" in foreign.get(answer.headers["location"].partition("#")[0]).content
    assert 404 == foreign.get("/memento/20260102030405/http://a.example/away").status_code


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("20260102030405/http://a.example/gone", 404, "no such page"),
        ("20260102030405/http://a.example/x.js", 200, "files of the type text/javascript are not shown"),
        ("20260102030405/http://a.example/damaged", 500, "cannot be read"),
        ("20260102030405oe_/http://a.example/gone", 404, ""),
        ("20260102030405oe_/http://a.example/x.js", 200, "are not shown"),
        ("20260102030405oe_/http://a.example/page.png", 200, "are not shown"),
        ("x/http://a.example/", 404, "not the address of an archived page"),
        ("99999999999999/http://a.example/", 404, "not the address of an archived page"),
        ("20260102030405/", 404, "not the address of an archived page"),
        ("20260102030405/file:///etc/passwd", 404, "not in this archive"),
        ("20260102030405id_/http://a.example/none", 404, "not in this archive"),
    ],
)
def test_what_is_not_shown_is_told_in_the_frame(foreign, path, status, words):
    answer = foreign.get(f"/memento/{path}")
    assert status == answer.status_code
    assert words in answer.text
    assert "x()" not in answer.text
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-type"].startswith("text/")
    assert "javascript" not in answer.headers["content-type"]


def test_a_download_has_the_name_of_the_file(foreign):
    answer = foreign.get("/memento/20260102030405id_/http://a.example/a%20b.pdf")
    assert b"%PDF" == answer.content
    assert "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf" == answer.headers["content-disposition"]
    page = foreign.get("/memento/20260102030405id_/http://a.example/evil")
    assert page.headers["content-disposition"].startswith('attachment; filename="evil.html"; ')


def test_without_an_archive_all_of_it_says_so(collection):
    alone = TestClient(application(lambda: Collection(collection.folder)), base_url="http://127.0.0.1")
    for path in ("/memento/2024/http://a.example/", "/timemap/link/x", "/timegate/x", "/stories.wacz"):
        answer = alone.get(path)
        assert 404 == answer.status_code
        assert "--archive" in answer.text
    assert "--archive" in captured(Collection(collection.folder), str(CHANGED), "en").problem


@pytest.mark.parametrize("kind", ["", "oe_"])
@pytest.mark.parametrize("name", ["here", "there", "back"])
def test_redirects_in_a_circle_are_told(foreign, name, kind):
    address = foreign.get(f"/memento/2026/http://a.example/{name}").headers["location"].replace("/http", f"{kind}/http")
    answer = foreign.get(address)
    assert (404, True) == (answer.status_code, "The page redirected to itself" in answer.text)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["empty", "part"])
def test_what_was_archived_with_a_status_without_a_body_has_its_body(foreign, name):
    answer = foreign.get(f"/memento/2026/http://a.example/{name}", follow_redirects=True)
    assert (200, True) == (answer.status_code, "<p>some</p>" in answer.text)


def test_a_page_that_waits_or_cannot_be_taken_apart_is_told_in_its_frame(foreign, monkeypatch):
    address = foreign.get("/memento/2026/http://a.example/evil").headers["location"]
    for error, status, said in (
        (BusyError("one at a time"), 503, "now: one at a time."),
        (ValueError("x"), 200, "parsed: x."),
    ):

        def fails(*_, error=error):
            raise error

        monkeypatch.setattr(markup, "_page", fails)
        answer = foreign.get(address)
        assert (status, True) == (answer.status_code, said in answer.text)
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert "Save it as it was served" in answer.text
