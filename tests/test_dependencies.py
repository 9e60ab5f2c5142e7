"""What is declared is pinned, with all that it brings, for every Python, and told in docs/dependencies.md."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.crawling import ROOT

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
LINES = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
LICENCES = re.compile(r"[A-Za-z0-9.-]+( (AND|OR) [A-Za-z0-9.-]+)*")


@pytest.fixture(scope="module")
def projects():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has none")
    files = (ROOT / "pyproject.toml", ROOT / "archive" / "pyproject.toml")
    return [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in files]


def pins(python: str) -> dict[str, Version]:
    """Name -> version of what constraints.txt says for CPython on Linux; every name once."""
    told: dict[str, Version] = {}
    for line in LINES:
        pin = Requirement(line)
        if not pin.marker or pin.marker.evaluate(environment(python)):
            name = canonicalize_name(pin.name)
            assert name not in told, f"{name} twice for Python {python}"
            told[name] = Version(str(pin.specifier).removeprefix("=="))
    return told


def environment(python: str) -> dict[str, str]:
    return {**default_environment(), "python_version": python, "python_full_version": f"{python}.0", "extra": ""}


def test_constraints_are_names_and_versions():
    assert [] == [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[a-z0-9.]+( ; [^/@]+)?", line)]
    assert len(LINES) > 100


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_declared_is_pinned_within_its_range(projects, python):
    told = pins(python)
    groups = [group for one in projects for group in (one["dependencies"], *one["optional-dependencies"].values())]
    wanted = [Requirement(one) for group in groups for one in group]
    assert len(wanted) > 60
    here = environment(python)
    wanted = [one for one in wanted if not one.marker or one.marker.evaluate(here)]
    missing = [str(one) for one in wanted if told.get(canonicalize_name(one.name), Version("0")) not in one.specifier]
    assert [] == missing


def test_what_comes_along_is_pinned(projects):
    told = pins(f"{sys.version_info[0]}.{sys.version_info[1]}")
    extras = projects[0]["optional-dependencies"]
    met = set(brought([*projects[0]["dependencies"], *(one for group in extras.values() for one in group)]))
    assert len(met) > 50
    assert set() == met - set(told)


def brought(wanted: list[str]) -> Iterator[str]:
    """Names of what ``wanted`` needs, and what that needs: of what is installed here, its own metadata tell."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        one = waiting.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        yield name
        try:
            needs = [Requirement(need) for need in distribution(name).requires or []]
        except PackageNotFoundError:  # An extra that is not here.
            continue
        here = [{"extra": extra} for extra in extras or {""}]
        waiting += [need for need in needs if not need.marker or any(map(need.marker.evaluate, here))]


def test_archive_asks_for_what_the_project_asks_for(projects):
    project, archive = projects
    assert set(archive["dependencies"]) <= set(project["dependencies"])
    for name, wanted in archive["optional-dependencies"].items():
        assert wanted == project["optional-dependencies"][name]


def rows() -> dict[str, dict[str, list[str]]]:
    """Of docs/dependencies.md: group -> name -> cells after it."""
    told: dict[str, dict[str, list[str]]] = {}
    for part in re.split(r"^##+ (?=`)", PAGE, flags=re.MULTILINE)[1:]:
        name = part.split("`")[1]
        lines = re.findall(r"^\| (.+) \|$", part, re.MULTILINE)[2:]
        cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
        assert len(cells) == len({row[0] for row in cells}), f"{name}: a package twice"
        if cells:
            told[name] = {row[0]: row[1:] for row in cells}
    return told


def test_the_page_lists_what_is_declared(projects):
    project, archive = projects
    declared = {"dependencies": project["dependencies"], **project["optional-dependencies"]}
    told = rows()
    assert {group: {Requirement(one).name for one in wanted} for group, wanted in declared.items()} == {
        group: set(table) for group, table in told.items()
    }
    assert {Requirement(one).name for one in archive["dependencies"]} == {
        name for name, cells in told["dependencies"].items() if cells[3] == "yes"
    }
    for group, table in told.items():
        for name, (licence, why, brings, *_) in table.items():
            assert LICENCES.fullmatch(licence), f"{group}: {name}"
            assert why, f"{group}: {name}"
            pinned = {canonicalize_name(Requirement(line).name) for line in LINES}
            assert set(filter(None, brings.split(", "))) <= pinned, f"{group}: {name}"


def test_the_page_says_what_each_brings(projects):
    told = pins(f"{sys.version_info[0]}.{sys.version_info[1]}")
    base = {canonicalize_name(one) for one in brought(projects[0]["dependencies"])}
    own = {canonicalize_name(Requirement(one).name) for one in projects[0]["dependencies"]}
    here = installed_as_pinned(told)
    if "scrapy" not in here:
        pytest.skip("other versions than those of constraints.txt are installed")
    for group, table in rows().items():
        for name, cells in table.items():
            if canonicalize_name(name) not in here:
                continue
            known = {canonicalize_name(name)} | (own if group == "dependencies" else base)
            more = {canonicalize_name(one) for one in brought([name])} - known
            assert more <= set(cells[2].split(", ")), f"{group}: {name}"


def installed_as_pinned(told: dict[str, Version]) -> set[str]:
    here = set()
    for name, version in told.items():
        try:
            if Version(distribution(name).version) == version:
                here.add(name)
        except PackageNotFoundError:
            pass
    return here
