"""Signals at every stage of a run: the process sends them to itself when it is there, so no clock decides."""

import signal
import subprocess

import pytest

from tests import sabotage
from tests.crawling import ENVIRONMENT, ROOT
from tests.harvesting import command
from tests.hostile import Hostile
from tests.portal import Portal

SEND = """\
import os, signal
def sending(owner, name, *numbers):
    original = getattr(owner, name)
    def send(*arguments, **named):
        for number in numbers:
            os.kill(os.getpid(), number)
        setattr(owner, name, original)
        return original(*arguments, **named)
    setattr(owner, name, send)
INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
"""
SESSION = "from migration_spider.harvest import session as It\n"
CLOSING = "from archive.warc.writer import WarcWriter as It\n"
STAGES = {
    # Where the run is, what comes, the exit code, what it says of it.
    "loading": ("os.kill(os.getpid(), HUP)", 3, "interrupted before the start"),
    "options": ("from migration_spider.spiders import options as It\nsending(It, 'read', TERM)", 3, "the same command"),
    "self-check": ("import archive.capture.selfcheck as It\nsending(It, 'check_capture', TERM)", 3, "the same command"),
    "page, twice": (
        "from migration_spider.spiders.news import NewsSpider as It\nsending(It, 'parse', HUP, HUP)",
        3,
        "the same com",
    ),
    "closing": (CLOSING + "sending(It, 'close', TERM)", 0, "The run is already ending"),
    "closing, twice": (CLOSING + "sending(It, 'close', HUP, TERM)", 3, "Interrupted at its end"),
    "reporting, twice": (SESSION + "sending(It, 'write_report', TERM, INT)", 3, "Interrupted at its end"),
}


@pytest.fixture(scope="module")
def portal():
    with Portal(nodes=2) as portal:
        yield portal


@pytest.mark.parametrize("stage", STAGES)
def test_a_signal_at_any_stage_has_its_exit_code_and_loses_nothing(portal, tmp_path, stage):
    statements, code, says = STAGES[stage]
    done = sabotage.run(tmp_path, portal, SEND + statements, "harvest")
    assert code == done.code, done.output
    assert says in done.output
    assert "Traceback" not in done.output
    assert ("Complete" in done.output or ", as requested." in done.output) == (code == 0)
    assert {url for url in done.asked if "7756" in url} <= {"/es/node/7756"}


def test_a_run_that_is_stopped_before_the_first_page_blames_nobody(tmp_path):
    """The signal comes while robots.txt is asked for."""
    running, asked = [], []

    def site(path):
        asked.append(path)
        if len(asked) > 1:  # a second signal would end the run at once
            return 404, {}, b""
        running[0].send_signal(signal.SIGTERM)
        # It has come once it is told.
        line = running[0].stderr.readline()
        while line and b"Interrupted" not in line:
            line = running[0].stderr.readline()
        return 200, {"Content-Type": "text/plain"}, b"User-agent: *\n"

    with Hostile(site) as server:
        words = command(tmp_path, site=server.url, RETRY_TIMES=0)
        with subprocess.Popen(words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            running.append(run)
            # Its errors are the site's to read: `communicate` would take the line that the site waits for.
            said = run.stdout.read()
            run.wait(timeout=60)
    assert 3 == run.returncode, said.decode()
    assert said.decode().splitlines()[-1].startswith("NOT COMPLETE (exit code 3): interrupted"), said.decode()
    assert ["/robots.txt"] == asked, "what waited for robots.txt is not sent any more"
