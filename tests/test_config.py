"""Settings that make no sense are told in one line before anything is fetched; docs/settings.md is as they are."""

import json
import math
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.settings import Settings

from archive.dataset import Author
from migration_spider import settings as project
from migration_spider.config import Config, defaults, names
from migration_spider.data_folder import default_folder
from migration_spider.exceptions import OptionError
from migration_spider.publish import stewardship
from tests.crawling import crawl, items, run
from tests.harvesting import command
from tests.portal import Portal
from tests.portal.answer import Answer
from tests.starter import ROOT

ANYTHING = {
    "MIGRATION_CONTACT": "two\nlines",
    "MIGRATION_HOURS": "25:00-26:00",
    "MIGRATION_METRICS_FILE": "/nowhere/migration.prom",
    "MIGRATION_EXCLUDED_PATHS": '{"a": 1}',
    "MIGRATION_LANGUAGES": "English",
    "DATA_DIR": "",
    **{
        f"MIGRATION_DATASET_{name}": "two\nlines"
        for name in ("PUBLISHER", "LICENCE_NOTE", "FUNDER", "CKAN_ORGANIZATION")
    },
}
"""Settings that are text, with one that they may not be."""


def settings(**values):
    made = Settings()
    made.setmodule(project)
    made.setdict(values)
    return made


@pytest.mark.parametrize("name", names())
def test_a_wrong_value_is_named_with_what_is_expected(name):
    value = ANYTHING.get(name, "abc")
    with pytest.raises(OptionError, match=rf"^{name}.*: expected .+") as caught:
        Config.of(settings(**{name: value}))
    assert "\n" not in str(caught.value)
    if value:
        # An address is a secret.
        assert ("URL" in name) is (value.split()[0] not in str(caught.value))


@pytest.mark.parametrize("folder", ["docs/data", "migration_spider", "archive/warc/../x", "tests", "bench/data/a"])
def test_no_data_is_written_among_the_files_of_the_project(folder):
    name = folder.partition("/")[0]
    with pytest.raises(OptionError, match=rf"^DATA_DIR=.*/{folder}: .*it is in {name}/ of the project"):
        Config.of(settings(DATA_DIR=str(ROOT / folder)))
    for sound in ("data", "look", "docs2"):
        assert Config.of(settings(DATA_DIR=str(ROOT / sound))).data_dir == ROOT / sound


def test_a_folder_of_data_is_relative_to_the_current_one_and_the_default_to_the_project(tmp_path, monkeypatch):
    monkeypatch.delenv("MIGRATION_DATA_DIR", raising=False)
    for here, expected in ((ROOT, "data"), (ROOT / "docs" / "how-to", "../../data"), (tmp_path, "data")):
        monkeypatch.chdir(here)
        assert Path(expected) == default_folder()
    monkeypatch.setenv("MIGRATION_DATA_DIR", "look")
    assert Path("look") == default_folder()
    monkeypatch.chdir(ROOT / "docs")
    with pytest.raises(OptionError, match=r"^DATA_DIR=look: .*it is in docs/ of the project"):
        Config.of(settings(DATA_DIR="look"))


NUMBERS = [name for name, field in names().items() if Config.model_fields[field].annotation in (int, float)]


@pytest.mark.parametrize("value", [-1, "-0.5", math.nan, "nan", math.inf, "inf", "1e300", "", "None", "[]"])
@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_out_of_bounds(name, value):
    with pytest.raises(OptionError, match=f"^{name}"):
        Config.of(settings(**{name: value}))


@pytest.mark.parametrize("name", [name for name in NUMBERS if Config.model_fields[names()[name]].annotation is float])
def test_shares_end_at_one(name):
    shares = ("MAX_FALL", "MAX_VANISHED", "MAX_RENUMBERED", "FIELD_LOSS", "MISFITS")
    is_share = any(share in name for share in shares)
    if is_share:
        with pytest.raises(OptionError, match="a share from 0 to 1"):
            Config.of(settings(**{name: 1.01}))
    else:
        Config.of(settings(**{name: 1.01}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIGRATION_REVISIT", "[]"),
        ("MIGRATION_REVISIT", "[[1]]"),
        ("MIGRATION_REVISIT", "[[30, -1]]"),
        ("MIGRATION_REVISIT", "[[30, NaN]]"),
        ("MIGRATION_REVISIT", '{"30": 1}'),
        ("MIGRATION_REVISIT", [(30, "often")]),
        ("MIGRATION_HOURS", "06:00-06:00"),
        ("MIGRATION_LANGUAGES", ""),
        ("MIGRATION_FEEDS", "rss.xml"),
        ("MIGRATION_FEEDS", "/rss.xml,https://elsewhere.example/rss.xml"),
        ("MIGRATION_LISTINGS", '["/hub"]'),
        ("MIGRATION_LISTINGS", 5),
        ("MIGRATION_SITE", "ftp://host"),
        ("MIGRATION_MAX_BLOCKED", 0),
        ("MIGRATION_MAX_REQUESTS", 1.5),
        ("MIGRATION_LOOPBACK_PROFILE", "5"),
        ("MIGRATION_LOOPBACK_PROFILE", "[1]"),
        ("MIGRATION_LOOPBACK_PROFILE", '{"DOWNLOAD_DELAYS": 1}'),
        ("MIGRATION_LOOPBACK_PROFILE", '{"DOWNLOAD_DELAY": "x"}'),
        ("MIGRATION_LOOPBACK_PROFILE", {"MIGRATION_MAX_BLOCKED": -1}),
    ],
)
def test_a_wrong_structure_is_named(name, value):
    with pytest.raises(OptionError, match=rf"^{name}.*: expected "):
        Config.of(settings(**{name: value}))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MIGRATION_MAX_VANISH", "MIGRATION_MAX_VANISHED"),
        ("MIGRATION_LANGUAGE", "MIGRATION_LANGUAGES"),
        ("MIGRATION_MAX_ERRORS", "was removed"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name, meant):
    with pytest.raises(OptionError, match=meant):
        Config.of(settings(**{name: 1}))


def test_values_of_a_command_line_and_of_python_are_read_alike():
    line = Config.of(
        settings(
            MIGRATION_REVISIT="[[30, 0], [null, 30]]", MIGRATION_FULL="True", MIGRATION_LANGUAGES="en, fr",
            MIGRATION_FEEDS="", MIGRATION_DAY_FIRST="False", MIGRATION_LOOPBACK_PROFILE='{"DOWNLOAD_DELAY": 1}',
        )
    )  # fmt: skip
    python = Config.of(
        settings(
            MIGRATION_REVISIT=[(30, 0), (None, 30)], MIGRATION_FULL=True, MIGRATION_LANGUAGES=["en", "fr"],
            MIGRATION_FEEDS=[], MIGRATION_DAY_FIRST=False, MIGRATION_LOOPBACK_PROFILE={"DOWNLOAD_DELAY": 1},
        )
    )  # fmt: skip
    assert line == python
    assert (((30.0, 0.0), (None, 30.0)), ("en", "fr"), ()) == (line.revisit, line.languages, line.feeds)


def test_where_a_run_tells_of_itself(tmp_path):
    file = f"{tmp_path}/migration.prom"
    read = Config.of({"MIGRATION_WEBHOOK_URL": "http://a.example/x", "MIGRATION_METRICS_FILE": file})
    assert ("http://a.example/x", file) == (read.webhook_url, read.metrics_file)
    with pytest.raises(OptionError, match="MIGRATION_METRICS_FILE"):
        Config.of({"MIGRATION_METRICS_FILE": f"{tmp_path}/migration.txt"})


JANE = {
    "family": "Carberry",
    "given": "Josiah",
    "orcid": "https://orcid.org/0000-0002-1825-0097",
    "affiliation": "Brown",
}


def test_who_stands_behind_the_dataset_is_read_into_one_form():
    read = Config.of(
        settings(
            MIGRATION_DATASET_AUTHORS=json.dumps([JANE, {"name": "An organization"}]),
            MIGRATION_DATASET_DOI=" https://doi.org/10.5281/zenodo.1234 ",
            MIGRATION_DATASET_FREQUENCY="Weekly",
            MIGRATION_DATASET_DOWNLOADS="https://example.org/data",
        )
    )
    assert read == Config.of(
        settings(
            MIGRATION_DATASET_AUTHORS=[JANE, Author(name="An organization")],
            MIGRATION_DATASET_DOI="doi:10.5281/zenodo.1234",
            MIGRATION_DATASET_FREQUENCY="weekly",
            MIGRATION_DATASET_DOWNLOADS="https://example.org/data/",
        )
    )
    steward = stewardship(read)
    assert ["Josiah Carberry", "An organization"] == [author.called for author in steward.authors]
    assert ("0000-0002-1825-0097", "10.5281/zenodo.1234") == (steward.authors[0].orcid, steward.doi)
    names = ("PUBLISHER", "CONTACT", "PAGE", "LICENCE_NOTE")
    assert [name.lower() for name in names] == steward.missing()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("AUTHORS", "[{", "it is no JSON"),
        ("AUTHORS", '["Jane"]', "an author has the keys name, or family"),
        ("AUTHORS", "5", "an author has the keys"),
        ("AUTHORS", '[{"name": 5}]', "an author has the keys"),
        ("AUTHORS", '[{"nom": "Jane"}]', "an author has the keys"),
        ("AUTHORS", "[{}]", "either a name"),
        ("AUTHORS", '[{"name": "Jane", "family": "Doe"}]', "either a name"),
        ("AUTHORS", '[{"name": "Jane", "orcid": "0000-0002-1825-0097"}]', "an ORCID iD is for a person"),
        ("AUTHORS", '[{"family": "Doe", "orcid": "0000-0002-1825-0079"}]', "its last digit does not fit"),
        ("AUTHORS", '[{"family": "Doe", "orcid": "0000-0002-1825"}]', "sixteen digits"),
        ("AUTHORS", json.dumps([{"name": "\x1b[31m"}]), "without control characters"),
        ("CONTACT", "jane", "is not a mail address"),
        ("CONTACT", "jane@example.org, joe@example.org", "is not a mail address"),
        ("PAGE", "example.org/data", "is not a web address"),
        ("PAGE", "https://user:word@example.org/", "is not a web address"),
        ("PAGE", "https://example.org/a b>", "is not a web address"),
        ("DOWNLOADS", "https://example.org/?a=1", "has no ?"),
    ],
)
def test_what_is_wrong_about_the_dataset_is_told(name, value, says):
    with pytest.raises(OptionError, match=rf"^MIGRATION_DATASET_{name}=.*: expected .*; .*{re.escape(says)}"):
        Config.of(settings(**{f"MIGRATION_DATASET_{name}": value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [("DOI", "10.5281"), ("DOI", "https://example.org/10.5281/zenodo.1"), ("FREQUENCY", "hourly")],
)
def test_what_is_expected_is_told_once(name, value):
    with pytest.raises(OptionError, match=rf"^MIGRATION_DATASET_{name}={value}: expected [^;]+$"):
        Config.of(settings(**{f"MIGRATION_DATASET_{name}": value}))


def test_an_empty_value_is_called_empty():
    with pytest.raises(OptionError, match=r"^MIGRATION_MAX_BLOCKED is empty: expected "):
        Config.of({"MIGRATION_MAX_BLOCKED": " "})


def test_the_settings_are_those_that_are_defined():
    assert {name for name in vars(project) if name.startswith(("MIGRATION_", "DATA_"))} == set(defaults())


@pytest.mark.parametrize(
    ("flags", "settings", "says"),
    [
        ([], {"MIGRATION_MAX_VANISHED": "abc"}, "MIGRATION_MAX_VANISHED=abc: expected a share from 0 to 1"),
        ([], {"MIGRATION_MAX_REQUEST": "5"}, "did you mean MIGRATION_MAX_REQUESTS?"),
        ([], {"DOWNLOAD_DELAY": "-1"}, "DOWNLOAD_DELAY=-1: expected a number"),
        ([], {"LOG_LEVEL": "LOUD"}, "LOG_LEVEL=LOUD: expected CRITICAL, ERROR"),
    ],
)
def test_commands_tell_it_at_once(tmp_path, flags, settings, says):
    with Portal(nodes=1) as portal:
        for output in (
            run(command(tmp_path, *flags, site=portal.url, **settings), 2).decode(),
            crawl(tmp_path, site=portal.url, code=2, **settings),
        ):
            assert says in output.splitlines()[-1]
            assert "Traceback" not in output
        assert [] == portal.requests
    assert [] == list(tmp_path.iterdir())


# ---- what the README promises of a public site


def test_a_public_site_is_asked_slowly_and_without_cookies():
    config = Config.of(settings())
    assert (2.0, 1, True, True) == (config.delay, config.concurrency, config.throttled, config.obeys_robots)
    assert not config.keeps_cookies


def test_the_pace_is_kept_and_cookies_are_not(tmp_path, monkeypatch):
    """The pace of a public site, on this machine: at one request at a time, two seconds lie between them."""
    with Portal(nodes=2) as portal:
        own = portal.faults.instead

        def with_cookie(target):
            path = urlsplit(target).path
            return own(target) or (
                Answer(200, headers={"Set-Cookie": "a=1; Path=/"}) if path == "/robots.txt" else None
            )

        monkeypatch.setattr(portal.faults, "instead", with_cookie)
        crawl(
            tmp_path,
            f"urls={portal.url}/es/node/7756",
            site=portal.url,
            MIGRATION_LOOPBACK_PROFILE="{}",
            MIGRATION_REQUISITES=False,
        )
        assert ["/robots.txt", "/es/node/7756"] == [path for _, path, _, _ in portal.requests][:2]
        assert [] == [headers for *_, headers in portal.requests if "cookie" in headers]
    (line,) = items(tmp_path)
    assert line["id"] == "7756@es"
    waited = _moments(tmp_path)
    assert waited[1] - waited[0] > 1.9


def _moments(data):
    """When each request was sent, in seconds, as the archive has it."""
    from datetime import datetime

    from warcio.archiveiterator import ArchiveIterator

    found = []
    for file in (data / "warc").glob("*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "request":
                    found.append(record.rec_headers.get_header("WARC-Date"))
    return [datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() for text in sorted(found)]
