"""The options of a crawl: what may be given, and what is said of the rest."""

import json
from datetime import date

import pytest
from scrapy.settings import Settings

from migration_spider import settings as project
from migration_spider.config import Config
from migration_spider.exceptions import OptionError
from migration_spider.report import record
from migration_spider.spiders import options

SITE = "http://127.0.0.1:8010"


def settings(**values):
    made = Settings()
    made.setmodule(project)
    made.setdict({"MIGRATION_CONTACT": "", **values})
    return made


def test_defaults():
    read = options.read({}, Config.of(settings()))
    assert "https://migrationnetwork.un.org" == read.site
    assert ("en", "fr", "es", "ar", "ru", "zh-hant") == read.languages
    assert (None, None, ()) == (read.since, read.max_items, read.urls)


def test_all_given(tmp_path):
    pages = tmp_path / "pages.txt"
    pages.write_text("# two pages\n/es/node/7756\n\nhttp://127.0.0.1:8010/a\n", encoding="utf-8")
    given = {"site": SITE + "/", "languages": "en, es", "since": "2024-02-29", "max_items": "5", "urls": str(pages)}
    read = options.read(given, Config.of(settings()))
    assert SITE == read.site
    assert ("en", "es") == read.languages
    assert date(2024, 2, 29) == read.since
    assert 5 == read.max_items
    assert (SITE + "/es/node/7756", SITE + "/a") == read.urls


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sit": SITE}, "unknown option 'sit'"),
        ({"site": "migrationnetwork"}, "expected http:// or https:// and a host"),
        ({"site": SITE + "/en/news"}, "give only the site, " + SITE + ";"),
        ({"site": SITE + "/?page=1"}, "give only the site, " + SITE + ";"),
        ({"languages": "en,xx"}, "languages=xx"),
        ({"since": "2024-02-30"}, "since=2024-02-30"),
        ({"since": "1.2.2024"}, "YYYY-MM-DD"),
        ({"max_items": "0"}, "at least 1"),
        ({"max_items": "many"}, "whole number"),
        ({"urls": "no-such-file"}, "neither a web address nor a file"),
        ({"urls": "https://elsewhere.example/a"}, "is not on"),
    ],
)
def test_nonsense_is_named(given, says):
    with pytest.raises(OptionError, match=says.replace(".", r"\.")):
        options.read(given, Config.of(settings()))


def test_a_file_of_urls_names_the_bad_line(tmp_path):
    pages = tmp_path / "pages.txt"
    pages.write_text("/a\nhttps://elsewhere.example/b\n", encoding="utf-8")
    with pytest.raises(OptionError, match="line 2"):
        options.read({"site": SITE, "urls": str(pages)}, Config.of(settings()))


def test_a_public_site_needs_a_contact():
    public = options.read({}, Config.of(settings()))
    with pytest.raises(OptionError, match="MIGRATION_CONTACT"):
        options.settings_for(public, settings())
    made = options.settings_for(public, settings(MIGRATION_CONTACT="me@example.org", DATA_DIR="d"))
    assert made["USER_AGENT"].startswith("migration-spider/")
    assert made["USER_AGENT"].endswith("(+me@example.org)")
    assert "d/warc" == made["ARCHIVE_DIR"]
    assert "DOWNLOAD_DELAY" not in made


@pytest.mark.parametrize("host", ["127.0.0.1:8010", "localhost:1", "[::1]:80"])
def test_loopback_is_crawled_without_waiting(host):
    made = options.settings_for(options.read({"site": f"http://{host}"}, Config.of(settings())), settings())
    assert (0, False) == (made["DOWNLOAD_DELAY"], made["AUTOTHROTTLE_ENABLED"])


EARLIER = "https://news.example.org"


def ran(data, site, **stats):
    """Record a run of ``site`` in ``data``, with statistics unless it was killed."""
    folder = data / "runs" / f"2026010{len([*data.glob('runs/*')]) + 1}T000000Z-aaaaaa"
    folder.mkdir(parents=True)
    record.begin(folder, folder.name, "harvest", "2026-01-01T00:00:00Z", {"site": site}, "")
    if stats:
        (folder / "stats.json").write_text(json.dumps(stats))


def starts(data, site, **values):
    values = {"MIGRATION_CONTACT": "me@example.org", "DATA_DIR": data, **values}
    options.settings_for(options.read({"site": site}, Config.of(settings(**values))), settings(**values))


@pytest.mark.parametrize("site", ["https://other.example.org", "http://127.0.0.1:8010"])
def test_a_data_folder_belongs_to_one_site(tmp_path, site):
    ran(tmp_path, EARLIER, **{"archive/records/response": 3})
    # Nothing came from there.
    ran(tmp_path, "https://mistyped.example.org", **{"archive/exchanges": 3})
    with pytest.raises(OptionError, match=f"site={site}: {tmp_path} has the archive of {EARLIER}: choose another"):
        starts(tmp_path, site)
    starts(tmp_path, site, MIGRATION_MOVED_FROM=EARLIER)
    for same in (EARLIER, "http://www.news.example.org", "https://news.example.org:8443"):
        starts(tmp_path, same)


def test_after_a_move_the_folder_belongs_to_the_new_site_and_test_servers_are_one_site(tmp_path):
    ran(tmp_path, EARLIER)
    ran(tmp_path, "http://127.0.0.1:8010")
    # Files that no run of ours has written.
    ran(tmp_path, "http://[no")
    ran(tmp_path, 7)
    starts(tmp_path, "http://localhost:8011")
    with pytest.raises(OptionError, match="has the archive of http://127"):
        starts(tmp_path, EARLIER)
