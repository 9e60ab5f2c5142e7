"""The workflows: what the project promises to run on is run, with few rights, by actions that nobody can exchange."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawling import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), ROOT / "deploy" / "github" / "harvest.yml"]


@pytest.fixture(scope="module")
def jobs():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


@pytest.fixture(scope="module")
def project():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has none")
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_the_workflow_fits_its_schema(file):
    if not (tool := shutil.which("check-jsonschema", path=Path(sys.executable).parent)):
        pytest.skip("check-jsonschema is not installed (pip install '.[deploy-checks]')")
    words = [tool, "--builtin-schema", "vendor.github-workflows", file]
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


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_actions_are_named_by_a_commit_and_told_by_version(file):
    used = re.findall(r"uses: (.*)", file.read_text(encoding="utf-8"))
    assert used
    assert [] == [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)]


def test_one_commit_of_an_action_is_used_everywhere():
    text = "".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
    told = dict.fromkeys(re.findall(r"uses: ([\w-]+/[\w-]+)\S*@([0-9a-f]{40})", text))
    assert len(told) == len({name for name, _ in told}) > 4


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_may_read_and_a_job_says_what_more_it_may(file):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})
    more = {name: job.get("permissions", {}) for name, job in workflow["jobs"].items()}
    write = {name for name, rights in more.items() if "write" in rights.values()}
    assert write == ({"attest"} if file.stem == "release" else set())
    for name in write:  # Nothing of what the job does is installed or built in it.
        assert [] == [step for step in workflow["jobs"][name]["steps"] if "pip" in step.get("run", "")]
        assert {"attestations": "write", "id-token": "write"} == more[name]


def test_zizmor_finds_nothing():
    if not (tool := shutil.which("zizmor", path=Path(sys.executable).parent)):
        pytest.skip("zizmor is not installed (pip install '.[release]')")
    words = [tool, "--offline", "--persona=pedantic", "--no-progress", ROOT / ".github", WORKFLOWS[-1]]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
