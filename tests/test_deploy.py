"""What `deploy/` ships is true: what it names exists, and its files are taken by the programs they are for."""

from __future__ import annotations

import configparser
import functools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

import pytest

from migration_spider import settings
from migration_spider.monitors import COMPLETE, INCOMPLETE, INTERNAL_ERROR, LOCKED, NOT_ARCHIVED, REFUSED, USAGE
from migration_spider.spiders import options
from tests.crawling import ROOT, scrapy
from tests.deployed import DEPLOY, FILES, HOME, cron_command

# Variables that are no settings of the same name.
VARIABLES = {"MIGRATION_DATA_DIR", "MIGRATION_ENV_FILE"}


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
    assert ["harvest", "archive-verify", "report"] == found["docs/deploy-container.md"]


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
