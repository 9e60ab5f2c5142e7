"""Blocked pages never become items: counted, retried where that helps, and the run says so."""

import pytest

from tests.crawling import crawl, items, stats
from tests.portal import Portal
from tests.portal.faults import ONE_ITEM

FAST = {"MIGRATION_REQUISITES": False, "MIGRATION_SLOWDOWN_DELAY": 0.05, "AUTOTHROTTLE_MAX_DELAY": 0.05}

START = {"MIGRATION_LISTINGS": "/", "MIGRATION_NEWS_LISTINGS": "", "MIGRATION_FEEDS": "", "MIGRATION_SITEMAPS": ""}


def urls_of(portal):
    return {row["url"] for row in portal.truth() if not row.get("redirected")}


@pytest.mark.parametrize("fault", ["blocked", "blocked-front"])
def test_a_blocked_front_page_or_robots_txt_ends_the_run(tmp_path, fault):
    with Portal(nodes=20, faults={fault}) as portal:
        output = crawl(tmp_path, site=portal.url, code=4, **START | FAST)
        asked = [path for _, path, _, _ in portal.requests]
    assert "NOT COMPLETE (exit code 4): the site is blocked: http" in output
    assert "(challenge)" in output.splitlines()[-1]
    assert "Traceback" not in output
    assert "blocked" == stats(tmp_path)["finish_reason"]
    assert (["/robots.txt"] == asked) == (fault == "blocked")


def test_pages_blocked_in_a_row_end_the_run(tmp_path):
    with Portal(nodes=20, faults={"blocked-later"}) as portal:
        output = crawl(tmp_path, site=portal.url, code=4, **FAST)
        refused = [status for _, _, status, _ in portal.requests if status == 403]
    assert "the site is blocked: 5 pages in a row" in output.splitlines()[-1]
    # The fifth ends it; others were under way.
    assert 5 <= len(refused) <= 5 + 16
    assert "blocked" == stats(tmp_path)["finish_reason"]


@pytest.mark.parametrize(("fault", "code"), [("blocked-some", "challenge"), ("login-some", "login")])
def test_some_blocked_pages_make_the_run_incomplete(tmp_path, fault, code):
    with Portal(nodes=20, faults={fault}) as portal:
        output = crawl(tmp_path, site=portal.url, code=3, **FAST)
        blocked = {portal.url + path for path in ONE_ITEM}
        assert blocked < urls_of(portal)
        assert urls_of(portal) - blocked == {line["url"] for line in items(tmp_path)}
    assert 2 == stats(tmp_path)[f"migration/blocked/{code}"] == stats(tmp_path)["migration/failed"]
    assert "2 answers were a challenge, login, error or similar page" in output.splitlines()[-1]
    assert "Traceback" not in output


def test_good_pages_between_blocked_ones_let_the_run_go_on(tmp_path):
    with Portal(nodes=20, faults={"blocked-some"}) as portal:
        crawl(tmp_path, site=portal.url, code=3, MIGRATION_MAX_BLOCKED=2, **FAST)
    assert "finished" == stats(tmp_path)["finish_reason"]


def test_maintenance_that_passes_is_retried(tmp_path):
    with Portal(nodes=20, faults={"maintenance-once"}) as portal:
        crawl(tmp_path, site=portal.url, **FAST)
        assert urls_of(portal) == {line["url"] for line in items(tmp_path)}
    assert stats(tmp_path)["retry/reason_count/blocked/maintenance"] > 5
    assert "migration/blocked_pages" not in stats(tmp_path)


def test_maintenance_that_stays_ends_the_run(tmp_path):
    with Portal(nodes=20, faults={"maintenance"}) as portal:
        output = crawl(tmp_path, site=portal.url, code=4, RETRY_TIMES=1, **FAST)
    assert "(maintenance)" in output.splitlines()[-1]
    assert [] == items(tmp_path)


def test_an_error_of_the_site_is_named(tmp_path):
    with Portal(nodes=20, faults={"error500"}) as portal:
        output = crawl(tmp_path, site=portal.url, code=4, RETRY_TIMES=0, **FAST)
    assert "is answered 500: an error of the site" in output.splitlines()[-1]


def test_a_challenge_is_no_attachment(tmp_path):
    with Portal(nodes=20, faults={"blocked-files"}) as portal:
        crawl(tmp_path, site=portal.url, code=3, MIGRATION_MAX_BLOCKED=1000, **FAST)
    lines = [line for line in items(tmp_path) if line["attachments"]]
    assert lines
    assert {None} == {file["sha256"] for line in lines for file in line["attachments"]}
    assert all("attachment-not-fetched" in line["problems"] for line in lines)
    assert stats(tmp_path)["migration/blocked/challenge"] == stats(tmp_path)["migration/attachments/failed"]
