"""What editors do to a site between two harvests, and what the next one must fetch, store and report."""

import json
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as Tree

import pytest

from archive import read_record
from tests.crawling import items, scrapy
from tests.harvesting import OFTEN, harvest, ids
from tests.portal import Portal


@dataclass
class Edit:
    """One thing an editor does, and what follows: ids by kind of what is reported, fields of changed items."""

    do: Any
    new: set[str] = field(default_factory=set)
    changed: dict[str, set[str]] = field(default_factory=dict)
    unconfirmed: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Id -> reason and status; the run after that makes tombstones of them."""


BODY = {"body_text"}
EDITS = {
    "edit": Edit(lambda e: e.edit(8836, "fr"), changed={"8836@fr": BODY}),
    "edit the source": Edit(lambda e: e.edit(10300, "en"), changed={"10300@en": BODY}),
    "a date": Edit(
        lambda e: e.edit_field(8844, "es", "date", date(2022, 4, 3)),
        changed={"8844@es": {"publication_date", "publication_date_raw", "metadata"}},
    ),
    "an objective more": Edit(
        lambda e: e.edit_field(8840, "en", "objectives", 21), changed={"8840@en": {"gcm_objectives", "metadata"}}
    ),
    "retitle with redirect": Edit(
        lambda e: e.retitle(11410, "en", "What the harbour learned"), changed={"11410@en": {"title", "url"}}
    ),
    "translate": Edit(lambda e: e.translate(11901, "fr"), new={"11901@fr"}),
    "remove a translation": Edit(lambda e: e.remove_translation(18106, "fr"), unconfirmed={"18106@fr": ("gone", 200)}),
    "unpublish": Edit(
        lambda e: e.unpublish(9100), unconfirmed={f"9100@{x}": ("unpublished", 403) for x in ("en", "fr")}
    ),
    "delete": Edit(lambda e: e.delete(9107), unconfirmed={f"9107@{x}": ("gone", 404) for x in ("en", "es")}),
    "delete as gone": Edit(lambda e: e.delete(16200, gone=True), unconfirmed={"16200@en": ("gone", 410)}),
    "redirect to another page": Edit(
        lambda e: e.redirect_away(2312, "/about"), unconfirmed={"2312@fr": ("redirected", 301)}
    ),
    "ask for a login": Edit(
        lambda e: e.login(13506), unconfirmed={f"13506@{x}": ("unpublished", 302) for x in ("en", "ar")}
    ),
    "touch": Edit(lambda e: e.touch(7756)),
    "out of the listings": Edit(lambda e: e.place(15, listings=False)),
}
NODES = 6


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Reports of the harvests before the edits, after them, once more, and after all is restored."""
    data = tmp_path_factory.mktemp("harvest")
    with Portal(nodes=NODES) as portal:
        how = {"site": portal.url, "MIGRATION_REVISIT": OFTEN}
        first = harvest(data, **how)
        for edit in EDITS.values():
            edit.do(portal.editor)
        added = portal.editor.add(languages=("en", "es"))
        late = portal.editor.add(published=date(2019, 5, 1))
        asked = len(portal.requests)
        second = harvest(data, **how, code=3)
        asked = portal.requests[asked:]
        third = harvest(data, **how, code=3)
        quiet = harvest(data, **how)
        lines = len(items(data))
        for nid in (9100, 9107, 2312, 13506, 16200):
            portal.editor.restore(nid)
        fourth = harvest(data, **how)
        truth = {(row["nid"], row["langcode"]) for row in portal.truth()}
    return SimpleNamespace(
        data=data, first=first, second=second, third=third, fourth=fourth, added=added, late=late, asked=asked,
        quiet=quiet, lines=lines, truth=truth,
    )  # fmt: skip


def test_the_first_run_is_all_new(year):
    assert year.first["items"]["counts"]["new"] == year.first["items"]["total"] > 25
    assert (0, []) == (year.first["outcome"]["exit_code"], year.first["outcome"]["messages"])


@pytest.mark.parametrize("name", EDITS)
def test_the_next_run_reports_each_edit(year, name):
    edit = EDITS[name]
    assert edit.new <= ids(year.second, "new")
    changed = {item["id"]: set(item["fields"]) for item in year.second["items"]["changed"]}
    for item_id, fields in edit.changed.items():
        assert fields <= changed[item_id]
    unconfirmed = {item["id"]: item for item in year.second["items"]["unconfirmed"]}
    for item_id, (reason, status) in edit.unconfirmed.items():
        found = unconfirmed[item_id]
        assert (reason, status, 1, 2) == tuple(found[key] for key in ("reason", "status", "confirmed", "needed"))


def test_the_next_run_reports_nothing_else(year):
    expected = {item_id for edit in EDITS.values() for item_id in edit.new}
    expected |= {f"{year.added}@en", f"{year.added}@es", f"{year.late}@en"}
    assert expected == ids(year.second, "new")
    assert {item_id for edit in EDITS.values() for item_id in edit.changed} == ids(year.second, "changed")
    assert {item_id for edit in EDITS.values() for item_id in edit.unconfirmed} == ids(year.second, "unconfirmed")
    assert (set(), set()) == (ids(year.second, "vanished"), ids(year.second, "reappeared"))
    # Saving any node gives every page new bytes.
    assert year.second["items"]["counts"]["rerendered"] == year.second["items"]["counts"]["unchanged"] > 10


def test_the_next_run_asks_with_both_validators(year):
    pages = [headers for _, path, _, headers in year.asked if path.startswith(("/news", "/es/news"))]
    assert pages
    assert {True} == {"if-none-match" in headers and "if-modified-since" in headers for headers in pages[:3]}


def test_a_second_confirmation_makes_tombstones_that_cite_their_proof(year):
    expected = {item_id: told for edit in EDITS.values() for item_id, told in edit.unconfirmed.items()}
    assert expected == {item["id"]: (item["reason"], item["status"]) for item in year.third["items"]["vanished"]}
    assert {2} == {item["confirmed"] for item in year.third["items"]["vanished"]}
    assert (set(), set()) == (ids(year.third, "new"), ids(year.third, "changed"))
    tombstones = [line for line in items(year.data)[: year.lines] if "tombstone" in line]
    for line in tombstones:
        where = line["warc"]
        record = read_record(year.data / "warc" / where["file"], where["offset"], where["length"])
        assert (where["record_id"], line["tombstone"]["status"]) == (record.record_id, record.status)


def test_what_has_its_tombstone_is_no_trouble_any_more(year):
    assert (0, []) == (year.quiet["outcome"]["exit_code"], year.quiet["outcome"]["messages"])
    assert {0} == {year.quiet["items"]["counts"][kind] for kind in ("new", "changed", "vanished", "reappeared")}


def test_what_is_back_is_reported_and_has_a_version_more(year):
    back = {
        f"{nid}@{x}" for nid, x in ((9100, "en"), (9100, "fr"), (9107, "en"), (9107, "es"), (2312, "fr"), (16200, "en"))
    }
    back |= {"13506@en", "13506@ar"}
    assert back == ids(year.fourth, "reappeared")
    assert (set(), set(), set()) == tuple(ids(year.fourth, kind) for kind in ("new", "changed", "unconfirmed"))
    versions = [line["version"] for line in items(year.data) if line["id"] == "9107@es"]
    assert [1, 2, 3] == versions
    assert year.truth == {(line["node_id"], line["language"].lower()) for line in _present(year.data)}


def test_every_byte_and_link_of_the_archive_is_right(year):
    assert b"0 faults" in scrapy("archive-verify", data=year.data)


def test_each_run_tells_what_it_changed_and_a_feed_follows_them(year):
    written = {}
    for file in year.data.glob("runs/*/CHANGES.jsonl"):
        written |= {
            (line["id"], line["version"]): line for line in map(json.loads, file.read_text("utf-8").splitlines())
        }
    assert {(line["id"], line["version"]) for line in items(year.data)} == written.keys()
    told = {item["id"]: item for item in year.second["items"]["changed"]}
    second = [one for one in written.values() if one["run_id"] == year.second["run"]["id"]]
    assert told.keys() == {one["id"] for one in second if one["found"] == "changed"}
    assert [told[one]["changes"] for one in sorted(told)] == [written[one, 2]["changes"] for one in sorted(told)]
    changes = {one: {change["field"]: change for change in item["changes"]} for one, item in told.items()}
    assert ["21"] == [term["id"] for term in changes["8840@en"]["gcm_objectives"]["added"]]
    assert "What the harbour learned" == changes["11410@en"]["title"]["to"]
    (edit,) = changes["8836@fr"]["body_text"]["edits"]
    assert ("", True) == (edit["removed"], len(edit["added"]) > 30)
    ends = {(one["id"], one["change"], one["reason"]) for one in written.values() if one["found"] == "gone"}
    assert ends == {(item["id"], "removed", item["reason"]) for item in year.third["items"]["vanished"]}
    feed = Tree.parse(year.data / "runs" / "changes.atom").getroot()  # noqa: S314 - made a moment ago
    ids = [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == len(set(ids)) == min(100, len(written)) + 1


def _present(data):
    last = {line["id"]: line for line in items(data)}
    return [line for line in last.values() if "tombstone" not in line]


def test_versions_and_tombstones_are_made_again_from_the_archive(year, tmp_path):
    again = tmp_path / "again.jsonl"
    files = sorted((year.data / "warc").glob("*.warc.gz"))
    scrapy("reparse", "--output", again, *files)
    assert (year.data / "items" / "news.jsonl").read_bytes() == again.read_bytes()
