"""The command from outside: options, selection, politeness, stopping, exit codes."""

import signal
import subprocess
import threading
import time

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawling import ENVIRONMENT, ROOT, command, crawl, items, stats
from tests.hostile import Hostile, listing, page
from tests.portal import Portal
from tests.serving import refusing

TRAPS = ("/comment/", "/webform/", "/calendar", "embed_node", "gcm_objectives=", "/user", "/search")


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=30) as running:
        yield running


def urls_of(truth, languages=None):
    return {row["url"] for row in truth if not row.get("redirected") and (not languages or row["lang"] in languages)}


def test_all_items_and_no_other_page_is_one(demo):
    assert urls_of(demo.truth) == {line["url"] for line in items(demo.data)}


def test_it_is_said_how_items_were_found(demo):
    found = {name: n for name, n in stats(demo.data).items() if name.startswith("migration/found/")}
    assert len(items(demo.data)) == sum(found.values())
    assert f"{found['migration/found/news_listing']} through a news listing" in demo.output


LISTINGS = {"MIGRATION_NEWS_LISTINGS": "", "MIGRATION_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": ""}


@pytest.mark.parametrize(
    ("source", "value", "how"),
    [
        ("MIGRATION_NEWS_LISTINGS", "/news,/statements", "news_listing"),
        ("MIGRATION_LISTINGS", "/hub", "listing"),
        ("MIGRATION_FEEDS", "/news/rss.xml", "rss"),
        # The menus name the news listing, which no setting does here.
        ("MIGRATION_FEEDS", "", "news_listing"),
    ],
)
def test_all_is_found_whatever_the_settings_name(portal, tmp_path, source, value, how):
    crawl(tmp_path, site=portal.url, **LISTINGS | {source: value})
    found = {name.rpartition("/")[2] for name in stats(tmp_path) if name.startswith("migration/found/")}
    assert how in found
    assert urls_of(portal.truth()) == {line["url"] for line in items(tmp_path)}


def test_traps_and_other_hosts_are_not_entered(demo):
    paths = [path for _, path, _, _ in demo.requests]
    assert [] == [path for path in paths if any(trap in path for trap in TRAPS)]
    skipped = {name.rpartition("/")[2] for name in stats(demo.data) if name.startswith("migration/skipped/")}
    assert {"query", "excluded"} <= skipped


def test_no_page_is_fetched_twice(demo):
    fetched = [(method, path) for method, path, status, _ in demo.requests if status == 200]
    assert len(set(fetched)) == len(fetched)


def test_robots_txt_is_asked_first_and_the_user_agent_says_who(demo):
    assert "/robots.txt" == demo.requests[0][1]
    assert {True} == {request[3].get("user-agent", "").startswith("migration-spider/") for request in demo.requests}


def test_attachments_have_their_digest(demo):
    want = {(a["url"], a["sha256"]) for row in demo.truth for a in row["attachments"] if not row.get("redirected")}
    got = {(a["url"], a["sha256"]) for line in items(demo.data) for a in line["attachments"]}
    assert want == {(url, digest) for url, digest in got if digest}


def test_style_and_images_are_archived_and_can_be_left_out(portal, tmp_path):
    crawl(tmp_path / "with", "max_items=3", site=portal.url, MIGRATION_REQUISITES=True)
    crawl(tmp_path / "without", "max_items=3", site=portal.url)
    kinds = {}
    for name in ("with", "without"):
        kinds[name] = set()
        for file in (tmp_path / name / "warc").glob("*.warc.gz"):
            with file.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    if record.rec_type == "response":
                        kinds[name].add((record.http_headers.get_header("Content-Type") or "").split(";")[0])
    assert {"text/css", "image/png"} <= kinds["with"]
    assert set() == {"text/css", "image/png"} & kinds["without"]


def test_languages(portal, tmp_path):
    crawl(tmp_path, "languages=es", site=portal.url)
    got = {line["url"] for line in items(tmp_path)}
    assert urls_of(portal.truth(), {"es"}) == got


def test_max_items(portal, tmp_path):
    crawl(tmp_path, "max_items=7", site=portal.url)
    assert 7 == len(items(tmp_path))


def test_since(portal, tmp_path):
    dates = sorted(row["date"] for row in portal.truth() if row["date"])
    since = dates[len(dates) // 2]
    crawl(tmp_path, f"since={since}", site=portal.url)
    got = [line["publication_date"] for line in items(tmp_path)]
    assert [] == [day for day in got if day and day < since]
    want = {r["url"] for r in portal.truth() if not r.get("redirected") and (not r["date"] or r["date"] >= since)}
    assert want == {line["url"] for line in items(tmp_path)}


def test_urls_takes_just_these_pages_also_fallbacks(portal, tmp_path):
    pages = tmp_path / "pages.txt"
    english = next(row for row in portal.truth() if row["lang"] == "en" and row["nid"] != 7756)
    only_english = next(
        row["nid"]
        for row in portal.truth()
        if row["lang"] == "en" and not any(o["lang"] == "ru" and o["nid"] == row["nid"] for o in portal.truth())
    )
    pages.write_text(f"{english['url']}\n/es/node/7756\n/ru/node/{only_english}\n/about\n", encoding="utf-8")
    output = crawl(tmp_path, f"urls={pages}", site=portal.url)
    assert f"No item: {portal.url}/about was requested by name, and is not news" in output
    assert 1 == output.count("No item: ")
    lines = items(tmp_path)
    assert {f"{english['nid']}@en", "7756@es", f"{only_english}@ru"} == {line["id"] for line in lines}
    fallback = next(line for line in lines if line["language"] == "ru")
    assert fallback["is_fallback"]
    assert "translation-fallback" in fallback["problems"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["max_items=none"], "max_items=none: expected a whole number"),
        (["colour=red"], "unknown option 'colour'"),
        ([], "MIGRATION_CONTACT"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(tmp_path, arguments, says):
    output = crawl(tmp_path, *arguments, code=2)
    assert says in output.splitlines()[-1]
    assert "Traceback" not in output
    assert [] == list(tmp_path.iterdir())


def test_a_site_that_is_not_there_is_exit_code_4(tmp_path):
    with refusing() as url:
        assert "the site is down, or cannot be reached" in crawl(tmp_path, site=url, code=4, RETRY_ENABLED=False)


def test_ctrl_c_stops_cleanly(portal, tmp_path):
    words = command(tmp_path, site=portal.url, DOWNLOAD_DELAY=0.1)
    with subprocess.Popen(
        words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        until = time.monotonic() + 60
        while len(items(tmp_path)) < 5 and time.monotonic() < until:
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        output, _ = run.communicate(timeout=60)
    assert run.returncode == 3, output[-4000:]
    assert "NOT COMPLETE (exit code 3): interrupted: by Ctrl-C or a signal; " in output
    assert [] == list((tmp_path / "warc").glob("*.open"))
    before = [line["id"] for line in items(tmp_path)]
    assert len(before) >= 5
    crawl(tmp_path, site=portal.url)
    after = [line["id"] for line in items(tmp_path)]
    assert before == after[: len(before)]
    assert len(set(after)) == len(after)
    assert urls_of(portal.truth()) == {line["url"] for line in items(tmp_path)}


def test_a_run_stopped_while_items_held_to_its_end_wait_for_files_ends(tmp_path):
    is_asked = threading.Event()

    def answer(path):
        if path == "/news":
            return listing(["/a"])
        if path == "/a":
            files = '<span class="file file--application-pdf"><a href="/files/a.pdf">Report</a></span>'
            return page("Boats", f"Boats sail at noon.</p><p>Documents</p><div>{files}</div><p>With mail.", node=1)
        if path == "/files/a.pdf":
            is_asked.set()
            time.sleep(1)  # until the run has heard of the signal
            return 200, {"Content-Type": "application/pdf"}, b"%PDF-1.4"
        return None

    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with Hostile(answer) as site:
        words = command(tmp_path, "languages=en", site=site.url, DOWNLOAD_DELAY=0, AUTOTHROTTLE_ENABLED=False)
        with subprocess.Popen(words, cwd=ROOT, env=ENVIRONMENT, **both) as run:
            assert is_asked.wait(60)
            run.send_signal(signal.SIGINT)
            try:
                output, _ = run.communicate(timeout=60)
            finally:
                run.kill()
    assert run.returncode == 3, output[-4000:]
    assert "NOT COMPLETE (exit code 3): interrupted" in output
