"""The page of a story: its languages, printed and coded values, files, versions, citations; what is hostile stays text."""

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from itertools import pairwise

import pytest
from lxml import html as lxml_html
from starlette.testclient import TestClient

from migration_spider.browse import citing, story_view
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.columns import Row, beside
from migration_spider.browse.item_lines import records
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.printed import shown
from migration_spider.browse.render import Renderer
from migration_spider.browse.site.addresses import FileLinks
from migration_spider.browse.story import NoSuchStory, story
from migration_spider.browse.story_view import values
from tests.browse.conftest import CHANGED, GONE


def page(client, path):
    answer = client.get(path)
    assert 200 == answer.status_code
    return lxml_html.fromstring(answer.text)


def one(tree, path):
    (found,) = tree.xpath(path)
    return found


def added(collection):
    """Id of the story that stands in all six languages."""
    query = "SELECT story_id FROM news GROUP BY story_id ORDER BY count(*) DESC, story_id LIMIT 1"
    return collection.connect().execute(query).fetchone()[0]


# ---- the data


def test_items_are_put_together_again_as_they_stand_in_the_lines(collection):
    lines = {}
    for line in (collection.folder / "news.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        lines[record["id"]] = record
    found = [record for name in collection.ids for record in records(collection.connect(), name)]
    assert lines == {record["id"]: record for record in found}


def test_a_story_has_its_source_language_first_and_an_item_that_is_gone_last(collection):
    told = story(collection, added(collection))
    assert told.source_language == told.items[0].language
    assert 6 == len(told.here)
    lost = story(collection, str(GONE))
    assert lost.gone
    assert all(item.gone and item.gone.status == 410 for item in lost.items)
    assert all(item.says("body_text") for item in lost.items)


def test_what_the_languages_print_is_grouped_by_code(collection):
    told = story(collection, "8840")
    audience = next(field for field in told.coded if field.name == "target_audience")
    unknown = next(value for value in audience.values if value.code is None)
    assert "~Lighthouse keepers" == unknown.key
    kind = next(field for field in told.coded if field.name == "material_type")
    assert {"News": ["en"], "Actualités": ["fr"]} == {way.text: list(way.languages) for way in kind.values[0].printed}
    assert "news" == kind.values[0].code
    assert [] == kind.values[0].missing


def test_a_value_that_a_language_lacks_is_told(collection, tmp_path):
    folder = shutil.copytree(collection.folder, tmp_path / "release")
    with closing(sqlite3.connect(folder / "news.sqlite")) as db, db:
        db.execute("DELETE FROM news_material_type WHERE news_id = '8840@fr'")
        db.execute("UPDATE stories SET differs_material_type = 1 WHERE id = '8840'")
    (kind,) = (field for field in story(Collection(folder), "8840").coded if field.name == "material_type")
    assert kind.differs
    assert ["fr"] == kind.values[0].missing
    client = TestClient(application(lambda: Collection(folder)), base_url="http://127.0.0.1")
    table = one(page(client, "/stories/8840"), "//table[@class='coded']").text_content()
    assert "the languages differ" in table
    assert "not in Français" in table


@pytest.mark.parametrize("name", ["1", "8836@en", "", "9107@", "'; DROP TABLE news --"])
def test_no_such_story_says_so(collection, name):
    with pytest.raises(NoSuchStory, match="There is no story"):
        story(collection, name)


# ---- the page


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


def lines_of(collection, links):
    item = story(collection, added(collection)).items[0]
    return item, dict(story_view.commands(collection, links, item, item.cited))


def test_the_lines_for_a_terminal_work_as_typed_wherever_one_stands(collection, harvested, tmp_path):
    item, told = lines_of(collection, ServerLinks())
    [show, cut] = told.values()
    project, *words = shlex.split(show)
    assert "SCRAPY_SETTINGS_MODULE=migration_spider.settings" == project
    assert ["scrapy", "show", item.id, "--verify", "-s", f"DATA_DIR={harvested.absolute()}"] == words
    done = subprocess.run(["/bin/sh", "-c", cut], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.startswith(b"WARC/1.")
    assert item.cited.record_id.encode() in done.stdout


def test_a_line_is_told_where_what_it_needs_is_at_hand(collection, harvested, tmp_path):
    (tmp_path / "warc").symlink_to(harvested / "warc")
    alone = Collection(collection.folder, Archive(tmp_path / "warc", harvested / "index.cdxj"))
    [cut] = lines_of(alone, ServerLinks())[1].values()
    assert f" {tmp_path}/warc/" in cut
    assert {} == lines_of(Collection(collection.folder), ServerLinks())[1]
    assert all("data folder" in words for words in lines_of(alone, FileLinks(1, pages=True))[1])


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


# ---- its parts


def test_an_article_loads_nothing_and_its_headings_stand_below_ours():
    html = (
        '<h1>T</h1><h3>U</h3><p><img src="https://a.org/i.png" alt="A boat &quot;x&quot;"> and '
        '<a href="https://a.org/p"><img src="https://a.org/j.png"></a><a href="javascript:x">j</a></p>'
        '<video src="https://a.org/v.mp4"></video><script>x</script><p onclick="x" style="y">z</p><a href="/check/1">r</a>'
    )
    tree = lxml_html.fromstring(shown(html, "https://a.org/", lambda url: f"/memento/{url}"))
    assert ["h4", "h5"] == [one.tag for one in tree.iter("h1", "h2", "h3", "h4", "h5")]
    assert [] == tree.xpath("//img | //video | //script | //@onclick | //@style")
    told = {link.get("href"): link.text_content() for link in tree.iter("a")}
    assert '[Picture: A boat "x"]' == told["/memento/https://a.org/i.png"]
    assert "[Picture without alternative text]" == told["https://a.org/p"]
    assert "[Video without alternative text]" == told["/memento/https://a.org/v.mp4"]
    assert "j" == told[None]
    assert "r" == told["https://a.org/check/1"]  # of the portal, not of this server
    assert all({"noopener", "noreferrer"} <= set(link.get("rel").split()) for link in tree.iter("a"))
    assert "https://a.org/i.png" not in shown(html, "https://a.org/", lambda url: None)


def test_paragraphs_that_translate_each_other_stand_in_one_row():
    ours = ["In 1994, 537 families came to Nairobi.", "On 28 April 877 people met.", "Write to info@a.org or 555123."]
    theirs = ["En 1994, 537 familles sont venues à Nairobi.", "Écrivez à info@a.org ou 555123."]
    rows = beside("\n\n".join(ours), "\n\n".join(theirs))
    assert [([ours[0]], [theirs[0]]), ([ours[1]], []), ([ours[2]], [theirs[1]])] == [
        (list(row.first), list(row.second)) for row in rows
    ]
    assert [True, False, True] == [row.score is not None for row in rows]
    assert [Row(["One thing."], ["Une chose."], None)] == beside("One thing.", "Une chose.")


WORK = citing.Work(
    id="7756@es",
    title="Migración {segura} & 100 % «ordenada» _ya_",
    authors=["IOM", "UN & partners"],
    date="2024-05-01",
    language="es",
    url="https://a.org/es/node/7756?x=1#y",
    seen="2026-11-26T14:40:34.659374Z",
    archived="https://a.org/es/node/7756?x=1",
    collection="Release 2026-11-26",
    archive="migrationnetwork-news",
)


def test_a_story_is_cited_in_the_forms_that_programs_read():
    urn = "urn:pwid:migrationnetwork-news:2026-11-26T14:40:34Z:page:https://a.org/es/node/7756%3Fx=1"
    assert urn == citing.pwid(WORK)
    entry = citing.bibtex(WORK)
    assert entry.startswith("@misc{migrationnetwork-7756-es,\n")
    assert r"title = {{Migración \{segura\} \& 100 \% «ordenada» \_ya\_}}," in entry
    assert r"author = {{IOM} and {UN \& partners}}," in entry
    assert entry.count("{") == entry.count("}")
    told = [line.split("  - ", 1) for line in citing.ris(WORK).split("\r\n") if line]
    assert ["TY", "ELEC"] == told[0]
    assert ["ER", ""] == told[-1]
    assert ["IOM", "UN & partners"] == [value for tag, value in told if tag == "AU"]
    assert {"date-parts": [[2024, 5, 1]]} == citing.csl(WORK)["issued"]
    assert {"date-parts": [[2026, 11, 26]]} == citing.csl(WORK)["accessed"]
    assert urn in citing.text(WORK)
    assert citing.text(WORK).startswith("IOM; UN & partners (2024). Migración")


def test_a_line_break_or_a_brace_cannot_end_a_citation():
    evil = citing.Work(
        **{
            **{name: getattr(WORK, name) for name in WORK.__slots__},
            "title": "A\r\nER  - \n}\\x{",
            "url": "https://a.org/}%\n",
        }
    )
    assert 1 == citing.ris(evil).count("\r\nER  - ")
    assert "{{A ER - \\}\\textbackslash{}x\\{}}" in citing.bibtex(evil)
    assert "\n" not in citing._address(evil.url)
