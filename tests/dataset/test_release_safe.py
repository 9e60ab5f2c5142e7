"""A release is the same each time, never writes over anything, and is whole or not there."""

import errno
import hashlib
import json
import os

import pytest

from archive.dataset import DatasetError, publish
from archive.dataset.shelf import Shelf
from tests.dataset.records import dataset, note, write
from tests.tables import contents


def test_the_same_items_give_the_same_bytes(items, tmp_path):
    first = publish(dataset(), items, tmp_path / "one")
    second = publish(dataset(), items, tmp_path / "two" / "elsewhere")
    assert contents(first.path) == contents(second.path)
    assert str(tmp_path).encode() not in b"".join(contents(first.path).values())


def test_checksums_name_every_other_file(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset")
    files = contents(release.path)
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert {path: hashlib.sha256(data).hexdigest() for path, data in files.items()} == sums


def test_what_stands_is_never_written_over(items, tmp_path):
    folder = tmp_path / "dataset"
    release = publish(dataset(), items, folder)
    before = contents(folder)
    again = publish(dataset(), items, folder)
    assert (release.path, False) == (again.path, again.new)
    with items.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(note("d")) + "\n")
    with pytest.raises(DatasetError, match=r"other contents.*--version 2024-05-02\.2"):
        publish(dataset(), items, folder, version="2024-05-02")
    assert before == contents(folder)
    assert ["2024-05-02", "latest"] == sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("version", ["../evil", "a/b", "", ".hidden", "latest", "a b", "x" * 65])
def test_a_version_is_a_plain_name(items, tmp_path, version):
    if version == "":
        assert "2024-05-02" == publish(dataset(), items, tmp_path / "dataset", version=version).edition.version
        return
    with pytest.raises(DatasetError, match="is not a version"):
        publish(dataset(), items, tmp_path / "dataset", version=version)
    assert not (tmp_path / "dataset").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no items"),
        ("not json\n", "byte 0 is not a record"),
        (json.dumps(note("a")) + "\n[]\n", "is not a record"),
        ('{"id": "half', "has no items"),
        (None, "does not exist"),
    ],
)
def test_nothing_to_publish_is_one_clear_error(tmp_path, text, says):
    items = tmp_path / "notes.jsonl"
    if text is not None:
        items.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=says):
        publish(dataset(), items, tmp_path / "dataset")
    assert not (tmp_path / "dataset").exists()


def test_a_line_being_written_is_left_for_the_next_release(items, tmp_path):
    whole = publish(dataset(), items, tmp_path / "one")
    with items.open("a", encoding="utf-8") as stream:
        stream.write('{"id": "half')
    assert contents(whole.path) == contents(publish(dataset(), items, tmp_path / "two").path)


def test_a_failure_leaves_nothing(items, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("archive.dataset.release.card", fail)
    with pytest.raises(OSError, match="No space left"):
        publish(dataset(), items, tmp_path / "dataset")
    assert [] == list((tmp_path / "dataset").iterdir())


def test_a_full_disk_is_told_with_the_folder_of_the_release(items, tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")  # as a write says it

    monkeypatch.setattr("archive.dataset.release.card", fail)
    with pytest.raises(OSError, match="No space left") as caught:
        publish(dataset(), items, tmp_path / "dataset", version="1")
    assert (errno.ENOSPC, str(tmp_path / "dataset" / "1")) == (caught.value.errno, caught.value.filename)


@pytest.mark.parametrize("same", [True, False])
def test_of_two_at_once_the_second_finds_the_release_of_the_first(items, tmp_path, monkeypatch, same):
    folder = tmp_path / "dataset"
    add = Shelf.add

    def overtaken(shelf, draft, target):
        monkeypatch.setattr(Shelf, "add", add)
        publish(dataset(), items, folder, version="1", bom=same)
        return add(shelf, draft, target)

    monkeypatch.setattr(Shelf, "add", overtaken)
    if same:
        second = publish(dataset(), items, folder, version="1")
        assert (folder / "1", False) == (second.path, second.new)
    else:
        with pytest.raises(DatasetError, match=r"is there with other contents.*--version 1\.2"):
            publish(dataset(), items, folder, version="1")
    assert ["1", "latest"] == sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["latest", ".latest"])
def test_a_folder_in_the_place_of_the_link_is_left_and_told(items, tmp_path, name):
    folder = tmp_path / "dataset"
    (folder / name).mkdir(parents=True)
    (folder / name / "datapackage.json").write_text("{}", encoding="utf-8")
    first = publish(dataset(), items, folder, version="1")
    assert (True, False, None) == (first.new, first.linked, first.edition.previous)
    assert sorted(["1", name]) == sorted(path.name for path in folder.iterdir())
    assert "{}" == (folder / name / "datapackage.json").read_text(encoding="utf-8")
    assert publish(dataset(), items, folder, version="1").linked


@pytest.mark.parametrize(
    "content", ["[]", "5", "[" * 100_000, "{", None], ids=["list", "number", "deep", "torn", "pipe"]
)
def test_a_damaged_release_is_one_clear_error(items, tmp_path, content):
    file = tmp_path / "dataset" / "1" / "datapackage.json"
    file.parent.mkdir(parents=True)
    if content is None:
        os.mkfifo(file)
    else:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"datapackage\.json is damaged \(.*\): move the folder .*/1 away"):
        publish(dataset(), items, tmp_path / "dataset", version="2")
    assert ["1"] == [path.name for path in (tmp_path / "dataset").iterdir()]


def test_checksums_that_are_a_pipe_are_other_contents(items, tmp_path):
    release = publish(dataset(), items, tmp_path / "dataset", version="1")
    (release.path / "SHA256SUMS").unlink()
    os.mkfifo(release.path / "SHA256SUMS")
    with pytest.raises(DatasetError, match="other contents"):
        publish(dataset(), items, tmp_path / "dataset", version="1")


def test_an_item_of_other_code_is_one_clear_error(tmp_path):
    record = note("a")
    del record["title"]
    with pytest.raises(DatasetError, match=r"does not fit Note .*title.*: make the items again"):
        publish(dataset(), write(tmp_path / "notes.jsonl", record), tmp_path / "dataset")
    assert [] == list((tmp_path / "dataset").iterdir())
