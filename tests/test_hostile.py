"""Sites that would make a crawl endless, wrong or quietly incomplete."""

import re
import sqlite3
import subprocess

import pytest

from tests.crawling import command, crawl, items, run, stats
from tests.hostile import Hostile, listing, page

ONE = {"MIGRATION_NEWS_LISTINGS": "/news", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": ""}


def site(answers):
    return Hostile(lambda path: answers.get(path))


def redirect(to):
    return 302, {"Location": to, "Content-Type": "text/html"}, b"<p>Moved</p>"


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


def test_a_page_that_no_parser_gets_through_is_left(tmp_path):
    attributes = "".join(f" a{n}=x" for n in range(400_000))
    answers = {"/news": listing(["/a", "/b"]), "/a": page("A", f"<p{attributes}>x</p>", node=1)}
    with site(answers | {"/b": page("B", "Text.", node=2)}) as slow:
        crawl(tmp_path, "languages=en", site=slow.url, **ONE)
    assert ["2@en"] == [line["id"] for line in items(tmp_path)]
    assert 1 == stats(tmp_path)["migration/not_a_page"]


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
