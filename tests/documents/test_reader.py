"""The text of documents, and that none of them does more than fail to have one."""

import io
import os
import signal
import zipfile
import zlib

import pytest

from archive import documents
from archive.documents import PROBLEMS, Document, Limits, Reader
from archive.documents.memory import Memory
from tests.documents.files import docx, paragraph, pdf

pytestmark = pytest.mark.skipif(
    not documents.installed(), reason="pypdfium2 and python-docx are not installed: pip install -e '.[documents]'"
)


@pytest.fixture(scope="module")
def reader():
    with Reader(Limits(seconds=2, memory=250 << 20, size=2 << 20, characters=5000, pages=3)) as reader:
        yield reader


def test_a_pdf_file_has_pages_a_title_and_a_text(reader):
    found = reader.read(pdf("Safe migration\nfor all", "Page two", title="Déclaration \u0645 "))
    assert Document("Déclaration \u0645", 2, "Safe migration\nfor all\n\nPage two") == found


def test_a_word_file_has_its_text_where_it_stands(reader):
    body = (
        paragraph("One")
        + "<w:p><w:r><w:t>Two</w:t><w:tab/><w:t>three</w:t><w:br/><w:t>four</w:t></w:r>"
        + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
        + f"<w:tbl><w:tr><w:tc>{paragraph('cell 1')}</w:tc><w:tc>{paragraph('cell 2')}</w:tc></w:tr></w:tbl>"
        + f"<w:sdt><w:sdtContent>{paragraph('in a box')}</w:sdtContent></w:sdt>"
        + f"<mc:AlternateContent><mc:Choice>{paragraph('shown')}</mc:Choice>"
        + f"<mc:Fallback>{paragraph('shown')}</mc:Fallback></mc:AlternateContent>"
    )
    found = reader.read(docx(body, title="A  title"))
    assert Document("A title", None, "One\nTwo\tthree\nfour\ncell 1\ncell 2\nin a box\nshown") == found
    assert reader.read(docx(paragraph("x"))).title is None


def zipped(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(name, content)
    return buffer.getvalue()


SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 50}'>" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "other-kind"),
        (b"GIF89a", "other-kind"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "other-kind"),
        (docx("", kind=SPREADSHEET), "other-kind"),
        (b"%PDF-1.4\n" + os.urandom(2000), "broken"),
        (pdf("A text")[:200], "broken"),
        (b"PK\x03\x04" + bytes(600), "broken"),
        (zipped("word/document.xml", "<x/>"), "broken"),
        (docx("<w:p>"), "broken"),
        (pdf("", stream=zlib.compress(b"0 0 m 9 9 l S")), "no-text"),
        (docx("<w:p/>"), "no-text"),
        (pdf("A text") + bytes(2 << 20), "too-large"),
        (pdf("A text", "B", "C", "D"), "cut-off"),
        (docx(paragraph("word " * 3000)), "cut-off"),
    ],
)
def test_what_has_no_text_says_why(reader, data, problem):
    found = reader.read(data)
    assert problem == found.problem
    assert problem in PROBLEMS
    assert (problem == "cut-off") == bool(found.text)


def test_a_password_is_asked_for(reader):
    # Standard security handler, revision 3 (ISO 32000-1, 7.6.3), with entries of which no password is the right one.
    locked = (
        b" /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] "
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>" % (b"5a" * 32, b"a5" * 32)
    )
    assert "encrypted" == reader.read(pdf("A text", trailer=locked)).problem


def test_a_file_that_unpacks_to_too_much_is_given_up_and_the_next_is_read(reader):
    bomb = docx("<w:p/>" + " " * (150 << 20))
    assert len(bomb) < 2 << 20
    assert "too-costly" == reader.read(bomb).problem
    assert reader.read(docx(paragraph("ha"), doctype=LAUGHS + "]>")).problem in (None, "broken")
    assert "A text" == reader.read(pdf("A text")).text


def test_a_process_that_gets_nowhere_is_given_up():
    with Reader(Limits(seconds=1, wall_seconds=1)) as reader:
        reader._start().send_signal(signal.SIGSTOP)
        assert "too-costly" == reader.read(pdf("A text")).problem
        assert "A text" == reader.read(pdf("A text")).text


def test_texts_are_remembered_and_a_damaged_memory_is_made_anew(tmp_path):
    path = tmp_path / "memory.sqlite"
    with Reader() as reader:
        for _ in range(2):
            with Memory(path, reader) as memory:
                assert "Some text" == memory.document("1", lambda: pdf("Some text", title="T")).text
        with Memory(path, reader) as memory:
            found = memory.document("1", lambda: pytest.fail("read again"))
            assert Document("T", 1, "Some text") == found
        path.write_bytes(b"damaged" * 1000)
        with Memory(path, reader) as memory:
            assert "Other" == memory.document("1", lambda: pdf("Other")).text


def test_what_other_libraries_read_is_read_again(tmp_path, monkeypatch):
    with Reader() as reader:
        with Memory(tmp_path / "memory.sqlite", reader) as memory:
            memory.document("1", lambda: pdf("Some text"))
        monkeypatch.setattr("archive.documents.memory.versions", lambda: "1 pypdfium2 99")
        with Memory(tmp_path / "memory.sqlite", reader) as memory:
            assert "Other" == memory.document("1", lambda: pdf("Other")).text
