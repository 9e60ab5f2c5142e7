"""The server as a whole: which addresses it has, whom it answers, what it says when something is wrong."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from argparse import Namespace

import pytest
from scrapy.settings import Settings
from starlette.testclient import TestClient

from archive.dataset import DatasetError
from archive.warc.lock import CollectionLock
from migration_spider.browse import making
from migration_spider.browse.app import HEADERS, application
from migration_spider.browse.captured import NO_ARCHIVE
from migration_spider.browse.collection import Collection
from migration_spider.browse.current import Current, source_of
from migration_spider.browse.server import listen
from migration_spider.commands.browse import Command
from tests.browse.conftest import config_of
from tests.crawling import ENVIRONMENT, ROOT


@pytest.fixture
def data(harvested, tmp_path):
    """The same data, to be changed: items and runs."""
    for name in ("items", "runs", "browse"):
        shutil.copytree(harvested / name, tmp_path / "data" / name)
    # The files are others, as copies are.
    making.made(tmp_path / "data", config_of(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("path", ["/", "/stories", "/stories?q=school", "/stories/8836", "/static/browse.css"])
def test_pages_are_there_and_every_one_is_closed_to_all_other_sites(client, path):
    answer = client.get(path)
    assert 200 == answer.status_code
    assert all(answer.headers[name] == value for name, value in HEADERS.items())
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/stories/1", 404, "There is no story 1."),
        ("/nowhere", 404, "<h1>Not found</h1>\n<p>There is no page at this address.</p>"),
        ("/static/..%2Fapp.py", 404, "404"),
        ("/stories?since=soon", 400, "“since” is a day such as 2024-05-01, a month or a year, not “soon”"),
        ("/stories?colour=red", 400, "there is no parameter “colour”"),
        ("/stories?page=999", 400, "there is no page 999"),
    ],
)
def test_what_cannot_be_had_is_a_page_with_a_sentence(client, path, status, said):
    answer = client.get(path)
    assert status == answer.status_code
    assert said in answer.text
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


def test_nothing_but_reading_is_answered(client):
    assert {405} == {client.request(method, "/stories").status_code for method in ("POST", "PUT", "DELETE", "PATCH")}


def test_who_comes_by_another_name_is_refused(collection):
    asks = TestClient(application(lambda: collection, 8017), base_url="http://127.0.0.1:8017")
    right = ("127.0.0.1:8017", "localhost:8017", "LOCALHOST:8017", "[::1]:8017")
    wrong = ("evil.example", "evil.example:8017", "127.0.0.1:1", "127.0.0.1", "127.0.0.1.evil.example:8017", "")
    assert {200} == {asks.get("/", headers={"host": host}).status_code for host in right}
    assert {421} == {asks.get("/", headers={"host": host}).status_code for host in wrong}


def test_a_run_that_ends_is_seen(data):
    current = Current(source_of(data, config_of(data)))
    before = current()
    lines = making.items_of(data).read_text(encoding="utf-8").splitlines()
    changed = next(line for line in map(json.loads, reversed(lines)) if line["id"] == "8836@en")
    changed |= {"version": changed["version"] + 1, "title": "A title that was not there before"}
    with making.items_of(data).open("a", encoding="utf-8") as file:
        file.write(json.dumps(changed) + "\n")
    with_lock = CollectionLock(data)
    current.look()
    assert current() is before, "a run is going on"
    with_lock.release()
    current.look()
    assert current() is not before
    assert current.notice is None
    found = current().connect().execute("SELECT title FROM news WHERE id = ?", (changed["id"],)).fetchone()
    assert "A title that was not there before" == found[0]
    # What was looked at before is there as long as somebody may have it open, and no longer.
    assert before.database.exists()
    assert 2 == len(list((data / "browse").glob("items-*")))


def test_items_that_are_cut_while_they_are_read_are_one_sentence(data):
    items = making.items_of(data)
    shutil.rmtree(data / "browse")

    def told(step, done, total):
        if step == "Writing tables":
            items.write_bytes(items.read_bytes()[:5_000])

    with pytest.raises(DatasetError, match=r"changed while it was read .*: try again"):
        making.made(data, config_of(data), told)
    assert not list((data / "browse").glob("*-*"))


def test_two_that_start_at_once_make_it_once(data):
    shutil.rmtree(data / "browse")
    (data / "browse").mkdir()
    other = CollectionLock(data / "browse")
    waited = []

    def told(step, done, total):
        if step.startswith("Waiting") and not waited:
            other.release()
        waited.append(step)

    there = making.made(data, config_of(data), told)
    assert waited[0].startswith("Waiting")
    assert there == making.made(data, config_of(data), lambda *_: pytest.fail("made again"))


def test_items_that_cannot_be_read_leave_what_was_seen_and_say_so(data):
    current = Current(source_of(data, config_of(data)))
    before = current()
    making.items_of(data).write_text("nonsense\n", encoding="utf-8")
    current.look()
    assert current() is before
    assert "There is newer data" in current.notice
    page = TestClient(application(current), base_url="http://127.0.0.1").get("/stories").text
    assert current.notice in page
    assert not list((data / "browse").glob("new-*"))


@pytest.mark.parametrize("is_made", [True, False])
def test_a_folder_that_cannot_be_written_is_looked_at_all_the_same(data, harvested, monkeypatch, is_made):
    for name in ("warc", "index.cdxj"):
        there = harvested / name
        (shutil.copytree if there.is_dir() else shutil.copy)(there, data / name)
    if not is_made:
        shutil.rmtree(data / "browse")
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}

    class Locked(CollectionLock):
        def __init__(self, folder):
            if folder.is_relative_to(data):
                folder.rmdir()  # which could not have been made
                raise OSError(errno.EROFS, "Read-only file system", str(folder))
            super().__init__(folder)

    monkeypatch.setattr(making, "CollectionLock", Locked)
    source = source_of(data, config_of(data))
    collection = Current(source)()
    assert is_made == (source.elsewhere is None)
    home = source.elsewhere or data / "browse"
    assert home == collection.folder.parent
    assert (source.elsewhere or data) / "index.cdxj" == collection.archive.index
    assert collection.archive.index.is_file()
    assert source.newer(collection) is None
    assert before == {path: path.stat().st_mtime_ns for path in data.rglob("*")}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_looks_for_newer_items_does_not_fall_silent(data, monkeypatch):
    source = source_of(data, config_of(data))
    current = Current(source)

    found = threading.Event()

    def fails(than):
        found.wait(60)
        raise ZeroDivisionError

    monkeypatch.setattr(source, "newer", fails)
    current.watch(0.01)
    [looking] = [one for one in threading.enumerate() if one.name == "looks for newer items"]
    found.set()
    looking.join(60)  # what it raises would be told of the next test otherwise
    assert "There may be newer data" in current.notice


def test_the_latest_release_is_followed(collection, tmp_path):
    for name in ("first", "second"):
        shutil.copytree(collection.folder, tmp_path / name)
    (tmp_path / "latest").symlink_to("first")
    current = Current(source_of(tmp_path, config_of(tmp_path)))
    assert tmp_path / "first" == current().folder
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to("second")
    current.look()
    assert tmp_path / "second" == current().folder


def test_what_is_no_collection_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="neither a data folder with items nor a release"):
        source_of(tmp_path, config_of(tmp_path))
    (tmp_path / "news.sqlite").write_bytes(b"nonsense")
    with pytest.raises(DatasetError, match="this release cannot be"):
        Collection(tmp_path)


def test_the_command_serves_until_it_is_interrupted(data):
    words = [sys.executable, "-m", "scrapy", "browse", str(data), "--no-open", "--port", "0"]
    with subprocess.Popen(words, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        said = process.stdout.readline() + process.stdout.readline()
        url = said.decode().partition("Look at ")[2].partition(" ")[0]
        with urllib.request.urlopen(f"{url}stories", timeout=30) as page:
            assert b"<h1>Stories</h1>" in page.read()
        os.kill(process.pid, signal.SIGINT)
        said, problems = process.communicate(timeout=30)
        assert b"" == said
        assert f"scrapy browse: {NO_ARCHIVE}\n" == problems.decode()
    assert 0 == process.returncode


def test_a_port_that_cannot_be_had_is_told_in_one_line(data, capsys):
    command = Command()
    command.settings = Settings({"DATA_DIR": str(data)})
    with listen(0) as sock:
        taken = sock.getsockname()[1]
        for port, words in ((taken, f"port {taken} is taken: try another one"), (99999, "from 0 to 65535")):
            command.exitcode = 0
            command.run([str(data)], Namespace(port=port, no_open=True, archive=None))
            (line,) = capsys.readouterr().err.splitlines()
            assert words in line
            assert 2 == command.exitcode
