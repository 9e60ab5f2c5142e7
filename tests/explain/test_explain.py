"""``scrapy explain``: each text of a page with its role and the reason, from a file or the archive."""

import json
import os
import shutil
import sys
from collections import Counter

import pytest
from parsel import Selector
from scrapy.exceptions import UsageError

from migration_spider import explained
from migration_spider.pages import NewsPage
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.roles import ROLES
from tests.burial import bury
from tests.crawling import ROOT
from tests.explain.sample import NEWS
from tests.other_crawlers import Warc
from tests.pages.page import PROSE, SITE, document


def objects(printed):
    return [json.loads(line) for line in printed.splitlines()]


def letters(text):
    return Counter(filter(str.isalnum, text))


def test_each_line_has_role_evidence_field_and_place_in_document_order(run, file):
    code, printed, _ = run(file(NEWS), "--json")
    told = [(one["role"], one["text"][:16], one["field"]) for one in objects(printed)]
    assert (0, {"news"}) == (code, {one["kind"] for one in objects(printed)})
    assert [
        ("chrome", "Harbour portal N", None),
        ("title", "Ferry towns agre", "title"),
        ("chrome", "The page before", None),
        ("text", "The ferry towns ", "body_text"),
        ("text", "Nobody signed an", "body_text"),
        ("label", "Date of publicat", "publication_date"),
        ("value", "3 May 2021", "publication_date"),
        ("label", "Tides", "metadata"),
        ("value", "High", "metadata"),
        ("chrome", "Related content", None),
        ("chrome", "A boat came home", None),
        ("chrome", "Latest news Anot", None),
        ("chrome", "*References to K", None),
    ] == told
    by_text = {one["text"][:16]: one for one in objects(printed)}
    assert "inside the body field" == by_text["The ferry towns "]["why"]
    assert "article > div.field--name-body > p" == by_text["The ferry towns "]["path"]
    assert "navigation, a form or a dialog" == by_text["The page before"]["why"]
    assert "below the heading 'Related content'" == by_text["A boat came home"]["why"]
    assert "outside the main content" == by_text["*References to K"]["why"]


def test_for_people_it_is_one_line_each_cut_to_the_width_and_the_block_by_labels(run, file):
    code, printed, _ = run(file(NEWS))
    lines = printed.splitlines()
    assert 0 == code
    assert ["https://page.invalid/", "news, recognized by the labels of its block"] == lines[:2]
    assert "label    Date of publication" in lines
    assert max(map(len, lines)) <= 72
    assert any(line.startswith("text     The ferry towns met") and line.endswith("…") for line in lines)
    assert "Date of publication -> 3 May 2021  publication_date" == lines[-2]
    assert "Tides -> High  metadata, as the vocabulary does not have this label" == lines[-1]
    assert "\x1b" not in printed
    assert "…" not in run(file(NEWS), "--full")[1]


def test_only_the_roles_asked_for(run, file):
    printed = run(file(NEWS), "--json", "--role", "title", "--role", "text")[1]
    assert ["title", "text", "text"] == [one["role"] for one in objects(printed)]
    assert "metadata block" not in run(file(NEWS), "--role", "text")[1]
    with pytest.raises(SystemExit):
        run(file(NEWS), "--role", "texts")


@pytest.mark.parametrize("case", sorted((ROOT / "tests" / "pages" / "news").iterdir()), ids=lambda case: case.name)
def test_all_that_a_page_prints_is_told_once(case):
    url = json.loads((case / "capture.json").read_text(encoding="utf-8"))["url"]
    page = NewsPage(url, Selector((case / "page.html").read_text(encoding="utf-8")))
    told = explained.lines(page)
    printed, words = letters(shown_text(page.root.find("body"))), letters("".join(one.text for one in told))
    assert Counter() == printed - words
    # The outline takes in what only screen readers get, too.
    assert words - printed <= letters("".join(one.text for one in told if "screen readers" in one.why))
    assert {one.role for one in told} <= {*ROLES}
    assert all(one.why and one.path for one in told)


def test_the_title_and_the_block_beside_the_main_content_are_told():
    block = "<p><b>Date of publication:</b> 3 May 2021</p><p><b>Type of material:</b> News</p><p><b>Tides:</b> High</p>"
    block += "<p><b>Target audience:</b> Cooks</p>"
    text = f"""<html><body class="page-node-type-news"><div id="top"><div>Harbour</div><h1>Ferry <i>towns</i></h1></div>
<main>{PROSE}</main><aside class="col"><h2>More boats</h2>{block}</aside></body></html>"""
    told = [(one.role, one.text, one.field) for one in explained.lines(NewsPage(f"{SITE}/a", Selector(text)))]
    assert [("chrome", "Harbour", None), ("title", "Ferry towns", "title")] == told[:2]
    assert ("value", "Date of publication: 3 May 2021", "publication_date") in told
    assert ("chrome", "More boats", None) in told
    assert 1 == sum("3 May" in text for _, text, _ in told)


def test_a_listing_tells_its_rows(run, file):
    cards = "".join(
        f"<div class='views-row'><h3><a href='/n/{n}'>Boat {n}</a></h3><p>{n} May 2021</p></div>" for n in (1, 2)
    )
    page = file(
        document(f"<div class='cards'>{cards}</div>").replace(
            "<title>", f"<link rel=canonical href='{SITE}/boats'><title>"
        )
    )
    (first, second) = objects(run(page, "--json")[1])
    assert ("listing", "row", "Boat 1") == (first["kind"], first["role"], first["text"])
    assert (f"{SITE}/n/2", "2 May 2021") == (second["url"], second["date"])
    assert first["why"]
    assert f"{SITE}/n/1" in run(page, "--full")[1]


def test_a_page_of_another_kind_is_told_as_if_it_were_news(run):
    printed = run(ROOT / "tests" / "pages" / "other" / "event" / "page.html")[1]
    assert "other, recognized by the content type in the theme's classes" in printed
    assert "title    Quay day" in printed


def test_nothing_on_a_page_reaches_the_terminal_but_text(run, file):
    printed = run(file(NEWS.replace("Nobody signed", "Nobody \x9b31m\x07[bold]signed[/bold]")), "--full")[1]
    assert "\x9b" not in printed
    assert "\x07" not in printed
    assert "[bold]signed[/bold]" in printed


def test_what_stands_in_the_place_of_a_page_is_said(run, file):
    printed = run(file("<title>Just a moment...</title><p>Checking your browser</p>"), "--full")[1]
    assert "Instead of the page there is a test whether a browser asks" in printed
    printed = run(file(document("<div>" * 3000 + "Far down")))[1]
    assert "The end of the page is missing: it has too many or too deep elements" in printed


def test_a_page_without_text_says_so(run, file):
    assert "No text is printed on the page." in run(file("{}"))[1]
    assert "No line has this role." in run(file(NEWS), "--role", "caption")[1]


def test_a_base_with_an_invalid_address_is_ignored(run, file):
    assert "The ferry towns" in run(file(document(PROSE, head="<base href='http://[bad'>")))[1]


def test_a_file_says_its_address_itself_or_is_told_it(run, file):
    head = "<link rel='canonical' href='https://portal.example/ferry'>"
    page = file(document(PROSE, head=head))
    assert "https://portal.example/ferry" == run(page)[1].splitlines()[0]
    printed = run(page, "--url", f"{SITE}/node/7")[1].splitlines()
    assert [f"{SITE}/node/7", "other: nothing shows that it is news or a listing"] == printed[:2]
    assert (
        "news, recognized by a listing of news that links to it" in run(page, "--url", f"{SITE}/node/7", "--named")[1]
    )


def test_a_file_in_another_encoding(run, tmp_path):
    text = document(PROSE.replace("ferry", "fähre"), head='<meta charset="iso-8859-1">')
    (tmp_path / "page.html").write_bytes(text.encode("iso-8859-1"))
    assert "fähre" in run(tmp_path / "page.html")[1]


@pytest.mark.parametrize("name", ["7756@es", "/es/node/7756", "URL"])
def test_an_item_is_read_from_the_archive(run, demo, name):
    url = f"{demo.url}/es/node/7756"
    code, printed, _ = run(url if name == "URL" else name, data=demo.data)
    assert (0, url) == (code, printed.splitlines()[0])
    assert "title    International Migrants Day (Azerbaijan)" in printed
    assert "geographic_scope" in printed


def test_of_an_item_that_is_gone_the_last_page_is_read(run, demo, tmp_path):
    folder = tmp_path / "data"
    (folder / "items").mkdir(parents=True)
    shutil.copytree(demo.data / "warc", folder / "warc")
    lines = (demo.data / "items" / "news.jsonl").read_text(encoding="utf-8")
    (folder / "items" / "news.jsonl").write_text(lines, encoding="utf-8")
    bury(folder, "7756@es")
    assert run("7756@es", data=demo.data) == run("7756@es", data=folder)


def test_a_listing_is_found_in_the_archive(run, demo):
    for name in (f"{demo.url}/news", "/news"):
        printed = objects(run(name, "--json", data=demo.data)[1])
        assert {("listing", "row")} == {(one["kind"], one["role"]) for one in printed}
        assert len(printed) > 5


def test_an_address_leads_to_its_last_answer_through_redirects_and_revisits(run, tmp_path):
    (tmp_path / "warc").mkdir()
    first, second = Warc("1.1"), Warc("1.1")
    first.response(f"{SITE}/a", document("<p>The first of three.</p>").encode())
    original = first.response(f"{SITE}/b", document("<p>The second of three.</p>").encode())
    first.save(tmp_path / "warc" / "one-20200101000000000-00000-x.warc.gz")
    second.response(f"{SITE}/a", document("<p>The third of three.</p>").encode())
    second.revisit(f"{SITE}/b", original, "2020-03-01T10:00:00Z")
    moved = f"HTTP/1.1 301 Moved\r\nLocation: {SITE}/b\r\n\r\n".encode()
    second.other("response", f"{SITE}/c", moved, "application/http; msgtype=response")
    second.response(f"{SITE}/d.pdf", b"%PDF", media_type="application/pdf")
    second.save(tmp_path / "warc" / "one-20200201000000000-00001-x.warc.gz")
    for path, words in (("/a", "The third"), ("/b", "The second"), ("/c", "The second")):
        code, printed, _ = run(SITE + path, data=tmp_path)
        assert (0, True) == (code, words in printed)
    assert (2, "", "scrapy explain: error: /d.pdf: no HTML page\n") == run("/d.pdf", data=tmp_path)


def test_what_is_not_there_is_exit_code_2_and_one_clear_line(run, demo, file):
    for words, said in (
        (["7756"], "there is 7756@"),
        (["no-such-file.html", "--url", SITE], "no such file"),
        (
            [next((demo.data / "warc").glob("*.gz"))],
            "no HTML page; of an archive, name an item or the address of a page",
        ),
        ([f"{SITE}/nowhere"], "no file, item or archived page"),
        (["nothing"], "no file, item or archived page"),
    ):
        code, printed, error = run(*words, data=demo.data if words == ["7756"] else "nowhere")
        assert (2, "", 1) == (code, printed, error.count("\n"))
        assert said in error
    assert 2 == run(file(f"<p {'a=1 ' * 9000}>"))[0]
    for words in ([], ["a", "b"]):
        with pytest.raises(UsageError):
            run(*words)


def test_in_a_pipe_it_may_be_cut_off(run, file, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert 0 == run(file(NEWS), "--json")[0]
        # As the interpreter does at its end.
        pipe.flush()
