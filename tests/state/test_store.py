import json
import sqlite3

import pytest

from migration_spider.exceptions import BadLineError
from migration_spider.state import ItemStore


def record(item_id, version=1, digest="aa"):
    return {
        "id": item_id,
        "url": f"http://portal.example/{item_id}",
        "version": version,
        "content_sha256": digest,
        "first_seen": "2024-01-01T00:00:00Z",
        "last_changed": "2024-01-02T00:00:00Z",
        "fetched_at": "2024-01-02T00:00:00Z",
        "run_id": "run",
        "warc": {},
    }


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "state.sqlite", tmp_path / "items" / "news.jsonl"


def test_what_was_appended_is_known(paths):
    with ItemStore(*paths) as store:
        assert store.item("1@en") is None
        store.append(record("1@en"))
        store.append(record("1@en", 2, "bb"))
        item = store.item("1@en")
    assert (2, "bb", "2024-01-01T00:00:00Z", None) == (
        item.version,
        item.content_sha256,
        item.first_seen,
        item.withdrawn,
    )
    lines = paths[1].read_bytes().splitlines(keepends=True)
    assert [record("1@en"), record("1@en", 2, "bb")] == [json.loads(line) for line in lines]
    assert lines[-1].endswith(b"\n")


@pytest.mark.parametrize("damage", ["deleted", "older"])
def test_the_database_is_made_again_from_the_lines(paths, damage):
    with ItemStore(*paths) as store:
        store.append(record("1@en"))
    old = paths[0].read_bytes()
    with ItemStore(*paths) as store:
        store.append(record("2@en"))
    paths[0].unlink()
    if damage == "older":
        paths[0].write_bytes(old)
    with ItemStore(*paths) as store:
        assert store.item("1@en") is not None
        assert store.item("2@en") is not None


def test_lines_replaced_by_others_are_read_from_the_start(paths):
    with ItemStore(*paths) as store:
        store.append(record("1@en"))
    paths[1].write_text(json.dumps(record("3@en", digest="cc")) + "\n", encoding="utf-8")
    with ItemStore(*paths) as store:
        assert store.item("1@en") is None
        assert "cc" == store.item("3@en").content_sha256


@pytest.mark.parametrize("torn", [b"{", b'{"id": "2@en", "url"' + b"x" * 10_000])
def test_a_torn_line_is_cut_and_kept(paths, torn):
    with ItemStore(*paths) as store:
        store.append(record("1@en"))
    whole = paths[1].read_bytes()
    paths[1].write_bytes(whole + torn)
    with ItemStore(*paths) as store:
        assert len(torn) == store.torn
        assert store.item("1@en") is not None
        store.append(record("2@en"))
    assert whole == paths[1].read_bytes()[: len(whole)]
    assert torn + b"\n" == paths[1].with_name("news.jsonl.torn").read_bytes()
    assert ["1@en", "2@en"] == [json.loads(line)["id"] for line in paths[1].read_bytes().splitlines()]


def test_a_line_that_is_no_item_stops_with_its_place(paths):
    paths[1].parent.mkdir()
    first = json.dumps(record("1@en")) + "\n"
    paths[1].write_text(first + "nonsense\n", encoding="utf-8")
    with pytest.raises(BadLineError, match=f"at byte {len(first)}"):
        ItemStore(*paths)
    assert first + "nonsense\n" == paths[1].read_text(encoding="utf-8")


def test_a_full_disk_leaves_no_half_line(paths, monkeypatch):
    with ItemStore(*paths) as store:
        store.append(record("1@en"))
        whole = paths[1].read_bytes()

        class Full:
            """A file that takes ten bytes and then no more."""

            def __init__(self, file):
                self.file, self.left = file, 10

            def __getattr__(self, name):
                return getattr(self.file, name)

            def write(self, data):
                if not self.left:
                    raise OSError(28, "No space left on device")
                taken, self.left = self.left, 0
                return self.file.write(data[:taken])

        monkeypatch.setattr(store, "_file", Full(store._file))
        with pytest.raises(OSError, match="No space left"):
            store.append(record("2@en"))
        assert store.item("2@en") is None
        assert whole == paths[1].read_bytes()


def test_the_database_can_be_read_while_a_run_writes(paths):
    with ItemStore(*paths) as store:
        store.append(record("1@en"))
        reader = sqlite3.connect(f"file:{paths[0]}?mode=ro", uri=True)
        try:
            assert [("1@en",)] == reader.execute("SELECT id FROM item").fetchall()
        finally:
            reader.close()
