"""What a rebuild holds in memory does not depend on the archive, and what it leaves on the disk is its output alone."""

import fcntl
import gc
import gzip
import tracemalloc
from collections import Counter
from hashlib import sha256
from importlib import import_module

import pytest

from archive import ArchiveError
from migration_spider.reparse import reading, rebuild
from migration_spider.reparse.attachments import entity_digest
from migration_spider.reparse.capture import Capture, Step
from migration_spider.reparse.catalogue import Catalogue, CatalogueError, on_disk
from migration_spider.reparse.engines import AHEAD, CHUNK, processes
from migration_spider.reparse.lines import Line, draft_of
from migration_spider.reparse.notes import Note
from migration_spider.reparse.reading import Seen
from migration_spider.reparse.scan import scan
from migration_spider.reparse.source import sources
from migration_spider.spiders.scope import Scope
from tests.other_crawlers import BASE, DATE, URLS, Warc, page

SCOPE = Scope(BASE, ["en"], ["en"], [])
HELD = (Seen, Capture, Note, Step, Line, import_module("migration_spider.reparse.rebuild").Task)


def held():
    """How many of what is made of each record there are now."""
    return sum(Counter(map(type, gc.get_objects()))[kind] for kind in HELD)


def captures(number):
    """An archive of as many pages, each with a revisit whose original comes later."""
    warc = Warc()
    for one in range(number):
        url = f"{BASE}/page/{one}"
        original = warc.response(url, b"<html><p>%d</p></html>" % one, DATE.format(1))
        warc.revisit(url, original, DATE.format(2))
    return warc


@pytest.mark.parametrize("fast", [True, False])
def test_no_record_is_held_until_the_next(tmp_path, monkeypatch, fast):
    if fast:
        pytest.importorskip("fastwarc")
    else:
        monkeypatch.setattr(reading, "fastwarc", None)

    number, found = 160, []
    archive = sources([str(captures(number).save(tmp_path / "a.warc.gz"))])
    add = Catalogue.add

    def counted(catalogue, capture):
        look(capture.place)
        add(catalogue, capture)

    def look(done, in_all=0):
        if done % 16 == 0:
            found.append(held())

    monkeypatch.setattr(Catalogue, "add", counted)
    with on_disk(tmp_path / "items.jsonl") as catalogue:
        scan(archive, catalogue=catalogue)
        rebuild(catalogue, SCOPE, tmp_path / "items.jsonl", progress=look)
    scanned, read = found[: len(found) // 2], found[len(found) // 2 :]
    assert 2 * number // 16 == len(scanned) == len(read)
    assert max(scanned) < 10
    # 57 steps and their captures stay together in memory, in a piece of `itertools.tee`.
    assert 2 < max(read) < 2 * 57 + 10 < number


def test_processes_take_only_some_tasks_ahead():
    taken = 0

    def things():
        nonlocal taken
        for thing in range(1000):
            taken = thing
            yield thing

    with processes(2) as engine:
        for number, result in enumerate(engine(abs, things())):
            assert number == result
            assert taken <= number + (2 * AHEAD + 1) * CHUNK
    assert 999 == number


def test_the_catalogue_has_no_file_to_be_left_behind(tmp_path):
    folder = tmp_path / "not yet" / "there"
    with on_disk(folder / "items.jsonl") as catalogue:
        catalogue.database.execute("CREATE TABLE large AS SELECT zeroblob(50000000)")
        assert [] == list(tmp_path.iterdir())


def test_a_full_disk_is_one_clear_error(small_disk):
    with (
        pytest.raises(CatalogueError, match=f"^{small_disk}: cannot store the catalogue .*: database or disk is full$"),
        on_disk(small_disk / "items.jsonl") as catalogue,
    ):
        catalogue.database.execute("CREATE TABLE large AS SELECT zeroblob(50000000)")
    with (
        pytest.raises(OSError, match=f"No space left on device: '{small_disk}/items.jsonl'"),
        draft_of(small_disk / "items.jsonl") as stream,
    ):
        stream.write(bytes(1 << 21))
    assert [] == list(small_disk.iterdir())


def test_what_a_killed_rebuild_left_is_removed_and_no_living_one(tmp_path):
    dead, alive = tmp_path / ".reparse-dead.jsonl", tmp_path / ".reparse-alive.jsonl"
    dead.write_bytes(b"half a li")
    with alive.open("xb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with draft_of(tmp_path / "items.jsonl") as draft:
            draft.write(b"{}\n")
            assert {alive.name} == {file.name for file in tmp_path.iterdir()} - {draft.name.rpartition("/")[2]}
    assert {alive, tmp_path / "items.jsonl"} == set(tmp_path.iterdir())
    assert b"{}\n" == (tmp_path / "items.jsonl").read_bytes()


CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "body", "entity"),
    [
        ({}, b"plain", b"plain"),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"packed", mtime=0), b"packed"),
        ({"Transfer-Encoding": "chunked"}, CHUNKED, b"abc"),
        ({"Transfer-Encoding": "chunked"}, b"xyz, stored without its chunks", b"xyz, stored without its chunks"),
        ({"Transfer-Encoding": "gzip"}, gzip.compress(b"packed", mtime=0), b"packed"),
        ({"Transfer-Encoding": "chunked"}, CHUNKED[:-7], None),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"packed", mtime=0)[:-1], None),
    ],
)
def test_the_digest_of_a_file_is_that_of_its_entity(tmp_path, fields, body, entity):
    head = (
        b"HTTP/1.1 200 OK\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in fields.items()) + b"\r\n"
    )
    warc = Warc()
    warc.other("response", f"{BASE}/file", head + body, "application/http;msgtype=response")
    (source,), (span,) = sources([str(warc.save(tmp_path / "a.warc.gz"))]), warc.spans
    if entity is None:
        with pytest.raises(ArchiveError):
            entity_digest(source, *span)
        return
    assert (sha256(entity).hexdigest(), len(entity)) == entity_digest(source, *span)
    assert entity == reading.record_at(source, *span).payload
    with pytest.raises(ArchiveError):
        entity_digest(source, span[0], span[1] - 1)


def test_long_files_and_bombs_pass_in_pieces(tmp_path):
    size = 20_000_000
    packed = gzip.compress(bytes(size), 1)
    warc = Warc()
    for url, body, coding in (
        (f"{BASE}/a.pdf", bytes(size), ""),
        (f"{BASE}/b.pdf", packed, "Content-Encoding: gzip\r\n"),
    ):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n{coding}\r\n".encode()
        warc.other("response", url, head + body, "application/http;msgtype=response")
    warc.response(URLS[0], page(URLS[0]))
    (source,), digest = sources([str(warc.save(tmp_path / "a.warc.gz"))]), sha256(bytes(size)).hexdigest()
    del warc, packed, body
    tracemalloc.start()
    try:
        catalogue = scan([source])
        found = [entity_digest(source, one.offset, one.length) for one in catalogue.captures() if not one.is_page]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(digest, size)] * 2 == found
    assert most < size / 2
