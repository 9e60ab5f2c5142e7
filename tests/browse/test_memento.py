"""The archived pages on the server: shown in their place, found by date, packaged; and when there is no archive."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive.cdxj import iter_captures, lookup, read_capture
from archive.playback import BusyError, markup, quoted
from archive.wacz.reading import WaczFile
from migration_spider.browse import downloads_wacz
from migration_spider.browse.answering import file_name
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive, archive_of
from migration_spider.browse.captured import _lacks, captured, has_capture
from migration_spider.browse.collection import Collection
from migration_spider.browse.current import Current, source_of
from migration_spider.browse.selection import Selection
from tests.archive.records import record, write
from tests.browse.conftest import CHANGED, GONE, config_of

EVIL = b"""<!doctype html><meta http-equiv=refresh content="0;url=http://evil.example/"><script>x()</script>
<img src=http://evil.example/i><a href="/known">known</a><a href="http://evil.example/?q=<b>">away</a>"""


@pytest.fixture(scope="module")
def page_of(collection):
    """id of an item -> (address, timestamp of the capture that it cites)."""

    def found(item):
        row = collection.connect().execute("SELECT * FROM news WHERE id = ?", (item,)).fetchone()
        entries = lookup(collection.archive.index, row["url"])
        (entry,) = [one for one in entries if (one.filename, one.offset) == (row["warc_file"], row["warc_offset"])]
        return row["url"], entry.timestamp

    return found


def _to(location, status=301):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n\r\n".encode()


@pytest.fixture
def foreign(collection, tmp_path):
    """The same collection with another archive: a folder of WARC files without an index."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    png = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
    script = b"HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\n\r\n"
    moved = b"HTTP/1.1 301 Moved\r\nLocation: http://a.example/known?x=%231#part\r\n\r\n"
    away = b"HTTP/1.1 302 Found\r\nLocation: javascript:x()\r\n\r\n"
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n"
    packed = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    write(
        folder / "a.warc.gz",
        record("http://a.example/evil", EVIL),
        record("http://a.example/known?x=%231", b"<p>known"),
        record("http://a.example/moved", b"", head=moved),
        record("http://a.example/away", b"", head=away),
        record("http://a.example/gone", b"<p>no such page", head=gone),
        record("http://a.example/i.png", b"png", head=png),
        record("http://a.example/x.js", b"x()", head=script),
        record("http://a.example/page.png", b"<p>x"),
        record("http://a.example/damaged", b"no gzip", head=packed),
        record("http://a.example/a%20b.pdf", b"%PDF", head=script),
        record("http://a.example/here", b"", head=_to("http://a.example/here#part")),
        record("http://a.example/there", b"", head=_to("/back")),
        record("http://a.example/back", b"", head=_to("there", 302)),
        record("http://a.example/empty", b"<p>some", head=gone.replace(b"404 Not Found", b"204 No Content")),
        record("http://a.example/part", b"<p>some", head=gone.replace(b"404 Not Found", b"206 Partial Content")),
        record("http://a.example/twice", b"<p>1", "2024-01-01T00:00:00Z"),
        record("http://a.example/twice", b"<p>2", "2025-01-01T00:00:00Z"),
    )
    there = Collection(collection.folder, archive_of(collection.folder, folder))
    assert ["a.warc.gz"] == [path.name for path in folder.iterdir()]
    return TestClient(application(lambda: there), base_url="http://127.0.0.1", follow_redirects=False)


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


def test_a_moment_between_captures_leads_to_the_nearest(foreign):
    answer = foreign.get("/memento/20240301/http://a.example/twice")
    assert (302, "/memento/20240101000000/http://a.example/twice") == (answer.status_code, answer.headers["location"])
    assert b"<p>2" in foreign.get("/memento/20250101000000/http://a.example/twice").content


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


def test_timemap_and_timegate(foreign):
    base, url = "http://127.0.0.1", "http://a.example/twice"
    answer = foreign.get(f"/timemap/link/{url}")
    assert "application/link-format" == answer.headers["content-type"]
    assert f'<{base}/memento/20240101000000/{url}>; rel="first memento"' in answer.text
    assert 2 == len(foreign.get(f"/timemap/json/{url}").json()["mementos"]["list"])
    assert None not in [one.get("status", 0) for one in foreign.get(f"/timemap/json/{url}").json()["mementos"]["list"]]
    gates = {
        None: "20250101000000",
        "Sat, 01 Jan 2000 00:00:00 GMT": "20240101000000",
        "Sat, 01 Jun 2024 00:00:00 GMT": "20240101000000",
        "Wed, 01 Jan 2025 00:00:00 GMT": "20250101000000",
        "Fri, 01 Jan 2100 00:00:00 GMT": "20250101000000",
    }
    for date, timestamp in gates.items():
        gate = foreign.get(f"/timegate/{url}", headers={"Accept-Datetime": date} if date else {})
        assert (302, f"{base}/memento/{timestamp}/{url}") == (gate.status_code, gate.headers["location"])
        assert "accept-datetime" == gate.headers["vary"]
        assert {"original", "timemap"} <= set(re.findall(r'rel="(\w+)"', gate.headers["link"]))
        assert "memento-datetime" not in gate.headers
    memento = foreign.get(f"/memento/20250101000000/{url}")
    assert "Wed, 01 Jan 2025 00:00:00 GMT" == memento.headers["memento-datetime"]
    assert {"original", "timegate", "timemap", "first prev memento", "last memento"} == set(
        re.findall(r'rel="([^"]+)"', memento.headers["link"])
    )
    wrong = foreign.get(f"/timegate/{url}", headers={"Accept-Datetime": "2024-01-01"})
    assert (400, "accept-datetime") == (wrong.status_code, wrong.headers["vary"])
    for path in (f"/timegate/{url}/none", f"/timemap/link/{url}/none", "/timemap/xml/http://a.example/"):
        assert 404 == foreign.get(path).status_code
    assert 405 == foreign.post(f"/timegate/{url}").status_code


def test_without_an_archive_all_of_it_says_so(collection):
    alone = TestClient(application(lambda: Collection(collection.folder)), base_url="http://127.0.0.1")
    for path in ("/memento/2024/http://a.example/", "/timemap/link/x", "/timegate/x", "/stories.wacz"):
        answer = alone.get(path)
        assert 404 == answer.status_code
        assert "--archive" in answer.text
    assert "--archive" in captured(Collection(collection.folder), str(CHANGED), "en").problem


def test_the_captures_of_a_story_are_told_from_each_other(collection):
    found = captured(collection, str(CHANGED), "en")
    (page,) = [page for page in found.pages if page.item == f"{CHANGED}@en"]
    # Its address changed with its title: those of both are captures of it.
    assert len({capture.url for capture in page.captures}) == 2
    assert [1, 2] == [capture.version for capture in page.captures if capture.version]
    assert {"first", "changed"} <= {capture.change for capture in page.captures}
    assert page.captures == sorted(page.captures, key=lambda one: one.timestamp)
    assert 0 <= page.captures[0].place <= page.captures[-1].place <= 100
    assert page.cited == found.shown
    assert 2 == found.shown.version
    assert page.captures[0] == captured(collection, str(CHANGED), "en", page.captures[0].timestamp).shown


def test_a_story_shows_the_capture_that_was_read_or_the_one_that_is_asked_for(client, collection):
    page = captured(collection, str(CHANGED), "en").page
    document = html.document_fromstring(client.get(f"/stories/{CHANGED}?language=en").text)
    (frame,) = document.iter("iframe")
    assert ("", f"/memento/{page.cited.timestamp}/{page.cited.url}") == (frame.get("sandbox"), frame.get("src"))
    assert page.cited.moment in frame.get("title")
    listed = document.xpath("//section[@class='captures']//ol/li/a/@href")
    assert sum(len(one.captures) for one in captured(collection, str(CHANGED), "en").pages) == len(listed)
    first = next(link for link in listed if page.captures[0].timestamp in link and "language=en" in link)
    again = html.document_fromstring(client.get(first).text)
    assert f"/memento/{page.captures[0].timestamp}/{page.captures[0].url}" == again.find(".//iframe").get("src")


def test_of_a_story_that_is_gone_the_last_page_is_shown(collection):
    found = captured(collection, str(GONE), "en")
    assert found.shown.status == 200
    changes = [capture.change for page in found.pages for capture in page.captures]
    assert "no-page" in changes


def test_the_pages_of_a_selection_are_one_package(client, collection, tmp_path):
    # A part of another package does not go on where one broke off: it is sent whole.
    answer = client.get("/stories.wacz?language=fr", headers={"Range": "bytes=9-"})
    assert "none" == answer.headers["accept-ranges"]
    assert (200, "application/wacz") == (answer.status_code, answer.headers["content-type"])
    name = file_name(collection, Selection.parse([("language", "fr")]), "stories", "wacz")
    assert f'attachment; filename="{name}"' == answer.headers["content-disposition"]
    known = {"if-none-match": answer.headers["etag"]}
    assert 304 == client.get("/stories.wacz?language=fr", headers=known).status_code
    (tmp_path / "some.wacz").write_bytes(answer.content)
    with WaczFile(tmp_path / "some.wacz") as package:
        assert [] == list(package.problems())
    with zipfile.ZipFile(BytesIO(answer.content)) as file:
        pages = file.read("pages/pages.jsonl").decode()
    there = collection.connect().execute(
        "SELECT url FROM news WHERE story_id IN (SELECT story_id FROM news WHERE language = 'fr')"
    )
    assert all(f'"{row["url"]}"' in pages for row in there)
    # What was packaged can be looked at instead of the archive.
    again = archive_of(collection.folder, tmp_path / "some.wacz")
    (cited, *_) = [one for one in iter_captures(again.index) if one.status == 200]
    assert cited.url == read_capture(again.folder, cited).target_uri


def test_a_selection_too_large_for_a_package_names_the_command(client, monkeypatch):
    monkeypatch.setattr(downloads_wacz, "MOST_STORIES", 2)
    answer = client.get("/stories.wacz")
    assert 413 == answer.status_code
    assert "scrapy archive-wacz" in answer.text
    assert 404 == client.get("/stories.wacz?q=nosuchwordanywhere").status_code
    assert 400 == client.get("/stories.wacz?page=x").status_code


def test_an_archive_that_is_none_is_one_sentence(tmp_path):
    for path in (tmp_path, Path(__file__)):
        with pytest.raises(Exception, match=r"neither a data folder|not a WACZ file"):
            archive_of(tmp_path, path)


def test_an_archive_that_is_named_is_taken_for_a_data_folder_too(collection, harvested, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(harvested / "items", data / "items")
    shutil.copytree(harvested / "runs", data / "runs")
    source = source_of(data, config_of(data), harvested)
    assert harvested / "warc" == Current(source)().archive.folder


def test_an_archive_without_an_index_gets_one_for_the_time_of_the_server(collection, harvested, tmp_path):
    data = tmp_path / "data"
    for name in ("items", "runs", "warc"):
        shutil.copytree(harvested / name, data / name)
    shutil.copytree(collection.folder, data / "dataset" / "latest")
    address = f"/timemap/link/{collection.connect().execute('SELECT url FROM news').fetchone()[0]}"
    for source in (source_of(data / "dataset", config_of(data)), source_of(data, config_of(data))):
        current = Current(source)
        (data / "index.cdxj").unlink(missing_ok=True)
        asks = TestClient(application(current), base_url="http://127.0.0.1")
        if current().archive.index.parent == data:  # made with the collection, and taken away since
            answer = asks.get(address)
            assert (500, True) == (answer.status_code, "The archive cannot be read: " in answer.text)
            assert str(tmp_path) not in answer.text
            current = Current(source)
            asks = TestClient(application(current), base_url="http://127.0.0.1")
        assert 200 == asks.get(address).status_code
        assert not (data / "index.cdxj").exists()


def test_what_a_page_lacks_is_counted_and_what_is_not_archived_is_no_link(collection, client, foreign):
    assert 0 == captured(collection, str(CHANGED), "en").lacks
    assert "looks different here than it did" not in client.get(f"/stories/{CHANGED}?language=en").text
    there = foreign.app.state.current()
    alone = Collection(collection.folder, Archive(there.archive.folder, there.archive.index))
    entry = SimpleNamespace(url="http://a.example/evil", timestamp="20260102030405")
    assert 1 == _lacks(alone.archive, entry)
    assert has_capture(alone.archive, "http://a.example/i.png")
    assert not has_capture(alone.archive, "http://evil.example/i")


def test_a_picture_that_is_not_archived_is_no_link(collection, client, foreign):
    query = "SELECT n.story_id FROM news_images i JOIN news n ON n.id = i.news_id LIMIT 1"
    (story,) = collection.connect().execute(query).fetchone()
    assert "archived picture</a>" in client.get(f"/stories/{story}").text
    text = foreign.get(f"/stories/{story}").text
    assert "archived picture</a>" not in text
    assert "not archived" in text


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


@pytest.mark.parametrize("end", ["%0A", "%0D%0A", "%0Ax", "x%0a%0a"])
def test_an_address_with_the_end_of_a_line_is_one(foreign, end):
    answer = foreign.get(f"/memento/2026/http://a.example/{end}")
    assert (404, True) == (answer.status_code, "not in this archive" in answer.text)
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    for place in ("/timegate/", "/timemap/link/"):
        answer = foreign.get(f"{place}http://a.example/{end}")
        assert (404, "There is no capture of it in this archive.\n") == (answer.status_code, answer.text)


def test_the_scheme_of_an_address_may_be_in_capitals(foreign):
    assert 302 == foreign.get("/timegate/HTTP://a.example/twice").status_code
    assert 200 == foreign.get("/timemap/link/Http://a.example/twice").status_code
    answer = foreign.get("/memento/2024/HTTP://a.example/twice", follow_redirects=True)
    assert "<p>1</p>" in answer.text


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
