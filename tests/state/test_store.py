"""The store of the items: what has a line is known, and no line is half, lost or taken for another."""

import json
import re
import sqlite3
from contextlib import closing

import pytest

from archive.dataset.lines import Lines, dump
from migration_spider.exceptions import BadLineError, StateError
from migration_spider.state import ItemStore, lines, revise
from migration_spider.state import store as state_store
from migration_spider.state.store import Item
from tests.state.stored import record


def test_what_was_appended_is_known(paths):
    with closing(ItemStore(*paths)) as store:
        assert store.item("1@en") is None
        store.append(record("1@en"))
        store.append(record("1@en", 2, "bb") | {"title": "Größe", "language": "de", "node_id": 1})
        item = store.item("1@en")
    assert 0 == store.torn
    assert (1, "de", "Größe") == (item.node_id, item.language, item.title)
    assert "Größe".encode() in paths[1].read_bytes()
    assert (2, "bb", "2024-01-01T00:00:00Z", None) == (
        item.version,
        item.content_sha256,
        item.first_seen,
        item.withdrawn,
    )
    written = paths[1].read_bytes().splitlines(keepends=True)
    assert [("1@en", 1), ("1@en", 2)] == [(line["id"], line["version"]) for line in map(json.loads, written)]
    assert written[-1].endswith(b"\n")


@pytest.mark.parametrize("damage", ["deleted", "older"])
def test_the_database_is_made_again_from_the_lines(paths, damage):
    with closing(ItemStore(*paths)) as store:
        store.append(record("1@en"))
    old = paths[0].read_bytes()
    with closing(ItemStore(*paths)) as store:
        store.append(record("2@en"))
    paths[0].unlink()
    if damage == "older":
        paths[0].write_bytes(old)
    with closing(ItemStore(*paths)) as store:
        assert store.item("1@en") is not None
        assert store.item("2@en") is not None


def test_lines_replaced_by_others_are_read_from_the_start(paths):
    with closing(ItemStore(*paths)) as store:
        store.append(record("1@en"))
    paths[1].write_text(json.dumps(record("3@en", digest="cc")) + "\n", encoding="utf-8")
    with closing(ItemStore(*paths)) as store:
        assert store.item("1@en") is None
        assert "cc" == store.item("3@en").content_sha256


@pytest.mark.parametrize("torn", [b"{", b'{"id": "2@en", "url"' + b"x" * 10_000])
def test_a_torn_line_is_cut_and_kept(paths, torn):
    with closing(ItemStore(*paths)) as store:
        store.append(record("1@en"))
    whole = paths[1].read_bytes()
    paths[1].write_bytes(whole + torn)
    with closing(ItemStore(*paths)) as store:
        assert len(torn) == store.torn
        assert store.item("1@en") is not None
        store.append(record("2@en"))
    assert whole == paths[1].read_bytes()[: len(whole)]
    assert torn + b"\n" == paths[1].with_name("news.jsonl.torn").read_bytes()
    assert ["1@en", "2@en"] == [json.loads(line)["id"] for line in paths[1].read_bytes().splitlines()]


def test_a_line_that_is_no_item_stops_with_its_place(paths):
    paths[1].parent.mkdir(parents=True)
    first = json.dumps(record("1@en")) + "\n"
    paths[1].write_text(first + "nonsense\n", encoding="utf-8")
    with pytest.raises(BadLineError, match=f"at byte {len(first)}"):
        ItemStore(*paths)
    assert first + "nonsense\n" == paths[1].read_text(encoding="utf-8")


def test_a_reader_names_the_file_and_the_place(paths):
    file = stored(paths, record("1@en"))
    size = file.stat().st_size
    with file.open("ab") as other:
        other.write(b"{}\n")
    with pytest.raises(
        BadLineError, match=rf"{re.escape(str(file))}: the line at byte {size} .*`scrapy harvest` repairs"
    ):
        list(lines.read(file))


def test_a_file_that_cannot_be_written_is_one_clear_line(paths):
    paths[1].mkdir(parents=True)
    with pytest.raises(StateError, match=r"news\.jsonl is a folder, not a file"):
        ItemStore(*paths)


def test_a_full_disk_leaves_no_half_line(paths, monkeypatch):
    with closing(ItemStore(*paths)) as store:
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
    with closing(ItemStore(*paths)) as store:
        store.append(record("1@en"))
        reader = sqlite3.connect(f"file:{paths[0]}?mode=ro", uri=True)
        try:
            assert [("1@en",)] == reader.execute("SELECT id FROM item").fetchall()
        finally:
            reader.close()


# ---- what is read when the store opens


@pytest.fixture
def parsed(monkeypatch):
    """The lines that were parsed."""
    found = []
    parse = lines.parse
    monkeypatch.setattr(lines, "parse", lambda line: found.append(line) or parse(line))
    return found


def present(path):
    return [one for one, _ in Lines(path, "id").present()]


def stored(paths, *records):
    with closing(ItemStore(*paths)) as store:
        for one in records:
            store.append(one)
    return paths[1]


def test_only_what_the_index_does_not_know_is_parsed(paths, parsed):
    file = stored(paths, record("1@en"), record("2@en"))
    with closing(ItemStore(*paths)) as store:
        assert not store.is_other_file
    assert [] == parsed
    with file.open("ab") as later:
        later.write(dump(record("3@en")))
    with closing(ItemStore(*paths)) as store:
        assert not store.is_other_file
        assert "3@en" == store.item("3@en").id
    assert [dump(record("3@en"))] == parsed


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole.replace(b"/1@en", b"/7@en"),  # a byte in the middle
        lambda whole: whole[: whole.index(b"\n") + 1],
        lambda whole: b"",
    ],
    ids=["a byte", "shorter", "empty"],
)
def test_a_file_that_is_not_as_it_was_left_is_read_anew(paths, change):
    file = stored(paths, record("1@en"), record("2@en", digest="x" * 9000), record("3@en"))
    file.write_bytes(change(file.read_bytes()))
    with closing(ItemStore(*paths)) as store:
        assert store.is_other_file
        there = {line["id"]: line["url"] for line in map(json.loads, file.read_bytes().splitlines())}
        assert there == {one: item.url for one in ("1@en", "2@en", "3@en") if (item := store.item(one))}
    with closing(ItemStore(*paths)) as store:
        assert not store.is_other_file


def test_a_large_file_is_digested_in_pieces(paths, monkeypatch):
    monkeypatch.setattr(state_store, "CHUNK", 7)
    stored(paths, record("1@en"), record("2@en"))
    with closing(ItemStore(*paths)) as store:
        assert not store.is_other_file


def test_a_tombstone_keeps_what_was_known_of_the_content(paths):
    stone = {name: value for name, value in record("1@en", 2).items() if name != "content_sha256"}
    stored(
        paths,
        record("1@en")
        | {"publication_date": "2024-01-01", "gcm_objectives": ["x"], "url": "http://portal.example/old"},
        stone | {"tombstone": {"reason": "gone"}, "last_changed": "2024-02-01T00:00:00Z"},
    )
    with closing(ItemStore(*paths)) as store:
        item = store.item("1@en")
        assert ("gone", 2, "aa", "2024-01-01") == (
            item.withdrawn,
            item.version,
            item.content_sha256,
            item.published,
        )
        assert ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z") == (item.first_seen, item.last_changed)
    with closing(sqlite3.connect(paths[0])) as database:
        row = database.execute("SELECT filled, moved_from FROM item").fetchone()
    assert ("publication_date gcm_objectives", "http://portal.example/old") == row
    assert [] == list(present(paths[1]))


def test_lines_are_read_up_to_the_torn_one_with_their_offsets(paths):
    file = stored(paths, record("1@en"), record("2@en"), record("1@en", 2))
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"id": "4@')
    assert [(0, "1@en"), (whole.index(b'{"id":"2@en"'), "2@en")] == [
        (offset, one["id"]) for offset, _, one in list(lines.read(file))[:2]
    ]
    assert [("2@en", 1)] == [(one["id"], one["version"]) for _, _, one in lines.read(file, "2@en")]
    assert [("1@en", 2), ("2@en", 1)] == [(one["id"], one["version"]) for one in present(file)]
    with pytest.raises(StateError, match="does not exist: crawl first"):
        list(lines.read(file.with_name("none")))


# ---- mending


def test_bad_lines_are_taken_out_and_the_file_kept(paths):
    file = stored(paths, record("1@en"), record("2@en"))
    good = file.read_bytes().splitlines(keepends=True)
    damaged = b"".join([good[0], b"garbage\n", good[1], b"[]\n", b'{"torn'])
    file.write_bytes(damaged)
    file.with_name(".mending-killed").touch()
    file.chmod(0o640)
    assert (2, file, file.with_name("news.jsonl.damaged")) == lines.set_bad_lines_aside(file)
    assert damaged == file.with_name("news.jsonl.damaged").read_bytes()
    assert b"".join(good) + b'{"torn' == file.read_bytes()
    assert (0o640, []) == (file.stat().st_mode & 0o777, list(file.parent.glob(".*")))
    with pytest.raises(StateError, match="cannot be repaired"):
        lines.set_bad_lines_aside(paths[1].with_name("none"))


def test_lines_that_are_lacking_get_their_place_among_those_that_only_the_file_has(paths):
    own, archived = record("5@en"), [record(f"{n}@en") for n in (1, 2, 3)]
    stored(paths, own | {"version": 0}, archived[0], own, archived[2])
    twice = archived[1] | {"run_id": "the second wrote it"}
    with closing(ItemStore(*paths, mending=True, anew=True)) as store:
        assert 1 == store.mend([[archived[0]], [archived[1]], [archived[2] | {"title": "another"}, twice]])
        there = [(one["id"], one["version"]) for _, _, one in lines.read(paths[1])]
        assert [("5@en", 0), ("1@en", 1), ("5@en", 1), ("3@en", 1), ("2@en", 1)] == there
        assert "the second wrote it" == next(lines.read(paths[1], "2@en"))[2]["run_id"]
        assert store.item("3@en").title is None, "what is there stays as it is"
        store.append(record("6@en"))
    with closing(ItemStore(*paths)) as store:
        assert not store.is_other_file
        assert ("2@en", "6@en") == (store.item("2@en").id, store.item("6@en").id)


def test_what_the_file_lost_at_its_begin_comes_first_again(paths):
    stored(paths, record("2@en"))
    with closing(ItemStore(*paths, mending=True, anew=True)) as store:
        assert 2 == store.mend([[record("0@en"), record("1@en")], [record("2@en")]])
    assert ["0@en", "1@en", "2@en"] == [one["id"] for _, _, one in lines.read(paths[1])]


def test_nothing_is_written_when_nothing_is_lacking(paths):
    file = stored(paths, record("1@en"))
    inode = file.stat().st_ino
    with closing(ItemStore(*paths, mending=True, anew=True)) as store:
        assert 0 == store.mend([[record("1@en")], []])
    assert inode == file.stat().st_ino


# ---- versions


@pytest.mark.parametrize(
    ("before", "is_new", "version", "first_seen"),
    [
        (None, True, 1, "now"),
        (("aa", None), False, 7, "then"),
        (("bb", None), True, 4, "first"),
        (("aa", "gone"), True, 4, "first"),
    ],
)
def test_an_item_is_a_new_version_when_it_says_something_new(before, is_new, version, first_seen):
    item = {"content_sha256": "aa", "fetched_at": "now", "version": 7, "first_seen": "then", "last_changed": "then"}
    if before:
        digest, withdrawn = before
        before = Item("1@en", "u", 3, "first", "changed", None, withdrawn, None, None, None, digest)
    assert is_new == revise(item, before)
    assert (version, first_seen, "now" if is_new else "then") == (
        item["version"],
        item["first_seen"],
        item["last_changed"],
    )


def test_what_is_torn_is_kept_and_never_put_through_a_link(paths):
    paths[1].parent.mkdir(parents=True)
    (precious := paths[1].with_name("precious")).write_bytes(b"precious")
    paths[1].with_name("news.jsonl.torn").symlink_to(precious)
    paths[1].with_name("news.jsonl.damaged").symlink_to(paths[1].with_name("nothing"))
    paths[1].write_bytes(dump(record("1@en")) + b"no item\n" + b"torn")
    assert "news.jsonl.damaged1" == lines.set_bad_lines_aside(paths[1])[2].name
    with pytest.raises(StateError, match=r"torn is a link, not a file: .*move it away"):
        ItemStore(*paths)
    assert b"precious" == precious.read_bytes()
    assert paths[1].read_bytes().endswith(b"\ntorn")
    paths[1].with_name("news.jsonl.torn").unlink()
    with closing(ItemStore(*paths)) as store:
        assert 4 == store.torn
    assert b"torn\n" == paths[1].with_name("news.jsonl.torn").read_bytes()
