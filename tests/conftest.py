"""What several tests share: one crawl of the demo portal, and the folder of recorded portals when it is there."""

from __future__ import annotations

import fcntl
import gc
import os
import pickle
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.crawling import ROOT, crawl
from tests.disks import mounted
from tests.portal import Portal

LONG = (
    *("test_soak", "test_demo", "test_network", "test_hostile_shapes", "test_lives"),
    *("test_harvest_faults", "test_harvest", "test_robustness", "test_first_contact", "test_fails_closed"),
    *("test_recorded", "test_harvest_recovery", "test_politeness", "test_reparse", "test_survey"),
    *(
        "test_harvest_edits",
        "test_reparse_harvest",
        "test_reparse_withdrawn",
        "test_crawl",
        "test_attacks",
        "test_hostile",
    ),
    *(
        "test_browser",
        "test_numeric_dates",
        "test_exactness",
        "test_publish",
        "test_counts",
        "test_told",
        "test_life",
        "test_whole",
    ),
    *(
        "test_asked_once",
        "test_tutorial",
        "test_proof",
        "test_verify",
        "test_failures",
        "test_kills",
        "test_selfcheck",
        "test_deploy_cron",
    ),
)
"""Modules that take longest, in this order: run first, so that all workers end together."""


def pytest_configure(config: pytest.Config) -> None:
    # Else those with the fewest tests come last, and these are the longest.
    config.option.loadscopereorder = False


def pytest_collection_finish() -> None:
    # What is imported by now stays; a collection in the middle of a test need not look through it again.
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A finished crawl of the demo portal, one for all workers: ``data`` (folder), ``output`` (printed), ``truth``, ``requests``, ``url``."""
    base = tmp_path_factory.getbasetemp()
    # Workers of one run have folders beside each other; what the first of them crawls, the others copy.
    common = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with (common / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, told = common / "demo-crawled", common / "demo.pickle"
        if not told.exists():
            shutil.rmtree(made, ignore_errors=True)
            with Portal() as portal:
                output = crawl(made, site=portal.url)
                known = {"truth": portal.truth(), "requests": list(portal.requests), "url": portal.url}
            told.write_bytes(pickle.dumps({"output": output, **known}))
    data = tmp_path_factory.mktemp("demo")
    shutil.copytree(made, data, dirs_exist_ok=True)
    return SimpleNamespace(data=data, **pickle.loads(told.read_bytes()))  # noqa: S301  (written above)


@pytest.fixture(scope="session")
def shared():
    """The folder of designs and recorded portals beside the project, or a skip that says so."""
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
    if not (folder / "portals").is_dir():
        pytest.skip("SHARED_DIR (default ../shared) has no recorded portals")
    return folder


@pytest.fixture
def small_disk():
    """A folder on a disk of 400 KB."""
    with mounted("size=400k") as folder:
        if folder is None:
            pytest.skip("a small disk can be mounted by root only")
        yield folder
