"""The site of files in a real browser, from a disk and from a host that knows nothing but files."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from migration_spider.browse.finding import find
from migration_spider.browse.selection import Selection
from migration_spider.browse.site import write_site
from tests.browse.chromium import AXE, NARROW, SHIFTS, WIDE, faint, violations, widest
from tests.browse.poisoned import MARK
from tests.serving import Serving


@pytest.fixture(scope="module")
def hosted(site):
    """A host that knows nothing but files, and has ours below a path; its address."""
    handler = partial(SilentHandler, directory=site.parent.parent)
    with Serving(ThreadingHTTPServer, handler) as server:
        yield server.url.removeprefix("http://")


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def hosts(served, hostile, hosted):
    return [served.host, hostile.host, hosted]


def filled(tab):
    """The page is ready; ids of the stories that it lists."""
    tab.locator("#said").filter(has_not_text="Loading").wait_for(state="attached")
    return [href.split("/")[-1].removesuffix(".html") for href in hrefs(tab.locator(".hits h2 a"))]


def hrefs(links):
    return links.evaluate_all("all => all.map((one) => one.getAttribute('href'))")


@pytest.mark.parametrize("address", ["from a disk", "from a host"])
def test_a_site_of_files_is_searched_like_the_server(tab, collection, site, hosted, address):
    root = site.as_uri() if address == "from a disk" else f"http://{hosted}/below/site"
    tab.goto(f"{root}/index.html")
    tab.locator("#content input[name=q]").fill("мигрантов OR migrant")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?*")
    expected = find(collection, Selection(query="мигрантов OR migrant"))
    assert expected.total
    assert list(expected.ids) == filled(tab)
    assert tab.locator("#said").inner_text().startswith(f"{expected.total} stor")
    assert tab.locator("mark").count()
    assert [] == tab.evaluate(SHIFTS)
    (chosen,) = [value for value in expected.facets["language"] if value.key == "fr"]
    tab.locator(".facet a[href$='language=fr']").click()
    tab.wait_for_url("**language=fr")
    narrowed = find(collection, Selection.parse(parse_qsl(tab.url.partition("?")[2])))
    assert (list(narrowed.ids), chosen.count) == (filled(tab), narrowed.total)
    assert 2 == tab.locator(".chips a").count()
    tab.go_back()
    assert list(expected.ids) == filled(tab)
    tab.locator(".hits h2 a").first.click()
    tab.wait_for_url(f"**/stories/{expected.ids[0]}.html")
    assert tab.locator("h1").is_visible()


def test_a_site_of_files_can_be_used_by_everyone(tab, site):
    tab.goto(f"{site.as_uri()}/search.html?q=migration&language=fr")
    filled(tab)
    assert [] == violations(tab, AXE)
    tab.set_viewport_size(NARROW)
    assert [] == widest(tab)
    tab.set_viewport_size(WIDE)
    assert [] == faint(tab)


def test_a_site_of_files_has_lists_for_who_has_no_script(opened, site, collection):
    context = opened.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.as_uri()}/search.html")
    page.locator("noscript a").click()
    years = hrefs(page.locator("main a"))
    listed = 0
    for year in years:
        page.goto(f"{site.as_uri()}/list/{year.split('/')[-1]}")
        listed += page.locator("main li a").count()
    context.close()
    assert len(collection.ids) == listed


@pytest.mark.parametrize("pages", [1000, 0])
def test_no_attack_runs_in_a_site_of_files(tab, hostile, tmp_path, pages):
    site = write_site(hostile.collection.folder, tmp_path / "site", pages).folder.as_uri()
    tab.set_viewport_size(NARROW)
    story = hostile.collection.ids[0]
    asked = [
        "index.html",
        "search.html",
        "search.html?q=%22%3E%3Cx-attack%3E&publisher=~%3Cx-attack%3E",
        "search.html?x-attack%3Cx-attack%3E=1",
        f"stories/{story}.html",
    ]
    for address in asked if pages else [f"story.html?id={story}", "story.html?id=%3Cx-attack%3E"]:
        tab.goto(f"{site}/{address}")
        if "search" in address or "story.html" in address:
            filled(tab)
        assert [] == widest(tab), address
        assert tab.evaluate("typeof hacked") == "undefined", address
        assert 0 == tab.locator(MARK).count(), address
