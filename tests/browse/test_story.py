"""The data of a story: its languages, printed and coded values, versions, the lines for a terminal."""

import json
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest
from lxml import html as lxml_html
from starlette.testclient import TestClient

from migration_spider.browse import story_view
from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive
from migration_spider.browse.collection import Collection
from migration_spider.browse.columns import Row, beside
from migration_spider.browse.item_lines import records
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.printed import shown
from migration_spider.browse.site.addresses import FileLinks
from migration_spider.browse.story import NoSuchStory, story
from tests.browse.conftest import GONE
from tests.browse.looking import added, one, page


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
