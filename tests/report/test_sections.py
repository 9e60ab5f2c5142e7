"""What the sections of report.html say: the outcome, items with their evidence, charts, what is missing."""

import lxml.html
import pytest

from migration_spider.report.html import page
from migration_spider.report.rows import newest_first
from migration_spider.report.words import when
from tests.report.sample import sample_report


def test_items_are_linked_and_carry_their_evidence():
    report = sample_report()
    tree = lxml.html.fromstring(page(report))
    entries = tree.xpath("//ul[@class='items']/li")
    items = [
        item
        for group in ("new", "changed", "vanished", "reappeared", "unconfirmed")
        for item in sorted(report["items"][group], key=newest_first)
    ]
    assert len(items) == len(entries)
    for item, entry in zip(items, entries, strict=True):
        assert [item["url"]] == entry.xpath(".//p[@class='title']/a/@href")
        assert item["title"] == entry.xpath("string(.//p[@class='title'])")
        assert [item["language"]] == entry.xpath(".//p[@class='title']//bdi/@lang")
        told = " ".join(entry.xpath("string(.//details)").split())
        where = item["warc"]
        for part in (where["file"], f"{where['offset']}, {where['length']} bytes", where["record_id"]):
            assert part in told
        assert f"scrapy show {item['id']} --verify" == entry.xpath("string(.//code)")


def test_long_lists_are_cut_and_say_so():
    report = sample_report()
    report["items"]["new"] *= 100
    report["missing"] *= 1000
    report["vocabulary"] *= 1000
    report["completeness"]["listings"] *= 700
    report["coverage"] *= 100
    report["archive"]["files"] *= 1000
    report["outcome"]["messages"] *= 1000
    report["charts"]["regions"] *= 100
    report["charts"]["history"] *= 100
    report["run"]["user_agent"] *= 10_000
    text = page(report)
    assert len(text) < 500_000
    said = lxml.html.fromstring(text).text_content()
    for left in (6300 - 100, 4000 - 60, 700 - 40, 1400 - 40, 1000 - 40, 2000 - 40, 2999 - 20, 2200 - 240, 1200 - 240):
        assert f"and {left:,} more, in report.json" in said


@pytest.mark.parametrize(
    ("code", "messages", "headline"),
    [
        (0, [], "Complete"),
        (3, ["12 pages could not be fetched", "x"], "NOT COMPLETE: 12 pages could not be fetched"),
        (4, ["no page was answered"], "NOT COMPLETE: no page was answered"),
        (5, [], "NOT COMPLETE: the archive could not be written"),
        (9, [], "NOT COMPLETE: exit code 9"),
    ],
)
def test_the_outcome_comes_first_in_plain_words(code, messages, headline):
    report = sample_report()
    report["outcome"] = {"exit_code": code, "finish_reason": "finished", "messages": messages}
    tree = lxml.html.fromstring(page(report))
    assert headline == tree.xpath("string(//h1)")
    assert tree.xpath("string(//title)").startswith(headline)
    assert messages[1:] == [item.text_content() for item in tree.xpath("//ul[@class='messages']/li")]
    assert "header" == tree.xpath("//body/*[1]")[0].tag


def test_months_are_a_whole_row_of_time_and_far_ones_are_told():
    report = sample_report()
    report["charts"]["months"] = [
        {"month": "2026-01", "languages": {"en": 2, "fr": 1}},
        {"month": "2026-04", "languages": {"en": 1}},
        {"month": "2062-04", "languages": {"en": 4}},
        {"month": "x", "languages": {"en": 5}},
    ]
    tree = lxml.html.fromstring(page(report))
    (figure,) = tree.xpath("//figure[@id='months']")
    said = figure.xpath("string(.//desc)")
    assert (
        "13 items with a date, 2026-01 to 2026-04; most in 2026-01: 3. Not drawn, because their dates are too far away: 9."
        == said
    )
    columns = sorted({rect.get("x") for rect in figure.xpath("./svg/rect")})
    assert ["0.700%", "21.700%"] == columns, "the second and third month are empty, and have their room"
    assert ["2026-01", "2026-04", "2062-04", "x"] == figure.xpath(".//tbody//th/text()")


def test_one_run_that_is_far_above_the_others_is_cut_and_says_how_high_it_is():
    tree = lxml.html.fromstring(page(sample_report()))
    (figure,) = tree.xpath("//figure[@id='runs']")
    assert ["560"] == figure.xpath(".//*[contains(@class, 'value')]/text()")
    assert 1 == len(figure.xpath(".//*[@class='cut']"))
    codes = figure.xpath(".//*[contains(@class, 'foot')]/text()")
    assert ["0", "0", "0", "0", "4", "0", "0", "3", "–", "0", "0", "3"] == codes


def section(tree, name):
    """The text of a section with one blank between all its parts."""
    return " ".join(" ".join(tree.xpath(f"//section[@id='{name}']//text()")).split())


def test_missing_addresses_stand_with_their_reasons():
    report = sample_report()
    tree = lxml.html.fromstring(page(report))
    assert {one["url"] for one in report["missing"]} == set(tree.xpath("//section[@id='missing']//li/a/@href"))
    said = section(tree, "missing")
    assert "Of 680 addresses that may be news, 15 are missing; the next run requests 8 again." in said
    assert "Could not be fetched 4 The next run asks again ( failed )." in said
    assert "robots.txt forbids it 3 The next run does not ask again ( robots )." in said
    assert "/en/news/story-0 known from a sitemap: 502 Bad Gateway, four times" in said


def test_each_section_says_what_the_report_has():
    tree = lxml.html.fromstring(page(sample_report()))
    assert "Gone 3 2026-" in section(tree, "changes")
    assert "Its address redirects to another page (301), found in 2 runs." in section(tree, "changes")
    assert "/es/news shows 104 of the 131 results that it announces pages 11, rows 104, announced 131" in section(
        tree, "sources"
    )
    assert "/sitemap.xml?page=3 not well-formed, line 211 status 200, names 110" in section(tree, "sources")
    assert "geographic_scope 61% 88% −27 140 230" in section(tree, "fields")
    assert "Less than expected: geographic_scope 61% instead of 88%." in section(tree, "fields")
    assert "Related pledge label, 12 times" in section(tree, "unknown")
    assert "no answer: TimeoutError 6" in section(tree, "network")
    assert "changed since the previous run" in section(tree, "network")
    assert "731 exchanges, 21.7 MB" in section(tree, "network")
    assert "index 44 s 1%" in section(tree, "run")


def test_what_is_well_is_folded():
    tree = lxml.html.fromstring(page(sample_report()))
    assert [] == tree.xpath("//section[@id='sources']//table[not(ancestor::details)]")
    assert 2 == len(tree.xpath("//section[@id='sources']//li"))
    assert ["4 without a problem", "2 without a problem"] == tree.xpath("//section[@id='sources']//summary/text()")


@pytest.mark.parametrize(
    ("started", "ended", "said"),
    [
        ("2026-11-20T03:04:05Z", "2026-11-20T04:11:47Z", "20 November 2026, 03:04 to 04:11 UTC"),
        ("2026-11-02T23:04:05Z", "2026-11-20T04:11:47Z", "2 November 2026, 23:04 UTC to 20 November 2026, 04:11 UTC"),
        ("", "soon", " to soon"),
    ],
)
def test_when_it_was(started, ended, said):
    report = sample_report()
    report["run"] |= {"started": started, "ended": ended}
    assert said == when(report)
