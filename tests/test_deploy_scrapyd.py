"""A real scrapyd gets the project's egg as shipped in `deploy/`, and harvests the demo portal with it."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.crawling import ENVIRONMENT, ROOT, items
from tests.portal import Portal

BIN = Path(sys.executable).parent
CONF = (ROOT / "deploy" / "scrapyd" / "scrapyd.conf").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(
    not ((BIN / "scrapyd").exists() and (BIN / "scrapyd-deploy").exists()),
    reason="scrapyd and scrapyd-client are not installed (pip install '.[deploy-checks]')",
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory):
    """A running scrapyd: ``call(name, **words)``, ``deploy()``, its ``data`` folder and ``home``."""
    home, data = tmp_path_factory.mktemp("scrapyd"), tmp_path_factory.mktemp("data") / "data"
    port = free_port()
    (home / "scrapyd.conf").write_text(CONF.replace("6800", str(port)) + "poll_interval = 0.5\n", encoding="utf-8")
    project = tmp_path_factory.mktemp("checkout")
    for name in ("archive", "migration_spider"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "scrapy.cfg"):
        shutil.copy(ROOT / name, project)
    config = (project / "scrapy.cfg").read_text(encoding="utf-8")
    (project / "scrapy.cfg").write_text(config.replace("6800", str(port)), encoding="utf-8")
    # Tells the code of the egg from that of this checkout, which is installed here too.
    version = project / "archive" / "__init__.py"
    text = version.read_text(encoding="utf-8")
    version.write_text(re.sub(r'__version__ = "(.*)"', r'__version__ = "\1+egg"', text), encoding="utf-8")

    def call(service: str, **words: str) -> dict[str, Any]:
        address = f"http://127.0.0.1:{port}/{service}.json"
        if service in ("schedule", "cancel"):
            body = urllib.parse.urlencode(list(words.pop("pairs", ())) + list(words.items())).encode()
        else:
            address, body = f"{address}?{urllib.parse.urlencode(words)}", None
        with urllib.request.urlopen(address, body, timeout=30) as answer:
            return json.load(answer)

    def deploy() -> subprocess.CompletedProcess[str]:
        words = [sys.executable, BIN / "scrapyd-deploy", "local"]
        return subprocess.run(words, cwd=project, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    log = home / "scrapyd.log"
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [sys.executable, BIN / "scrapyd"],
            cwd=home,
            env=ENVIRONMENT | {"MIGRATION_DATA_DIR": str(data)},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            wait_for(lambda: "Site starting" in log.read_text(encoding="utf-8"))
            yield SimpleNamespace(call=call, deploy=deploy, data=data, home=home, log=log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@pytest.fixture(scope="module")
def deployed(scrapyd):
    done = scrapyd.deploy()
    assert 0 == done.returncode, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert ("ok", 1) == (said["status"], said["spiders"])
    return scrapyd


def wait_for(condition: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.2)


def job(scrapyd: Any, site: str, *pairs: tuple[str, str]) -> str:
    """Schedule the spider, return the id of the job."""
    pairs = (("project", "migration_spider"), ("spider", "news"), ("site", site), *pairs)
    return scrapyd.call("schedule", pairs=pairs)["jobid"]


def state_of(scrapyd: Any, job_id: str) -> str:
    jobs = scrapyd.call("listjobs", project="migration_spider")
    return next((name for name in ("pending", "running", "finished") if any(j["id"] == job_id for j in jobs[name])), "")


def outcome_of(scrapyd: Any, job_id: str) -> str:
    """What scrapyd's own log says of the end of a job."""
    wait_for(lambda: state_of(scrapyd, job_id) == "finished")
    text = scrapyd.log.read_text(encoding="utf-8")
    return re.search(rf"Process (finished|died: exitstatus=\S+)(?=[^\n]*job='{job_id}')", text)[1]


def harvest(scrapyd: Any, site: str, *pairs: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    """Run one harvest as docs/deploy-scrapyd.md has it; (how it ended, its report)."""
    before = set((scrapyd.data / "runs").iterdir()) if scrapyd.data.exists() else set()
    ended = outcome_of(scrapyd, job(scrapyd, site, ("setting", "MIGRATION_HARVEST=True"), *pairs))
    (folder,) = {path for path in (scrapyd.data / "runs").iterdir() if path.is_dir()} - before
    return ended, json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_the_egg_has_the_packages_and_their_data(deployed):
    (egg,) = deployed.home.glob("eggs/migration_spider/*.egg")
    with zipfile.ZipFile(egg) as archive:
        names = {name for name in archive.namelist() if not name.startswith("EGG-INFO/")}
    expected = {
        str(file.relative_to(ROOT))
        for folder in ("archive", "migration_spider")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert expected == {name for name in names if not name.endswith(".pyc")}


def test_spiders(deployed):
    assert ["news"] == deployed.call("listspiders", project="migration_spider")["spiders"]


def test_harvests(deployed):
    with Portal(nodes=20) as portal:
        ended, report = harvest(deployed, portal.url)
        assert "finished" == ended
        assert (0, False) == (report["outcome"]["exit_code"], report["run"]["full"])
        lines = items(deployed.data)
        assert report["items"]["total"] == len(lines) > 20
        assert {"+egg"} == {line["extractor"][-4:] for line in lines}
        assert {line["warc"]["file"] for line in lines} <= {
            file.name for file in (deployed.data / "warc").glob("*.warc.gz")
        }
        assert (deployed.data / "index.cdxj").stat().st_size > 0

        ended, report = harvest(deployed, portal.url)
        assert "finished" == ended
        assert (0, 0) == (report["items"]["counts"]["new"], report["items"]["counts"]["changed"])
        assert lines == items(deployed.data)


def test_a_job_that_is_cut_off_says_so(deployed):
    with Portal(nodes=20) as portal:
        ended, report = harvest(deployed, portal.url, ("setting", "MIGRATION_MAX_REQUESTS=5"))
    assert ("died: exitstatus=3", 3) == (ended, report["outcome"]["exit_code"])


def test_a_job_that_is_cancelled_closes_its_files(deployed):
    with Portal(nodes=60) as portal:
        slow = ("setting", 'MIGRATION_LOOPBACK_PROFILE={"DOWNLOAD_DELAY": 0.3}')
        job_id = job(deployed, portal.url, ("setting", "MIGRATION_HARVEST=True"), slow)
        wait_for(lambda: len(portal.requests) > 5)
        deployed.call("cancel", project="migration_spider", job=job_id)
        assert "died: exitstatus=3" == outcome_of(deployed, job_id)
    assert [] == list((deployed.data / "warc").glob("*.open"))


def test_a_wrong_option_says_so(deployed):
    assert "died: exitstatus=2" == outcome_of(deployed, job(deployed, "ftp://127.0.0.1"))
