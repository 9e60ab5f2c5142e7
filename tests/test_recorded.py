"""The recorded Drupal site of ../shared: served, crawled and scored as a user would."""

import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
from shutil import copytree

import pytest

from tests.crawling import items, stats
from tests.harvesting import harvest, ids

MINIMUM = 0.99
"""No field under this share."""


FIELDS = (
    *("title", "date", "type_of_material", "target_audience", "source_publisher", "other_source", "geographic_scope"),
    *("working_group", "regional_review", "gcm_objectives", "cross_cutting_theme", "body_text", "attachments"),
)
"""What makes a change, in the words of the truth."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(portals, recording, port):
    words = [sys.executable, "-u", str(portals / "serve.py"), str(portals / recording), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            server.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def first(shared, tmp_path_factory):
    """(data, port) of a harvest of all that the recorded site has."""
    data, port = tmp_path_factory.mktemp("recorded"), free_port()
    with served(shared / "portals", "olivero.warc.gz", port) as site:
        harvest(data, site=site, MIGRATION_REQUISITES=False)
    return data, port


def test_score_of_the_recorded_site(shared, first):
    portals, (data, _) = shared / "portals", first
    words = [sys.executable, str(portals / "score.py"), str(data / "items" / "news.jsonl")]
    table = subprocess.run(
        [*words, str(portals / "truth.jsonl.gz"), "--min", str(MINIMUM)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert table.returncode == 0, table.stdout
    assert float(re.search(r"SCORE overall ([\d.]+)", table.stdout)[1]) >= 0.99, table.stdout
    # Every item is new, so a field that is always missing would show here, whatever the score says.
    assert len(items(data)) == stats(data)["migration/items/new"]


def truth(file):
    """Id -> what the site says of the item, of those at an address of their own."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {f"{row['nid']}@{row['lang']}": row for row in rows if not row["redirected"]}


def test_what_changed_between_two_recordings(shared, first, tmp_path):
    portals, (data, port) = shared / "portals", first
    copytree(data, tmp_path, dirs_exist_ok=True)
    with served(portals, "olivero_after.warc.gz", port) as site:
        once = {"MIGRATION_TOMBSTONE_CONFIRMATIONS": 1, "MIGRATION_REQUISITES": False}
        told = harvest(tmp_path, "--full", site=site, **once)
    before, after = truth(portals / "truth.jsonl.gz"), truth(portals / "truth_after.jsonl.gz")
    changed = {one for one in before.keys() & after.keys() if any(before[one][f] != after[one][f] for f in FIELDS)}
    assert after.keys() - before.keys() == ids(told, "new")
    assert before.keys() - after.keys() == ids(told, "vanished")
    assert changed == ids(told, "changed")
    assert set() == ids(told, "reappeared") | ids(told, "unconfirmed")
    moved = {one for one in changed if before[one]["url"] != after[one]["url"]}
    assert moved
    assert moved == {item["id"] for item in told["items"]["changed"] if "url" in item["fields"]}
