"""One scheduled run: what it asks, how it is interrupted and gone on with, what it says of itself."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from hashlib import sha256
from shutil import copytree

import pytest

from archive import iter_records
from tests import harvesting
from tests.crawling import ENVIRONMENT, ROOT, crawl, items, run, scrapy, stats
from tests.harvesting import IN_TWO, OFTEN, SELDOM, ids, lose, report
from tests.portal import Portal
from tests.portal.answer import Answer

KILLS = int(os.environ.get("SOAK_KILLS", "2"))


def harvest(data, *flags, **how):
    """In two languages, which are enough to tell what a run is."""
    return harvesting.harvest(data, *IN_TWO, *flags, **how)


def command(data, *flags, **how):
    """The words of `harvest`."""
    return harvesting.command(data, *IN_TWO, *flags, **how)


def payloads(data):
    """The set of archived answers, and how many records hold them."""
    found = [
        (record.target_uri, record.status, sha256(record.payload).hexdigest())
        for file in sorted((data / "warc").glob("*.warc.gz"))
        for record in iter_records(file)
        if record.type == "response"
    ]
    return set(found), len(found)


def timeless(data):
    """The lines without what differs from run to run: times, run ids, and where the evidence stands."""
    lines = []
    for line in items(data):
        for name in ("first_seen", "last_changed", "fetched_at", "run_id", "warc"):
            line.pop(name)
        lines.append(json.dumps(line, sort_keys=True))
    return sorted(lines)


@pytest.fixture(scope="module")
def shared_portal():
    with Portal(nodes=8) as portal:
        yield portal


@pytest.fixture(scope="module")
def first(shared_portal, tmp_path_factory):
    """What the first harvest of the portal leaves."""
    data = tmp_path_factory.mktemp("first")
    harvest(data, site=shared_portal.url)
    return data


@pytest.fixture
def portal(first, shared_portal, tmp_path):
    """A portal that was harvested once, into ``tmp_path``."""
    shared_portal.reset()
    copytree(first, tmp_path, dirs_exist_ok=True)
    return shared_portal


def test_a_run_with_nothing_changed_stores_nothing_and_asks_little(tmp_path):
    with Portal(nodes=12) as portal:
        crawl(tmp_path, IN_TWO[1], site=portal.url)
        first = (tmp_path / "items" / "news.jsonl").read_bytes()
        # Some items of the portal have no date and count as young.
        harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=SELDOM)
        stored, _ = payloads(tmp_path)
        asked = len(portal.requests)
        told = harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=SELDOM)
        requests = portal.requests[asked:]
    assert first == (tmp_path / "items" / "news.jsonl").read_bytes()
    assert stored == payloads(tmp_path)[0]
    names = (
        "/news",
        "/latest-news",
        "/statements",
        "/hub",
        "/taxonomy",
        "/rss.xml",
        "/sitemap",
        "/robots.txt",
        "/sites/g",
    )
    prefixes = ("", "/fr", "/es", "/ar", "/ru", "/zh-hant")
    discovery = [
        p
        for _, p, _, _ in requests
        if p in prefixes or p == "/" or any(p.startswith(x + n) or p == f"{x}/node" for x in prefixes for n in names)
    ]
    assert [path for _, path, _, _ in requests] == discovery
    assert {304, 404} == {status for _, _, status, _ in requests}
    assert {"new": 0, "changed": 0, "vanished": 0} == {
        k: told["items"]["counts"][k] for k in ("new", "changed", "vanished")
    }
    assert told["items"]["counts"]["not_due"] > 12
    assert told["http"]["requests"] == len(requests)


def test_what_a_crawl_of_a_few_items_left_out_is_found(tmp_path):
    with Portal(nodes=8) as portal:
        crawl(tmp_path, IN_TWO[1], "max_items=3", site=portal.url)
        harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=SELDOM)
        wanted = {row["url"] for row in portal.truth() if row["lang"] in ("en", "fr")}
    assert wanted == {line["url"] for line in items(tmp_path)}


def test_items_are_looked_at_by_their_age(portal, tmp_path):
    told = harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=OFTEN)
    assert told["items"]["counts"]["unchanged"] == told["items"]["total"]
    assert told["http"]["not_modified"] > told["items"]["total"]
    portal.editor.edit(8836, "en")
    # Its lastmod in the sitemap has moved, so it is due whatever its age, and with it its translations.
    told = harvest(tmp_path, site=portal.url)
    assert {"8836@en"} == ids(told, "changed")
    assert told["items"]["counts"]["unchanged"] < told["items"]["total"] / 2
    portal.editor.touch(8844)
    told = harvest(tmp_path, "--full", site=portal.url)
    assert told["run"]["full"]
    assert told["items"]["counts"]["rerendered"] == told["items"]["total"]


@pytest.mark.parametrize(
    ("fault", "asked"),
    [("no-etag", {"if-modified-since"}), ("no-last-modified", {"if-none-match"}), ("no-validators", set())],
)
def test_pages_are_asked_with_the_validators_that_they_had(tmp_path, fault, asked):
    with Portal(nodes=4, faults={fault}) as portal:
        harvest(tmp_path, site=portal.url)
        stored, _ = payloads(tmp_path)
        before = len(portal.requests)
        told = harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=OFTEN)
        pages = [headers for _, _, status, headers in portal.requests[before:] if status in (200, 304)]
    assert [asked] * len(pages) == [{"if-none-match", "if-modified-since"} & headers.keys() for headers in pages]
    assert (told["items"]["total"], 0) == tuple(told["items"]["counts"][kind] for kind in ("unchanged", "rerendered"))
    assert bool(asked) == (told["http"]["not_modified"] > 0)
    assert stored == payloads(tmp_path)[0]


def test_an_item_that_no_listing_names_any_more_is_looked_at_at_once(portal, tmp_path):
    portal.editor.delete(16200)
    told = harvest(tmp_path, site=portal.url)
    assert {"16200@en"} == ids(told, "unconfirmed")


NOT_FOUND, FORBIDDEN = Answer(404, body=b"<h1>Page not found</h1>"), Answer(403, body=b"<h1>Access denied</h1>")


def test_an_item_goes_through_the_states_of_the_table(tmp_path, monkeypatch):
    """docs/harvest.md, "When an item is gone"; what the other tests do not walk through."""
    steps = [
        # What its address answers, what the report lists it as, versions in the file.
        (None, "new", 1),
        (NOT_FOUND, "unconfirmed", 1),
        (None, None, 1),  # there again: no line, and the count begins anew
        (NOT_FOUND, "unconfirmed", 1),
        (FORBIDDEN, "unconfirmed", 1),  # another reason
        (FORBIDDEN, "vanished", 2),
        (NOT_FOUND, None, 2),  # withdrawn: nothing is written
        (None, "reappeared", 3),
    ]
    with Portal(nodes=4) as portal:
        stays, goes = [row["url"] for row in portal.truth() if row["lang"] == "en"][:2]
        wanted = tmp_path / "urls.txt"
        wanted.write_text(f"{stays}\n{goes}\n")
        own, answers = portal.faults.instead, {}
        monkeypatch.setattr(portal.faults, "instead", lambda target: answers.get(target) or own(target))
        seen = []
        for answer, _, _ in steps:
            answers[goes.removeprefix(portal.url)] = answer
            told = harvest(
                tmp_path / "data", "-a", f"urls={wanted}", site=portal.url, MIGRATION_REVISIT=OFTEN, MIGRATION_FULL=True
            )
            versions = [line["version"] for line in items(tmp_path / "data") if line["url"] == goes]
            kinds = ("new", "changed", "unconfirmed", "vanished", "reappeared")
            kind = next((kind for kind in kinds if goes in {item["url"] for item in told["items"][kind]}), None)
            seen.append((answer, kind, len(versions)))
            assert versions == list(range(1, len(versions) + 1))
    assert steps == seen


def test_where_an_item_was_before_it_moved_is_asked_though_it_is_not_due(portal, tmp_path):
    (old,) = [line["url"].removeprefix(portal.url) for line in items(tmp_path) if line["id"] == "11410@en"]
    portal.editor.retitle(11410, "en", "What the harbour learned")
    asked = len(portal.requests)
    told = harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=SELDOM)
    answers = [status for _, path, status, _ in portal.requests[asked:] if path == old]
    time.sleep(1.1)  # what was written in the second in which a harvest begins counts as its own
    harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=SELDOM)
    later = [path for _, path, _, _ in portal.requests[asked:] if path == old]
    assert ([301], 1) == (answers, len(later))
    assert {"11410@en"} == ids(told, "changed")


def test_another_file_under_the_same_address_is_a_change(tmp_path):
    with Portal(nodes=8) as portal:
        nid = portal.editor.add(attachment=True)
        harvest(tmp_path, site=portal.url)
        portal.editor.replace_file(nid)
        told = harvest(tmp_path, site=portal.url)
    assert [(f"{nid}@en", ["attachments"])] == [(item["id"], item["fields"]) for item in told["items"]["changed"]]


def test_a_new_template_changes_no_item(portal, tmp_path):
    portal.editor.restyle()
    told = harvest(tmp_path, site=portal.url, MIGRATION_REVISIT=OFTEN)
    assert (set(), set()) == (ids(told, "new"), ids(told, "changed"))
    assert told["items"]["counts"]["rerendered"] == told["items"]["total"]


@pytest.mark.parametrize("seed", [1])
def test_kills_at_any_moment_change_nothing_of_the_outcome(tmp_path, seed):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    settings = {"ARCHIVE_MAX_FILE_SIZE": 150_000, "ARCHIVE_FSYNC_INTERVAL": 0.05, "DOWNLOAD_DELAY": 0.02}
    settings |= {"MIGRATION_TOMBSTONE_CONFIRMATIONS": 1, "MIGRATION_REVISIT": OFTEN}
    chance = random.Random(seed)  # noqa: S311  (repeatable moments)
    kills = 0
    with Portal(nodes=8) as portal:
        for data in (undisturbed, killed):
            harvest(data, site=portal.url, **settings)
        for nid in (9100, 9107):
            portal.editor.delete(nid)
        portal.editor.retitle(11410, "en", "What the harbour learned")
        portal.editor.edit(8836, "fr")
        portal.editor.add(languages=("en", "fr"), attachment=True)
        began = time.monotonic()
        harvest(undisturbed, site=portal.url, **settings)
        lasted = time.monotonic() - began
        for _ in range(KILLS):
            words = command(killed, site=portal.url, **settings)
            with subprocess.Popen(
                words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                try:
                    process.wait(chance.uniform(0.2, 0.9) * lasted)
                except subprocess.TimeoutExpired:
                    process.kill()
            kills += process.returncode == -signal.SIGKILL
        asked = len(portal.requests)
        harvest(killed, site=portal.url, **settings)
        last = [path for _, path, _, _ in portal.requests[asked:]]
    assert kills > 0
    assert timeless(undisturbed) == timeless(killed)
    assert payloads(undisturbed)[0] ^ payloads(killed)[0] == set()
    assert payloads(undisturbed) == payloads(killed)
    # What an earlier part had stored was not fetched again.
    assert max(Counter(last).values()) == 1
    assert b"0 faults" in scrapy("archive-verify", data=killed)


def test_a_run_pauses_within_its_budget_and_the_next_goes_on(tmp_path):
    at_once, parts = tmp_path / "at once", tmp_path / "parts"
    with Portal(nodes=8) as portal:
        harvest(at_once, site=portal.url)
        asked = len(portal.requests)
        told = harvest(parts, "--max-requests", "60", site=portal.url, code=3)
        assert ("budget", False) == (told["outcome"]["finish_reason"], told["run"]["resumed"])
        assert "paused" in told["outcome"]["messages"][0]
        sent = len(portal.requests) - asked
        assert 45 <= sent <= 60
        # What the archive answers costs nothing: the rest fits into a budget of the rest, with another robots.txt.
        told = harvest(parts, "--max-requests", str(asked - sent + 5), site=portal.url)
        requests = Counter(path for _, path, _, _ in portal.requests[asked:])
    assert told["run"]["resumed"]
    assert told["http"]["from_archive"] > 40
    assert timeless(at_once) == timeless(parts)
    lines = (parts / "items" / "news.jsonl").read_bytes()
    lose(parts, "items", "state.sqlite*", "index.cdxj")
    scrapy("reparse", data=parts)
    assert lines == (parts / "items" / "news.jsonl").read_bytes()
    assert {"/robots.txt"} == {path for path, times in requests.items() if times > 1}


def test_minutes_are_a_budget_too(tmp_path):
    with Portal(nodes=8) as portal:
        told = harvest(tmp_path, "--max-minutes", "0.05", site=portal.url, code=3, DOWNLOAD_DELAY=0.1)
    assert "budget" == told["outcome"]["finish_reason"]


def wait_for_warc(data):
    until = time.monotonic() + 60
    while not list((data / "warc").glob("*.open")):
        assert time.monotonic() < until, "the run has not begun to write"
        time.sleep(0.05)


def test_ctrl_c_closes_all_files_and_the_next_run_goes_on(tmp_path):
    with Portal(nodes=8) as portal:
        words = command(tmp_path, site=portal.url, DOWNLOAD_DELAY=0.1)
        with subprocess.Popen(
            words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            wait_for_warc(tmp_path)
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=60)
        outcome = report(tmp_path)["outcome"]
        assert (3, "shutdown", "interrupted") == (process.returncode, outcome["finish_reason"], outcome["kind"])
        assert 2 == said.count(b"he same command continues where it stopped."), "at once, and at the end"
        assert [] == list((tmp_path / "warc").glob("*.open"))
        assert harvest(tmp_path, site=portal.url)["run"]["resumed"]


def test_a_second_run_exits_75_and_names_the_holder(tmp_path):
    with Portal(nodes=8) as portal:
        words = command(tmp_path, site=portal.url, DOWNLOAD_DELAY=0.2)
        with subprocess.Popen(
            words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            wait_for_warc(tmp_path)
            said = run(command(tmp_path, site=portal.url), 75).decode()
            assert f"process {process.pid}" in said
            # The lock of a dead process holds nobody up.
            process.kill()
        harvest(tmp_path, site=portal.url)


def test_items_archived_but_not_written_are_written_by_the_next_run(portal, tmp_path):
    file = tmp_path / "items" / "news.jsonl"
    whole = file.read_bytes()
    # As a kill leaves it: the item is in the archive, its line is not there or torn.
    file.write_bytes(whole[: whole.rindex(b"\n", 0, -1) + 100])
    lose(tmp_path, "state.sqlite*")
    harvest(tmp_path, site=portal.url)
    assert whole == file.read_bytes()
    assert 1 == stats(tmp_path)["migration/restored"]
    lose(tmp_path, "items", "state.sqlite*", "index.cdxj")
    told = harvest(tmp_path, site=portal.url)
    assert whole == file.read_bytes()
    assert 0 == told["items"]["counts"]["new"]


def test_a_damaged_state_is_made_again(portal, tmp_path):
    lose(tmp_path, "state.sqlite-*")
    (tmp_path / "state.sqlite").write_bytes(b"no database at all" * 300)
    told = harvest(tmp_path, site=portal.url)
    assert (0, 0) == (told["items"]["counts"]["new"], told["items"]["counts"]["changed"])
    assert (tmp_path / "state.sqlite.damaged").exists()


@pytest.mark.parametrize(
    ("flags", "settings", "says"),
    [
        (["--max-requests", "0"], {}, "above 0"),
        ([], {"MIGRATION_REVISIT": "often"}, "MIGRATION_REVISIT"),
        ([], {"MIGRATION_HOURS": "25:00-26:00"}, "MIGRATION_HOURS"),
        (["news"], {}, "no spider's name"),
    ],
)
def test_wrong_usage_is_one_clear_line(tmp_path, flags, settings, says):
    said = run(command(tmp_path, *flags, site="http://127.0.0.1:9", **settings), 2).decode()
    assert says in said
    assert "Traceback" not in said
