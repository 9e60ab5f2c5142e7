"""A portal that prints its dates in numbers: crawled, harvested again, made again from the archive."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from archive.warc.reader import iter_records
from migration_spider.items import PROFILE_MEDIA_TYPE
from migration_spider.normalize.date_order import reads_both_ways
from migration_spider.reparse import rebuild
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import own_files, sources
from migration_spider.spiders.scope import Scope
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest, ids, lose
from tests.portal import Portal, fields

FAST = {"MIGRATION_REVISIT": OFTEN}
ASKED = ("-a", "languages=en,fr,es")
CODES = {"date-ambiguous", "date-order-assumed"}


@dataclass
class Course:
    """What became of a portal whose template prints ``12/17/2021`` in every language, in three runs."""

    portal: Portal
    data: Path
    paused: dict
    """Report of the first run, which paused on the way."""
    first: list
    """The items after the second run, which went on with it."""
    profile: bytes
    """The site profile then."""
    archived: list
    """The site profiles in the archive then."""
    again: dict
    """Report of the third run, after one more item."""

    @property
    def citing(self):
        """The first items whose date was read by the profile."""
        return [i for i in self.first if i["site_profile"]]

    @property
    def new(self):
        """The item of the third run."""
        (new,) = items(self.data)[len(self.first) :]
        return new


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "long_form", lambda day, language, dice: f"{day:%m/%d/%Y}")
        with Portal(nodes=30) as portal:
            paused = harvest(data, *ASKED, "--max-requests", "60", site=portal.url, code=3, **FAST)
            harvest(data, *ASKED, site=portal.url, **FAST)
            first, profile, archived = items(data), (data / "profile.json").read_bytes(), profiles(data)
            portal.editor.add("news", languages=("en",), published=date(2024, 3, 4))
            again = harvest(data, *ASKED, site=portal.url, **FAST)
            yield Course(portal, data, paused, first, profile, archived, again)


def test_the_site_tells_the_order_of_its_dates(course):
    truth = {row["url"]: row["date"] for row in course.portal.truth()}
    assert {(i["id"], truth[i["url"]]) for i in course.first} == {
        (i["id"], i["publication_date"]) for i in course.first
    }
    assert [] == [i["id"] for i in course.first if CODES & {*i["problems"]}]
    dates = json.loads(course.profile)["dates"]
    assert {"en": "month-first", "fr": "month-first", "es": "month-first"} == {
        language: found["order"] for language, found in dates.items()
    }


def test_items_that_waited_cite_the_profile_that_decided(course):
    held = {missing["url"] for missing in course.paused["missing"] if missing["reason"] == "held"}
    assert course.paused["dates"]["waited"] == len(held)
    assert held <= {i["url"] for i in course.citing}
    assert {sha256(one).hexdigest() for one in course.archived} == {i["site_profile"] for i in course.citing}
    assert len(course.citing) > 5
    assert all(reads_both_ways(i["publication_date_raw"]) for i in course.citing)


def test_what_is_settled_is_in_force_from_the_start_of_the_next_run(course):
    assert (1, set()) == (len(ids(course.again, "new")), ids(course.again, "changed"))
    assert ("03/04/2024", "2024-03-04") == (course.new["publication_date_raw"], course.new["publication_date"])
    assert course.new["site_profile"] == sha256(course.profile).hexdigest()


def test_items_and_profile_are_made_again_from_the_archive(course, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(course.data, data)
    lose(data, "items", "state.sqlite", "profile.json")
    scrapy("reparse", data=data)
    assert (course.data / "items/news.jsonl").read_bytes() == (data / "items/news.jsonl").read_bytes()
    assert profiles(data)[-1] == (data / "profile.json").read_bytes()


def test_without_the_profile_a_date_is_not_read_by_it_and_that_is_reported(course, tmp_path):
    catalogue = scan(sources(own_files(course.data / "warc")))
    catalogue.profiles.clear()
    scope = Scope(course.portal.url, ["en", "fr", "es"], ["en", "fr", "es"], [])
    outcome = rebuild(catalogue, scope, tmp_path / "without.jsonl")
    citing = [*course.citing, course.new]
    cited = sorted({i["site_profile"] for i in citing})
    assert [f"site profile {digest}: cited, and not in these files" for digest in cited] == outcome.problems
    without = [json.loads(line) for line in (tmp_path / "without.jsonl").read_text(encoding="utf-8").splitlines()]
    unsure = {i["id"] for i in without if CODES & {*i["problems"]}}
    assert unsure
    assert unsure <= {i["id"] for i in citing}
    assert not any(i["site_profile"] for i in without)


def profiles(data):
    """The site profiles in the archive."""
    return [
        record.block
        for file in sorted((data / "warc").glob("*.warc.gz"))
        for record in iter_records(file)
        if record.headers.get("Content-Type") == PROFILE_MEDIA_TYPE
    ]
