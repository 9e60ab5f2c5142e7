"""What is found right at a glance is what the careful checks find right; most records of an archive are."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import random
import re
import tempfile
import tracemalloc
from array import array
from dataclasses import replace
from types import SimpleNamespace

import pytest

from archive.cdxj import WarcFile, line, named_files
from archive.errors import ArchiveError
from archive.message import parse_fields
from archive.verify import Verification, block, rows, syntax, usual
from archive.verify import table as table_module
from archive.verify.digests import Digest
from archive.verify.facts import BlockFacts
from archive.verify.table import FirstNumbers, Links, RecordTable
from archive.warc.walk import walk
from tests.archive.damaged import CHUNKED, exchange, plain_answer, sha256, write

VALUES = {
    "WARC-Type": ["request", "response", "metadata", "revisit", "resource", "warcinfo", "conversion", "odd", "Request"],
    "WARC-Record-ID": ["<urn:uuid:1>", "<urn:1>", "urn:uuid:1", "<urn:uuid:1 >", "<urn:<>", "<1:x>"],
    "WARC-Date": [
        "2026-01-31T23:59:59Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-01-02T03:04:05.123456789Z", "2026-01-02T24:00:00Z", "2026-13-02T00:00:00Z", "0000-01-01T00:00:00Z",
        "2026-06-30T23:59:60Z", "2026-12-30T10:60:00Z", "2026", "2026-01-00T00:00:00Z", "2026-01-02T03:04:05.Z",
    ],
    "WARC-Target-URI": ["http://a/", "<http://a/>", "<http://a/", "a", "http://a/ b", "http://a/é", "dns:a", "x:"],
    "WARC-Concurrent-To": ["<urn:uuid:2>", "<urn:uuid:3>", ""],
    "WARC-IP-Address": ["127.0.0.1", "256.0.0.1", "01.2.3.4", "1.2.3", "::1", "0.0.0.0"],  # noqa: S104
    "WARC-Protocol": ["http/1.1", "tls/1.3", "h2 ", ""],
    "WARC-Refers-To": ["<urn:uuid:4>", "<>"],
    "WARC-Refers-To-Date": ["2026-01-02T03:04:05Z", "yesterday"],
    "WARC-Refers-To-Target-URI": ["http://a/"],
    "WARC-Profile": ["http://a/", "<http://a/>", "identical"],
    "WARC-Filename": ["a.warc.gz", "a: b.warc.gz"],
    "WARC-Truncated": ["length"],
    "WARC-Block-Digest": ["sha1:A", "sha-256:ab", ":a", "sha1:", "a_b:c"],
    "WARC-Payload-Digest": ["sha1:A", "a b"],
    "Content-Type": ["application/http", "text/plain; a=b", "", "a: b"],
    "Content-Length": ["0", "5", "05", "-1"],
    "X-Other": ["a"],
}  # fmt: skip
USUAL = ["WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Target-URI", "Content-Type", "Content-Length"]


def any_header(chance: random.Random) -> bytes:
    names = [*USUAL, *chance.choices(list(VALUES), k=chance.randrange(5))]
    if chance.random() < 0.2:
        names.remove(chance.choice(names))
    chance.shuffle(names)
    lines = [chance.choice(["WARC/1.1", "WARC/1.1", "WARC/1.0", "WARC/1.2"])]
    for name in names:
        value = chance.choice(VALUES[name][: chance.choice([1, 1, 1, 20])])
        spelt = name if chance.random() < 0.98 else name.lower()
        lines.append(f"{spelt}{chance.choice([': '] * 50 + [':', ':  ', ' : '])}{value}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_header_that_is_split_at_once_has_the_fields_that_it_has():
    chance = random.Random(7)  # noqa: S311
    split = 0
    for number in range(6_000):
        head = any_header(chance)
        if number % 3 == 0:  # What stands where a line ends, or begins, or its colon is.
            place = chance.choice([chance.choice(found.span()) for found in re.finditer(rb"\r\n|: ?", head)][:-2])
            odd = chance.choice(
                [b" ", b"\t", b"\r", b"\n", b": ", b"x: WARC-Date", b"WARC-Date:v\r\n", b"\r\n ", b"\xc3\xa9"]
            )
            head = head[:place] + odd + head[place:]
        fields = line.plain_fields(head)
        if fields is not None:
            split += 1
            careful = parse_fields(head, "utf-8")
            assert {name: careful.get(name) for name in line.READ} == {name: fields.get(name) for name in line.READ}, (
                head
            )
    assert 1_000 < split < 6_000


def test_a_usual_header_is_one_in_which_nothing_is_found():
    chance = random.Random(3)  # noqa: S311
    seen = 0
    for _ in range(6_000):
        head = any_header(chance)
        found = usual.usual_fields(head)
        if found is None:
            continue
        seen += 1
        fields = parse_fields(head, "utf-8")
        assert [] == list(syntax.check_header(head, fields)), head
        for name in VALUES:
            assert fields.get(name) == found.get(name), head
            assert fields.get_all(name) == found.get_all(name), head
            assert (name in fields) == (name in found), head
    assert seen > 200


@pytest.mark.parametrize("day", ["01-31", "02-28", "03-31", "04-30", "06-29", "09-30", "11-30", "12-31"])
def test_every_day_is_usual(day):
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-%bT23:59:59.123456Z\r\n"
    rest = b"WARC-Target-URI: http://a/\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
    assert usual.usual_fields(head % day.encode() + rest) is not None


@pytest.fixture
def carefully(monkeypatch):
    """The headers and blocks that were looked at carefully, by type of record."""
    seen = []
    header, whole = syntax.check_header, block.check_block
    monkeypatch.setattr("archive.verify.check_header", lambda head, fields: seen.append(head) or header(head, fields))
    monkeypatch.setattr("archive.verify.check_block", lambda record: seen.append(record.head) or whole(record))
    return lambda: [re.search(rb"WARC-Type: (\S+)", head).group(1).decode() for head in seen]


def test_an_archive_of_ours_is_checked_at_a_glance_and_what_is_odd_in_it_with_care(tmp_path, carefully):
    sound = [exchange(plain_answer(b"%d" % number)) for number in range(20)]
    odd = [exchange(CHUNKED), exchange(plain_answer(b"short", "Content-Length: 9"))]
    path = write(tmp_path, *sound, *odd)
    verification = Verification([WarcFile(path)])
    assert ["http-short"] == [fault.code for fault in verification.run()]
    assert ["warcinfo", "response", "response"] == carefully()
    assert {"both": 21, "stored": 1} == dict(verification.readings)


BODY = b"some text " * 9
ANSWERS = {
    "plain": plain_answer(BODY),
    "no length": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "short": plain_answer(BODY, "Content-Length: 99"),
    "long": plain_answer(BODY, "Content-Length: 9"),
    "twice": plain_answer(BODY, "Content-Length: 90", "Content-Length: 90"),
    "chunked": CHUNKED,
    "unknown": plain_answer(BODY, "Content-Length: 90", "Content-Encoding: utf-8"),
    "no gzip": plain_answer(BODY, "Content-Length: 90", "Content-Encoding: gzip"),
    "identity": plain_answer(BODY, "Content-Length: 90", "Content-Encoding: identity"),
    "no body": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 90\r\n\r\n",
    "no head": b"HTTP/1.1 200 OK\r\n" + BODY,
    "no status": plain_answer(BODY).replace(b"HTTP/1.1", b"HTPP/1.1"),
    "empty": b"",
    "folded": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n 0\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_block_is_all_right_at_a_glance_only_if_it_is(tmp_path, name):
    answer = ANSWERS[name]
    groups = []
    for kind in ("response", "request", "resource", "metadata", "revisit"):
        for claimed in (sha256(answer.partition(b"\r\n\r\n")[2]), sha256(b"other"), None):
            group = exchange(answer, payload_digest=claimed)
            group[1] = replace(group[1], fields=[(n, kind if n == "WARC-Type" else v) for n, v in group[1].fields])
            groups.append(group)
    path = write(tmp_path, *groups)
    glanced = 0
    with path.open("rb") as stream:
        for record in walk(str(path), stream):
            fields = usual.usual_fields(record.head)
            found = usual.usual_block(fields, record.block) if fields is not None else None
            glanced += found is not None
            assert found in (None, block.check_block(record))
    assert glanced >= (len(groups) + 1 if name == "plain" else len(groups))


def test_a_header_of_thousands_of_lines_is_not_usual():
    start = b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:1>\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
    start += b"WARC-Target-URI: http://a/\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n"
    lines = [b"WARC-Concurrent-To: <urn:%d>\r\n" % number for number in range(40)]
    found = usual.usual_fields(start + b"".join(lines[:9]) + b"\r\n")
    assert found is not None
    assert ("<urn:0>", 9) == (found.get("WARC-Concurrent-To"), len(found.get_all("WARC-Concurrent-To")))
    assert usual.usual_fields(start + b"".join(lines) + b"\r\n") is None


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_both_ways_to_write_a_digest_are_usual(name):
    digest = hashlib.new(name, b"data").digest()
    for value in (digest.hex(), base64.b32encode(digest).decode(), base64.b32encode(digest).decode().rstrip("=")):
        fields = usual.UsualFields(["WARC-Type", "WARC-Block-Digest"], ["resource", f"{name}:{value}"])
        careful = Digest(f"{name}:{value}")
        careful.update(b"data")
        assert careful.matches
        assert usual.usual_block(fields, b"other") is None
        assert usual.usual_block(fields, b"data") == (None if value.endswith("=") else BlockFacts())


@pytest.mark.parametrize("text", [b'{"a": [1, "\xc3\xa9"]}', b"{}", b"[1", b'"\xff"', b'"\\x"', b'"\x01"', b"", b"NaN"])
def test_usual_json_is_json(text):
    if usual.is_usual_json(text):
        json.loads(text)
    assert usual.is_usual_json(text) == (text in {b'{"a": [1, "\xc3\xa9"]}', b"{}"})


# ---- what is kept of each record ----------------------------------------------------------------------------------


def test_the_first_number_of_each_key_is_found_again():
    chance = random.Random(5)  # noqa: S311
    keys: array[int] = array("Q")
    numbers, expected = FirstNumbers(keys), {}
    for number in range(5_000):
        # Some come twice, and some meet in a place that is taken.
        key = chance.choice([chance.randrange(1 << 64), chance.randrange(99) << 20, chance.randrange(2_000)])
        keys.append(key)
        assert expected.setdefault(key, number) == numbers.add(number)
    assert all(numbers.get(key) == number and key in numbers for key, number in expected.items())
    missing = [key for key in range(2_000, 4_000) if key not in expected]
    assert missing
    assert not any(key in numbers or numbers.get(key) is not None for key in missing)


@pytest.fixture
def small_rows(monkeypatch):
    """Pages of four records, of which eight stay in memory."""
    for module in (rows, table_module):
        monkeypatch.setattr(module, "PAGE", 4)
    monkeypatch.setattr(rows, "HELD", 8)


def _added(table, offset, inner=0, fields=None):
    return table.add(SimpleNamespace(offset=offset, inner=inner), fields or usual.UsualFields([], []))


def test_a_record_is_found_by_file_and_offset():
    table = RecordTable()
    for file, name in enumerate(["a.warc", "b.warc", "a.warc"]):
        table.begin(name, f"{file}/{name}")
        for offset, inner in [(0, 0), (10, 0), (10, 7), (30 + file, 0)]:
            _added(table, offset, inner)
    found = [table.find(name, offset) for name in ("a.warc", "b.warc") for offset in (0, 10, 30, 31, 32, "10", "010")]
    assert [0, 1, 3, None, 11, 1, None, 4, 5, None, 7, None, 5, None] == found
    assert [None] * 4 == [table.find("a.warc", offset) for offset in (None, -1, 1.5, 10**30)]
    assert table.find("c.warc", 0) is None


def test_of_many_records_each_is_found_with_what_was_kept(small_rows):
    chance = random.Random(3)  # noqa: S311
    table, expected, files = RecordTable(), [], []
    for file in range(60):
        table.begin(f"{file}.warc", f"in/{file}.warc")
        offset = 0
        for _ in range(chance.choice([0, 1, 3, 4, 5, 17])):
            offset += chance.choice([0, 5])  # Several may be in one gzip member.
            number = _added(table, offset)
            table.add_block(1000 + number, number)
            expected.append((offset, 1000 + number, 0, 0, 0, 0, number, 0))
            files.append(file)
    assert len(table) == len(expected) > 200
    assert expected == list(table)
    assert [f"in/{file}.warc, offset {kept[0]}" for file, kept in zip(files, expected, strict=True)] == [
        table.place(number) for number in range(len(table))
    ]
    first = {}
    for number, (file, kept) in enumerate(zip(files, expected, strict=True)):
        first.setdefault((file, kept[0]), number)
    places = [(file, offset) for file in range(60) for offset in range(-1, 90)]
    chance.shuffle(places)
    assert [first.get(place) for place in places] == [table.find(f"{file}.warc", offset) for file, offset in places]


def test_many_records_are_verified_as_few_are(small_rows, tmp_path):
    damaged = [tmp_path / "a.warc", tmp_path / "b.warc"]
    head = "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: <urn:x:{}>\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
    head += "WARC-Target-URI: urn:a:{}\r\nWARC-Profile: urn:p\r\nWARC-Refers-To: <urn:x:{}>\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    # 0 to 19 refer to the next, round and round; 20 to 38 to the one before, which never ends; 39 is a resource.
    refers = [(number + 1) % 20 for number in range(20)] + list(range(19, 38)) + [0]
    for file, numbers in zip(damaged, (range(25), range(25, 40)), strict=True):
        kinds = ["resource" if number == 39 else "revisit" for number in numbers]
        file.write_text(
            "".join(head.format(kind, n, n, refers[n]) for kind, n in zip(kinds, numbers, strict=True)),
            encoding="ascii",
            newline="",
        )
    found = [fault for fault in Verification(named_files(damaged)).run() if fault.code == "revisit-loop"]
    assert 39 == len(found)
    assert sorted((fault.file, fault.offset) for fault in found) == [(fault.file, fault.offset) for fault in found]


@pytest.mark.parametrize("step", ["made", "written", "read", "cut"])
def test_a_temporary_file_that_fails_is_one_error(small_rows, step, monkeypatch, tmp_path):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    table = RecordTable()
    table.begin("a.warc", "a.warc")
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if step == "made":
        monkeypatch.setattr(tempfile, "TemporaryFile", full)
    elif step == "written":
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **how: _Full(real(**how), full))
    else:
        monkeypatch.setattr(rows.os, "pread", full if step == "read" else lambda *_: b"")

    def use():
        for number in range(9):
            _added(table, number)
        table.find("a.warc", 0)

    with pytest.raises(ArchiveError, match=f"{tmp_path} cannot be used .*: make room there, or name another folder"):
        use()
    assert [] == list(tmp_path.iterdir())


class _Full:
    def __init__(self, file, write):
        self.close, self.fileno, self.write = file.close, file.fileno, write


def test_little_is_kept_of_a_record():
    table = RecordTable()
    table.begin("a.warc.gz", "a.warc.gz")
    links = Links(table)
    tracemalloc.start()
    for number in range(50_000):
        ids = [f"<urn:uuid:{number}>", f"<urn:uuid:{number ^ 1}>"]
        fields = usual.UsualFields(["WARC-Type", "WARC-Record-ID", "WARC-Concurrent-To"], ["response", *ids])
        assert [] == list(links.add(_added(table, number, fields=fields), fields))
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 32 * 50_000
    assert most < 40 * 50_000
