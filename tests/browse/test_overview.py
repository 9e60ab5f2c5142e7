"""The overview and the about page: every mark says how many stories its page has, and nothing needs more than links."""

import re
import shutil
import sqlite3
from contextlib import closing
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import html

from migration_spider.browse import charts, finding
from migration_spider.browse.collection import Collection
from migration_spider.browse.links import ServerLinks
from migration_spider.browse.overview import MANY_YEARS, SAID, Pictures, overview
from migration_spider.browse.render import Renderer
from migration_spider.browse.selection import EVERYTHING, Selection
from migration_spider.browse.standing_page import standing

LINKS = ServerLinks()


def page_of(collection, links=LINKS):
    return Renderer(links).page("overview.html", collection, **overview(collection, links))


def about_of(collection):
    return Renderer(LINKS).page("about.html", collection, **standing(collection))


def marks(text):
    """(address, number) of each link to a selection; the number is in its label, or stands in it."""
    for link in html.fromstring(text).xpath("//main//a[starts-with(@href, '/stories')]"):
        if re.match(r"/stories/", link.get("href")):
            continue
        told = link.get("aria-label") or "".join(link.xpath(".//span[@class='n']/text()"))
        yield link.get("href"), told


@pytest.fixture
def changed(collection, tmp_path):
    """Gives the collection after some SQL."""

    def change(*statements):
        for name in ("news.sqlite", "datapackage.json"):
            shutil.copy(collection.folder / name, tmp_path)
        with closing(sqlite3.connect(tmp_path / "news.sqlite")) as db, db:
            for statement in statements:
                db.execute(statement)
        return Collection(tmp_path)

    return change


def test_every_mark_says_how_many_stories_its_page_has(client, collection):
    told = [(href, number) for href, number in marks(client.get("/").text) if href != "/stories" or number]
    assert len(told) > 100
    for href, number in told:
        selection = Selection.parse(parse_qsl(urlsplit(href).query))
        found = re.search(r"([\d,]+)( stor(y|ies))?$", number)
        assert found, (href, number)
        assert finding.count(collection, selection) == int(found[1].replace(",", "")), href
        assert 0 < int(found[1].replace(",", ""))


def test_every_value_of_every_facet_can_be_reached(collection, monkeypatch):
    monkeypatch.setattr("migration_spider.browse.overview.SHOWN", 2)
    there = {href for href, _ in marks(page_of(collection))}
    for facet in (*SAID, "place", "year", "language", "problem"):
        for value in collection.facets[facet].bits:
            if (facet, value) == ("problem", "none"):
                continue
            assert LINKS.search(EVERYTHING.only(facet, value)) in there, (facet, value)
    assert LINKS.search(EVERYTHING.only("files", "yes")) in there


def test_every_country_with_stories_is_a_link_on_the_map_and_in_the_list(client, collection):
    page = html.fromstring(client.get("/").text)
    countries = {
        row[0] for row in collection.connect().execute("SELECT id FROM places WHERE type = 'country'")
    } & collection.facets["place"].bits.keys()
    assert countries
    for place in countries:
        href = LINKS.search(EVERYTHING.only("place", place))
        on_map = page.xpath("//*[local-name()='svg']//a[@href=$href]", href=href)
        assert 1 == len(on_map)
        assert collection.facets["place"].labels[place] in on_map[0].findtext("title")
        assert on_map[0].xpath("path | circle")
        assert page.xpath("//ol[@class='bars']//a[@href=$href]", href=href)


def test_pages_have_no_style_or_script_of_their_own_and_no_address_but_of_links(collection):
    class Elsewhere(ServerLinks):
        live = False
        policy = "default-src 'none'"

        def lists(self):
            return "/list"

        def __getattribute__(self, name):
            found = super().__getattribute__(name)
            return (lambda *args: f"site:{found(*args)}") if callable(found) else found

    links = Elsewhere()
    about = Renderer(links).page("about.html", collection, **standing(collection))
    for text in (page_of(collection, links), about):
        page = html.fromstring(text)
        assert not page.xpath("//@style | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]")
        addresses = page.xpath("//@href | //@src | //@action")
        assert len(addresses) > 10
        outside = [one for one in addresses if not one.startswith(("site:/", "#", "data:,"))]
        assert all(one.startswith("http://127.0.0.1:") for one in outside), outside
        for one in addresses:
            if one.startswith("#"):
                assert page.xpath("//*[@id=$id]", id=one[1:]), one


def test_ids_are_given_once_and_every_section_has_a_heading(collection):
    for text in (page_of(collection), about_of(collection)):
        page = html.fromstring(text)
        ids = page.xpath("//@id")
        assert sorted(set(ids)) == sorted(ids)
        for label in page.xpath("//@aria-labelledby"):
            assert page.xpath("//*[@id=$id]", id=label), label
        regions = [
            one.get("aria-label") or page.get_element_by_id(one.get("aria-labelledby")).text_content()
            for one in page.xpath("//*[@role='region'] | //section[@aria-labelledby]")
        ]
        assert sorted(set(regions)) == sorted(regions), "each landmark has a name of its own"
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert 1 == levels[0]
        assert all(later - one <= 1 for one, later in pairwise(levels))


def test_what_the_portal_printed_is_text(changed):
    hostile = "<script>alert(1)</script>"
    collection = changed(
        f"INSERT INTO news_target_audience SELECT id, 90, '{hostile}', NULL, NULL FROM news",
        f"UPDATE stories SET title = '{hostile}'",
        f"UPDATE news SET title = '{hostile}'",
        f"UPDATE withdrawn SET title = '{hostile}', url = 'javascript:alert(1)'",
        f"UPDATE runs SET said = '{hostile}'",
        f"UPDATE runs_missing SET url = 'javascript:alert(2)', detail = '{hostile}'",
    )
    everywhere = len(collection.ids)
    for text in (page_of(collection), about_of(collection)):
        assert hostile not in text
        assert "&lt;script&gt;" in text
        assert not html.fromstring(text).xpath("//a[starts-with(@href, 'javascript')]")
    assert "javascript:alert(2)" in about_of(collection)
    unknown = dict(overview(collection, LINKS)["unknown"])
    assert everywhere == next(mark.count for mark in unknown["Audience"] if mark.label == hostile)


def test_the_stories_that_changed_are_counted_and_can_be_chosen(client):
    [link] = html.fromstring(client.get("/about").text).xpath("//section[@aria-labelledby='runs']/p/a")
    assert ("1 story", "/stories?history=yes") == (link.text_content(), link.get("href"))
    listed = html.fromstring(client.get(f"{link.get('href')}&sort=changed").text)
    [hit] = listed.xpath("//li[@class='hit']")
    assert "What the harbour learned" == hit.xpath("h2")[0].text_content().strip()
    assert hit.xpath("p[@class='meta'][contains(., 'new or changed 20')]")


def test_what_is_missing_and_gone_is_named(client, collection):
    text = html.fromstring(client.get("/about").text).text_content()
    db = collection.connect()
    run = db.execute("SELECT run_id FROM runs ORDER BY decides DESC, started DESC").fetchone()[0]
    missing = db.execute("SELECT url FROM runs_missing WHERE run_id = ?", (run,)).fetchall()
    gone = db.execute("SELECT id FROM withdrawn").fetchall()
    files = db.execute("SELECT name FROM warc_files").fetchall()
    assert missing
    assert gone
    assert files
    assert all(row[0] in text for row in (*missing, *gone, *files))
    assert f"Addresses without an item: {len(missing)}" in text
    assert f"Runs: {db.execute('SELECT count(*) FROM runs').fetchone()[0]}" in text


def test_what_a_later_run_got_is_not_missing(changed, collection):
    db = collection.connect()
    first, decides = (row[0] for row in db.execute("SELECT run_id FROM runs ORDER BY decides, started"))
    item, id_ = db.execute("SELECT url, id FROM news LIMIT 1").fetchone()
    gone = db.execute("SELECT url FROM withdrawn WHERE url IS NOT NULL").fetchone()[0]
    site = "{0.scheme}://{0.netloc}".format(urlsplit(item))
    canonical, lost, listing = f"{site}/canonical", f"{site}/lost", f"{site}/robots.txt"
    before = ", ".join(
        f"('{first}', {900 + n}, '{url}', 'failed', NULL, 1)"
        for n, url in enumerate((item, canonical, gone, lost, listing))
    )
    left = [
        "DELETE FROM runs_missing",
        f"INSERT INTO runs_missing VALUES {before}",
        f"INSERT INTO runs_missing VALUES ('{decides}', 1, '{item}', 'failed', NULL, 1)",
        f"UPDATE news SET canonical_url = '{canonical}' WHERE id = '{id_}'",
    ]
    found = changed(*left)
    assert [item] == [one["url"] for one in standing(found)["missing"]]
    assert [lost, listing] == [one["url"] for one in standing(found)["before"]]
    # The archive knows an answer of the second run; and a later run, told to ask for that page, has read the item.
    changed(*left, f"UPDATE news SET fetched_at = '2999-01-01T00:00:00Z' WHERE url = '{item}'")
    later = Collection(found.folder, collection.archive)
    told = standing(later)
    assert ([], 0, []) == (told["missing"], told["totals"]["missing"], told["lacking"])
    assert [lost] == [one["url"] for one in told["before"]]


def test_months_are_columns_of_a_short_time_and_empty_ones_are_shown(changed):
    collection = changed(
        "UPDATE stories SET publication_date = NULL",
        "UPDATE stories SET publication_date = '2023-11-30' WHERE id IN (SELECT id FROM stories ORDER BY id LIMIT 2)",
        "UPDATE stories SET publication_date = '2024-02-01' WHERE id = (SELECT max(id) FROM stories)",
    )
    pictures = Pictures(collection, LINKS)
    assert [("2023-11", 2), ("2023-12", 0), ("2024-01", 0), ("2024-02", 1)] == [
        (mark.label, mark.count) for mark in pictures.time()
    ]
    assert [] == pictures.months().rows
    assert [None, None] == [mark.href for mark in pictures.time()[1:3]]


def test_a_date_far_off_does_not_make_a_thousand_columns(changed):
    collection = changed("UPDATE stories SET publication_date = '0203-01-01' WHERE id = (SELECT max(id) FROM stories)")
    columns = Pictures(collection, LINKS).time()
    assert "0203" == columns[0].label
    assert len(columns) < MANY_YEARS
    assert all(mark.count for mark in columns)


def test_nothing_has_an_overview_as_well(changed):
    collection = changed("DELETE FROM stories", "DELETE FROM news", "DELETE FROM runs", "DELETE FROM runs_missing")
    text = page_of(collection)
    assert "What is missing" in text
    assert "No run is recorded." in about_of(collection)


@pytest.mark.parametrize("least", [1, 2, 7, 251])
@pytest.mark.parametrize("more", [0, 1, 2, 3, 5, 13, 100, 1234, 98_765])
def test_steps_hold_every_count_once(least, more):
    most = least + more
    limits = charts.steps([0, most, least])
    assert (least, most) == (limits[0][0], limits[-1][1])
    assert all(low <= high for low, high in limits)
    assert [high + 1 for _, high in limits[:-1]] == [low for low, _ in limits[1:]]
    assert len(limits) <= charts.SHADES
    assert 0 == charts.shade(0, limits)
    assert len(limits) == charts.shade(most, limits)
    assert [] == charts.steps([0])


@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        ((1, 2, 3), [(1, 1), (2, 2), (3, 3)]),
        ((1, 2000), [(1, 5), (6, 20), (21, 100), (101, 400), (401, 2000)]),
        ((250, 2000), [(250, 600), (601, 950), (951, 1300), (1301, 1700), (1701, 2000)]),
    ],
)
def test_steps_are_powers_where_counts_are(counts, limits):
    assert limits == charts.steps(counts)


def test_bars_are_as_long_as_their_numbers_and_the_least_can_be_seen():
    bars = charts.scaled(charts.Mark(str(count), count, None) for count in (10_000, 2_500, 1, 0))
    assert [100.0, 25.0, 0.5, 0.0] == [bar.share for bar in bars]


@pytest.mark.parametrize(
    ("outcome", "said", "shown"),
    [
        ("paused", "paused: 400 requests were sent", "paused: 400 requests were sent"),
        ("incomplete", "3 pages are missing", "incomplete: 3 pages are missing"),
        ("complete", None, "complete"),
    ],
)
def test_the_result_of_a_run_names_its_kind_once(outcome, said, shown):
    counts = dict.fromkeys(("new", "changed", "as_before", "gone", "missing"), 0)
    run = {"started": "2024-01-01T00:00:00Z", "command": "harvest", "outcome": outcome, "part": False, "said": said}
    macros = Renderer(ServerLinks())._environment.get_template("_charts.html").module
    cells = html.fromstring(macros.run_table([run | counts])).xpath("//tbody/tr/td")
    assert shown == " ".join(cells[1].text_content().split())
