"""One small collection that all of these tests look at: a site harvested, edited and harvested again."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings
from starlette.testclient import TestClient

from migration_spider.browse.app import application
from migration_spider.browse.archived import Archive, archive_of
from migration_spider.browse.collection import Collection
from migration_spider.browse.making import made
from migration_spider.browse.site import write_site
from migration_spider.config import Config
from tests.browse.chromium import PATIENCE, WIDE, Elsewhere, Served, browser
from tests.browse.foreign import fill
from tests.harvesting import OFTEN, harvest
from tests.portal import Portal

NODES = 12

CHANGED, GONE = 8836, 9107
"""A node whose English page changed between the harvests, and one that was taken away."""


def config_of(data: Path) -> Config:
    """The settings of the project, for ``data``."""
    return Config.of(Settings({"DATA_DIR": str(data)}))


@pytest.fixture(scope="session")
def harvested(tmp_path_factory) -> Path:
    """A data folder with items of two harvests, and their archive with styles and images; not to be changed.

    Made once for all workers of a test run.
    """
    # pytest-xdist gives each worker a folder of its own below one of the run.
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "browsed"
    with (shared / "browsed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = shared / "browsed.new"
            shutil.rmtree(new, ignore_errors=True)
            with Portal(nodes=NODES) as portal:
                harvest(new, site=portal.url, MIGRATION_REQUISITES=True)
                portal.editor.retitle(CHANGED, "en", "What the harbour learned")
                portal.editor.edit(CHANGED, "en")
                portal.editor.delete(GONE, gone=True)
                portal.editor.add(languages=("en", "fr", "es", "ar", "ru", "zh-hant"), attachment=True)
                again = {"MIGRATION_REVISIT": OFTEN, "MIGRATION_TOMBSTONE_CONFIRMATIONS": 1}
                harvest(new, site=portal.url, MIGRATION_REQUISITES=True, **again)
            made(new, config_of(new))
            new.rename(folder)
    return folder


@pytest.fixture(scope="session")
def collection(harvested) -> Collection:
    """The items of `harvested`."""
    return Collection(
        made(harvested, config_of(harvested)), Archive(harvested / "warc", harvested / "index.cdxj"), harvested
    )


@pytest.fixture(scope="session")
def client(collection) -> TestClient:
    """Asks the server, which looks at `collection`."""
    return TestClient(application(lambda: collection), base_url="http://127.0.0.1", raise_server_exceptions=True)


@pytest.fixture
def foreign(collection, tmp_path) -> TestClient:
    """Asks a server of the same collection with an archive of another program: WARC files without an index."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    fill(folder)
    there = Collection(collection.folder, archive_of(collection.folder, folder))
    assert ["a.warc.gz"] == [path.name for path in folder.iterdir()]
    return TestClient(application(lambda: there), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture(scope="session")
def site(collection, tmp_path_factory) -> Path:
    """The static site of `collection`, with a page for each story; not to be changed."""
    folder = tmp_path_factory.mktemp("hosted") / "below" / "site"
    told = write_site(collection.folder, folder, 1000)
    assert (told.stories, told.with_stories) == (len(collection.ids), True)
    return folder


@pytest.fixture(scope="module")
def served(collection):
    """The server of `collection`."""
    with Served(collection) as server:
        yield server


@pytest.fixture(scope="module")
def hostile(harvested, tmp_path_factory):
    """Another server, which has nothing but attacks."""
    from tests.browse.poisoned import poison  # it has its settings from here

    with Served(poison(harvested, tmp_path_factory.mktemp("hostile") / "data")) as server:
        yield server


@pytest.fixture(scope="module")
def hosts(served, hostile):
    """Whom the browser may ask."""
    return [served.host, hostile.host]


@pytest.fixture(scope="module")
def opened(hosts):
    """``browser``, and ``elsewhere``, whom it must not ask for anything."""
    with Elsewhere() as elsewhere, browser(elsewhere, *hosts) as one:
        yield SimpleNamespace(browser=one, elsewhere=elsewhere)
        assert [] == elsewhere.asked


@pytest.fixture
def tab(opened, served):
    """A new page of the browser; at its end no page has asked for anything elsewhere or shown an error or dialog."""
    context = opened.browser.new_context(viewport=WIDE, base_url=served.url, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    yield page
    context.close()
    # What this test itself runs in the frame is told like a script of the page, of which there is none.
    assert [] == [one for one in said if not one.startswith("Blocked script execution")]
    assert [] == opened.elsewhere.asked
