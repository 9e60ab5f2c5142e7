"""How a harvest ends is told: on one screen when it failed, without a word when all is well and that was asked for."""

import pytest

from migration_spider.report.screen import screen_of
from tests.crawling import last_run, run
from tests.harvesting import SELDOM, command, report
from tests.portal import Portal


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=8) as portal:
        yield portal


def test_what_cron_mails(portal, tmp_path):
    def mail(*flags, code=0, site=portal.url):
        said = run(command(tmp_path, "--quiet", *flags, site=site, MIGRATION_REVISIT=SELDOM, RETRY_TIMES=0), code)
        told = report(tmp_path)
        assert code == told["outcome"]["exit_code"]
        if code:
            assert said.decode().rstrip("\n") == screen_of(told, last_run(tmp_path))
            assert len(said.splitlines()) <= 24
        return said, told["outcome"]["kind"], told["outcome"]["do"]

    paused, *outcome = mail("--max-requests", "3", code=3)
    assert ["paused", "nothing"] == outcome
    assert str(last_run(tmp_path) / "report.html") in paused.decode()
    assert (b"", "complete", "nothing") == mail()
    assert (b"", "nothing-new", "nothing") == mail()
    assert (b"", "sample", "nothing") == mail("-a", "max_items=2")
    down, *outcome = mail(code=4, site="http://127.0.0.1:9")
    assert ["down", "wait"] == outcome
    assert down.decode().splitlines()[-1] == (
        "NOT COMPLETE (exit code 4): the site is down, or cannot be reached; the next harvest tries again."
    )


def test_where_nobody_watches_the_log_is_in_its_file_alone(portal, tmp_path):
    said = run(command(tmp_path, "--max-requests", "1", site=portal.url), 3).decode()
    log = (last_run(tmp_path) / "crawl.log").read_text(encoding="utf-8")
    assert "INFO" not in said
    assert "Overridden settings" not in said
    assert "Overridden settings" in log, "what was logged before there was a file is in it, too"
    assert said.splitlines()[-1].startswith("NOT COMPLETE (exit code 3): paused: 1 requests were sent")
