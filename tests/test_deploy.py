"""What `deploy/` ships is true: what it names exists, and its files are taken by the programs they are for."""

from __future__ import annotations

import configparser
import functools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from migration_spider import settings
from migration_spider.monitors import COMPLETE, INCOMPLETE, INTERNAL_ERROR, LOCKED, NOT_ARCHIVED, REFUSED, USAGE
from migration_spider.spiders import options
from tests.crawling import ROOT, items, scrapy
from tests.portal import Portal

DEPLOY = ROOT / "deploy"
FILES = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in sorted([*DEPLOY.rglob("*"), *(ROOT / "docs").glob("deploy*.md")])
    if file.is_file()
}
HOME = "/opt/migration-spider"
"""Where the files in deploy/ expect the project."""

# Variables that are no settings of the same name.
VARIABLES = {"MIGRATION_DATA_DIR", "MIGRATION_ENV_FILE"}


# ---- what is named exists


@functools.cache
def usage(command: str) -> str:
    """What `scrapy COMMAND --help` prints."""
    return scrapy(command, "--help").decode()


def commands(text: str) -> Iterator[list[str]]:
    """The words after `scrapy` (or what stands for it) wherever the text calls it, to the end of line or code."""
    image = "--read-only.*migration-spider|:/data migration-spider"
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        for call in re.findall(rf"(?:\bscrapy|{image}) +([a-z][^`;|\"]*)", line):
            yield call.split()
        for call in re.findall(r"harvest\.sh +(--[^`;|\"]*)", line):
            yield ["harvest", *call.split()]
    if array := re.search(r"^CMD (\[.*\])$", text, re.MULTILINE):
        yield re.findall(r'"([^"]*)"', array[1])
    for array in re.findall(r'\["scrapy", (.*)\]', text):
        yield re.findall(r'"([^"]*)"', array)


def test_commands_are_found_at_all():
    found = {name: [words[0] for words in commands(text)] for name, text in FILES.items()}
    for name in ("deploy/cron/harvest.sh", "deploy/systemd/migration-harvest.service", "deploy/github/harvest.yml"):
        assert "harvest" in found[name], name
    assert ["harvest", "harvest"] == found["deploy/container/Containerfile"]
    assert ["harvest", "archive-verify"] == found["docs/deploy-container.md"]


@pytest.mark.parametrize("name", FILES)
def test_commands_and_options_exist(name):
    for words in commands(FILES[name]):
        offered = usage(words[0].strip("'`.,"))
        for word in words[1:]:
            if word.startswith("--"):
                assert re.search(rf"{re.escape(word.partition('=')[0])}(?![\w-])", offered), (
                    f"{name}: scrapy {' '.join(words)}"
                )
        for flag, value in pairwise(words):
            if flag == "-a":
                assert value.partition("=")[0] in options.NAMES, f"{name}: -a {value}"


@pytest.mark.parametrize("name", FILES)
def test_settings_and_variables_exist(name):
    used = set(re.findall(r"\bMIGRATION_[A-Z_]+\b", FILES[name]))
    assert set() == used - VARIABLES - set(vars(settings))


def test_variables_are_read():
    names = re.findall(r"^([A-Z_]+)=", FILES["deploy/migration-spider.env"], re.MULTILINE)
    assert 5 == len(names)
    told = {**os.environ, **{name: f"/told/{name}" for name in names}}
    script = (
        "import json\nfrom migration_spider import settings as s\nprint(json.dumps([str(v) for v in vars(s).values()]))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=told, stdout=subprocess.PIPE, check=True)
    assert set() == {f"/told/{name}" for name in names} - set(json.loads(done.stdout))


@pytest.mark.parametrize("name", FILES)
def test_files_named_exist(name):
    paths = re.findall(rf"(?<![\w/.-])(?:{HOME}/)?((?:deploy|docs)/[\w./-]*\w)", FILES[name])
    assert [] == [path for path in paths if not (ROOT / path).exists()]
    units = re.findall(r"\b((?:migration-harvest|scrapyd)\.(?:service|timer))", FILES[name])
    assert [] == [unit for unit in units if not list(DEPLOY.rglob(unit))]


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("deploy/")])
def test_every_file_has_its_page(name):
    pages = "".join(text for page, text in FILES.items() if page.startswith("docs/"))
    assert Path(name).name in pages


@pytest.mark.parametrize("name", ["systemd", "cron", "container", "scrapyd", "github"])
def test_pages_say_all_there_is_to_know(name):
    headings = re.findall(r"^## (.*)", FILES[f"docs/deploy-{name}.md"], re.MULTILINE)
    assert set() == {"Set up", "Check that it works", "Exit codes", "Stop", "Upgrade"} - set(headings)


def test_exit_codes_have_their_row():
    rows = re.findall(r"^\| ([\d, ]+) \|", FILES["docs/deploy.md"], re.MULTILINE)
    codes = {COMPLETE, INTERNAL_ERROR, USAGE, INCOMPLETE, REFUSED, NOT_ARCHIVED, LOCKED}
    assert codes == {int(code) for row in rows for code in row.split(",")}


# ---- cron


CRONTABS = [name for name in FILES if Path(name).name == "migration-harvest"]


def cron_command(name: str) -> str:
    """The command of the only line of a file for /etc/cron.d."""
    lines = [line for line in FILES[name].splitlines() if line and not line.startswith("#") and "=" not in line[:20]]
    (line,) = lines
    return line.split(maxsplit=6)[6]


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


# ---- systemd


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


# ---- GitHub Actions


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


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".md", ".sh"))])
def test_shell_is_shell(name):
    parts = (
        re.findall(r"^```sh\n(.*?)^```", FILES[name], re.MULTILINE | re.DOTALL)
        if name.endswith(".md")
        else [FILES[name]]
    )
    for part in parts:
        done = subprocess.run(["bash", "-n"], input=part, capture_output=True, text=True, check=False)
        assert (0, "") == (done.returncode, done.stderr)


# ---- container


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", FILES["deploy/container/Containerfile"])
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


def test_container_copies_what_is_there():
    copied = [
        word
        for name, words in instructions()
        if name == "COPY" and "--from" not in words
        for word in words.split()[:-1]
    ]
    assert [] == [word for word in copied if not (ROOT / word).exists()]
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml", "constraints.txt"}
    assert needed | {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]} == set(
        copied
    )


def test_container_environment():
    (words,) = [words for name, words in instructions() if name == "ENV"]
    variables = dict(word.split("=", 1) for word in shlex.split(words))
    assert settings.__name__ == variables["SCRAPY_SETTINGS_MODULE"]
    assert [variables["MIGRATION_DATA_DIR"]] == [words for name, words in instructions() if name == "VOLUME"]
    assert ["10001:10001"] == [words for name, words in instructions() if name == "USER"]


# ---- packaging


def test_data_files_are_packaged():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has no tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]
    unpackaged = []
    for folder in ("archive", "migration_spider"):
        for file in (ROOT / folder).rglob("*"):
            if not file.is_file() or file.suffix in {".py", ".pyc"}:
                continue
            if file.parent == ROOT / "archive" or {"build", "scrapy_wire_archive.egg-info"} & set(file.parts):
                continue  # of the distribution that `archive` is by itself
            package = ".".join(file.relative_to(ROOT).parent.parts)
            taken = [*patterns.get("*", ()), *patterns.get(package, ())]
            if not any(fnmatch(file.name, pattern) for pattern in taken):
                unpackaged.append(str(file))
    assert [] == unpackaged


def test_scrapyd_finds_project_and_target():
    config = configparser.ConfigParser()
    config.read(ROOT / "scrapy.cfg")
    scrapyd = configparser.ConfigParser()
    scrapyd.read_string(FILES["deploy/scrapyd/scrapyd.conf"])
    port = scrapyd["scrapyd"]["http_port"]
    target = config["deploy:local"]
    assert f"http://{scrapyd['scrapyd']['bind_address']}:{port}/" == target["url"]
    call = cron_command("deploy/scrapyd/migration-harvest")
    assert f"{target['url']}schedule.json -d project={target['project']} -d spider=news" in call
    assert settings.__name__ == config["settings"]["default"]
