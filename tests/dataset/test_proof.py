"""What a release says of the archive behind it: WARC files with digests, a package, and where each file is."""

import gzip
import json
import os
import re
import subprocess
from dataclasses import dataclass

import pytest

from archive import read_record
from archive.cdxj import warc_files
from archive.dataset import DatasetError, Holdings, placed, proof, publish
from archive.dataset.holdings import DIGESTS_NAME
from archive.wacz import write_wacz
from tests.archive.records import record
from tests.archive.records import write as write_warc
from tests.dataset.proved import FILE, PDF, File, file, sha256
from tests.dataset.records import Note, dataset, note, tombstone, write
from tests.tables import rows


@dataclass(kw_only=True)
class Filed(Note):
    files: list[File]
    """Files."""


@pytest.fixture
def folder(tmp_path):
    """Two finished WARC files and one that is being written."""
    folder = tmp_path / "warc"
    folder.mkdir()
    chunked = FILE.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    write_warc(
        folder / "a.warc.gz",
        record("http://a.example/", date="2026-01-01T00:00:00Z"),
        file("http://a.example/elsewhere.pdf", date="2026-01-02T00:00:00Z"),
        file("http://a.example/one.pdf", date="2026-01-03T00:00:00.9Z"),
        file("http://a.example/chunked.pdf", b"3\r\nabc\r\n0\r\n\r\n", head=chunked),
    )
    write_warc(
        folder / "b.warc.gz",
        record(
            "http://a.example/moved.pdf",
            b"",
            head=b"HTTP/1.1 302 Found\r\nLocation: /chunked.pdf\r\nContent-Type: text/html\r\n\r\n",
        ),
        record("http://a.example/loop", b"", head=b"HTTP/1.1 302 Found\r\nLocation: /loop\r\n\r\n"),
        file("http://a.example/one.pdf", b"%PDF another", date="2027-01-03T00:00:00Z"),
    )
    (folder / "o.warc.gz.open").write_bytes(gzip.compress(record("http://a.example/new")) + b"\x1f\x8b")
    return folder


def cited(name):
    return {"file": name, "offset": 0}


FILES = {
    "http://a.example/one.pdf": PDF,
    "http://a.example/chunked.pdf": b"abc",
    "http://a.example/moved.pdf": b"abc",
    "http://a.example/copy.pdf": PDF,
    "http://a.example/loop": b"x",
    "http://a.example/never.pdf": b"never",
}


@pytest.fixture
def items(tmp_path):
    files = [{"url": url, "sha256": sha256(body)} for url, body in FILES.items()]
    files.append({"url": "http://a.example/not-fetched.pdf", "sha256": None})
    old = {**note("a", warc=cited("a.warc.gz")), "files": []}
    new = {**note("a", version=2, warc=cited("o.warc.gz")), "files": files}
    gone = {**tombstone("a2", 2), "warc": {"file": "gone.warc.gz", "offset": 3}}
    return write(tmp_path / "items" / "notes.jsonl", {**old, "id": "a2"}, gone, old, new)


def released(items, folder, tmp_path, wacz=None, **options):
    with Holdings(folder) as holdings:
        described = dataset(item=Filed, added={"files": placed(holdings)}, parts=[proof(holdings, wacz)])
        return publish(described, items, tmp_path / "dataset", **options).path


def test_the_warc_files_that_any_version_or_tombstone_or_file_cites(items, folder, tmp_path):
    release = released(items, folder, tmp_path)
    a = (folder / "a.warc.gz").read_bytes()
    found = {row.pop("name"): tuple(row.values()) for row in rows(release / "tables" / "warc_files.csv")}
    assert found == {
        "a.warc.gz": (str(len(a)), sha256(a), "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", ""),
        "gone.warc.gz": ("", "", "", "", "missing"),
        "o.warc.gz": ("", "", "2026-01-02T03:04:05Z", "", "unfinished"),
    }
    done = subprocess.run(
        ["sha256sum", "-c", release / "WARC-SHA256SUMS.txt"], cwd=folder, capture_output=True, check=False
    )
    assert (0, b"a.warc.gz: OK\n") == (done.returncode, done.stdout)


def test_where_the_archive_has_each_file(items, folder, tmp_path):
    release = released(items, folder, tmp_path)
    found = {row["url"]: row for row in rows(release / "tables" / "notes_files.csv")}
    for url, body in [*FILES.items()][:4]:
        row = found[url]
        held = read_record(folder / row["warc_file"], int(row["warc_offset"]), int(row["warc_length"]))
        assert (body, row["warc_record_id"], row["warc_target_uri"]) == (held.payload, held.record_id, held.target_uri)
    # The address itself before an earlier record with the same bytes; another address only where there is no other.
    assert "http://a.example/one.pdf" == found["http://a.example/one.pdf"]["warc_target_uri"]
    assert "http://a.example/chunked.pdf" == found["http://a.example/moved.pdf"]["warc_target_uri"]
    assert "http://a.example/elsewhere.pdf" == found["http://a.example/copy.pdf"]["warc_target_uri"]
    for url in ("http://a.example/loop", "http://a.example/never.pdf", "http://a.example/not-fetched.pdf"):
        assert {""} == {value for name, value in found[url].items() if name.startswith("warc_")}


def test_the_card_says_how_to_look_at_a_record(items, folder, tmp_path):
    release = released(items, folder, tmp_path)
    card = (release / "README.md").read_text(encoding="utf-8")
    line = re.search(r"```sh\n(tail .*)\n```", card)[1]
    (row,) = [row for row in rows(release / "tables/notes_files.csv") if row["url"] == "http://a.example/one.pdf"]
    for name, column in (("OFFSET", "offset"), ("LENGTH", "length"), ("FILE", "file")):
        line = line.replace(name, row[f"warc_{column}"])
    shown = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, check=True).stdout
    assert shown.startswith(b"WARC/1.0\r\n")
    assert row["warc_record_id"].encode() in shown
    assert shown.endswith(PDF + b"\r\n\r\n")


def test_without_the_archive_nothing_is_guessed(items, tmp_path):
    described = dataset(item=Filed, added={"files": placed(None)}, parts=[proof(None)])
    release = publish(described, items, tmp_path / "dataset").path
    assert {("", "no-archive")} == {(row["sha256"], row["reason"]) for row in rows(release / "tables/warc_files.csv")}
    assert {""} == {row["warc_file"] for row in rows(release / "tables" / "notes_files.csv")}
    assert not (release / "WARC-SHA256SUMS.txt").exists()


def test_a_digest_that_is_none_is_found_nowhere(folder):
    with Holdings(folder) as holdings:
        assert [None, None] == [holdings.place("https://example.org/file.pdf", one) for one in ("zz", "é" * 64)]


def test_the_kept_digests_do_not_lie(folder, tmp_path):
    def digest():
        with Holdings(folder) as holdings:
            return holdings.file("a.warc.gz").sha256

    path = folder / "a.warc.gz"
    right = digest()
    kept = tmp_path / DIGESTS_NAME
    known = json.loads(kept.read_bytes())
    known["a.warc.gz"][4] = "0" * 64
    kept.write_text(json.dumps(known))
    assert "0" * 64 == digest(), "it is used"
    for damaged in (b"{}", b"[1", b'{"a.warc.gz": 3}', b'{"a.warc.gz": [1, 2, 3, 4, 5]}'):
        kept.write_bytes(damaged)
        assert right == digest()
    # Other bytes of the same length, with the time of change set back.
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[9] ^= 1  # the operating system in the gzip header: the records stay whole
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert sha256(bytes(data)) == digest()


def test_a_package_is_named_when_it_holds_all_that_is_cited(items, folder, tmp_path):
    (folder / "o.warc.gz.open").rename(folder / "o.warc.gz")
    (folder / "o.warc.gz").write_bytes((folder / "o.warc.gz").read_bytes()[:-2])
    wacz = tmp_path / "all.wacz"
    write_wacz(warc_files(folder), wacz, title="All")
    with pytest.raises(DatasetError, match=r"all\.wacz does not hold gone\.warc\.gz"):
        released(items, folder, tmp_path, wacz)
    write_warc(folder / "gone.warc.gz", record("http://a.example/gone"))
    write_wacz(warc_files(folder), wacz, title="All")
    release = released(items, folder, tmp_path, wacz)
    (row,) = rows(release / "tables" / "packages.csv")
    assert (str(wacz.stat().st_size), sha256(wacz.read_bytes())) == (row["bytes"], row["sha256"])
    assert ("all.wacz", "1.1.1", "All") == (row["name"], row["wacz_version"], row["title"])
    sheet = (release / "DATASHEET.md").read_text(encoding="utf-8")
    assert "`all.wacz` has all of them (digest: `tables/packages.csv`). Files that records offer are not in it" in sheet
    assert "see `tables/notes_files.csv` for" in sheet
    write_warc(folder / "gone.warc.gz", record("http://a.example/changed"))
    with pytest.raises(DatasetError, match="holds another"):
        released(items, folder, tmp_path, wacz, version="2")
    wacz.write_bytes(b"no zip")
    with pytest.raises(DatasetError, match="not a WACZ file"):
        released(items, folder, tmp_path, wacz, version="3")


def test_the_same_archive_gives_the_same_bytes(items, folder, tmp_path):
    first = (released(items, folder, tmp_path) / "SHA256SUMS").read_bytes()
    (tmp_path / DIGESTS_NAME).unlink()
    (tmp_path / "index.cdxj").unlink()
    assert first == (released(items, folder, tmp_path, version="2024-05-01") / "SHA256SUMS").read_bytes()
