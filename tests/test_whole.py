"""Answers that broke off half-way are asked again, become no version, bury nothing, and the run says so."""

import json

from scrapy.http import Response

from migration_spider.responses.broken import Shape, shape_of
from migration_spider.whole import Habit, Judge, code_of
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest, ids, lose
from tests.hostile import Hostile, listing, page

FAST = {"MIGRATION_REQUISITES": False, "MIGRATION_REVISIT": OFTEN}
PHP = b"<br />\n<b>%s</b>:  Allowed memory size of 9 bytes exhausted in <b>/srv/a.php</b> on line <b>7</b><br />\n"
XML = {"Content-Type": "application/xml"}
ROWS = [f"/news/boat-{n}" for n in range(1, 8)]


class Site:
    """A listing, a sitemap, a feed, and a page for each row; ``edit`` changes an answer: (path, times asked, body)."""

    def __init__(self):
        self.asked = {}
        self.edit = lambda path, times, body: body

    def __call__(self, path):
        self.asked[path] = times = self.asked.get(path, 0) + 1
        answer = self.answer(path)
        return answer and (*answer[:2], self.edit(path, times, answer[2]))

    def answer(self, path):
        rows = [f"{self.url}{row}" for row in ROWS]
        if path == "/sitemap.xml":
            return 200, XML, f"<urlset>{''.join(f'<url><loc>{row}</loc></url>' for row in rows)}</urlset>".encode()
        if path == "/news/rss.xml":
            found = "".join(f"<item><title>A & B&nbsp;</title><link>{row}</link></item>" for row in rows)
            return 200, XML, f"<rss><channel>{found}</channel></rss>".encode()
        if path == "/news":
            return listing(ROWS)
        if path in ROWS:
            number = int(path[-1])
            text = f"Boat {number} sails at noon.</p><p>It is back at six, and the harbour is told by lamp."
            return page(f"Boat {number}", text, node=number)
        return None


def test_what_broke_off_is_no_version_and_is_told(tmp_path):
    site = Site()
    with Hostile(site) as server:
        site.url = server.url
        harvest(tmp_path, site=server.url, **FAST)
        first = items(tmp_path)
        assert 7 == len(first)

        def broken(path, times, body):
            half = body[: body.find(b"It is back")] if b"It is back" in body else body[: len(body) * 2 // 3]
            return {
                "/news": half,
                "/sitemap.xml": half + PHP % b"Fatal error",
                "/news/rss.xml": half,
                ROWS[0]: half,
                ROWS[1]: half + PHP % b"Fatal error",
                ROWS[2]: body + PHP % b"Parse error",
                ROWS[3]: body.replace(b"<p>It", PHP % b"Warning" + b"<p>It"),
                # Over in a moment, and then a true change.
                ROWS[4]: half if times == 1 else body.replace(b"at six", b"at seven"),
                ROWS[5]: body.replace(b"<p>It", b"<pre>" + PHP % b"Fatal error" + b"</pre><p>It"),
            }.get(path, body)

        site.asked, site.edit = {}, broken
        report = harvest(tmp_path, site=server.url, code=3, **FAST)
        assert {"5@en", "6@en"} == ids(report, "changed")
        assert [] == report["items"]["unconfirmed"] + report["items"]["vanished"]
        missing = {(row["url"], row["reason"]) for row in report["missing"]}
        assert {(server.url + row, "blocked") for row in ROWS[:4]} == missing
        messages = " ".join(report["outcome"]["messages"])
        assert all(name in messages for name in ("sitemap.xml", "rss.xml"))
        # Some more times, and no more.
        assert {3} == {site.asked[path] for path in ("/news", "/sitemap.xml", "/news/rss.xml", *ROWS[:4])}
        assert 2 == site.asked[ROWS[4]]
        assert first == items(tmp_path)[:7]

        site.edit = lambda path, times, body: body
        told = harvest(tmp_path, site=server.url, **FAST)
        # What became 5 and 6 is taken back; the others were never anything else.
        assert {"5@en", "6@en"} == ids(told, "changed")
    before = (tmp_path / "items/news.jsonl").read_bytes()
    lose(tmp_path, "items", "state.sqlite*", "index.cdxj")
    scrapy("reparse", data=tmp_path)
    assert before == (tmp_path / "items/news.jsonl").read_bytes()
    # As the archive of somebody else, of which nobody noted what was what.
    files = sorted((tmp_path / "warc").glob("*.warc.gz"))
    printed = scrapy("reparse", "--all", *files, "--output", tmp_path / "all.jsonl", "--site", server.url)
    assert b" cut" in printed
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert {line["content_sha256"] for line in items(tmp_path)} == {line["content_sha256"] for line in lines}


def test_a_site_that_never_prints_an_end_is_read_as_it_is(tmp_path):
    site = Site()
    site.edit = lambda path, times, body: body.partition(b"</article>")[0]
    with Hostile(site) as server:
        site.url = server.url
        told = harvest(tmp_path, site=server.url, **FAST)
        assert 7 == len(told["items"]["new"])
        # It might have been a fault of the first few.
        assert 3 >= sum(site.asked[path] - 1 for path in ("/news", *ROWS))
        site.asked = {}
        told = harvest(tmp_path, site=server.url, **FAST)
        assert 7 == told["items"]["counts"]["unchanged"]
        assert 1 == max(site.asked[row] for row in ROWS)


WHOLE, OPEN, CLOSED = Shape(True), Shape(False, is_open=True), Shape(False)
NOISY, NOTICE = Shape(True, error="error"), Shape(True, error="notice")


def test_a_page_is_held_against_its_own_past_and_the_other_pages():
    none, ends, never = Habit(), Habit(ended=3, clean=3), Habit(unended=3, clean=3)
    noisy = Habit(ended=3, noisy=3)
    cases = [
        (OPEN, None, none, "unknown"),
        (OPEN, WHOLE, none, "cut"),
        (OPEN, None, ends, "cut"),
        (OPEN, OPEN, ends, "cut"),
        (OPEN, None, never, "unknown"),
        (OPEN, OPEN, never, "whole"),
        (OPEN, CLOSED, never, "cut"),
        # Since it was looked at, the site has left the ends out.
        (CLOSED, WHOLE, never, "whole"),
        (CLOSED, WHOLE, ends, "cut"),
        (CLOSED, CLOSED, ends, "whole"),
        (CLOSED, None, ends, "whole"),
        (NOISY, None, none, "cut"),
        (NOISY, WHOLE, noisy, "cut"),
        (NOISY, None, noisy, "whole"),
        (NOISY, NOISY, ends, "whole"),
        (NOTICE, WHOLE, ends, "cut"),
        (NOTICE, WHOLE, noisy, "whole"),
        (Shape(True, error="fatal"), Shape(True, error="fatal"), noisy, "cut"),
    ]
    for shape, before, habit, wanted in cases:
        assert wanted == habit.find(shape, before), (shape, before, habit)


def test_ends_that_a_site_leaves_out_from_one_day_on_are_missed_for_a_while_only():
    whole = "<!DOCTYPE html><body><p>Boats</p></body></html>"
    judge = Judge(earlier=lambda url: whole, remembered=lambda: [whole] * 20)
    found = [judge.find(f"/{n}", shape_of(whole.partition("</body>")[0])) for n in range(20)]
    assert ["cut"] * 8 == found[:8]
    assert {"whole"} == set(found[9:])


def test_what_nothing_is_known_of_is_taken_after_a_few():
    judge = Judge()
    half = "<!DOCTYPE html><body><main><p>Boats"
    assert ["unknown"] * 3 + ["whole"] * 5 == [judge.find(f"/{n}", shape_of(half)) for n in range(8)]


def test_notices_on_all_pages_from_one_day_on_are_how_the_site_is():
    whole = "<!DOCTYPE html><body><p>Boats</p></body></html>"
    judge = Judge(earlier=lambda url: whole, remembered=lambda: [whole] * 20)
    for level, last in (("Deprecated", "whole"), ("Warning", "cut")):
        noisy = f"<b>{level}</b>: old in <b>/a.php</b> on line <b>3</b>{whole}"
        found = [judge.find(f"/{level}/{n}", shape_of(noisy)) for n in range(20)]
        assert ("cut", last) == (found[0] if level == "Deprecated" else "cut", found[-1])


def test_a_file_of_no_type_is_no_empty_page():
    url = "http://portal.example/report.pdf"
    assert code_of(Response(url, body=b"%PDF-1.4")) is None
    assert code_of(Response(url, body=b"%PDF-1.4", status=401)) == "login"
    assert code_of(Response(url)) == "empty"
