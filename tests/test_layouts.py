"""Where pages have their title and text: a new look of the site is told in the first run that meets it."""

from __future__ import annotations

import json

import pytest

from migration_spider.layouts import FEWEST, FEWEST_KNOWN, MOST_PLACES, Layouts, parse
from tests.crawling import items
from tests.harvesting import OFTEN, harvest, ids
from tests.portal import Portal

OLD, NEW = (
    {"text": "div.text < main", "title": "h1.title < main"},
    {"text": "div.copy < main", "title": "h1.title < main"},
)


def met(old, new, known=FEWEST_KNOWN):
    """The layouts of a run in which so many pages had the old and the new layout."""
    layouts = Layouts({part: {place: known} for part, place in OLD.items()})
    for n in range(old + new):
        layouts.add(f"/{n}", OLD if n < old else NEW)
    return layouts


@pytest.mark.parametrize(
    ("old", "new", "known", "misfits", "share"),
    [
        (20, 0, FEWEST_KNOWN, None, None),
        (15, 5, FEWEST_KNOWN, 5, 0.25),
        (0, FEWEST, FEWEST_KNOWN, FEWEST, 1.0),
        (0, FEWEST - 1, FEWEST_KNOWN, FEWEST - 1, None),
        (0, 20, FEWEST_KNOWN - 1, None, None),
    ],
)
def test_the_share_of_pages_laid_out_as_none_was(old, new, known, misfits, share):
    facts = met(old, new, known).facts()
    assert (misfits, share) == (facts.get("layout/misfits"), facts.get("share/misfits"))
    if share:
        assert f"text: now div.copy < main, before div.text < main, as on /{old}" == facts["layout/new"]


def test_a_page_without_a_part_is_no_misfit():
    layouts = met(FEWEST, 0)
    layouts.add("/without", {})
    assert {} == layouts.misfits()


def test_parts_that_most_pages_have_lost_are_told_until_they_are_back():
    layouts = met(0, 0)
    for run in range(3):
        for n in range(2 * FEWEST):
            layouts.add(f"/{n}", {"title": OLD["title"]} if n else OLD)
        facts = layouts.facts()
        assert (2 * FEWEST - 1, "text: now nowhere, before div.text < main, as on /1") == (
            facts["layout/misfits"],
            facts["layout/new"],
        ), run
        layouts = parse(layouts.dump())
    for n in range(FEWEST):
        layouts.add(f"/{n}", OLD)
    assert {} == layouts.facts()


def test_where_most_pages_never_had_a_part_none_has_lost_it():
    layouts = Layouts()
    for n in range(FEWEST_KNOWN):
        layouts.add(f"/{n}", {"text": OLD["text"]})
    layouts = parse(layouts.dump())
    layouts.add("/new", {"text": OLD["text"]})
    assert {} == layouts.facts()


def test_runs_that_are_too_small_are_compared_together():
    layouts = met(0, FEWEST - 1)
    assert "share/misfits" not in layouts.facts()
    layouts = parse(layouts.dump(), json.loads(json.dumps(layouts.dump_undecided())))
    layouts.add("/next", NEW)
    assert (FEWEST, 1.0) == (layouts.facts()["layout/misfits"], layouts.facts()["share/misfits"])
    assert ({}, FEWEST) == (layouts.dump_undecided(), layouts.dump()["text"][NEW["text"]])
    assert {} == met(FEWEST - 1, 0).dump_undecided()


def test_what_was_met_is_known_from_the_next_run_on():
    again = parse(met(0, 20).dump())
    again.add("/new", NEW)
    assert {} == again.facts()
    assert {"div.copy < main": 21, "div.text < main": 20} == again.dump()["text"]


def test_the_places_that_are_kept_are_few():
    layouts = met(3, 0)
    for n in range(2 * MOST_PLACES):
        layouts.add(f"/odd/{n}", {"text": f"div.of-{n}"})
    kept = layouts.dump()["text"]
    assert (MOST_PLACES, "div.text < main") == (len(kept), next(iter(kept)))


def test_a_new_look_of_the_site_is_told_on_the_first_day(tmp_path):
    with Portal(nodes=30, variant="classy") as portal:
        asked = {"site": portal.url, "MIGRATION_REVISIT": OFTEN}
        harvest(tmp_path, "-a", "languages=en", **asked)
        before = (tmp_path / "items" / "news.jsonl").read_bytes()
        portal.editor.restyle("bare")
        told = harvest(tmp_path, "-a", "languages=en", code=3, **asked)
        (message,) = told["outcome"]["messages"]
        assert message.startswith("100% of the pages read have a new layout")
        # They are read as before all the same.
        assert (set(), len(items(tmp_path))) == (ids(told, "changed"), len(before.splitlines()))
