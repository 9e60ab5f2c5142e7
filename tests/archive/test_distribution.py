"""`archive` as a distribution of its own: what its wheel holds, and that it works without the rest of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.crawling import ROOT

BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.modules["migration_spider"] = None  # As if it were not installed.
import archive
assert archive.__file__.startswith(sys.argv[1]), archive.__file__
for found in pkgutil.walk_packages(archive.__path__, "archive."):
    importlib.import_module(found.name)
print(len([name for name in sys.modules if name.startswith("archive.")]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("setuptools", "77", reason="setuptools builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT / "archive", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    # Without the network: setuptools is here, nothing is fetched to build with.
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=source, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr[-2000:]
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_module_and_nothing_else(wheel):
    on_disk = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "archive").rglob("*.py") if "build" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == on_disk, "archive/pyproject.toml lists the packages"


def test_it_is_imported_without_the_rest_of_the_project(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert int(run.stdout) > 50


def test_its_commands_and_what_it_needs_are_declared(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
        metadata = archive.read(f"{info}/METADATA").decode()
    for command in (ROOT / "archive" / "commands").glob("archive_*.py"):
        assert f"{command.stem.replace('_', '-')} = archive.commands.{command.stem}:Command" in entry_points
    assert "Requires-Dist: scrapy<2.20,>=2.19" in metadata
    assert "ADDONS" in metadata  # The README.
