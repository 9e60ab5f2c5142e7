"""A release of the demo portal's items."""

import shutil

import pytest

from tests.crawling import scrapy


@pytest.fixture(scope="module")
def data(demo, tmp_path_factory):
    """A data folder with the demo's items and their release; the output of the command in ``publish.txt``."""
    data = tmp_path_factory.mktemp("publish")
    shutil.copytree(demo.data / "items", data / "items")
    shutil.copytree(demo.data / "runs", data / "runs")
    (data / "publish.txt").write_bytes(scrapy("publish", data=data))
    return data


@pytest.fixture(scope="module")
def release(data):
    return data / "dataset" / "latest"
