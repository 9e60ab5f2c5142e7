"""Everything that the portal printed is an attack: no page, table, feed or answer of the API lets one through."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from lxml import html
from starlette.routing import Route
from starlette.testclient import TestClient

from migration_spider.browse.app import HEADERS, application
from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.making import made
from tests.browse.conftest import config_of
from tests.browse.poisoned import MARK, poison


@pytest.fixture(scope="module")
def poisoned(harvested, tmp_path_factory):
    """The collection of `harvested`, every text and address of which is an attack."""
    return poison(harvested, tmp_path_factory.mktemp("poisoned") / "data")


@pytest.fixture(scope="module")
def asks(poisoned):
    return TestClient(application(lambda: poisoned), base_url="http://127.0.0.1", follow_redirects=False)


def sample(collection):
    """What stands in the place of a parameter: of this route, else of any."""
    db = collection.connect()
    story, item, url, date = db.execute(
        "SELECT n.story_id, n.id, n.warc_target_uri, n.warc_date FROM news n JOIN news_attachments ON news_id = n.id"
    ).fetchone()
    timestamp = "".join(filter(str.isdigit, date))[:14]
    return {
        "/check/{id}": item, "/items/{id}": item, "/v1/items/{id}": item, "id": story, "name": "browse.css",
        "timestamp": timestamp, "form": "link", "url": url,
    }  # fmt: skip


def addresses(collection):
    """An address of every route of the server."""
    values = sample(collection)
    routes = application(lambda: collection).routes
    assert all(isinstance(route, Route) for route in routes)
    return [
        route.path_format.format(**{name: values.get(route.path) or values[name] for name in route.param_convertors})
        for route in routes
        if isinstance(route, Route)
    ]


def pages(asks, collection):
    """Address and answer of every page that there is: of each route, all stories, all values of all facets' first."""
    found = [*addresses(collection), "/stories?q=hacked", "/stories?q=%22%3E%3Cx-attack%3E", "/nowhere%3Cx-attack%3E"]
    found += [f"/stories/{story}" for story in collection.ids]
    for name, index in collection.facets.items():
        value = next((one for one in index.bits if MARK in one), None)
        if value is not None:
            found.append(str(asks.build_request("GET", "/stories", params={name: value}).url.raw_path, "ascii"))
    return [(address, asks.get(address)) for address in found]


@pytest.fixture(scope="module")
def answers(asks, poisoned):
    return pages(asks, poisoned)


def attacks_of(document):
    """What is in an HTML document that must not be."""
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == MARK or (element.tag in ("script", "style") and (element.text or "").strip()):
            yield element.tag
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                yield f"{element.tag} {name}={value}"
            is_address = name in ("href", "src", "action", "formaction", "xlink:href")
            scheme = value.split(":")[0].strip().lower() if ":" in value.split("/")[0] else ""
            if is_address and (scheme not in ("", "http", "https") or value.startswith("//")) and value != "data:,":
                yield f"{element.tag} {name}={value}"


def test_no_page_has_an_element_attribute_or_link_of_an_attack(answers):
    seen = 0
    for address, answer in answers:
        if answer.headers.get("content-type", "").startswith("text/html") and not address.startswith("/memento"):
            seen += MARK in answer.text
            assert [] == list(attacks_of(html.document_fromstring(answer.text))), address
            assert f"<{MARK}" not in answer.text, address
    assert seen > 10, "the attacks stand on the pages, as text"


def test_no_other_answer_can_be_taken_for_a_page_or_a_formula(answers):
    kinds = set()
    for address, answer in answers:
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code != 200 or kind == "text/html":
            continue
        kinds.add(kind)
        if kind.endswith("json"):
            json.loads(answer.text)
        elif kind == "text/csv":
            cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
            assert [] == [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t") and len(cell) > 1], address
        elif kind == "application/atom+xml":
            feed = ElementTree.fromstring(answer.text)  # noqa: S314 - ours
            assert not [one.tag for one in feed.iter() if MARK in one.tag]
            for one in feed.iter():
                if one.get("type") in ("html", "xhtml"):
                    assert [] == list(attacks_of(html.fragment_fromstring(one.text or "", create_parent="div")))
                if one.get("href"):
                    assert one.get("href").startswith(("http://", "https://", "urn:")), one.get("href")
    assert {"text/css", "text/javascript"} & kinds


def test_every_answer_of_every_route_is_closed_to_other_sites(asks, poisoned):
    for address in [*addresses(poisoned), "/nowhere", "/stories?page=0"]:
        for method in ("GET", "HEAD"):
            answer = asks.request(method, address)
            # No address of an attack is in the archive, so there is nothing to package.
            assert answer.status_code < 500 or address == "/stories.wacz", (method, address)
            # An archived page has an origin of its own: see tests/archive/test_playback_captures.py.
            own = {*_OF_REPLAY} if address.startswith("/memento/") else ()
            assert {} == {
                name: answer.headers.get(name)
                for name, value in HEADERS.items()
                if answer.headers.get(name) != value and name not in own
            }, (method, address)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, address
            assert "'unsafe-eval'" not in policy, address
            assert own or ("script-src 'self'" in policy and "'unsafe-inline'" not in policy), address
            assert "nosniff" == answer.headers["X-Content-Type-Options"], address
            assert not {"set-cookie", "access-control-allow-origin"} & set(answer.headers), address
            assert method == "GET" or b"" == answer.content
        if address != "/nowhere":
            assert {405} == {asks.request(method, address).status_code for method in ("POST", "PUT", "DELETE")}, address


def test_who_comes_by_another_name_is_refused_at_every_address(poisoned):
    asks = TestClient(application(lambda: poisoned, 8017), base_url="http://127.0.0.1:8017")
    for address in addresses(poisoned):
        assert 421 == asks.get(address, headers={"host": "rebound.example:8017"}).status_code, address


_OF_REPLAY = ("Content-Security-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")


TRICKS = (
    "../app.py", "..%2fapp.py", "%2e%2e/app.py", "%2e%2e%2fapp.py", "..%5capp.py", "/etc/passwd", "%2fetc%2fpasswd",
    "....//app.py", "browse.css/../../app.py", "browse.css%00", "%c0%ae%c0%ae/app.py",
)  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_no_file_beside_the_named_ones_can_be_had(asks, trick):
    for address in (f"/static/{trick}", f"/stories/{trick}", f"/{trick}"):
        assert asks.get(address).status_code in (400, 404), address


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "../../etc/passwd", "%2e%2e%2fnews.jsonl", "http://169.254.169.254/", "warc://x", ""]
)
def test_nothing_outside_of_the_archive_is_replayed(asks, url):
    for address in (f"/memento/20260101000000/{url}", f"/timegate/{url}", f"/timemap/link/{url}"):
        assert asks.get(address).status_code in (400, 404), address


def test_a_line_may_say_anything_of_its_record_and_its_terms(harvested, tmp_path):
    """What is stored was checked for its types, not for what a crawl would write."""
    said = [("date", "javascript:x"), ("date", ""), ("offset", -(2**63)), ("offset", 2**63 - 1), ("length", -1)]
    said += [("file", "9" * 300), ("record_id", "\x1b\0")]
    lines = [json.loads(line) for line in (harvested / "items" / "news.jsonl").read_text(encoding="utf-8").splitlines()]
    item = next(line for line in lines if line.get("attachments"))
    odd = [{**item, "warc": {**item["warc"], name: value}} for name, value in said]
    term = {"raw": "Somebody", "id": "x", "label": None}
    odd += [{**item, name: [term]} for name in ("other_source_publisher", "gcm_objectives", "source_publisher")]
    odd += [{**item, "geographic_scope": [{**term, "type": "x", "iso3": "\0"}]}]
    folder = tmp_path / "data"
    (folder / "items").mkdir(parents=True)
    with (folder / "items" / "news.jsonl").open("w", encoding="utf-8") as file:
        for number, one in enumerate(odd):
            file.write(
                json.dumps({**one, "id": f"{number}@en", "node_id": number, "url": f"https://e.example/{number}"})
                + "\n"
            )
    there = Collection(made(folder, config_of(folder)), Archive(harvested / "warc", harvested / "index.cdxj"), folder)
    client = TestClient(application(lambda: there), base_url="http://127.0.0.1", raise_server_exceptions=True)
    assert len(odd) == len(there.ids)
    for number in range(len(odd)):
        for path in (f"/stories/{number}", f"/check/{number}@en", f"/check/{number}@en?format=json"):
            assert 200 == client.get(path).status_code, path
