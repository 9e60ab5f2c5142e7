"""The units of systemd are taken, confined, and give the harvest what it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from migration_spider import settings
from migration_spider.monitors import LOCKED
from tests.deployed import DEPLOY, FILES

UNITS = sorted([*DEPLOY.rglob("*.service"), *DEPLOY.rglob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def unit_of(file: Path) -> dict[str, list[str]]:
    """All the values of each key of a unit, in their order."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)", file.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(h|min|s)?", text).groups()
    return int(number) * {"h": 3600, "min": 60, "s": 1, None: 1}[unit]


@pytest.fixture
def analyze():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (Debian: apt install systemd)")

    def run(*words: object) -> str:
        done = subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False)
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_units(unit, analyze, tmp_path):
    # The programs are not where the units expect them: any other stands for them.
    for file in UNITS:
        text = re.sub(r"/opt/\S+/(scrapyd?)\b", "/bin/true", file.read_text(encoding="utf-8"))
        (tmp_path / file.name).write_text(re.sub(r"file:/opt\S+", "man:true(1)", text), encoding="utf-8")
    assert "" == analyze("verify", "--man=no", tmp_path / unit.name)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_services_are_confined(unit, analyze):
    said = analyze("security", "--no-pager", "--offline=true", "--threshold=20", unit)  # tenths
    assert "Overall exposure level" in said


def test_sysusers(tmp_path):
    if not shutil.which("systemd-sysusers"):
        pytest.skip("systemd-sysusers is not installed (Debian: apt install systemd)")
    file = DEPLOY / "systemd" / "migration-spider.sysusers.conf"
    (tmp_path / "etc").mkdir()
    words = ["systemd-sysusers", f"--root={tmp_path}", file]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    assert "migration-spider:x:" in (tmp_path / "etc" / "passwd").read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_services_write_where_they_may(unit):
    values = unit_of(unit)
    variables = dict(word.split("=") for word in values["Environment"][0].split())
    states = [f"%S/{name}" for name in values["StateDirectory"][0].split()]
    assert variables["MIGRATION_DATA_DIR"] in states
    assert variables["HOME"] in states
    assert ["/etc/migration-spider.env"] == values["EnvironmentFile"]
    default = re.search(r"^MIGRATION_DATA_DIR=(.*)", FILES["deploy/migration-spider.env"], re.MULTILINE)[1]
    assert default == variables["MIGRATION_DATA_DIR"].replace("%S", "/var/lib")


def test_service_gives_the_harvest_time():
    values = unit_of(DEPLOY / "systemd" / "migration-harvest.service")
    (budget,) = re.findall(r"--max-minutes (\d+)", values["ExecStart"][0])
    assert seconds(values["TimeoutStartSec"][0]) >= int(budget) * 60 + 1800
    assert seconds(values["TimeoutStopSec"][0]) >= 2 * settings.DOWNLOAD_TIMEOUT
    assert [str(LOCKED)] == values["SuccessExitStatus"]
    assert ["SIGTERM"] == values["KillSignal"]
