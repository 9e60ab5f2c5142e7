"""A portal that prints its dates in numbers: crawled, harvested again, made again from the archive."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256

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


@pytest.fixture
def month_first(monkeypatch):
    """A portal whose template prints ``12/17/2021`` in every language."""
    monkeypatch.setattr(fields, "long_form", lambda day, language, dice: f"{day:%m/%d/%Y}")
    with Portal(nodes=30) as portal:
        yield portal


def test_the_site_tells_the_order_of_its_dates(month_first, tmp_path):
    portal = month_first
    # It pauses on the way, and the next run goes on: what was held then is asked again.
    paused = harvest(tmp_path, *ASKED, "--max-requests", "60", site=portal.url, code=3, **FAST)
    held = {missing["url"] for missing in paused["missing"] if missing["reason"] == "held"}
    assert paused["dates"]["waited"] == len(held)
    harvest(tmp_path, *ASKED, site=portal.url, **FAST)
    truth = {row["url"]: row for row in portal.truth()}
    lines = items(tmp_path)
    assert {(i["id"], truth[i["url"]]["date"]) for i in lines} == {(i["id"], i["publication_date"]) for i in lines}
    assert [] == [i["id"] for i in lines if CODES & {*i["problems"]}]
    data = (tmp_path / "profile.json").read_bytes()
    profile = json.loads(data)
    assert {"en": "month-first", "fr": "month-first", "es": "month-first"} == {
        language: told["order"] for language, told in profile["dates"].items()
    }
    citing = [i for i in lines if i["site_profile"]]
    assert held <= {i["url"] for i in citing}
    assert {sha256(one).hexdigest() for one in profiles(tmp_path)} == {i["site_profile"] for i in citing}
    assert len(citing) > 5
    assert all(reads_both_ways(i["publication_date_raw"]) for i in citing)

    # What is settled is in force from the start; nothing is changed by that.
    portal.editor.add("news", languages=("en",), published=date(2024, 3, 4))
    again = harvest(tmp_path, *ASKED, site=portal.url, **FAST)
    assert (1, set()) == (len(ids(again, "new")), ids(again, "changed"))
    (new,) = items(tmp_path)[len(lines) :]
    assert ("03/04/2024", "2024-03-04") == (new["publication_date_raw"], new["publication_date"])
    assert new["site_profile"] == sha256(data).hexdigest()

    before = (tmp_path / "items" / "news.jsonl").read_bytes()
    lose(tmp_path, "items", "state.sqlite", "profile.json")
    scrapy("reparse", data=tmp_path)
    assert before == (tmp_path / "items" / "news.jsonl").read_bytes()
    assert profiles(tmp_path)[-1] == (tmp_path / "profile.json").read_bytes()

    # Without the profile a date is not read by it, and that is said.
    catalogue = scan(sources(own_files(tmp_path / "warc")))
    catalogue.profiles.clear()
    scope = Scope(portal.url, ["en", "fr", "es"], ["en", "fr", "es"], [])
    outcome = rebuild(catalogue, scope, tmp_path / "without.jsonl")
    cited = sorted({i["site_profile"] for i in [*citing, new]})
    assert [f"site profile {digest}: cited, and not in these files" for digest in cited] == outcome.problems
    without = [json.loads(line) for line in (tmp_path / "without.jsonl").read_text(encoding="utf-8").splitlines()]
    unsure = {i["id"] for i in without if CODES & {*i["problems"]}}
    assert unsure
    assert unsure <= {i["id"] for i in [*citing, new]}
    assert not any(i["site_profile"] for i in without)


def profiles(data):
    """The site profiles in the archive."""
    return [
        record.block
        for file in sorted((data / "warc").glob("*.warc.gz"))
        for record in iter_records(file)
        if record.headers.get("Content-Type") == PROFILE_MEDIA_TYPE
    ]
