"""Sites that would make a crawl endless, wrong or quietly incomplete."""

import re

import pytest

from tests.crawling import crawl, items, last_run, run, scrapy, stats
from tests.harvesting import command as harvest_command
from tests.harvesting import harvest, lose
from tests.hostile import ONE, Hostile, listing, page, redirect, site


def test_a_robots_txt_that_is_as_before_although_nobody_knows_that_ends_the_run(tmp_path):
    with site({"/robots.txt": (304, {}, b""), "/news": listing(["/a"])}) as closed:
        assert "robots.txt was answered 304" in crawl(tmp_path, site=closed.url, code=4)
    assert ["/robots.txt"] * 2 == closed.paths


def test_of_robots_txt_its_start_is_read(tmp_path):
    rules = b"User-agent: *\nDisallow: /b\n" + b"# words\n" * 70_000 + b"Disallow: /\n"
    answers = {"/news": listing(["/a", "/b"]), "/a": page("A", "Text.", node=1), "/b": page("B", "Text.", node=2)}
    with site({**answers, "/robots.txt": (200, {"Content-Type": "text/plain"}, rules)}) as long:
        output = crawl(tmp_path, "languages=en", site=long.url, **ONE)
    assert ["1@en"] == [item["id"] for item in items(tmp_path)]
    assert "only the first 512000 bytes are read" in output


def test_chains_without_end_are_left_and_told(tmp_path):
    def answer(path):
        if match := re.fullmatch(r"/news(?:\?page=(\d+))?", path):
            number = int(match[1] or 0)
            rows = [f"/dead/{number}", "/es/odd/1"] if number else ["/good", "/es/odd/1"]
            return listing(rows, pager=[f"?page={number + 1}"])
        if match := re.fullmatch(r"(/es)?/odd/(\d+)", path):
            number = int(match[2]) + 1
            following = f"/odd/{number}" if match[1] else f"/es/odd/{number}"
            shown = "es" if match[1] else "en"
            head = f'<link rel="canonical" href="{following}">'
            return page("Odd", "The text.", node=number + 100, language=shown, head=head)
        if match := re.fullmatch(r"/(?:menu(\d+))?", path):
            number = int(match[1] or 0) + 1
            return page("Menu", f'<nav><a href="/menu{number}">Latest news</a></nav>')
        return page("Good", "Text.", node=1) if path == "/good" else None

    with Hostile(answer) as endless:
        harvest(tmp_path, "-a", "languages=en,es", site=endless.url, code=3, MIGRATION_MAX_BARREN=4, **ONE)
    told = (last_run(tmp_path) / "report.json").read_text(encoding="utf-8")
    assert "brought no news on" in told
    assert re.search(r"/menu\d+ names one more listing of news", told)
    assert "fallback pages that name one another" in told
    assert len(endless.paths) < 50


def test_robots_txt_holds_for_all_requests_that_wait_for_it(tmp_path):
    robots = 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n"
    with site({"/robots.txt": robots, "/news": listing(["/a"]), "/a": page("A", "Text.", node=1)}) as closed:
        output = crawl(tmp_path, site=closed.url, code=4)
    assert ["/robots.txt"] == closed.paths
    assert "Forbidden by robots.txt" in output
    assert stats(tmp_path)["migration/skipped/robots"] > 10


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (redirect("/a"), 3),
        (redirect("https://elsewhere.example/a"), 0),
        ((404, {}, b""), 0),
        ((500, {}, b""), 3),
        ((200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, b"no gzip"), 3),
    ],
    ids=["redirect loop", "redirect off-site", "missing", "broken", "false encoding"],
)
def test_a_page_that_cannot_be_had_makes_the_run_incomplete_when_the_next_run_may_get_it(tmp_path, answer, code):
    answers = {"/news": listing(["/a", "/b"]), "/a": answer, "/b": page("B", "Text.", node=2)}
    with site(answers) as broken:
        output = crawl(tmp_path, "languages=en", site=broken.url, code=code, RETRY_TIMES=1, **ONE)
    assert ["2@en"] == [line["id"] for line in items(tmp_path)]
    assert ("Not fetched: " + broken.url + "/a" in output) == (code == 3)


def test_a_pager_without_end_is_left(tmp_path):
    def answer(path):
        if path.startswith("/news"):
            number = int((re.search(r"page=(\d+)", path) or [0, 0])[1])
            return listing(["/a", "/b"][:: 1 if number % 2 else -1], pager=[f"?page={number + 1}"])
        return page("A", "Text.", node=1) if path == "/a" else None

    with Hostile(answer) as endless:
        crawl(tmp_path, "languages=en", site=endless.url, **ONE)
    assert len([path for path in endless.paths if path.startswith("/news")]) <= 3


def test_translations_without_end_are_left(tmp_path):
    def answer(path):
        if path == "/news":
            return listing(["/item/1"])
        if match := re.fullmatch(r"/item/(\d+)", path):
            following = f'<link rel="alternate" hreflang="fr" href="/item/{int(match[1]) + 1}">'
            return page("A", "Text.", node=1, head=following + f'<link rel="alternate" hreflang="en" href="{path}">')
        return None

    with Hostile(answer) as endless:
        crawl(tmp_path, "languages=en", site=endless.url, **ONE)
    assert len(endless.paths) < 8


def test_one_id_at_several_addresses_is_one_version_a_run(tmp_path):
    answers = {"/news": listing(["/a", "/a/", "/b"])} | {
        path: page(f"Title of {path}", "Text.", node=1) for path in ("/a", "/a/", "/b")
    }
    with site(answers) as same:
        crawl(tmp_path, "languages=en", site=same.url, CONCURRENT_REQUESTS=1, **ONE)
    assert [("1@en", 1)] == [(line["id"], line["version"]) for line in items(tmp_path)]
    assert 2 == stats(tmp_path)["migration/items/again"]


def test_a_changed_page_is_a_new_version(tmp_path):
    answers = {"/news": listing(["/a"]), "/a": page("Before", "Text.", node=1)}
    with site(answers) as edited:
        crawl(tmp_path, "languages=en", site=edited.url, **ONE)
        answers["/a"] = page("After", "Text.", node=1)
        crawl(tmp_path, "languages=en", site=edited.url, **ONE)
        crawl(tmp_path, "languages=en", site=edited.url, **ONE)
    first, second = items(tmp_path)
    assert [(1, "Before"), (2, "After")] == [(line["version"], line["title"]) for line in (first, second)]
    assert first["first_seen"] == second["first_seen"]
    assert second["fetched_at"] == second["last_changed"] >= first["last_changed"]


@pytest.mark.parametrize(
    ("answer", "code"), [((404, {}, b""), 0), (redirect("https://elsewhere.example/x.pdf"), 0), ((503, {}, b""), 3)]
)
def test_an_attachment_that_is_not_there_marks_its_item(tmp_path, answer, code):
    file = '<div class="field--type-file"><a href="/x.pdf">x.pdf</a></div>'
    answers = {"/news": listing(["/a"]), "/x.pdf": answer, "/a": page("A", "Text.</p>" + file + "<p>End.", node=1)}
    with site(answers) as without:
        output = crawl(
            tmp_path, "languages=en", site=without.url, code=code, RETRY_TIMES=1, MIGRATION_SLOWDOWN_DELAY=0.1, **ONE
        )
    (line,) = items(tmp_path)
    assert ["/x.pdf"] == [attachment["url"].removeprefix(without.url) for attachment in line["attachments"]]
    assert line["attachments"][0]["sha256"] is None
    assert "attachment-not-fetched" in line["problems"]
    assert "Traceback" not in output


def test_characters_that_the_page_loses_are_marked(tmp_path):
    latin = page("Día", "Niños.", node=1)
    wrong = latin[0], latin[1], latin[2].decode().encode("cp1252")
    with site({"/news": listing(["/a"]), "/a": wrong}) as lossy:
        crawl(tmp_path, "languages=en", site=lossy.url, **ONE)
    assert "characters-lost" in items(tmp_path)[0]["problems"]


def test_a_page_that_no_parser_gets_through_is_left_and_told_as_missing(tmp_path):
    attributes = "".join(f" a{n}=x" for n in range(400_000))
    answers = {"/news": listing(["/a", "/b"]), "/a": page("A", f"<p{attributes}>x</p>", node=1)}
    with site(answers | {"/b": page("B", "Text.", node=2)}) as slow:
        crawl(tmp_path, "languages=en", site=slow.url, code=3, **ONE)
    assert ["2@en"] == [line["id"] for line in items(tmp_path)]
    assert 1 == stats(tmp_path)["migration/too_large"]


def test_what_is_not_read_of_a_page_is_told(tmp_path):
    # What follows the rows and the text is more than is read of a page.
    rest = "<i>a</i>" * 13_000
    status, headers, rows = listing(["/a", "/b", "/c", "/d", "/e"])
    status, html, long = page("A", "Text.", node=1)
    file = '<a class="file" href="/f/x%2f..%2fboat%1b.pdf">Boat</a>'
    names = {"/b": "punycode", "/c": "nonsense", "/d": "zlib", "/e": "utf8"}
    answers = {
        # Elements without text: with a long text below its rows it would be no listing.
        "/news": (status, headers, rows.replace(b"</main>", f"{rest.replace('a', '')}</main>".encode())),
        "/a": (status, html, long.replace(b"</article>", f"{rest}</article>".encode())),
        **{
            path: (
                status,
                {"Content-Type": f"text/html; charset={name}"},
                page("é", f"Text é. {file}", node=ord(path[1]))[2],
            )
            for path, name in names.items()
        },
    }
    settings = {**ONE, "MIGRATION_REQUISITES": False, "MIGRATION_LANGUAGES": "en"}
    with site(answers) as large:
        printed = run(harvest_command(tmp_path, site=large.url, **settings), 3).decode()
    assert "has a page that is longer than is read" in printed
    found = {line["url"].removeprefix(large.url): line for line in items(tmp_path)}
    assert answers.keys() - {"/news"} == found.keys()
    told = {"/a": "page-cut", "/b": "charset-unknown", "/c": "charset-unknown", "/d": "charset-unknown"}
    both = {"page-cut", "charset-unknown"}
    assert told == {url: code for url, line in found.items() for code in both & set(line["problems"])}
    assert {"é"} == {line["title"] for url, line in found.items() if url != "/a"}
    assert {"x_.._boat_.pdf"} == {one["filename"] for line in found.values() for one in line["attachments"]}
    lines = (tmp_path / "items/news.jsonl").read_bytes()
    lose(tmp_path, "items", "state.sqlite*")
    scrapy("reparse", data=tmp_path)
    assert lines == (tmp_path / "items/news.jsonl").read_bytes()


def test_of_a_sitemap_that_names_more_than_it_may_the_first_are_asked_for(tmp_path):
    entry = "<url><loc>{}/{}</loc><lastmod>2020-01-01</lastmod></url>"

    def answer(path):
        if path == "/sitemap.xml":
            named = [*(entry.format(many.url, number) for number in range(50_000)), entry.format(many.url, "late")]
            text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(named)}</urlset>'
            return 200, {"Content-Type": "text/xml"}, text.encode()
        return {"/news": listing(["/a"]), "/a": page("A", "Text.", node=1)}.get(path)

    with Hostile(answer) as many:
        settings = {**ONE, "MIGRATION_SITEMAPS": "/sitemap.xml"}
        output = crawl(tmp_path, "languages=en", "since=2021-01-01", site=many.url, code=3, **settings)
    assert "names more than 50000 addresses" in output
    assert ["1@en"] == [item["id"] for item in items(tmp_path)]
