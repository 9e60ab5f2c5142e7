"""The workflow of GitHub Actions fits its schema, and its steps do what they should."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migration_spider.monitors import COMPLETE, INCOMPLETE
from tests.deployed import DEPLOY, FILES


@pytest.fixture(scope="module")
def workflow():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return yaml.safe_load(FILES["deploy/github/harvest.yml"])


def steps_of(workflow: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step.get("name", step.get("uses")): step for step in workflow["jobs"]["harvest"]["steps"]}


def test_workflow_fits_its_schema():
    if not (tool := shutil.which("check-jsonschema", path=Path(sys.executable).parent)):
        pytest.skip("check-jsonschema is not installed (pip install '.[deploy-checks]')")
    words = [tool, "--builtin-schema", "vendor.github-workflows", DEPLOY / "github" / "harvest.yml"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_workflow_ends_itself_before_it_is_ended(workflow):
    (budget,) = re.findall(r"--max-minutes (\d+)", steps_of(workflow)["Harvest"]["run"])
    assert int(budget) + 30 <= workflow["jobs"]["harvest"]["timeout-minutes"] <= 360
    assert {"group": "harvest", "cancel-in-progress": False} == workflow["concurrency"]
    assert {"contents": "read"} == workflow["permissions"]


def test_workflow_keeps_and_fetches_the_same_data(workflow):
    steps = [step["with"] for step in steps_of(workflow).values() if "actions/cache/" in step.get("uses", "")]
    assert 2 == len(steps)
    assert {workflow["jobs"]["harvest"]["env"]["MIGRATION_DATA_DIR"]} == {step["path"] for step in steps}
    assert 1 == len({step["key"] for step in steps})
    assert all(step["key"].startswith(steps[0]["restore-keys"]) for step in steps)


@pytest.mark.parametrize("code", [COMPLETE, INCOMPLETE])
def test_workflow_steps(workflow, tmp_path, code):
    steps = steps_of(workflow)
    (tmp_path / "bin").mkdir()
    scrapy = tmp_path / "bin" / "scrapy"
    scrapy.write_text(
        '#!/bin/sh\nsleep 1.1\nmkdir -p data/runs/2 data/items data/wacz\necho "$@" >data/runs/2/report.md\n'
        f"touch data/warc/2.warc.gz data/items/news.jsonl data/state.sqlite data/wacz/2.wacz\nexit {code}\n",
        encoding="utf-8",
    )
    scrapy.chmod(0o755)
    for old in ("data/runs/1/report.md", "data/warc/1.warc.gz"):
        (tmp_path / old).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / old).write_text("old", encoding="utf-8")
        os.utime(tmp_path / old, (0, 0))
    environment = {
        "PATH": f"{tmp_path}/bin:/usr/bin:/bin",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "FULL": "--full",
    }
    codes = {}
    for name in ("Harvest", "Summarize", "Gather what is new"):
        # How a runner starts a step.
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps[name]["run"]]
        codes[name] = subprocess.run(words, cwd=tmp_path, env=environment, check=False).returncode
    assert {"Harvest": code, "Summarize": 0, "Gather what is new": 0} == codes
    assert "harvest --max-minutes 300 --full\n" == (tmp_path / "summary").read_text(encoding="utf-8")
    kept = {str(file.relative_to(tmp_path / "new")) for file in (tmp_path / "new").rglob("*") if file.is_file()}
    assert {"data/runs/2/report.md", "data/warc/2.warc.gz", "data/items/news.jsonl"} == kept


def test_workflow_without_a_report(workflow, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "begun").touch()
    environment = {"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    for name in ("Summarize", "Gather what is new"):
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps_of(workflow)[name]["run"]]
        subprocess.run(words, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert "The harvest left no report: see its log.\n" == (tmp_path / "summary").read_text(encoding="utf-8")
