"""All pages in a real browser: what they do, for whom they can be used, and that they ask nobody else for anything.

What a page says is tested beside its handler; here is what only a browser knows. The site of files has a module of its
own.
"""

from __future__ import annotations

import re
import shutil
import socket
from urllib.parse import urlsplit

import pytest

from archive.playback import markup
from migration_spider.browse.archived import Archive, archive_of
from migration_spider.browse.collection import Collection
from tests.archive.hostile_page import HERE
from tests.archive.hostile_page import HOSTILE as ATTACKS
from tests.archive.records import record, write
from tests.browse.chromium import (
    AXE,
    NARROW,
    PATIENCE,
    SIZES,
    WIDE,
    Elsewhere,
    Served,
    faint,
    shifts,
    violations,
    widest,
)
from tests.browse.conftest import CHANGED
from tests.browse.misread import FOUND, pages
from tests.browse.poisoned import MARK


@pytest.fixture(scope="module")
def damaged(harvested, collection, tmp_path_factory):
    """The same stories, and an archive in which something was written over since."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(harvested / "warc", folder / "warc")
    sql = "SELECT warc_file, warc_offset, warc_length FROM news WHERE story_id = ?"
    for name, offset, length in collection.connect().execute(sql, (str(CHANGED),)):
        with (folder / "warc" / name).open("r+b") as file:
            file.seek(offset + length // 2)
            file.write(b"damaged")
    with Served(Collection(collection.folder, Archive(folder / "warc", harvested / "index.cdxj"))) as server:
        yield server


@pytest.fixture(scope="module")
def replayed(collection, tmp_path_factory):
    """Another one, whose archive has nothing but attacks."""
    folder = tmp_path_factory.mktemp("replayed")
    answer = {"head": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"}
    pages = [record(f"http://a.example/{name}", text.encode(), **answer) for name, text in ATTACKS.items()]
    write(folder / "a.warc.gz", *pages)
    with Served(Collection(collection.folder, archive_of(collection.folder, folder))) as server:
        yield server


@pytest.fixture(scope="module")
def hosts(served, hostile, damaged, replayed):
    return [one.host for one in (served, hostile, damaged, replayed)]


# ---- for everyone


def places(collection):
    story = collection.connect().execute("SELECT story_id FROM news ORDER BY version DESC, language").fetchone()[0]
    search = "/stories?q=migration+OR+school+OR+learned+OR+women&language=en"  # has all that a list of stories can have
    return ["/", search, f"/stories/{story}", "/about", "/api"]


@pytest.mark.parametrize("number", range(5))
def test_every_page_can_be_used_by_everyone(tab, collection, number):
    address = places(collection)[number]
    assert 200 == tab.goto(address).status, address
    assert [] == shifts(tab)
    assert 1 == tab.locator("h1").count()
    assert [] == violations(tab, AXE)
    assert [] == widest(tab)
    tab.set_viewport_size(NARROW)
    assert [] == widest(tab)
    assert [] == violations(tab, SIZES)
    tab.evaluate("document.documentElement.dir = 'rtl'")
    assert [] == widest(tab)
    tab.evaluate("document.documentElement.dir = 'ltr'")
    tab.set_viewport_size(WIDE)
    assert [] == faint(tab)


def test_what_is_wider_than_the_window_fades_out_at_its_edge(tab):
    tab.set_viewport_size(NARROW)
    tab.goto("/about")
    runs = tab.get_by_role("region", name="Runs", exact=True)
    masked = "one => getComputedStyle(one).maskImage !== 'none'"
    tab.wait_for_selector("[aria-label=Runs].has-more")
    assert runs.evaluate(masked)
    runs.evaluate("one => { one.scrollLeft = one.scrollWidth; }")
    tab.wait_for_selector("[aria-label=Runs]:not(.has-more)")
    assert not runs.evaluate(masked)


def test_the_keyboard_reaches_everything_in_order_and_is_seen(tab):
    tab.goto("/stories?language=ar")
    tab.keyboard.press("Tab")
    assert "Skip to the content" == tab.evaluate("document.activeElement.textContent")
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top") >= 0, "seen when it has the focus"
    tab.keyboard.press("Enter")
    assert "MAIN" == tab.evaluate("document.activeElement.tagName")
    tab.reload()
    asked = tab.evaluate(
        """() => { window.reached = [];
        addEventListener("focusin", ({target: one}) =>
          reached.push([[...document.querySelectorAll("*")].indexOf(one), getComputedStyle(one).outlineStyle]));
        return [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
        .filter((one) => one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})).length; }"""
    )
    for _ in range(asked):
        tab.keyboard.press("Tab")
    reached = tab.evaluate("reached")
    places = [place for place, _ in reached]
    assert asked == len(places)
    assert sorted(set(places)) == places
    assert {"solid"} == {outline for _, outline in reached}


def test_a_page_prints(tab, collection):
    tab.goto(places(collection)[2])
    printed = tab.pdf()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 5_000
    tab.emulate_media(media="print")
    assert not tab.get_by_role("navigation", name="Pages").is_visible()
    assert tab.locator("h1").is_visible()
    closed = tab.locator("#cite details:not([open]) > summary")
    assert closed.count()
    assert [True] * closed.count() == [one.is_visible() for one in closed.all()], (
        "they are the headings of what is printed"
    )


# ---- search


def word_of(collection, language):
    """The longest word of a title in ``language``; of Chinese its first two signs."""
    sql = "SELECT title FROM news WHERE content_language LIKE ? || '%' ORDER BY id"
    (title,) = collection.connect().execute(sql, (language,)).fetchone()
    return title[:2] if language == "zh" else max(re.findall(r"\w+", title), key=len)


def found(page):
    """How many stories the page says it has found."""
    return int(page.locator(".head [role=status]").inner_text().split()[0].replace(",", ""))


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "ru", "zh"])
def test_words_are_found_and_marked_in_each_language(tab, collection, language):
    tab.goto("/stories")
    box = tab.get_by_role("searchbox")
    box.fill(word_of(collection, language))
    box.press("Enter")
    tab.wait_for_url("**/stories?q=*")
    assert found(tab) > 0
    marked = tab.locator(f".hit :lang({language}) mark").first
    assert marked.is_visible()
    assert ("rtl" if language == "ar" else "ltr") == marked.evaluate("one => getComputedStyle(one).direction")


def test_a_facet_narrows_to_its_count_and_its_chip_and_back_undo_it(tab, collection):
    tab.goto("/stories")
    assert len(collection.ids) == found(tab)
    value = tab.locator(".value:not([aria-current])").filter(visible=True).nth(3)
    count = int(value.locator(".n").inner_text().replace(",", ""))
    value.click()
    assert count == found(tab)
    assert 1 == tab.locator(".value[aria-current]").count()
    chosen = tab.url
    tab.locator("a.chip").click()
    assert len(collection.ids) == found(tab)
    tab.go_back()
    assert (chosen, count) == (tab.url, found(tab))


def test_values_of_a_long_list_are_found_by_their_letters(tab):
    tab.goto("/stories")
    more = tab.locator(".more-values").first
    more.evaluate(
        """(one) => { const list = one.querySelector("ul"), names = ["Curaçao", "Bonaire", "Bénin", "Benelux"];
        while (list.children.length < 12) {
          const value = list.firstElementChild.cloneNode(true);
          value.querySelector(".label").textContent = names.pop() ?? "Elsewhere";
          list.append(value);
        } }"""
    )
    more.locator("summary").click()
    more.get_by_role("searchbox").wait_for()  # comes with the event of the opening, which is a moment later
    tab.keyboard.press("Tab")
    tab.keyboard.type("BEN")
    assert ["Benelux", "Bénin"] == more.locator(".label").filter(visible=True).all_inner_texts()


def test_all_of_it_works_without_a_script(opened, served, collection):
    context = opened.browser.new_context(viewport=NARROW, base_url=served.url, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/stories")
    page.get_by_role("searchbox").fill(word_of(collection, "en"))
    page.get_by_role("button", name="Search").click()
    assert found(page) > 0
    facet = page.locator(".value").first
    assert not facet.is_visible(), "on a phone they would stand before all that was found"
    page.locator(".facets > summary").click()
    facet.click()
    assert found(page) > 0
    page.locator(".hit h2 a").first.click()
    page.wait_for_load_state()  # its style sheets, too
    assert page.locator("h1").is_visible()
    assert page.locator("[data-copy]").count() > 0
    assert 0 == page.locator("[data-copy]").filter(visible=True).count(), "they could do nothing"
    context.close()


# ---- a story


def story_in(collection, *languages):
    """A story with a page in each of ``languages``."""
    one = " AND ".join(
        ["EXISTS (SELECT 1 FROM news WHERE story_id = s.id AND language LIKE ? || '%')"] * len(languages)
    )
    return collection.connect().execute(f"SELECT id FROM stories s WHERE {one}", languages).fetchone()[0]


def test_an_arabic_text_stands_beside_an_english_one_each_in_its_direction(tab, collection):
    tab.goto(f"/stories/{story_in(collection, 'en', 'ar')}?language=en&with=ar")
    english, arabic = tab.locator(".text:lang(en)").first, tab.locator(".text:lang(ar)").first
    sides = "one => [getComputedStyle(one).direction, getComputedStyle(one).textAlign]"
    assert (["ltr", "start"], ["rtl", "start"]) == (english.evaluate(sides), arabic.evaluate(sides))
    assert english.bounding_box()["y"] == arabic.bounding_box()["y"]
    assert english.bounding_box()["x"] < arabic.bounding_box()["x"]
    tab.set_viewport_size(NARROW)
    assert english.bounding_box()["y"] < arabic.bounding_box()["y"], "no room beside each other"
    assert [] == widest(tab)


def test_what_changed_is_told_by_words(tab):
    tab.goto(f"/stories/{CHANGED}")
    assert "What the harbour learned" == tab.locator("h1").inner_text()
    assert tab.locator("#versions ins").filter(visible=True).count() > 0


def test_the_citation_is_copied(tab, opened, served):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.url)
    tab.goto(f"/stories/{CHANGED}")
    button = tab.locator("#cite [data-copy]").filter(visible=True).first
    shown = tab.locator(f"[id='{button.get_attribute('data-copy')}']").inner_text()
    button.click()
    tab.get_by_text("Copied").wait_for()
    assert shown == tab.evaluate("navigator.clipboard.readText()")


def check(page, address):
    """Press the button that reads the record of the story again: the class of the verdict."""
    page.goto(address)
    page.locator("#evidence button", has_text="Check it now").filter(visible=True).first.click()
    return page.locator(".verdict").get_attribute("class")


def test_the_record_is_read_again_and_what_was_damaged_since_is_told(tab, damaged):
    assert "verdict good" == check(tab, f"/stories/{CHANGED}")
    other = tab.context.new_page()  # its frame cannot show the page, which is an error of the browser's console
    assert "verdict bad" == check(other, f"{damaged.url}/stories/{CHANGED}")
    assert 1 == other.locator("h1").count()


# ---- what means harm


def test_no_attack_of_the_portal_runs_or_breaks_a_page(tab, hostile):
    tab.set_viewport_size(NARROW)
    stories = [f"/stories/{story}" for story in hostile.collection.ids[:3]]
    for address in ("/", "/stories", "/stories?q=%22%3E%3Cx-attack%3E", *stories):
        tab.goto(f"{hostile.url}{address}")
        assert [] == widest(tab), address
        assert tab.evaluate("typeof hacked") == "undefined", address
        assert 0 == tab.locator(MARK).count(), address


def test_the_archived_page_stands_beside_the_data_as_it_was(opened, served):
    # Without the script that `tab` puts into all frames: this one runs none.
    context = opened.browser.new_context(viewport=WIDE, base_url=served.url)
    context.set_default_timeout(PATIENCE)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"/stories/{CHANGED}?language=en")
    page.locator("iframe.archived").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe.archived")
    title = frame.locator("h1")
    assert "What the harbour learned" == title.inner_text()
    font = "one => getComputedStyle(one).fontFamily"
    assert page.locator("h1").first.evaluate(font) != title.evaluate(font)
    logo = frame.locator("header img").first
    assert logo.evaluate("async one => { await one.decode(); return one.naturalWidth }") > 0
    (inner,) = [one for one in page.frames if "/memento/" in one.url]
    assert "null" == inner.evaluate("origin")
    frame.locator("nav a", has_text="News").first.click()
    inner.wait_for_url("**/memento/*/*/*/*/news", wait_until="commit")
    assert page.url == f"{served.url}/stories/{CHANGED}?language=en"
    page.locator(".captures ol").first.locator("a").first.click()
    page.wait_for_url("**capture=*")
    assert "true" == page.locator(".captures ol").first.locator("a").first.get_attribute("aria-current")
    page.locator("iframe.archived").scroll_into_view_if_needed()
    assert title.inner_text() not in ("What the harbour learned", "News")
    context.close()
    # What this test itself runs in the frame is told like a script of the page, of which there is none.
    assert [] == [one for one in said if not one.startswith("Blocked script execution")]
    assert [] == opened.elsewhere.asked


@pytest.mark.parametrize("rewritten", [True, False])
def test_no_archived_page_asks_anybody_for_anything(opened, replayed, monkeypatch, rewritten):
    """Also where nothing is rewritten: the header alone holds them, but for `preconnect`, which no header forbids."""
    if not rewritten:
        monkeypatch.setattr(markup, "_page", lambda data, addresses: data.replace(b"preconnect", b"none"))
    context = opened.browser.new_context(viewport=WIDE, base_url=replayed.url)
    page = context.new_page()
    opened_pages = []
    context.on("page", lambda one: opened_pages.append(one))
    for name in ATTACKS:
        page.goto(f"/memento/20260102030405/http://a.example/{name}", wait_until="load")
        assert "undefined" == page.evaluate("typeof hacked")
    context.close()
    assert [] == opened_pages
    assert [] == opened.elsewhere.asked


def test_a_browser_finds_nothing_in_a_replayed_page_that_our_parser_did_not(opened):
    page = opened.browser.new_page()
    sources = [*ATTACKS.values(), *pages(1_000)]
    made = [markup.page("text/html; charset=utf-8", source.encode(), HERE).decode() for source in sources]
    assert [] == [(what, sources[number], made[number]) for number, what in page.evaluate(FOUND, made)]
    assert len(page.evaluate(FOUND, sources)) > 1_000, "it finds what is there"
    page.close()


def test_what_is_asked_of_others_is_noted_but_for_the_services_of_the_browser_itself():
    asked = [
        "GET http://attacker.test/?u=update.googleapis.com HTTP/1.1",
        "POST http://attacker.test:443/.google.com HTTP/1.1",
        "CONNECT attacker.test:443 HTTP/1.1",
    ]
    own = [
        "POST http://update.googleapis.com/service/update2/json?cup2key=1 HTTP/1.1",
        "CONNECT www.google.com:443 HTTP/1.1",
    ]
    with Elsewhere() as elsewhere:
        place = urlsplit(elsewhere.url)
        for line in [*own, *asked]:
            with socket.create_connection((place.hostname, place.port), timeout=10) as peer:
                peer.sendall(f"{line}\r\n\r\n".encode())
                assert b"" == peer.recv(1)  # it hangs up
    assert asked == elsewhere.asked
