"""``scrapy explain`` and ``scrapy savepage``; the roles of lines on the sample pages of a survey."""

import argparse
import json
import os
import shutil
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from lxml import html
from parsel import Selector
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from migration_spider import explained
from migration_spider.commands import explain, savepage
from migration_spider.pages import NewsPage, page_for
from migration_spider.pages.outline_builder import shown_text
from migration_spider.pages.places import places
from migration_spider.pages.roles import ROLES
from migration_spider.saved_case import read
from migration_spider.survey import still, still_marks
from tests.burial import bury
from tests.crawling import ROOT
from tests.pages.page import PROSE, SITE, document
from tests.test_reparse_foreign import Warc

NEWS = document(
    f"""<div class="region"><article><nav><a href="/before">The page before</a></nav>
<div class="clearfix field--name-body">{PROSE}</div>
<div class="field--type"><div class="field__label">Date of publication</div><div>3 May 2021</div></div>
<div class="field--type"><div class="field__label">Tides</div><div>High</div></div></article>
<h2>Related content</h2><p><a href="/boat">A boat came home</a></p></div>"""
)


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs a command in this process: (exit code, what it printed, its errors)."""
    monkeypatch.setenv("COLUMNS", "72")

    def call(*words, command=explain, data="nowhere"):
        made = command.Command()
        made.settings = Settings({"DATA_DIR": str(data)})
        parser = argparse.ArgumentParser()
        made.add_options(parser)
        opts, args = parser.parse_known_args([*map(str, words)])
        made.run(args, opts)
        printed = capsys.readouterr()
        return made.exitcode, printed.out, printed.err

    return call


@pytest.fixture
def file(tmp_path):
    def write(text, name="page.html"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def objects(printed):
    return [json.loads(line) for line in printed.splitlines()]


def letters(text):
    return Counter(filter(str.isalnum, text))


# ---- what is told


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
    assert ["https://page.invalid/", "news, recognised by the labels of its block"] == lines[:2]
    assert "label    Date of publication" in lines
    assert max(map(len, lines)) <= 72
    assert any(line.startswith("text     The ferry towns met") and line.endswith("…") for line in lines)
    assert "Date of publication -> 3 May 2021  publication_date" == lines[-2]
    assert "Tides -> High  metadata" == lines[-1]
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
    assert "other, recognised by the content type in the theme's classes" in printed
    assert "title    Quay day" in printed


def test_nothing_on_a_page_reaches_the_terminal_but_text(run, file):
    printed = run(file(NEWS.replace("Nobody signed", "Nobody \x9b31m\x07[bold]signed[/bold]")), "--full")[1]
    assert "\x9b" not in printed
    assert "\x07" not in printed
    assert "[bold]signed[/bold]" in printed


def test_what_stands_in_the_place_of_a_page_is_said(run, file):
    printed = run(file("<title>Just a moment...</title><p>Checking your browser</p>"), "--full")[1]
    assert "Instead of the page there is a test whether a browser asks" in printed


# ---- which page


def test_a_file_says_its_address_itself_or_is_told_it(run, file):
    head = "<link rel='canonical' href='https://portal.example/ferry'>"
    page = file(document(PROSE, head=head))
    assert "https://portal.example/ferry" == run(page)[1].splitlines()[0]
    printed = run(page, "--url", f"{SITE}/node/7")[1].splitlines()
    assert [f"{SITE}/node/7", "other, recognised by nothing"] == printed[:2]
    assert (
        "news, recognised by a listing of news that links to it" in run(page, "--url", f"{SITE}/node/7", "--named")[1]
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


# ---- test cases


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "scrapy.cfg").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tests" / "pages"


def test_a_page_becomes_a_test_case(run, file, checkout):
    code, printed, _ = run(file(NEWS), "--url", f"{SITE}/ferry", "--named", "--case", "two-fields", command=savepage)
    folder = checkout / "news" / "two-fields"
    assert 0 == code
    assert str(folder) in printed
    assert "Review expected.json" in printed
    assert {"url": f"{SITE}/ferry", "named_as_news": True} == json.loads((folder / "capture.json").read_text())
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert read(folder) == expected
    assert ("news", "Ferry towns agree") == (expected["kind"], expected["title"])


def test_a_case_that_is_there_stays(run, file, checkout):
    words = (file(NEWS), "--case", "two-fields")
    run(*words, command=savepage)
    before = (checkout / "news" / "two-fields" / "page.html").read_bytes()
    file(NEWS.replace("Ferry", "Train"))
    code, _, error = run(*words, command=savepage)
    assert (2, 1) == (code, error.count("\n"))
    assert "exists" in error
    assert before == (checkout / "news" / "two-fields" / "page.html").read_bytes()


def test_where_the_reader_is_wrong_about_the_kind_the_case_says_so(run, file, checkout):
    run(file(NEWS), "--case", "no-news", "--type", "listing", command=savepage)
    expected = json.loads((checkout / "listing" / "no-news" / "expected.json").read_text(encoding="utf-8"))
    assert "listing" == expected["kind"]
    assert "rows" in expected
    assert "news" == read(checkout / "listing" / "no-news")["kind"]


@pytest.mark.parametrize("name", ["../up", "Upper", "", "a/b"])
def test_names_of_cases(run, file, checkout, name):
    with pytest.raises(UsageError):
        run(file(NEWS), "--case", name, command=savepage)
    assert not checkout.exists()


# ---- on the sample pages of a survey


@pytest.fixture(scope="module")
def sample():
    """A page with its roles, as a survey shows it."""
    hostile = '<p data-survey-role="title" id="survey-roles">Two boats and a cook stayed where they were all night.</p>'
    page = page_for(f"{SITE}/ferry", Selector(NEWS.replace("</article>", hostile + "</article>")))
    told = explained.lines(page)
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, list(enumerate(places(page), 1)), told)
    return SimpleNamespace(page=html.fromstring(made), text=made, told=told)


def test_each_text_says_its_role_and_why(sample):
    for one in sample.told:
        said = f"{one.role}: {one.why}"
        marks = sample.page.xpath("//*[@data-survey-role or @data-survey-out][@title=$said]", said=said)
        text = " ".join(" ".join(mark.itertext()) for mark in marks)
        assert one.text.split()[0] in text, one
        assert {said} == {mark.get("aria-description") for mark in marks}
    (boats,) = sample.page.xpath("//p[contains(., 'Two boats')]")
    assert (None, None) == (boats.get("id"), boats.get("data-survey-role"))


def test_the_switch_needs_neither_script_nor_network_and_its_legend_has_the_roles(sample):
    (switch,) = sample.page.xpath(f"//*[@id='{still_marks.SWITCH}']")
    assert ("input", "checkbox") == (switch.tag, switch.get("type"))
    assert switch is sample.page.xpath("//body/*")[0]
    assert sample.page.xpath(f"//label[@for='{still_marks.SWITCH}']")
    legend = sample.page.xpath("//@data-survey-of")
    assert {one.role for one in sample.told} == {*legend}
    assert {*ROLES} == {*still_marks.ROLES}
    style = sample.page.xpath("//style")[-1].text
    for role in legend:
        assert f'#{still_marks.SWITCH}:checked~* [data-survey-role="{role}"]' in style
    assert "url(" not in style
    assert [] == sample.page.xpath("//script")


def test_one_tag_is_shown_for_each_line(sample):
    assert len([one for one in sample.told if one.slots]) == len(sample.page.xpath("//*[@data-survey-line]"))


def test_texts_are_the_same_with_and_without_roles():
    page = NewsPage(f"{SITE}/ferry", Selector(NEWS))
    before = shown_text(page.root.find("body"))
    told = explained.lines(page)
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, [], told)
    body = html.fromstring(made).find("body")
    body.remove(body.xpath("*[@data-survey-bar]")[0])
    assert before.split() == shown_text(body).split()


def test_characters_that_no_file_may_have_are_left_out():
    page = NewsPage(f"{SITE}/ferry", Selector(NEWS.replace("Nobody signed", "Nobody &#31;&#2;signed")))
    made = still.Stills(SimpleNamespace(get=lambda url: None)).still(page, [], explained.lines(page))
    assert "Nobody signed" in made
