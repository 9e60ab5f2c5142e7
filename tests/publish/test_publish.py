"""`scrapy publish` on a crawl of the demo portal, as a user calls it."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from types import SimpleNamespace

import pytest
from scrapy.settings import Settings

from archive.warc.lock import CollectionLock
from migration_spider.commands import publish
from migration_spider.report import record
from tests.burial import bury
from tests.crawling import items, scrapy
from tests.tables import rows


def test_the_command_says_what_it_wrote_and_where(data, release):
    version = max(item["fetched_at"] for item in items(data))[:10]
    printed = (data / "publish.txt").read_text(encoding="utf-8")
    count = len({item["id"] for item in items(data)})
    assert f"{count} items (first release: {count} added, 0 changed, 0 removed)" in printed
    assert f"Release {version}: {data / 'dataset' / version}" in printed
    assert b"" == (release / "history.jsonl").read_bytes()
    names = ("AUTHORS", "PUBLISHER", "CONTACT", "PAGE", "DOI", "LICENCE_NOTE", "FREQUENCY", "DOWNLOADS")
    assert f"neutral defaults are used: {', '.join(names)}\n" in printed
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=release, check=False).returncode == 0


def test_the_same_again_is_no_error_and_under_its_name_nothing_else_is_written(data, release):
    assert b"the same as before" in scrapy("publish", data=data)
    output = scrapy("publish", "--metadata-only", "--version", release.resolve().name, data=data, code=2).decode()
    assert "never overwritten" in output
    assert "Traceback" not in output


def test_a_run_that_goes_on_and_an_incomplete_state_are_refused(demo, data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    shutil.copytree(demo.data / "runs", tmp_path / "runs")
    (tmp_path / "warc").mkdir()
    lock = CollectionLock(tmp_path / "warc")
    assert "a run is using the folder" in scrapy("publish", data=tmp_path, code=75).decode()
    lock.release()
    (run,) = (tmp_path / "runs").iterdir()
    left = [{"url": "https://example.org/|<b>", "reason": "failed", "detail": "answer 500"}] * 77
    record.end(run, exit_code=3, kind="unfetched", messages=["77 pages could not be <fetched>"], missing=left)
    said = f"As of run {run.name}: 77 pages missing (77 pages could not be <fetched>)"
    output = scrapy("publish", data=tmp_path, code=3).decode()
    assert f"scrapy publish: error: {said}: run scrapy harvest; --incomplete publishes it as it is" in output
    assert not (tmp_path / "dataset").exists()
    assert said in scrapy("publish", "--incomplete", data=tmp_path).decode()
    release = tmp_path / "dataset" / "latest"
    card = (release / "README.md").read_text(encoding="utf-8").partition("\n---\n")[2].split("\n")
    assert f"**{said}.**".replace("<", "\\<").replace(">", "\\>") == [line for line in card if line][1]
    package = json.loads((release / "datapackage.json").read_bytes())
    assert (said, False, record.read(run)["ended"]) == (
        package["whole"],
        package["complete"],
        package["created"],
    )
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        columns = "command, exit_code, outcome, missing, new, decides"
        assert [("crawl", 3, "unfetched", 77, len(items(data)), 1)] == db.execute(
            f"SELECT {columns} FROM runs JOIN (SELECT DISTINCT run_id FROM news) USING (run_id)"
        ).fetchall()
        assert [(left[0]["url"], "failed", 77)] == db.execute(
            "SELECT url, reason, count(*) FROM runs_missing"
        ).fetchall()
    assert [run.name] == [row["run_id"] for row in rows(release / "tables" / "runs.csv")]


def test_metadata_only_has_no_text(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    authors = json.dumps([{"family": "Carberry", "given": "Josiah", "orcid": "0000-0002-1825-0097"}])
    words = ["--metadata-only", "--no-bom", "--version", "metadata", "-s", f"MIGRATION_DATASET_AUTHORS={authors}"]
    words += ["--site", str(tmp_path / "site")]
    printed = scrapy("publish", *words, "-s", "MIGRATION_DATASET_FREQUENCY=weekly", data=tmp_path).decode()
    assert f"Open it: {tmp_path / 'site' / 'index.html'}\n" in printed
    folder = tmp_path / "dataset" / "metadata"
    assert "https://orcid.org/0000-0002-1825-0097" in (folder / "CITATION.cff").read_text(encoding="utf-8")
    assert "frequency/WEEKLY" in (folder / "dcat.jsonld").read_text(encoding="utf-8")
    item = next(item for item in items(data) if item["id"] == "7756@es")
    sentence = item["body_text"].split("\n")[0][:60].encode()
    assert len(sentence) > 30
    written = [path for made in (folder, tmp_path / "site") for path in made.rglob("*") if path.is_file()]
    assert tmp_path / "site" / "stories" / "7756.html" in written
    assert [] == [path for path in written if sentence in path.read_bytes()]
    assert (folder / "news.csv").read_bytes().startswith(b"id,")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--version", "../x"], "'../x' is not a version"),
        (["what"], "unrecognized argument: what"),
        (["--site", "."], "cannot be replaced as a whole"),
        (["-s", "MIGRATION_DATASET_DOI=zenodo.1234"], "MIGRATION_DATASET_DOI=zenodo.1234: expected a DOI"),
    ],
)
def test_wrong_usage_is_exit_code_2(data, words, says):
    output = scrapy("publish", *words, data=data, code=2).decode()
    assert says in output
    assert "Traceback" not in output


def test_nothing_to_publish_is_exit_code_2(tmp_path):
    output = scrapy("publish", data=tmp_path, code=2).decode()
    assert "does not exist: crawl first" in output
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_exit_code_5(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    (tmp_path / "dataset").write_text("in the way", encoding="utf-8")
    output = scrapy("publish", data=tmp_path, code=5).decode()
    assert "scrapy publish: error: " in output
    assert "Traceback" not in output


def interrupt(*arguments, **named):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("archive.dataset.release.publish", "nothing was published"),
        ("archive.dataset.signing.sign", "is there, and not signed or stamped"),
    ],
)
def test_an_interrupt_is_one_line_and_exit_code_130(data, tmp_path, monkeypatch, capsys, step, says):
    shutil.copytree(data / "items", tmp_path / "items")
    release = SimpleNamespace(path=tmp_path / "dataset" / "1")
    # Where they stand: the command imports them when it runs.
    monkeypatch.setattr("archive.dataset.release.publish", lambda *arguments, **named: release)
    monkeypatch.setattr("archive.dataset.signing.signer", str)
    monkeypatch.setattr(step, interrupt)
    command = publish.Command()
    command.settings = Settings()  # what a project's are got by stays in the environment of all other tests
    command.settings.setmodule("migration_spider.settings")
    command.settings.set("DATA_DIR", str(tmp_path))
    options = dict.fromkeys(("version", "wacz", "timestamp", "metadata_only", "no_bom", "site")) | {"incomplete": True}
    command.run([], SimpleNamespace(sign="gpg", site_pages=0, **options))
    printed = capsys.readouterr()
    assert (130, "") == (command.exitcode, printed.out)
    assert printed.err.startswith("scrapy publish: interrupted; ")
    assert printed.err.endswith(f"{says}\n")


def test_what_is_withdrawn_is_told_and_so_is_what_comes_back(data, tmp_path):
    shutil.copytree(data / "items", tmp_path / "items")
    first, second = [item["id"] for item in items(data)[:2]]
    count = len(items(data))
    scrapy("publish", "--version", "1", data=tmp_path)
    gone = [bury(tmp_path, first, 403), bury(tmp_path, second)]
    printed = scrapy("publish", "--version", "2", data=tmp_path).decode()
    assert f"{count - 2} items (since 1: 0 added, 0 changed, 2 removed)" in printed
    release = tmp_path / "dataset" / "2"
    wanted = {line["id"]: (line["url"], line["title"], "2", line["tombstone"]["reason"]) for line in gone}
    assert wanted == {
        row["id"]: (row["url"], row["title"], row["version"], row["reason"])
        for row in rows(release / "tables" / "withdrawn.csv")
    }
    with closing(sqlite3.connect(release / "news.sqlite")) as db:
        found = db.execute("SELECT id, status, warc_record_id FROM withdrawn ORDER BY id").fetchall()
        assert sorted((one["id"], one["tombstone"]["status"], one["warc"]["record_id"]) for one in gone) == found
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert {(first, "unpublished", 403), (second, "gone", 404)} == {
        (change["id"], change["reason"], change["status"]) for change in changes
    }
    assert "2 items are gone from their source" in (release / "README.md").read_text(encoding="utf-8")
    assert release.joinpath("history.jsonl").read_bytes().endswith(b'"}}\n')
    back = {**next(item for item in items(data) if item["id"] == first), "version": 3}
    with (tmp_path / "items" / "news.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(back) + "\n")
    scrapy("publish", "--version", "3", data=tmp_path)
    release = tmp_path / "dataset" / "3"
    changes = [json.loads(line) for line in (release / "CHANGES.jsonl").read_bytes().splitlines()]
    assert [{"change": "added", "id": first, "url": back["url"], "title": back["title"], "version": 3}] == changes
    assert [second] == [row["id"] for row in rows(release / "tables" / "withdrawn.csv")]


def test_a_dataset_of_which_all_is_withdrawn_can_be_published(data, tmp_path):
    (tmp_path / "items").mkdir()
    line = json.dumps(items(data)[0]) + "\n"
    (tmp_path / "items" / "news.jsonl").write_text(line, encoding="utf-8")
    scrapy("publish", "--version", "1", data=tmp_path)
    bury(tmp_path, items(data)[0]["id"])
    assert b"0 items (since 1: 0 added, 0 changed, 1 removed)" in scrapy("publish", "--version", "2", data=tmp_path)
