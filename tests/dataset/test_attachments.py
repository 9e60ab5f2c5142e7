"""The texts of files in a release: one row per file with its place, searched like the records."""

import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from archive import documents, read_record
from archive.dataset import DatasetError, Holdings, publish
from archive.dataset.attachments import MEMORY_NAME, Attachments
from archive.dataset.search import connect
from archive.documents import Reader
from tests.archive.records import record
from tests.archive.records import write as write_warc
from tests.dataset.proved import sha256
from tests.dataset.records import Note, dataset, note, write
from tests.documents.files import docx, paragraph, pdf

needs_documents = pytest.mark.skipif(
    not documents.installed(), reason="pypdfium2 and python-docx are not installed: pip install -e '.[documents]'"
)

TEXTS = {
    "en": pdf("The migrants' associations met", "SECRETWORD", title="Minutes =1+1"),
    "ru": docx(paragraph("Мигранты получили поддержку")),
    "broken": b"%PDF-1.4 nothing of the kind",
    "picture": b"\x89PNG",
    "never": b"never fetched",
}


@dataclass(kw_only=True)
class File:
    url: str
    """Where it is."""

    sha256: str | None = None
    """Digest."""

    media_type: str | None = None
    """Kind."""


@dataclass(kw_only=True)
class Filed(Note):
    files: list[File] = field(default_factory=list)
    """Files."""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "warc"
    folder.mkdir()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"
    write_warc(
        folder / "a.warc.gz",
        *(
            record(f"http://a.example/{name}", data, head=head, WARC_Payload_Digest=f"sha256:{sha256(data)}")
            for name, data in TEXTS.items()
            if name != "never"
        ),
    )
    return folder


@pytest.fixture
def items(tmp_path):
    files = [
        {"url": f"http://a.example/{name}", "sha256": sha256(data), "media_type": "x/y"} for name, data in TEXTS.items()
    ]
    again = {**files[0], "url": "http://a.example/copy"}
    return write(
        tmp_path / "items" / "notes.jsonl",
        {**note("a"), "files": [*files, {"url": "http://a.example/x", "sha256": None, "media_type": None}]},
        {**note("b"), "files": [files[0], again]},
    )


def released(items, folder, target, **options):
    part = {"field": "files", "detect": lambda text: "ru" if "М" in text else "en"}
    if folder is None:
        return publish(dataset(item=Filed, parts=[Attachments(holdings=None, **part)]), items, target, **options).path
    with Holdings(folder) as holdings:
        described = dataset(item=Filed, parts=[Attachments(holdings=holdings, **part)])
        return publish(described, items, target, **options).path


def lines(release):
    return [json.loads(line) for line in (release / "attachment_texts.jsonl").read_text(encoding="utf-8").splitlines()]


@needs_documents
def test_each_file_has_its_text_and_its_place(items, folder, tmp_path):
    release = released(items, folder, tmp_path / "dataset")
    found = {line["sha256"]: line for line in lines(release)}
    assert sorted(found) == list(found)
    assert {sha256(data) for data in TEXTS.values()} == set(found)
    english, russian, broken, picture, never = (found[sha256(data)] for data in TEXTS.values())
    assert ["http://a.example/copy", "x/y", "en", 2, "Minutes =1+1"] == [
        english[name] for name in ("url", "media_type", "language", "pages", "title")
    ]
    assert "The migrants' associations met\n\nSECRETWORD" == english["text"]
    assert ["ru", None, None, "Мигранты получили поддержку"] == [
        russian[name] for name in ("language", "pages", "problem", "text")
    ]
    assert ["broken", "other-kind", "not-archived"] == [one["problem"] for one in (broken, picture, never)]
    assert never["warc_file"] is None
    for line, data in ((english, TEXTS["en"]), (picture, TEXTS["picture"])):
        held = read_record(folder / line["warc_file"], line["warc_offset"], line["warc_length"])
        assert (line["warc_record_id"], data) == (held.record_id, held.payload)
    with (release / "tables" / "attachment_texts.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["sha256"]: row for row in csv.DictReader(stream)}
    assert "Minutes =1+1" == rows[english["sha256"]]["title"]
    assert str(english["warc_offset"]) == rows[english["sha256"]]["warc_offset"]


@needs_documents
def test_files_are_searched_like_records(items, folder, tmp_path):
    release = released(items, folder, tmp_path / "dataset")
    found = (
        "SELECT url FROM attachment_texts WHERE fts_row IN"
        " (SELECT rowid FROM attachment_texts_fts WHERE attachment_texts_fts MATCH search_terms(?))"
    )
    with closing(connect(release / "notes.sqlite")) as db:
        assert [("http://a.example/ru",)] == db.execute(found, ["мигрантов"]).fetchall()
        assert [("http://a.example/copy",)] == db.execute(found, ["migrant association"]).fetchall()
        assert [("http://a.example/copy",)] == db.execute(found, ["minute"]).fetchall()
        (key,) = db.execute(
            "SELECT DISTINCT notes_id FROM notes_files JOIN attachment_texts USING (sha256) WHERE language = 'ru'"
        ).fetchone()
    assert "a" == key


@needs_documents
def test_a_metadata_only_release_has_no_texts_of_files(items, folder, tmp_path):
    release = released(items, folder, tmp_path / "dataset", texts=False)
    assert "text" not in lines(release)[0]
    assert {"Minutes =1+1", None} == {line["title"] for line in lines(release)}
    data = b"".join(path.read_bytes() for path in release.rglob("*") if path.is_file())
    assert b"secretword" not in data.lower()


@needs_documents
def test_what_was_read_once_is_not_read_again_and_gives_the_same_bytes(items, folder, tmp_path, monkeypatch):
    first = released(items, folder, tmp_path / "dataset")
    monkeypatch.setattr(Reader, "read", lambda reader, data: pytest.fail("read again"))
    second = released(items, folder, tmp_path / "other")
    monkeypatch.undo()
    (folder.parent / MEMORY_NAME).unlink()
    third = released(items, folder, tmp_path / "third")
    sums = [(path / "SHA256SUMS").read_text() for path in (first, second, third)]
    assert sums[0] == sums[1] == sums[2]


def test_without_the_programs_the_table_says_so(items, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "installed", lambda: False)
    release = released(items, folder, tmp_path / "dataset")
    assert ["not-archived", *["not-read"] * 4] == sorted(line["problem"] for line in lines(release))
    assert not (folder.parent / MEMORY_NAME).exists()


def test_without_an_archive_the_table_says_so(items, folder, tmp_path):
    release = released(items, None, tmp_path / "dataset")
    assert {("not-archived", None)} == {(line["problem"], line["warc_file"]) for line in lines(release)}


@needs_documents
def test_a_memory_that_cannot_be_written_ends_the_release_and_leaves_nothing(items, folder, tmp_path):
    (folder.parent / MEMORY_NAME).mkdir()
    with pytest.raises((OSError, DatasetError), match=MEMORY_NAME):
        released(items, folder, tmp_path / "dataset")
    assert [] == list((tmp_path / "dataset").iterdir())


@needs_documents
def test_a_record_that_holds_another_file_is_not_taken_for_it(items, folder, tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
    told = f"sha256:{sha256(TEXTS['never'])}"
    write_warc(folder / "b.warc.gz", record("http://a.example/never", pdf("Lies"), head=head, WARC_Payload_Digest=told))
    release = released(items, folder, tmp_path / "dataset")
    found = {line["sha256"]: line for line in lines(release)}[sha256(TEXTS["never"])]
    assert ["not-archived", None] == [found["problem"], found["text"]]


def test_the_key_of_the_table_is_the_digest(items, folder, tmp_path):
    release = released(items, None, tmp_path / "dataset")
    with closing(sqlite3.connect(release / "notes.sqlite")) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO attachment_texts (sha256, url) SELECT sha256, url FROM attachment_texts")
