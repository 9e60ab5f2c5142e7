"""What several tests share: one crawl of the demo portal, and the folder of recorded portals when it is there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.crawling import ROOT, crawl
from tests.portal import Portal

LONG = (
    *("test_harvest_faults", "test_harvest", "test_robustness", "test_first_contact", "test_fails_closed"),
    *("test_recorded", "test_harvest_recovery", "test_kill", "test_politeness", "test_reparse", "test_survey"),
    *("test_harvest_edits", "test_reparse_harvest", "test_reparse_withdrawn", "test_crawl", "test_hostile"),
    *("test_numeric_dates", "test_exactness", "test_publish", "test_deploy"),
)
"""Modules that take longest, in this order: run first, so that all workers end together."""


def pytest_configure(config: pytest.Config) -> None:
    # Else those with the fewest tests come last, and these are the longest.
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A finished crawl of the demo portal: ``data`` (folder), ``output`` (printed), ``truth``, ``requests``, ``url``."""
    data = tmp_path_factory.mktemp("demo")
    with Portal() as portal:
        output = crawl(data, site=portal.url)
        return SimpleNamespace(
            data=data, output=output, truth=portal.truth(), requests=list(portal.requests), url=portal.url
        )


@pytest.fixture(scope="session")
def shared():
    """The folder of designs and recorded portals beside the project, or a skip that says so."""
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
    if not (folder / "portals").is_dir():
        pytest.skip("SHARED_DIR (default ../shared) has no recorded portals")
    return folder


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 400 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
