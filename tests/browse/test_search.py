"""The list of stories: what it shows of a selection, and where its links lead."""

import re
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import html

from migration_spider.browse import search_page
from migration_spider.browse.finding import count, find
from migration_spider.browse.selection import Selection
from tests.browse.looking import page

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh-Hant")


def said(node, path):
    return [" ".join(one.text_content().split()) for one in node.xpath(path)]


def selection_of(link):
    return Selection.parse(parse_qsl(urlsplit(link).query))


@pytest.mark.parametrize("language", LANGUAGES)
def test_found_words_are_marked_in_the_language_they_are_of(client, collection, language):
    titles = collection.connect().execute("SELECT title FROM stories_titles WHERE language = ?", (language,))
    word = max((word for (title,) in titles for word in re.findall(r"\w+", title)), key=len)
    selection = Selection.parse([("q", word)])
    found = page(client, f"/stories?{selection.query_string()}")
    marked = said(found.xpath(f"//h2[@lang='{language}']")[0], ".//mark")
    assert word in marked
    assert count(collection, selection) == len(found.xpath("//li[@class='hit']"))
    heads = found.xpath("//li[@class='hit']/h2")
    assert {True} == {("rtl" if head.get("lang") == "ar" else "ltr") == head.get("dir") for head in heads}
    # The story opens in the language that was found.
    assert all(head.get("lang") in head.xpath("a/@href")[0] for head in heads)


def test_a_hit_is_a_story_with_all_its_languages(client, collection):
    (hit,) = page(client, "/stories?q=learned").xpath("//li[@class='hit']")
    assert ["What the harbour learned"] == said(hit, "h2/a")
    voices = {link.get("hreflang"): link for link in hit.xpath("ul/li/a")}
    titles = dict(
        collection.connect().execute("SELECT language, title FROM stories_titles WHERE stories_id = '8836'").fetchall()
    )
    assert titles == {language: link.get("title") for language, link in voices.items()}
    assert {f"/stories/8836?language={language}" for language in titles} == {one.get("href") for one in voices.values()}


def test_each_value_says_how_many_stories_its_link_leads_to(client, collection):
    values = page(client, "/stories?changed=2020").xpath("//a[@class='value']")
    assert len(values) > 50
    for value in values:
        told = int(value.xpath("span[@class='n']")[0].text)
        assert told == count(collection, selection_of(value.get("href"))), value.get("href")


def test_a_chosen_value_leads_to_the_list_without_it(client):
    (value,) = page(client, "/stories?objective=7&language=en").xpath(
        "//a[@class='value'][@aria-current='true'][contains(., '7.')]"
    )
    assert "/stories?language=en" == value.get("href")


def test_places_stand_as_regions_and_as_countries(collection):
    groups = {one.title: one for one in search_page.shown(find(collection, Selection()))}
    regions = [one.key for one in (*groups["Region"].first, *groups["Region"].rest)]
    countries = [one.key for one in (*groups["Country"].first, *groups["Country"].rest)]
    of = collection.connect().execute("SELECT id, type FROM places").fetchall()
    assert {"country"} == {kind for place, kind in of if place in countries}
    assert "country" not in {kind for place, kind in of if place in regions}
    assert {*regions, *countries} == {*collection.facets["place"].bits}


def test_long_lists_show_the_first_values_and_what_is_chosen(collection):
    places = find(collection, Selection()).facets["place"]
    last = [place.key for place in places if not search_page._is_area(place.key)][-1]
    found = find(collection, Selection.parse([("place", last), ("place", "150")]))
    for group in search_page.shown(found):
        assert len(group.first) <= search_page.MOST_SHOWN + 1
        assert not [value for value in group.rest if value.chosen]


def test_what_is_chosen_can_be_taken_away_again(client):
    found = page(client, "/stories?q=migrants&objective=6&place=150&since=2019")
    chips = found.xpath("//a[@class='chip']")
    assert ["/stories?objective=6&place=150&since=2019", "/stories?q=migrants&objective=6&place=150"] == [
        chip.get("href") for chip in chips[:2]
    ]
    assert ["place=150" in chip.get("href") for chip in chips[2:]] == [True, False]
    # What is chosen goes along with new words.
    hidden = {(one.get("name"), one.get("value")) for one in found.xpath("//form//input[@type='hidden']")}
    assert {("objective", "6"), ("place", "150")} == hidden
    assert "2019" == found.xpath("//input[@name='since']/@value")[0]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("?q=&in=&since=&until=&changed=&sort=&objective=7", "?objective=7"),
        ("?sort=date&q=work", "?q=work&sort=date"),
        ("?place=004&objective=7&page=1&objective=7", "?objective=7&place=004"),
        ("?q=", ""),
        ("?q=+two++words+", "?q=two+words"),
    ],
)
def test_a_selection_has_one_address(client, asked, answered):
    answer = client.get(f"/stories{asked}", follow_redirects=False)
    assert (302, f"/stories{answered}") == (answer.status_code, answer.headers["location"])
    assert client.get(f"/stories{answered}", follow_redirects=False).status_code in (200, 400)


def test_an_empty_list_says_what_to_leave_out(client, collection):
    found = page(client, "/stories?q=nowhereatall&language=fr&until=2001")
    assert ["0 stories"] == said(found, "//p[@role='status']")
    assert ["No story matches."] == said(found, "//p[@class='notice']")
    found = page(client, "/stories?q=learned&language=en&until=2001")
    assert ["No story matches. There are matches without one of the conditions:"] == said(found, "//p[@class='notice']")
    assert ["Without the last day: 1 story"] == said(found, "//p[@class='notice']/following-sibling::ul/li")
    link = found.xpath("//p[@class='notice']/following-sibling::ul/li/a/@href")[0]
    assert 1 == count(collection, selection_of(link))


def test_pages_are_turned(client, collection, monkeypatch):
    monkeypatch.setattr(search_page, "find", partial(find, size=3))
    monkeypatch.setattr(search_page, "PAGE", 3)
    total, path, met = count(collection, Selection()), "/stories", []
    while path:
        found = page(client, path)
        met += [link.partition("?")[0] for link in found.xpath("//li[@class='hit']/h2/a/@href")]
        path = next(iter(found.xpath("//a[@rel='next']/@href")), None)
    assert [f"/stories/{story}" for story in collection.ids] == met
    assert [f"Page {-(-total // 3)} of {-(-total // 3)}"] == said(found, "//nav[@class='pager']/span")
    assert ["4"] == page(client, "/stories?page=2").xpath("//ol[@class='hits']/@start")


@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "' onfocus=alert(1) x='", "&lt;b&gt;", "\u202eabc"])
def test_what_is_typed_is_shown_and_nothing_else(client, typed):
    for name, value, status in (("q", typed, 200), ("publisher", f"~{typed}", 200), ("publisher", typed, 400)):
        pairs = [("q", "migrants"), (name, value)] if name != "q" else [("q", typed)]
        answer = client.get("/stories", params=pairs)
        assert answer.status_code == status
        tree = html.fromstring(answer.text)
        assert ["/static/browse.js"] == tree.xpath("//script/@src")
        assert not tree.xpath("//b | //@onfocus")
        shown = "".join(tree.xpath("//main//text() | //input/@value"))
        assert re.sub(r"\s+", " ", typed) in re.sub(r"\s+", " ", shown)
