"""A release of a crawl is proved by itself, by the WARC files and by the package of them."""

import shutil

import pytest

from tests.crawling import items, scrapy
from tests.tables import rows


@pytest.fixture(scope="module")
def data(demo, tmp_path_factory):
    """The demo's data with its package and a release that names it; as a crawl leaves them."""
    data = tmp_path_factory.mktemp("proof") / "data"
    shutil.copytree(demo.data, data)
    scrapy("archive-wacz", "--output", data / "all.wacz", data=data)
    scrapy("publish", "--incomplete", "--wacz", data / "all.wacz", data=data)
    return data


def test_every_value_is_proved(data):
    release = data / "dataset" / "latest"
    (named,) = rows(release / "tables" / "warc_files.csv")
    assert ("", 64) == (named["reason"], len(named["sha256"]))
    fetched = {one["sha256"] for item in items(data) for one in item["attachments"] if one["sha256"]}
    placed = rows(release / "tables" / "news_attachments.csv")
    assert fetched == {row["sha256"] for row in placed if row["warc_file"]}
    cited = {item["warc"]["offset"] for item in items(data)} | {int(row["warc_offset"]) for row in placed}
    # With the archive beside it, and with the package alone.
    for options in ((), ("--archive", data / "all.wacz")):
        output = scrapy("verify-release", release, *options).decode()
        assert f"1 WARC file; {len(cited)} cited records read; 0 problems\n" in output
        assert "not read" not in output.replace("news.parquet was not read", "")
