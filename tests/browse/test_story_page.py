"""The page of a story: languages side by side, codes, versions, outline; what is hostile stays text."""

import re
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise

from lxml import html as lxml_html
from starlette.testclient import TestClient

from migration_spider.browse import story_view
from migration_spider.browse.app import application
from migration_spider.browse.collection import Collection
from migration_spider.browse.render import Renderer
from migration_spider.browse.site.addresses import FileLinks
from migration_spider.browse.story import story
from migration_spider.browse.story_view import values
from tests.browse.conftest import CHANGED, GONE
from tests.browse.looking import added, one, page


def test_the_page_of_a_story_shows_each_language_and_two_side_by_side(client, collection):
    name = added(collection)
    tree = page(client, f"/stories/{name}?language=ar&with=fr")
    rows = tree.xpath("//div[contains(@class, 'pair')]//div[@class='text']")
    assert {("ar", "rtl"), ("fr", "ltr")} == {(row.get("lang"), row.get("dir")) for row in rows}
    told = story(collection, name)
    for language in ("ar", "fr"):
        item = told.item(language)
        printed = "".join(row.text_content() for row in rows if row.get("lang") == language)
        assert "".join(item.says("body_text").split()) == "".join(printed.split())
    languages = {link.get("href") for link in tree.xpath("//nav[@aria-label='Languages of the text']//a")}
    assert all(f"/stories/{name}?language=ar&with={one.language}#text" in languages for one in told.items)
    alone = page(client, f"/stories/{name}?language=ar&with=ar")
    assert [] == alone.xpath("//div[contains(@class, 'pair')]")
    assert "ar" == one(alone, "//div[@class='text alone']").get("lang")


def test_a_page_that_shows_another_language_is_no_translation(client, collection):
    told = story(collection, "7756")
    assert [("en", "en", False), ("es", "en", True)] == [
        (item.language, item.text_language, item.is_borrowed) for item in told.items
    ]
    assert [] == page(client, "/stories/7756").xpath("//div[contains(@class, 'pair')]")
    asked = one(page(client, "/stories/7756?language=es&with=en"), "//section[@id='text']").text_content()
    assert "There is no translation: the page shows the text of English." in asked
    assert "Both pages show the same language: nothing is translated." in asked


def test_a_code_leads_to_its_selection_and_live_pages_tell_them_nothing(client):
    tree = page(client, "/stories/8840")
    links = tree.xpath("//table[@class='coded']//a/@href")
    assert "/stories?type=news" in links
    assert "/stories?audience=%7ELighthouse+keepers" in links or "/stories?audience=~Lighthouse+keepers" in links
    assert all(200 == client.get(link).status_code for link in links if link.startswith("/"))
    live = tree.xpath("//a[starts-with(@href, 'http')]")
    assert live
    assert all({"noopener", "noreferrer"} <= set(link.get("rel", "").split()) for link in live)
    assert "an unknown label of the metadata block" in one(tree, "//ul[@class='problems']").text_content()
    assert "1 label that no vocabulary has" in one(tree, "//section[@id='coded']").text_content()


def test_versions_are_compared_at_once_and_on_demand(client):
    tree = page(client, f"/stories/{CHANGED}")
    (step,) = tree.xpath("//ol[@class='versions']/li[@class='changed']")
    assert "What the harbour learned" in "".join(step.xpath(".//ins//text()"))
    assert "[removed: " in "".join(step.xpath(".//del//text()"))
    asked = page(client, f"/stories/{CHANGED}?item={CHANGED}@en&old=1&new=2")
    assert step.xpath(".//del/text()") == one(asked, "//div[@id='compared']").xpath(".//del/text()")
    assert "They are the same." in client.get(f"/stories/{CHANGED}?item={CHANGED}@en&old=2&new=2").text
    assert (
        "does not exist or is not in this release"
        in client.get(f"/stories/{CHANGED}?item={CHANGED}@en&old=1&new=7").text
    )
    assert 400 == client.get(f"/stories/{CHANGED}?item={CHANGED}@en&old=one&new=2").status_code


def test_without_its_history_a_release_says_that_the_version_before_is_not_there(collection, tmp_path):
    folder = shutil.copytree(collection.folder, tmp_path / "release")
    (folder / "history.jsonl").unlink()
    client = TestClient(application(lambda: Collection(folder)), base_url="http://127.0.0.1")
    assert "the version before is not in this release" in client.get(f"/stories/{CHANGED}").text
    assert "There is no text." in client.get(f"/stories/{GONE}").text


def test_more_than_a_page_can_bear_is_compared_on_demand_alone(client, monkeypatch):
    monkeypatch.setattr(story_view, "MOST_COMPARED", 10)
    tree = page(client, f"/stories/{CHANGED}?item={CHANGED}@en&old=1&new=2")
    (step,) = tree.xpath("//ol[@class='versions']/li[@class='changed']")
    assert story_view.ON_DEMAND in step.text_content()
    assert [] == step.xpath(".//ins")
    assert one(tree, "//div[@id='compared']").xpath(".//ins")


def test_a_story_that_is_gone_keeps_its_page(client):
    tree = page(client, f"/stories/{GONE}")
    assert "Removed from the site." in one(tree, "//p[@class='notice bad']").text_content()
    assert "gone (status 410)" in one(tree, "//ul[@class='voices']").text_content()
    assert len(one(tree, "//section[@id='text']").text_content()) > 500
    assert tree.xpath("//ol[@class='versions']/li[@class='gone']")


def test_an_item_leads_to_its_story_and_what_is_not_there_to_a_search(client):
    for name, where in (
        (f"{CHANGED}@fr", f"/stories/{CHANGED}?language=fr"),
        (f"{GONE}@en", f"/stories/{GONE}?language=en"),
    ):
        answer = client.get(f"/items/{name}", follow_redirects=False)
        assert (302, where) == (answer.status_code, answer.headers["location"])
    for path in ("/stories/77567", "/items/77567@en"):
        answer = client.get(path)
        assert 404 == answer.status_code
        assert one(lxml_html.fromstring(answer.text), "//form[@role='search']/input").get("value") in path


def test_the_page_has_one_outline_and_no_id_twice(client, collection):
    for name in (added(collection), str(GONE), "8840", "7756"):
        tree = page(client, f"/stories/{name}")
        ids = tree.xpath("//@id")
        assert sorted(set(ids)) == sorted(ids)
        assert 1 == len(tree.xpath("//h1"))
        levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        targets = {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")}
        assert targets <= set(ids)


def test_the_page_of_a_site_has_all_languages_and_nothing_that_asks_a_server(collection):
    links = FileLinks(1, pages=True)
    told = story(collection, added(collection))
    shown_values = values(collection, links, told)
    tree = lxml_html.fromstring(
        Renderer(links).page("story.html", collection, data="", with_stories=True, **shown_values)
    )
    said = "".join(one(tree, "//section[@id='text']").text_content().split())
    starts = ["".join(item.says("body_text").split("\n\n")[0].split()) for item in told.items]
    assert [] == [start for start in starts if start not in said]
    assert [] == tree.xpath("//form | //iframe | //a[starts-with(@href, '/')]")
    assert f"scrapy show {told.items[0].id} --verify" in tree.text_content()
    assert told.items[0].cited.record_id in tree.text_content()


EVIL = '<script>alert(1)</script>"onmouseover="x" \u202e{{7*7}}'


def test_what_the_portal_printed_stays_text(collection, tmp_path):
    folder = shutil.copytree(collection.folder, tmp_path / "release")
    with closing(sqlite3.connect(folder / "news.sqlite")) as db, db:
        db.execute("UPDATE news SET title = ?, summary = ?, body_text = ?, url = ?", (EVIL, EVIL, EVIL, "javascript:1"))
        db.execute("UPDATE news SET body_html = ?", (f"<p>{EVIL}</p><img src=x onerror=alert(1)><iframe src=//evil>",))
        db.execute("UPDATE stories SET title = ?", (EVIL,))
        db.execute("UPDATE news_metadata SET label = ?, text = ?, url = ?", (EVIL, EVIL, "data:text/html,x"))
        db.execute("UPDATE news_attachments SET filename = ?, title = ?, url = ?", (EVIL, EVIL, "javascript:2"))
        db.execute("UPDATE news_material_type SET raw = ?, id = NULL", (EVIL,))
        db.execute("UPDATE news_images SET alt = ?, url = ?", (EVIL, "javascript:3"))
        db.execute("UPDATE versions SET title = ?", (EVIL,))
        db.execute("UPDATE attachment_texts SET text = ?", (EVIL,))
    made = Collection(folder)
    client = TestClient(application(lambda: made), base_url="http://127.0.0.1")
    for name in (added(collection), str(CHANGED), "8840", "7756"):
        for path in (f"/stories/{name}", f"/check/{name}@en"):
            tree = page(client, path)
            assert ["/static/browse.js"] == [script.get("src") for script in tree.iter("script")]
            assert [] == tree.xpath("//img | //iframe | //video | //*[@style]")
            names = {name for element in tree.iter() for name in getattr(element, "attrib", ())}
            assert not {name for name in names if name.startswith("on")}
            for link in tree.xpath("//@href"):
                assert re.match(r"https?://|/|#|data:,$", link), link
            assert "{{7*7}}" in tree.text_content()
