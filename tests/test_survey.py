"""``scrapy survey``: what a first look at a site tells, and what it leaves alone."""

import json
import re
from importlib.resources import files
from types import SimpleNamespace

import pytest
from lxml import html
from pydantic import ConfigDict, TypeAdapter

from migration_spider.config import Config, defaults
from migration_spider.monitors import Verdict
from migration_spider.sampling import varied
from migration_spider.survey.answers import Answers
from migration_spider.survey.door import robots_of
from migration_spider.survey.html import page as html_page
from migration_spider.survey.make import survey_of
from migration_spider.survey.model import Survey
from migration_spider.survey.schema import survey_schema
from migration_spider.survey.still import MAX_FILE, NOTHING, POLICY
from tests.crawling import items, scrapy, stats
from tests.hostile import Hostile
from tests.hostile import page as plain_page
from tests.portal import Portal
from tests.test_reparse_foreign import Warc

SITE = "http://portal.example"
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


def test_news_is_found_and_told(surveyed):
    survey = surveyed.survey
    STRICT.validate_python([survey])
    assert 0 == survey["outcome"]["exit_code"]
    assert [] == survey["outcome"]["messages"]
    assert {"en", "fr", "es"} <= {one["language"] for one in survey["languages"] if one["news"]}
    news = {one["url"].partition("/news")[0]: one for one in survey["listings"] if one["url"].endswith("/news")}
    assert all(one["verdict"] == "news" and one["news"] == one["read"] > 0 for one in news.values())
    assert {"news"} <= {one["type"] for one in survey["types"] if one["kind"] == "news"}
    assert "publication_date" in {one["field"] for one in survey["labels"]}
    assert survey["sitemaps"]
    assert survey["feeds"]
    assert survey["jsonapi"] | {"url": ""} == {"url": "", "status": 404, "is_open": False}
    assert "What to run next" in surveyed.output
    assert survey["steps"][-1]["command"] in surveyed.output
    assert survey["steps"][-1]["command"].endswith(f" -s DATA_DIR={surveyed.data}")
    assert sum(one["items"] for one in survey["types"]) == sum(one["news"] for one in survey["languages"])
    assert all(one["items"] <= one["count"] for one in survey["types"])


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


def is_harmless(page):
    """Nothing that acts, and no address but data: and fragments."""
    assert [] == page.xpath(
        "//script | //iframe | //object | //embed | //base | //link | //meta[@http-equiv='refresh']"
    )
    for element in page.iter():
        for name, value in element.attrib.items() if isinstance(element.tag, str) else ():
            assert not name.lower().startswith("on"), (element.tag, name)
            assert "javascript:" not in value.lower(), (element.tag, name)
            if name in ("src", "href", "action", "formaction", "data", "poster", "srcset", "background"):
                assert value.startswith(("data:", "#")), (element.tag, name, value)


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
    for words, wrong in ((["-a", "max_items=3"], "site and languages"), (["--max-requests", 0], "above 0")):
        printed = scrapy("survey", *words, "-a", "site=http://127.0.0.1:9", data=tmp_path, code=2).decode()
        assert wrong in printed


# ---- of a WARC file, in this process


GOOD = Verdict(0, ())


def of(tmp_path, pages, verdict=GOOD, run="run-1"):
    warc = Warc("1.1")
    warc.other("warcinfo", None, f"isPartOf: {run}\r\n".encode(), "application/warc-fields")
    for path, (body, media_type) in pages.items():
        warc.response(SITE + path, body, media_type=media_type)
    warc.save(tmp_path / "one.warc.gz")
    facts = {"id": run, "site": SITE, "ended": "2026-01-01T00:00:00Z", "requests": 9, "max_requests": 200}
    facts |= {"user_agent": "migration-spider/1 (+me)", "extractor": "x"}
    return survey_of(tmp_path, facts, Config.of(defaults()), verdict=verdict)


HTML = "text/html; charset=utf-8"
ATTACK = "</style></script>\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
TEXT = ATTACK.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
HOSTILE = f"""<!DOCTYPE html><html lang="en" onclick="alert(3)"><head><base href="https://evil.example/">
<meta http-equiv="refresh" content="0;url=https://evil.example/"><title>{TEXT} | Site</title>
<link rel="stylesheet" href="http://portal.example/look.css"><style>p::after {{ content: "{TEXT}" }}</style>
<link rel="alternate" type="application/rss+xml" href="javascript:alert(4)"></head>
<body class="page-node-7 page-node-type-news" onload="alert(5)" background="https://evil.example/b.png">
<main><h1 id="survey-1" data-survey="1">{TEXT}</h1><article>
<dl><dt>Date of Publication</dt><dd>3 May 2021</dd><dt>Type of Material</dt><dd>{TEXT}</dd><dt>{TEXT}</dt><dd>{TEXT}</dd></dl>
<p style="background: url(https://evil.example/p.png)">Running text of the article, long enough to be one. {TEXT}</p>
<p><a href="javascript:alert(6)" ping="https://evil.example/">{TEXT}</a> <img src="https://evil.example/i.png" srcset="https://evil.example/j.png 2x">
<svg><script>alert(7)</script><use href="https://evil.example/u.svg#x"/><a xlink:href="javascript:alert(8)">x</a></svg></p>
<iframe srcdoc="<script>alert(9)</script>"></iframe><object data="https://evil.example/o"></object>
<form action="https://evil.example/f"><button formaction="javascript:alert(10)">Send</button></form>
{"<b style='background: url(http://portal.example/small.png)'>.</b>" * 500}
<noscript><p title="</noscript><script>alert(11)</script>"></noscript><math><mtext><style><img src=x onerror=alert(12)></style></mtext></math>
</article></main></body></html>"""
SHEET = (
    'p { background: url("/big.png") } @import "more.css"; q::before { content: "</style><script>alert(13)</script>" }'
)
SHEET += "i { background: url(small.png) }" * 500


def test_what_a_page_says_can_do_nothing(tmp_path):
    survey, stills = of(
        tmp_path,
        {
            "/node/7": (HOSTILE.encode(), HTML),
            "/look.css": (SHEET.encode(), "text/css"),
            "/more.css": (b"b { color: red }", "text/css"),
            "/big.png": (b"\x89PNG" + b"\0" * 300_000, "image/png"),
            "/small.png": (b"\x89PNG" + b"\0" * 90_000, "image/png"),
        },
    )
    (sample,) = survey["samples"]
    assert ATTACK.split("<")[0] in sample["title"]
    still = stills[sample["file"]]
    page = html.fromstring(still)
    is_harmless(page)
    assert 1 == len(page.xpath("//*[@id='survey-1']"))
    for style in page.xpath("//style"):
        assert "</" not in (style.text or "")
    assert "evil.example" not in " ".join(re.findall(r"url\([^)]*\)", still))
    assert NOTHING in still
    assert len(still) < MAX_FILE + 1_000_000
    assert still.count("data:image/png") > 2
    shown = html.fromstring(html_page(survey))
    assert [] == shown.xpath("//script | //img | //*[@onerror]")
    assert {sample["file"]} == {frame.get("src") for frame in shown.xpath("//iframe")}
    assert ATTACK in "".join(shown.itertext())


def test_the_site_that_does_not_let_us_in(tmp_path):
    survey, _ = of(tmp_path, {"/": (b"<title>Just a moment...</title>" + b"<p>x</p>", HTML)}, Verdict(4, ("blocked",)))
    assert not survey["access"]["is_open"]
    assert ["challenge"] == [one["code"] for one in survey["access"]["blocked"]]
    assert "The site blocks this program" in html_page(survey)
    (step,) = survey["steps"]
    assert step["command"].startswith("scrapy survey -a site=http://portal.example")


def test_what_an_earlier_run_has_archived_is_found_there(tmp_path):
    first, second = Warc("1.1"), Warc("1.1")
    first.other("warcinfo", None, b"isPartOf: run-0\r\n", "application/warc-fields")
    original = first.response(f"{SITE}/node/3", plain_page("An item", "text", node=3)[2]).get_header("WARC-Record-ID")
    first.save(tmp_path / "first.warc.gz")
    second.other("warcinfo", None, b"isPartOf: run-1\r\n", "application/warc-fields")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    same = {
        "WARC-Refers-To": original,
        "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    }
    second.other("revisit", f"{SITE}/node/3", head, "application/http; msgtype=response", **same)
    second.save(tmp_path / "second.warc.gz")
    answers = Answers(tmp_path, "run-1")
    assert b"An item" in answers.by_url[f"{SITE}/node/3"].body()
    assert original == answers.by_url[f"{SITE}/node/3"].record_id


def test_only_the_records_of_the_run_are_read(tmp_path):
    _, _, body = plain_page("News", "text", node=3)
    of(tmp_path, {"/node/3": (body, HTML)}, run="an-earlier-run")
    (tmp_path / "one.warc.gz").rename(tmp_path / "zero.warc.gz")
    survey, _ = of(tmp_path, {"/about": (plain_page("About", "text")[2], HTML)})
    assert [f"{SITE}/about"] == [url for one in survey["types"] for url in one["examples"]]


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
