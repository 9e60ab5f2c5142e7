"""Files of JSON beside the items and the archive, with each value in turn of each other type: they may come from anybody.

What cannot be right is passed over, or told in one error of ours; nothing else is ever raised, and nothing is lost.
"""

import copy
import json
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest
from scrapy.settings import Settings

from archive.cdxj import build_index, read_damage, warc_files
from archive.cdxj.files import manifest_path
from archive.dataset.holdings import Digests, file_sha256
from migration_spider.config import Config
from migration_spider.datasheet import collection_of
from migration_spider.items import Entry, Value
from migration_spider.report import record
from migration_spider.report.checking import ReportError
from migration_spider.report.read import read_report
from migration_spider.site_learner import SiteLearner
from migration_spider.site_profile import ProfileError, SiteProfile
from migration_spider.standing import standing_of
from migration_spider.standing.tables import _missing, _row
from migration_spider.state.database import open_database
from migration_spider.state.runs import Runs
from tests.archive.damaged import exchange, plain_answer, write
from tests.report.empty import empty_report

ODD = (None, True, 2**70, "x", "\ud800", [[1, 2], ["a", "b"]], {"a": []})
NO_JSON = (b"", b"\0" * 50, b"[" * 20_000, b'{"a":' * 20_000, b'{"a": "\xff"}', b'{"a": NaN}', b"9" * 5_000)
LANGUAGES = ["en", "fr"]
CONFIG = Config.of(Settings())


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def altered(value):
    """``value`` as JSON with each value in it in turn of each other type, and each key away; and what is no JSON."""
    for path in places(value):
        for odd in ODD if path else ():
            yield path, json.dumps(_with(value, path, odd)).encode()
        if path:
            yield path, json.dumps(_with(value, path)).encode()
    yield from (((), data) for data in (*NO_JSON, *(json.dumps(odd).encode() for odd in ODD)))


def _with(value, path, *odd):
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    if odd:
        inner[path[-1]] = odd[0]
    else:
        del inner[path[-1]]
    return value


@pytest.fixture
def folder(tmp_path):
    """That of a run that is on record, complete."""
    folder = tmp_path / "runs" / "20240101T000000Z-aaaaaa"
    folder.mkdir(parents=True)
    options = {"site": "https://example.org", "languages": LANGUAGES, "max_items": None, "since": None, "urls": []}
    pace = {"delay": 1.0, "concurrency": 1, "throttled": True, "obeys_robots": True}
    record.begin(folder, folder.name, "harvest", "2024-01-01T00:00:00Z", options, "", pace)
    missing = [{"url": "https://example.org/1", "reason": "failed", "detail": "answer 500"}]
    more = {"kind": "complete", "messages": ["said"], "counts": {"new": 1}, "missing": missing, "sample": ""}
    record.end(folder, ended="2024-01-01T01:00:00Z", exit_code=0, **more)
    stats = {"elapsed_time_seconds": 1.5, "downloader/request_count": 3, "downloader/response_status_count/200": 3}
    (folder / "stats.json").write_text(json.dumps(stats | {"migration/sample": "", "migration/exit_code": 0}))
    return folder


def told(folder):
    """All that a release says of the runs: raises nothing."""
    data = folder.parent.parent
    standing = standing_of(data, LANGUAGES)
    rows = [_row(run, standing) for run in standing.runs]
    rows += [row for run in standing.runs for row in _missing(run)]
    visits = collection_of(data, CONFIG, "https://example.org", standing.runs).visits
    assert all(type(n) in (int, float, type(None)) for one in visits for n in (one.seconds, one.requests, one.received))
    return [standing.said, standing.ended, standing.remedy, *map(str, rows), *map(str, visits)]


@pytest.mark.parametrize("name", ["run.json", "report.json", "stats.json"])
def test_what_is_noted_of_a_run(folder, name):
    """By its best source, or what is left of it."""
    file = folder / name
    if name != "run.json":
        (folder / "run.json").unlink()
    if name == "report.json":
        report = empty_report(folder.name)
        report["missing"] = [{"url": "https://example.org/1", "reason": "failed", "detail": "answer 500"}]
        # Of the rest the model knows.
        chosen, rest = {key: report.pop(key) for key in ("run", "outcome", "missing")}, report
    else:
        chosen, rest = json.loads(file.read_bytes()), {}
    for path, data in altered(chosen):
        file.write_bytes(json.dumps(json.loads(data) | rest).encode() if path else data)
        assert told(folder), path
        if name == "report.json":
            with suppress(ReportError):
                read_report(file)


def test_a_run_that_is_noted_in_another_shape_is_not_called_complete(folder):
    assert standing_of(folder.parent.parent, LANGUAGES).complete
    for name in ("counts", "missing", "messages", "options", "started"):
        noted = record.read(folder)
        (folder / "run.json").write_text(json.dumps(noted | {name: 5}))
        (folder / "stats.json").unlink(missing_ok=True)
        assert record.read(folder) is None
        assert not standing_of(folder.parent.parent, LANGUAGES).complete
        (folder / "run.json").write_text(json.dumps(noted))


def test_the_manifest_of_an_index(tmp_path):
    name = write(tmp_path, exchange(plain_answer())).name
    index = tmp_path / "index.cdxj"
    build_index(warc_files(tmp_path), index)
    made, manifest = index.read_bytes(), manifest_path(index)
    whole = json.loads(manifest.read_bytes())
    whole["damage"] = [{"file": name, "offset": 0, "end": None, "problem": "x", "bytes": 1}]
    for path, data in altered(whole):
        manifest.write_bytes(data)
        read_damage(index, tmp_path)
        build_index(warc_files(tmp_path), index)
        assert made == index.read_bytes(), path


def test_digests_that_are_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    kept = tmp_path / "kept.json"
    Digests(kept).of(tmp_path / "a")
    whole = json.loads(kept.read_bytes())
    for path, data in altered(whole):
        kept.write_bytes(data)
        size, digest = Digests(kept).of(tmp_path / "a")
        assert size == 1
        # A digest that somebody else wrote is not told from ours; one of another type is.
        assert digest == file_sha256(tmp_path / "a") or path == ("a", 4), path


def test_a_site_profile(tmp_path):
    profile = SiteProfile()
    for number in range(7):
        block = [Entry(label="Date", values=[Value(text="25/04/2022", url=None)])]
        profile.add(f"{number}@en", "en", block)
    profile.layouts.met.update({"title": {"main h1": 3}})
    file = tmp_path / "profile.json"
    whole = json.loads(profile.dump(profile.orders(), profile.templates.template_parts()))
    part = {"place": "p", "told_by": "pages", "differs": False, "left_out": True}
    whole["templates"] = {"en": [part | {"texts": [{"text": "t", "items": ["1@en"]}]}]}
    for path, data in altered(whole):
        file.write_bytes(data)
        learner = None
        with suppress(ProfileError):
            learner = SiteLearner(file)
        if learner is None:
            assert data == file.read_bytes()
            continue
        learner.profile.add("9@en", "en", [])
        learner.profile.summary()
        learner.changes()
        learner.settle()
        learner.save()
        assert SiteLearner(file).before is not None, path


def test_a_state_with_values_of_other_types_is_put_aside_and_made_anew(tmp_path):
    whole = tmp_path / "whole.sqlite"
    with closing(open_database(whole)) as database:
        Runs(database).begin("a", "a", "2024-01-01T00:00:00Z", 1, {})
        Runs(database).set_again({"https://example.org/": "failed"})
        Runs(database).set_named({"https://example.org/": "list"}, {})
        database.execute("PRAGMA journal_mode=DELETE")
    path = tmp_path / "state.sqlite"
    for table, column, value in (
        *(("run", name, odd) for name in ("id", "started", "ended") for odd in (b"\xff",)),
        *(("run", name, odd) for name in ("options", "counts") for odd in ("[]", "5", "null", "{", b"{}")),
        *(("run", name, "x") for name in ("exit_code", "pid")),
        ("again", "url", b"x"),
        ("named", "lastmod", b"x"),
    ):
        for left in tmp_path.glob("state.sqlite*"):
            left.unlink()
        shutil.copy(whole, path)
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"UPDATE {table} SET {column} = ?", (value,))
            database.commit()
        standing_of(tmp_path, LANGUAGES)  # it only looks
        with closing(open_database(path)) as database:
            assert [] == Runs(database).history(9), (table, column, value)
        assert path.with_name("state.sqlite.damaged").exists()
