"""`.github/workflows/tests.yml` runs what the project promises to run on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawling import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"


@pytest.fixture(scope="module")
def jobs():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


@pytest.fixture(scope="module")
def project():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has none")
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_workflow_fits_its_schema():
    if not (tool := shutil.which("check-jsonschema", path=Path(sys.executable).parent)):
        pytest.skip("check-jsonschema is not installed (pip install '.[deploy-checks]')")
    words = [tool, "--builtin-schema", "vendor.github-workflows", WORKFLOW]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_every_python_that_the_project_names_is_tried(jobs, project):
    named = [
        one.rpartition(" ")[2]
        for one in project["classifiers"]
        if one.startswith("Programming Language :: Python :: 3.")
    ]
    assert named == jobs["python"]["strategy"]["matrix"]["python"]
    assert f">={named[0]}" == project["requires-python"]
    tried = {
        one["versions"]: (one["python"], one["resolution"]) for one in jobs["versions"]["strategy"]["matrix"]["include"]
    }
    assert {"oldest": (named[0], "lowest-direct"), "newest": (named[-1], "highest")} == tried


def test_every_dependency_has_an_oldest_version(project):
    assert [] == [one for one in project["dependencies"] if ">=" not in one]


def test_every_job_runs_all_tests_and_ends(jobs):
    for name, job in jobs.items():
        run = [step.get("run", "") for step in job["steps"]]
        assert name == "lint" or "python -m pytest --numprocesses auto --dist loadscope" in run, name
        assert job["timeout-minutes"] <= 60
