"""The crontabs and the script that they call: what it says, to whom, and that it harvests."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migration_spider.monitors import COMPLETE, INCOMPLETE, INTERNAL_ERROR, LOCKED, NOT_ARCHIVED, REFUSED, USAGE
from tests.crawling import ROOT, items
from tests.deployed import DEPLOY, FILES, HOME, cron_command
from tests.portal import Portal

CRONTABS = [name for name in FILES if Path(name).name == "migration-harvest"]


def test_there_are_crontabs():
    assert ["deploy/cron/migration-harvest", "deploy/scrapyd/migration-harvest"] == CRONTABS


@pytest.mark.parametrize("name", CRONTABS)
def test_crontab(name):
    lines = [line for line in FILES[name].splitlines() if line and not line.startswith("#")]
    assert ["MAILTO=root"] == lines[:-1]
    assert re.fullmatch(r"\d+ \d+ \* \* \*  migration-spider  /?[a-z].*", lines[-1])
    assert "%" not in lines[-1]  # a line break to cron
    assert FILES[name].endswith("\n")  # cron takes no line without one
    assert "." not in Path(name).name  # nor a file with one in /etc/cron.d


@pytest.fixture
def installed(tmp_path):
    """A folder like /opt/migration-spider: ``sh(script)`` puts a stub for scrapy there; ``run()`` is what cron runs."""
    root = tmp_path / "root"
    (root / "deploy" / "cron").mkdir(parents=True)
    shutil.copy(DEPLOY / "cron" / "harvest.sh", root / "deploy" / "cron")
    (root / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    file = tmp_path / "migration-spider.env"
    file.write_text(FILES["deploy/migration-spider.env"], encoding="utf-8")

    def stub(script: str) -> None:
        scrapy = root / ".venv" / "bin" / "scrapy"
        scrapy.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        scrapy.chmod(0o755)

    def start() -> subprocess.Popen[str]:
        # As cron does: `sh -c`, next to no environment, the user's folder.
        process = subprocess.Popen(
            ["/bin/sh", "-c", cron_command("deploy/cron/migration-harvest").replace(HOME, str(root))],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path / "tmp"), "MIGRATION_ENV_FILE": str(file)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    def run() -> tuple[int, str]:
        with start() as process:
            said, _ = process.communicate(timeout=120)
        assert [] == list((tmp_path / "tmp").iterdir())
        return process.returncode, said

    begun: list[subprocess.Popen[str]] = []
    yield SimpleNamespace(root=root, file=file, stub=stub, start=start, run=run)
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("code", [COMPLETE, LOCKED])
def test_cron_says_nothing_when_all_is_well(installed, code):
    installed.stub(f"echo much; echo more >&2; exit {code}")
    assert (code, "") == installed.run()


@pytest.mark.parametrize("code", [INTERNAL_ERROR, USAGE, INCOMPLETE, REFUSED, NOT_ARCHIVED])
def test_cron_says_what_a_failure_said(installed, code):
    installed.stub(f'echo "$@"; seq 200; echo why >&2; exit {code}')
    said = "\n".join([*map(str, range(102, 201)), "why", ""])
    assert (code, said) == installed.run()


def test_cron_says_that_a_harvest_was_killed(installed):
    installed.stub("kill -KILL $$")
    code, said = installed.run()
    assert 137 == code
    assert said.splitlines()[-1].startswith("NOT COMPLETE (exit code 137): killed by signal 9")


def test_cron_passes_arguments_on_and_works_in_the_project(installed):
    installed.stub('echo "$@" in "$(pwd -P)"; exit 3')
    assert (3, f"harvest --quiet --max-minutes 1200 in {installed.root.resolve()}\n") == installed.run()


def test_cron_reads_the_environment_file_literally(installed):
    hard = "https://example.org/hook?a=b&c=$HOME;`id`%20\"x' y\\z"
    installed.file.write_text(
        f"# NO=1\n\nMIGRATION_WEBHOOK_URL={hard}\nlower=2\nMIGRATION_CONTACT=a b", encoding="utf-8"
    )
    installed.stub(
        'printf "%s\\n" "$MIGRATION_WEBHOOK_URL" "$MIGRATION_CONTACT" "${NO:-unset}" "${lower:-unset}"; exit 1'
    )
    assert (1, f"{hard}\na b\nunset\nunset\n") == installed.run()


def test_cron_without_the_environment_file(installed):
    installed.file.unlink()
    installed.stub("exit 0")
    code, said = installed.run()
    assert (2, True) == (code, str(installed.file) in said)


def test_cron_ends_the_harvest_when_it_is_ended(installed):
    begun = installed.root / "begun"
    installed.stub(f'trap "sleep 1; echo closed; exit 3" TERM; touch {begun}; while :; do sleep 0.1; done')
    with installed.start() as process:
        wait_for(begun.exists)
        # The shell that cron starts has the script for a child, or has become it.
        (script,) = [pid for pid in (process.pid, *children(process.pid)) if command_of(pid).startswith("/bin/sh /")]
        os.kill(script, signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert (3, "closed\n") == (process.returncode, said)


def test_cron_line_harvests(installed, tmp_path):
    data = tmp_path / "data"
    with Portal(nodes=5) as portal:
        installed.file.write_text(
            f"MIGRATION_DATA_DIR={data}\nMIGRATION_METRICS_FILE={tmp_path}/a.prom\n", encoding="utf-8"
        )
        installed.stub(
            f'PYTHONPATH={ROOT} SCRAPY_SETTINGS_MODULE=migration_spider.settings exec {sys.executable} -m scrapy "$@" '
            f"-a site={portal.url}"
        )
        assert (0, "") == installed.run()
    assert items(data)
    assert "migration_exit_code" in (tmp_path / "a.prom").read_text(encoding="utf-8")


def wait_for(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in text.split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
