"""``scrapy survey``: what a first look at a site tells, and what it leaves alone."""

import json
from importlib.resources import files
from types import SimpleNamespace

import pytest
from lxml import html
from pydantic import ConfigDict, TypeAdapter

from migration_spider.sampling import varied
from migration_spider.survey.door import robots_of
from migration_spider.survey.model import Survey
from migration_spider.survey.schema import survey_schema
from migration_spider.survey.still import POLICY
from tests.crawling import items, scrapy, stats
from tests.hostile import Hostile
from tests.hostile import page as plain_page
from tests.portal import Portal
from tests.surveying import is_harmless

STRICT = TypeAdapter(list[Survey], config=ConfigDict(strict=True))


def left(data):
    """survey.json and the texts beside it."""
    (folder,) = (data / "runs").iterdir()
    survey = json.loads((folder / "survey.json").read_text(encoding="utf-8"))
    stills = {one["file"]: (folder / one["file"]).read_text(encoding="utf-8") for one in survey["samples"]}
    return survey, (folder / "survey.html").read_text(encoding="utf-8"), stills


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    data = tmp_path_factory.mktemp("survey")
    with Portal(nodes=25) as portal:
        output = scrapy("survey", "-a", f"site={portal.url}", "--max-requests", 90, data=data).decode()
        requests = [path for _, path, *_ in portal.requests]
        truth = {row["url"]: row for row in portal.truth()}
    survey, page, stills = left(data)
    return SimpleNamespace(
        data=data, output=output, requests=requests, truth=truth, survey=survey, page=page, stills=stills
    )


def test_the_same_site_gives_the_same_survey(tmp_path):
    asked = []
    with Portal(nodes=25) as portal:
        for data in (tmp_path / "first", tmp_path / "second"):
            portal.requests.clear()
            scrapy("survey", "-a", f"site={portal.url}", "--max-requests", 60, data=data)
            survey, *_ = left(data)
            asked.append(([path for _, path, *_ in portal.requests], survey["types"], survey["listings"]))
    assert asked[0] == asked[1]


def test_the_languages_listings_and_types_of_news_are_found(surveyed):
    survey = surveyed.survey
    STRICT.validate_python([survey])
    assert (0, []) == (survey["outcome"]["exit_code"], survey["outcome"]["messages"])
    assert {"en", "fr", "es"} <= {one["language"] for one in survey["languages"] if one["news"]}
    news = [one for one in survey["listings"] if one["url"].endswith("/news")]
    assert all(one["verdict"] == "news" and one["news"] == one["read"] > 0 for one in news)
    assert "news" in {one["type"] for one in survey["types"] if one["kind"] == "news"}
    assert "publication_date" in {one["field"] for one in survey["labels"]}


def test_the_items_of_all_types_are_those_of_all_languages(surveyed):
    survey = surveyed.survey
    assert sum(one["items"] for one in survey["types"]) == sum(one["news"] for one in survey["languages"])
    assert all(one["items"] <= one["count"] for one in survey["types"])


def test_what_else_the_site_offers_is_told(surveyed):
    survey = surveyed.survey
    assert survey["sitemaps"]
    assert survey["feeds"]
    assert survey["jsonapi"] | {"url": ""} == {"url": "", "status": 404, "is_open": False}


def test_the_command_to_run_next_is_printed(surveyed):
    command = surveyed.survey["steps"][-1]["command"]
    assert "What to run next" in surveyed.output
    assert command in surveyed.output
    assert command.endswith(f" -s DATA_DIR={surveyed.data}")


def test_it_asks_for_no_more_than_it_may_and_stores_no_item(surveyed):
    assert 60 < len(surveyed.requests) <= 90
    assert "finished" == stats(surveyed.data)["finish_reason"]
    assert 1 == surveyed.requests.count("/jsonapi")
    assert {"runs", "warc"} == {path.name for path in surveyed.data.iterdir()} - {"profile.json"}


def test_the_samples_differ_and_say_what_the_pages_say(surveyed):
    samples = surveyed.survey["samples"]
    assert 12 == len(samples)
    assert len({one["language"] for one in samples}) >= 4
    for one in samples:
        truth = surveyed.truth[one["url"]]
        assert truth["title"] == one["title"]
        assert truth["date"] == one["publication_date"]


def test_each_place_is_marked_on_the_page(surveyed):
    for one in surveyed.survey["samples"]:
        page = html.fromstring(surveyed.stills[one["file"]])
        for field in one["fields"]:
            if field["mark"] is None:
                assert field["field"] in ("language", "node_id", "translations", "summary", "attachments"), field
                continue
            (place,) = page.xpath(f"//*[@id='survey-{field['mark']}']")
            number = str(field["mark"])
            assert number in (place.get("data-survey"), place.get("data-survey-box"))
            marked = page.xpath(f"//*[@data-survey={number}]")
            said = " ".join("".join(mark.xpath(".//text()[not(parent::b/@data-survey-number)]")) for mark in marked)
            if field["field"] == "title":
                assert one["title"] == " ".join(said.split())
            elif field["label"]:
                assert field["label"] in " ".join(said.split())
                # A value may be an icon.
                boxes = len(page.xpath(f"//*[@data-survey-box={number}]"))
                assert sum(text not in " ".join(said.split()) for text in field["printed"]) <= boxes, field


def test_the_page_as_it_looked_has_its_style_sheets_and_loads_nothing(surveyed):
    assert any('url("data:image' in text or 'src="data:image' in text for text in surveyed.stills.values())
    for text in surveyed.stills.values():
        page = html.fromstring(text)
        assert POLICY == page.xpath("//head/*[2]/@content")[0]
        assert len(page.xpath("//style")) > 1
        is_harmless(page)


def test_the_survey_shows_the_pages_in_frames_that_may_do_nothing(surveyed):
    page = html.fromstring(surveyed.page)
    frames = page.xpath("//iframe")
    assert [one["file"] for one in surveyed.survey["samples"]] == [frame.get("src") for frame in frames]
    assert {""} == {frame.get("sandbox") for frame in frames}
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert [] == page.xpath("//script | //@style | //*[@onclick]")


def test_without_news_it_says_what_to_do(tmp_path):
    pages = {
        "/": plain_page("Home", 'See <a href="/about">about us</a> and <a href="/team">the team</a>.'),
        "/about": plain_page("About", "We plant trees. " * 30),
        "/team": plain_page("Team", "We are many. " * 30),
    }
    with Hostile(pages.get) as site:
        output = scrapy("survey", "-a", f"site={site.url}", "--max-requests", 30, data=tmp_path, code=3).decode()
        assert len(site.paths) <= 30
    survey, page, _ = left(tmp_path)
    STRICT.validate_python([survey])
    assert 3 == survey["outcome"]["exit_code"]
    assert {"other"} == {one["kind"] for one in survey["types"]}
    assert "No news was found" in output
    assert "With more than 30 requests (--max-requests) it may find some." in output
    assert "No news was found" in page
    assert "MIGRATION_NEWS_LISTINGS" in survey["steps"][0]["command"]
    assert not (tmp_path / "items").exists()


def test_pages_that_only_the_sitemap_names_are_looked_at(tmp_path):
    urls = "".join(f"<url><loc>http://localhost/story-{number}</loc></url>" for number in range(400))
    pages = {
        "/": plain_page("Home", "Nothing leads on from here. " * 20),
        "/sitemap.xml": (200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>".encode()),
        **{f"/story-{number}": plain_page(f"Story {number}", "We plant trees. " * 30) for number in range(400)},
    }
    with Hostile(pages.get) as site:
        scrapy("survey", "-a", f"site={site.url}", "--max-requests", 60, data=tmp_path, code=3)
        looked_at = {path for path in site.paths if path.startswith("/story-")}
    assert 5 < len(looked_at) <= 40
    assert {"/story-0", "/story-399"} <= looked_at


def test_a_harvest_after_it_finds_all(tmp_path):
    with Portal(nodes=12) as portal:
        scrapy("survey", "-a", f"site={portal.url}", "--max-requests", 60, data=tmp_path)
        scrapy("harvest", "-a", f"site={portal.url}", "-s", "MIGRATION_REQUISITES=False", data=tmp_path)
        wanted = {row["url"] for row in portal.truth() if row["kind"] == "news" and not row["redirected"]}
    assert len(wanted) > 10
    assert set() == wanted - {item["url"] for item in items(tmp_path)}


def test_options_of_a_crawl_are_refused(tmp_path):
    for words, wrong in (
        (["-a", "max_items=3"], "the options are site, languages"),
        (["--max-requests", 9], "with fewer than 10 no page of news is reached"),
    ):
        printed = scrapy("survey", *words, "-a", "site=http://127.0.0.1:9", data=tmp_path, code=2).decode()
        assert wrong in printed


def test_the_rules_of_robots_txt_that_concern_us():
    text = "User-agent: other\nDisallow: /\nUser-agent: *\nUser-agent: foo\nCrawl-delay: 5\nDisallow: /x # no\nAllow:\n"
    found = robots_of(text + "Sitemap: http://a.example/s.xml\n", "migration-spider", 200)
    assert [{"allow": False, "path": "/x"}] == found["rules"]
    assert (5.0, "*", ["http://a.example/s.xml"]) == (found["crawl_delay"], found["agent"], found["sitemaps"])
    assert [] == robots_of("User-agent: Migration-Spider\nDisallow:\n\n" + text, "migration-spider", 200)["rules"]


def test_varied_takes_what_differs():
    traits = [("en", 2020), ("en", 2020), ("en", 2021), ("fr", 2020), ("fr", 2022)]
    assert [0, 4] == varied(traits, 2)
    assert [0, 2, 4] == varied(traits, 3)
    assert [0, 1, 2, 3, 4] == varied(traits, 9)


def test_the_schema_is_that_of_the_model():
    stored = files("migration_spider.survey").joinpath("survey.schema.json").read_text(encoding="utf-8")
    assert survey_schema() == json.loads(stored)
