"""Years of a site in a few seconds: whatever editors and accidents do to it, the state tells what it really is.

``LIVES`` (200) courses are tried, `make soak` tries 5,000; ``LIVES_SEED`` chooses them, and is printed; without
either they are the same in every run.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.harvesting import OFTEN
from tests.simulated import BASE, Archive, Harvests, Killed
from tests.town import GONE, Story, Town

LIVES = int(os.environ.get("LIVES", "200"))
# Chance finds what is new, and would fail a run that changed nothing: it is for those who look for it.
SEED = int(os.environ.get("LIVES_SEED") or (secrets.randbelow(2**32) if "LIVES" in os.environ else 20261126))
STEPS = 10
NEEDED = 2
"""Harvests that must agree that an item is gone."""

BY_AGE = "[[30, 0], [365, 7], [null, 30]]"
THEN = st.integers(0, 2)
"""Harvests after what an editor did, before the next thing is done."""


class Lives(RuleBasedStateMachine):
    """Editors and accidents, with harvests in between."""

    @initialize(often=st.sampled_from([OFTEN, BY_AGE]), stories=st.integers(2, 5))
    def begin(self, often: str, stories: int) -> None:
        memory = Path("/dev/shm")  # noqa: S108  (nothing here has to outlive the test)
        self.folder = Path(tempfile.mkdtemp(prefix="lives-", dir=memory if os.access(memory, os.W_OK) else None))
        self.town, self.often = Town(), often == OFTEN
        for _ in range(stories):
            self.town.add()
        chosen = {"MIGRATION_REVISIT": often, "MIGRATION_TOMBSTONE_CONFIRMATIONS": NEEDED}
        self.harvests = Harvests(self.folder, self.town, chosen, Archive())
        self.is_cut = False
        """Whether the last harvest was killed, and the next goes on with it."""
        self.absent: dict[str, tuple[str, int]] = {}
        """Id -> how the item is absent, and in how many harvests one after the other that was so."""
        self.read = 0
        self.harvest()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # ---- what editors do

    def some(self, data: Any, *, lives: bool = True) -> Story | None:
        found = [one for one in self.town.stories.values() if one.lives == lives]
        return data.draw(st.sampled_from(found), label="story") if found else None

    @rule(data=st.data(), then=THEN)
    def edit(self, data: Any, then: int) -> None:
        if one := self.some(data):
            one.text += " It went on."
            self.pass_time(then)

    @rule(data=st.data(), redirect=st.booleans(), is_titled=st.booleans(), then=THEN)
    def retitle(self, data: Any, redirect: bool, is_titled: bool, then: int) -> None:
        """A new address, mostly with a new title; the old one leads there or nowhere."""
        if one := self.some(data):
            one.before.append((one.title, one.path))
            title, path = self.town.name()
            if redirect:
                self.town.redirects[one.path] = path
            one.title, one.path = title if is_titled else one.title, path
            self.pass_time(then)

    @rule(data=st.data(), redirect=st.booleans(), then=THEN)
    def back(self, data: Any, redirect: bool, then: int) -> None:
        """Title and address as they were once."""
        moved = [one for one in self.town.stories.values() if one.lives and one.before]
        if moved:
            one = data.draw(st.sampled_from(moved), label="story")
            former = one.path
            one.title, one.path = one.before.pop()
            self.town.redirects.pop(one.path, None)
            if redirect:
                self.town.redirects[former] = one.path
            self.pass_time(then)

    @rule(data=st.data(), with_address=st.booleans(), then=THEN)
    def swap(self, data: Any, with_address: bool, then: int) -> None:
        """Two stories change titles, with or without their addresses."""
        one, other = self.some(data), self.some(data)
        if one and other and one is not other:
            one.title, other.title = other.title, one.title
            if with_address:
                one.path, other.path = other.path, one.path
            self.pass_time(then)

    @rule()
    def add(self) -> None:
        if len(self.town.stories) < 7:
            self.town.add()

    @rule(data=st.data(), status=st.sampled_from([*GONE, "away"]), then=THEN)
    def end(self, data: Any, status: str, then: int) -> None:
        if one := self.some(data):
            one.status = status
            self.pass_time(then)

    @rule(data=st.data())
    def restore(self, data: Any) -> None:
        if one := self.some(data, lives=False):
            one.status = "published"

    @rule(data=st.data())
    def place(self, data: Any) -> None:
        """Out of the listing, or in again."""
        if one := self.some(data):
            one.is_listed = not one.is_listed

    # ---- accidents

    @precondition(lambda self: not self.is_cut)
    @rule(fault=st.sampled_from(["outage", "consent"]))
    def fault(self, fault: str) -> None:
        """A harvest of a site in trouble ends nothing and changes nothing; that of the site itself then is as ever."""
        before = self.lines()
        self.town.fault = fault
        self.harvests.harvest()
        self.town.fault = ""
        assert before == self.lines()
        self.harvest()

    @rule(requests=st.integers(0, 12), notes=st.one_of(st.none(), st.integers(0, 2)))
    def kill(self, requests: int, notes: int | None) -> None:
        try:
            self.harvests.harvest(requests=requests, notes=notes)
        except Killed:
            self.is_cut = True
        else:
            self.learn()

    @rule(ahead=st.sampled_from([timedelta(), timedelta(hours=3), timedelta(days=4000), timedelta(days=-400)]))
    def clock(self, ahead: timedelta) -> None:
        """The clock is wrong, or right again."""
        self.harvests.ahead = ahead

    @precondition(lambda self: not self.is_cut and self.often)
    @rule()
    def relaunch(self) -> None:
        """The site numbers anew, for one harvest."""
        self.harvest()
        if sum(one.lives and one.is_listed for one in self.town.stories.values()) < 3:
            return
        before = self.lines()
        self.town.shift = 2
        told = self.harvests.harvest()
        self.town.shift = 0
        assert told["migration/share/renumbered"] > 0.5
        assert before == self.lines()

    # ---- harvests, and what must be true after them

    @rule()
    def harvest(self) -> None:
        self.harvests.harvest()
        self.learn()

    @rule()
    def harvest_twice(self) -> None:
        self.pass_time(2)

    def pass_time(self, harvests: int) -> None:
        for _ in range(harvests):
            self.harvest()

    def lines(self) -> list[dict[str, Any]]:
        file = self.folder / "items" / "news.jsonl"
        return [json.loads(line) for line in file.read_bytes().splitlines()] if file.exists() else []

    def learn(self) -> None:
        """A harvest has come to its end: compare what it stored with what the site is."""
        lines, was_cut, self.is_cut = self.lines(), self.is_cut, False
        new, self.read = lines[self.read :], len(lines)
        last = {line["id"]: line for line in lines}
        for item_id in last:
            self.check_versions([line for line in lines if line["id"] == item_id])
        buried = {line["id"] for line in new if "tombstone" in line}
        for one in self.town.stories.values():
            if one.lives:
                self.absent.pop(one.id, None)
                # What a harvest that went on took from its first part may be over by now.
                if one.is_listed and not was_cut:
                    assert one.id not in buried, one
                    self.check_living(one, last.get(one.id))
            elif self.often and one.id in last:
                self.check_absent(one, last[one.id], was_cut=was_cut)

    def check_versions(self, own: list[dict[str, Any]]) -> None:
        assert list(range(1, len(own) + 1)) == [line["version"] for line in own]
        assert all(line["first_seen"] <= line["last_changed"] for line in own)

    def check_living(self, one: Story, known: dict[str, Any] | None) -> None:
        if self.often or known is None:
            assert known is not None, one
            assert "tombstone" not in known, one
            assert (one.title, one.text) == (known["title"], known["body_text"]), one

    def check_absent(self, one: Story, known: dict[str, Any], *, was_cut: bool) -> None:
        reason, harvests = self.absent.get(one.id, ("", 0))
        harvests = 0 if was_cut else harvests + 1 if reason == _reason(one) else 1
        self.absent[one.id] = (_reason(one), harvests)
        assert harvests < NEEDED or "tombstone" in known, one


def _reason(story: Story) -> str:
    return {"unpublished": "unpublished", "away": "redirected"}.get(story.status, "gone")


@pytest.fixture
def quiet():
    """Each of thousands of harvests would log what went wrong on the site."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_whatever_is_done_to_a_site_the_state_tells_what_it_is(capsys, quiet):
    with capsys.disabled():
        print(f" [{LIVES} lives, LIVES_SEED={SEED}] ", end="")
    run_state_machine_as_test(
        seed(SEED)(Lives),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[one for one in Phase if LIVES < 1000 or one is not Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("stories", [1, 2, 3])
def test_where_all_lead_to_a_consent_form_nothing_ends_however_few_they_are(tmp_path, quiet, stories):
    town = Town()
    for _ in range(stories):
        town.add()
    harvests = Harvests(
        tmp_path, town, {"MIGRATION_TOMBSTONE_CONFIRMATIONS": NEEDED, "MIGRATION_REVISIT": OFTEN}, Archive()
    )
    harvests.harvest()
    town.stories[1].status = "away"
    harvests.harvest()
    town.fault = "consent"
    told = [harvests.harvest() for _ in range(NEEDED)][-1]
    file = tmp_path / "items" / "news.jsonl"
    assert stories == len(file.read_bytes().splitlines())
    assert f"{BASE}/consent" == told["migration/one_place"]
    town.fault = ""
    told = harvests.harvest()
    # What had begun before goes on: the first story is still away, and its second harvest in a row says so.
    assert "migration/one_place" not in told
    assert [(1, "redirected")] == [
        (line["node_id"], line["tombstone"]["reason"])
        for line in map(json.loads, file.read_bytes().splitlines()[stories:])
    ]


def test_what_took_the_address_of_an_item_that_moved_is_found_though_the_address_is_not_due(tmp_path, quiet):
    town = Town()
    town.add()
    harvests = Harvests(tmp_path, town, {"MIGRATION_REVISIT": BY_AGE}, Archive())
    harvests.harvest()
    town.add()
    one, other = town.stories.values()
    one.path, other.path = other.path, one.path
    harvests.harvest()
    lines = [json.loads(line) for line in (tmp_path / "items" / "news.jsonl").read_bytes().splitlines()]
    assert [("1@en", 1), ("2@en", 1)] == [(line["id"], line["version"]) for line in lines]
    assert [f"{BASE}/tale/1", f"{BASE}/tale/1"] == [line["url"] for line in lines]


def test_the_site_of_the_lives_is_what_a_harvest_takes_it_for(tmp_path):
    town = Town()
    town.add()
    harvests = Harvests(tmp_path, town)
    assert 1 == harvests.harvest()["migration/items/new"]
    (line,) = [json.loads(line) for line in (tmp_path / "items" / "news.jsonl").read_bytes().splitlines()]
    assert (1, f"{BASE}/tale/1", "Tale number 1 of the weir") == (line["node_id"], line["url"], line["title"])
    assert "/news" in harvests.asked
