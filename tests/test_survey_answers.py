"""A survey of what is in WARC files: hostile pages, a site that does not let us in, records of other runs."""

import re

from lxml import html

from migration_spider.config import Config, defaults
from migration_spider.monitors import Verdict
from migration_spider.survey.answers import Answers
from migration_spider.survey.html import page as html_page
from migration_spider.survey.make import survey_of
from migration_spider.survey.still import MAX_FILE, NOTHING
from tests.hostile import page as plain_page
from tests.other_crawlers import Warc
from tests.surveying import is_harmless

SITE = "http://portal.example"

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
