"""Sites that would make a crawl endless, wrong or quietly incomplete."""

import gzip
import random
import re
import sqlite3
import subprocess
import zlib

import brotli
import pytest

from archive import iter_records
from tests.crawling import command, crawl, items, last_run, run, scrapy, stats
from tests.harvesting import command as harvest_command
from tests.harvesting import harvest, lose
from tests.hostile import Hostile, listing, page

ONE = {"MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": ""}


def site(answers):
    return Hostile(lambda path: answers.get(path))


def redirect(to):
    return 302, {"Location": to, "Content-Type": "text/html"}, b"<p>Moved</p>"


LARGEST = 8_000_000
NOTHING = bytes(LARGEST + 1)
HTML = {"Content-Type": "text/html; charset=utf-8"}


def packed(body, codings):
    return 200, {**HTML, "Content-Encoding": codings}, body


ATTACKS = {
    "gzip": (packed(gzip.compress(NOTHING), "gzip"), "gzip unpacks to more than 8000000 bytes"),
    "gzip-thrice": (
        packed(gzip.compress(gzip.compress(gzip.compress(NOTHING))), "gzip, gzip, gzip"),
        "gzip unpacks to more than 8000000 bytes",
    ),
    "brotli-unasked": (packed(brotli.compress(NOTHING), "br"), "br unpacks to more than 8000000 bytes"),
    "deflate-in-gzip": (packed(gzip.compress(zlib.compress(NOTHING)), "deflate, gzip"), "deflate unpacks to more"),
    "codings": (packed(b"", ", ".join(["gzip"] * 1_000)), "1000 codings on top of each other"),
    "parts": (packed(gzip.compress(b"") * 10_001, "gzip"), "more than 10000 parts of gzip"),
    "lines": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50_000, "headers of more than 1000 lines"),
    "head": (b"HTTP/1.1 200 OK\r\n" + (b"X-A: " + b"b" * 9_000 + b"\r\n") * 80, "headers of more than 524288 bytes"),
    "interim": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20_000, "headers of more than 1000 lines"),
    "noise": (random.Random(1).randbytes(2_000_000), "bytes that are not an HTTP/1 answer"),  # noqa: S311
    "unmodified": ((304, {}, b""), "answered 304 twice"),
    "page": ((200, HTML, b"<p>" + b"word " * 1_100_000), "a page of 5500003 characters"),
    "attributes": (
        (200, HTML, b"<p " + b"\n".join(b"a%d='>'" % n for n in range(20_000))),
        "more than 5000 attributes",
    ),
}
"""Path of a page -> (its answer, what is told of it): each costs its own page and nothing else."""


def test_an_attack_costs_its_own_page_and_nothing_else(tmp_path):
    answers = {f"/{name}": answer for name, (answer, _) in ATTACKS.items()}
    answers |= {"/good": page("Good", "Text.", node=1), "/target": page("Target", "Text.", node=2)}
    with Hostile(lambda path: answers.get(path)) as bad:
        answers["/news"] = listing([*(f"/{name}" for name in ATTACKS), "/moved", "/good"])
        answers["/moved"] = redirect(bad.url.replace("//", "//editor:hunter2@") + "/target")
        told = harvest(tmp_path, "-a", "languages=en", site=bad.url, code=3, DOWNLOAD_MAXSIZE=LARGEST, **ONE)
        missing = {row["url"].removeprefix(bad.url + "/"): row["detail"] for row in told["missing"]}
        assert set(ATTACKS) == set(missing)
        assert {} == {name: missing[name] for name, (_, words) in ATTACKS.items() if words not in missing[name]}
        assert {"1@en", "2@en"} == {item["id"] for item in items(tmp_path)}
        assert bad.paths.count("/unmodified") == 2
        assert bad.paths.count("/noise") == bad.paths.count("/lines") == 1
        # What came is kept as it came, within the bounds.
        (warc,) = (tmp_path / "warc").glob("*.warc.gz")
        kept = {record.target_uri: record for record in iter_records(warc) if record.type == "response"}
        assert ATTACKS["gzip-thrice"][0][2] == kept[f"{bad.url}/gzip-thrice"].body
        assert b"editor:hunter2@" in kept[f"{bad.url}/moved"].http_head
        for name in ("lines", "head", "noise"):
            assert "length" == kept[f"{bad.url}/{name}"].headers.get("WARC-Truncated")
            assert len(kept[f"{bad.url}/{name}"].block) < 1_200_000
        problems = [
            record.block.decode()
            for record in iter_records(warc)
            if record.type == "metadata" and b"entityProblem" in record.block
        ]
        assert len(problems) == 6
        for file in (*last_run(tmp_path).iterdir(), tmp_path / "items" / "news.jsonl"):
            assert b"hunter2" not in file.read_bytes()
        # The archive is sound, a package and a second reading of it come to an end, and later runs have all.
        assert b"0 faults" in scrapy("archive-verify", data=tmp_path)
        scrapy("archive-wacz", "-o", tmp_path / "all.wacz", data=tmp_path)
        scrapy("reparse", "--output", tmp_path / "again.jsonl", data=tmp_path)
        assert (tmp_path / "items" / "news.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()
        answers |= {f"/{name}": page(name, "Text.", node=10 + n) for n, name in enumerate(ATTACKS)}
        harvest(tmp_path, "-a", "languages=en", site=bad.url, DOWNLOAD_MAXSIZE=LARGEST, **ONE)
    assert len(ATTACKS) + 2 == len(items(tmp_path))


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


@pytest.fixture(scope="module")
def small():
    with site({"/news": listing(["/a"]), "/a": page("A", "Text.", node=1)}) as running:
        yield running


def one_line(output, says):
    """The output is short, has no traceback, and ends in a line that says what is wrong."""
    assert "Traceback" not in output
    assert says in output.strip().splitlines()[-1]
    return True


def test_a_folder_that_cannot_be_written_is_exit_code_5(small, tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    assert one_line(crawl(file, site=small.url, code=5), "file")
    assert one_line(crawl(file / "below", site=small.url, code=5), "file")
    assert "in the way" == file.read_text(encoding="utf-8")


def test_a_damaged_index_is_made_again(small, tmp_path):
    crawl(tmp_path, "languages=en", site=small.url, **ONE)
    lines = (tmp_path / "items" / "news.jsonl").read_bytes()
    for file in tmp_path.glob("state.sqlite*"):
        file.unlink()
    (tmp_path / "state.sqlite").write_bytes(b"no database" * 500)
    crawl(tmp_path, "languages=en", site=small.url, **ONE)
    assert lines == (tmp_path / "items" / "news.jsonl").read_bytes()
    assert b"no database" in (tmp_path / "state.sqlite.damaged").read_bytes()
    with sqlite3.connect(tmp_path / "state.sqlite") as database:
        assert [(1,)] == database.execute("SELECT count(*) FROM item").fetchall()
    database.close()


def test_items_that_cannot_be_written_end_the_run_with_exit_code_5(small_disk, tmp_path):
    answers = {"/news": listing([f"/{n}" for n in range(40)])}
    answers |= {f"/{n}": page(f"Item {n}", "A long text. " * 3000, node=n + 1) for n in range(40)}
    with site(answers) as long:
        output = crawl(small_disk, "languages=en", site=long.url, code=5, ARCHIVE_DIR=tmp_path / "warc", **ONE)
        assert 1 == output.count("The run stops: items cannot be written")
        assert "Traceback" not in output
        stored = items(small_disk)
        assert 0 < len(stored) < 40
        # With room again the next run goes on; what was stored stands.
        subprocess.run(["mount", "-o", "remount,size=9m", str(small_disk)], check=True)
        crawl(small_disk, "languages=en", site=long.url, ARCHIVE_DIR=tmp_path / "warc", **ONE)
    assert stored == items(small_disk)[: len(stored)]
    assert 40 == len({line["id"] for line in items(small_disk)}) == len(items(small_disk))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-a", "site="], "site= is empty"),
        (["-a", "site=http://[::1"], "site=http://[::1"),
        (["-a", "site=http://127.0.0.1:99999"], "site=http://127.0.0.1:99999"),
        (["-a", "languages=,"], "languages=,"),
        (["-s", "DATA_DIR="], "DATA_DIR is empty"),
        (["-s", "ADDONS={}"], "keep archive.addon.ArchiveAddon"),
        (["-s", "HTTPCACHE_ENABLED=1"], "HTTPCACHE_ENABLED"),
        (["-s", "MIGRATION_DAY_FIRST=maybe"], "MIGRATION_DAY_FIRST=maybe"),
    ],
)
def test_wrong_words_are_one_line_and_exit_code_2(small, tmp_path, words, says):
    output = run([*command(tmp_path, site=small.url), *words], code=2).decode()
    assert one_line(output, says)
    assert [] == list(tmp_path.iterdir())


def test_an_unknown_spider_is_exit_code_2(tmp_path):
    words = command(tmp_path)
    words[words.index("news")] = "nosuch"
    assert one_line(run(words, code=2).decode(), "nosuch")


def test_nobody_reads_the_summary_and_the_exit_code_is_still_the_runs(small, tmp_path):
    words = " ".join(f"'{word}'" for word in command(tmp_path, "languages=en", site=small.url, LOG_ENABLED=False))
    status = run(["bash", "-c", f"{words} | true; exit ${{PIPESTATUS[0]}}"], code=0)
    assert b"Traceback" not in status


def test_what_is_not_read_of_a_page_is_told(tmp_path):
    # What follows the rows and the text is more than is read of a page.
    rest = "<i>a</i>" * 13_000
    status, headers, rows = listing(["/a", "/b", "/c", "/d", "/e"])
    status, html, long = page("A", "Text.", node=1)
    file = '<a class="file" href="/f/x%2f..%2fboat%1b.pdf">Boat</a>'
    names = {"/b": "punycode", "/c": "nonsense", "/d": "zlib", "/e": "utf8"}
    answers = {
        "/news": (status, headers, rows.replace(b"</main>", f"{rest}</main>".encode())),
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
