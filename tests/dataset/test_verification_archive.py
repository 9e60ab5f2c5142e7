"""`scrapy verify-release`: whatever is changed in the archive of a release, or in what it cites, is told by its code."""

import gzip
import json
import re
import zipfile
from copy import copy

import pytest

from archive.cdxj import warc_files
from archive.wacz import write_wacz
from archive.wacz.reading import WaczFile
from tests.dataset.verifying import cell, resum, verified


def cut(path):
    path.write_bytes(path.read_bytes()[500:])


def moved(path):
    """The directory says that everything begins later than it does."""
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    place = int.from_bytes(data[end + 16 : end + 20], "little") + 90_000
    data[end + 16 : end + 20] = place.to_bytes(4, "little")
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut, moved])
def test_a_package_whose_directory_leads_nowhere(folder, damage):
    damage(folder / "all.wacz")
    codes, lines, checked = verified(folder, "all.wacz")
    assert {"wacz"} <= {*codes}, lines
    assert checked.rows > 10


def test_a_file_of_a_package_is_digested_once_and_what_may_not_be_packed_never(folder):
    path = folder / "all.wacz"
    with zipfile.ZipFile(path) as package:
        said = json.loads(package.read("datapackage.json"))
    said["resources"] = said["resources"][:1] * 2000 + [{"path": "archive/b.warc.gz"}]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("datapackage.json", json.dumps(said))
        package.writestr(said["resources"][0]["path"], b"0" * 1000)
        package.writestr("archive/b.warc.gz", b"0" * 1000)
    read = []
    with WaczFile(path) as package:
        told = {*package.problems(read.append)}
    assert any(words == "archive/b.warc.gz is compressed, which WACZ forbids" for words in told)
    assert sum(read) in {0, 1000}


def test_files_of_a_package_that_lie_in_each_other(folder):
    path = folder / "all.wacz"
    with zipfile.ZipFile(path, "a") as package:
        first = package.infolist()[0]
        for number in range(100):
            package.filelist.append(copy(first))
            package.filelist[-1].filename = f"archive/{number}"
        package._didModify = True
    with WaczFile(path) as package:
        assert any("overlap" in words for words in package.problems())


def repacked(folder, old, new):
    """The WARC file with other bytes in one record; lengths stay."""
    path = folder / "warc" / "a.warc.gz"
    whole = gzip.decompress(path.read_bytes())
    assert old in whole
    members = [one for one in re.split(rb"(?=WARC/1\.0\r\n)", whole.replace(old, new)) if one]
    path.write_bytes(b"".join(map(gzip.compress, members)))


def test_an_archive_that_is_another(folder):
    repacked(folder, b"<p>two</p>", b"<p>owt</p>")
    codes, lines, _ = verified(folder)
    assert ["record", "warc-changed"] == codes
    assert any("payload digest is sha256:" in line for line in lines)
    # The package is still what the release names.
    assert [] == verified(folder, "all.wacz")[0]


def test_a_file_that_is_another(folder):
    release = folder / "dataset" / "1"
    cell("tables/notes_files.csv", 1, "sha256", "0" * 64)(release)
    resum(release)
    codes, lines, _ = verified(folder)
    assert "record" in codes
    assert any("tables/notes_files.csv, row 1" in line and "sha256 is" in line for line in lines)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("warc_record_id", "<urn:uuid:0>", "record id is <urn:uuid:"),
        ("warc_offset", "1", "is not a gzip"),
        ("warc_date", "2026-01-02T03:04:06Z", "date is 2026-01-02T03:04:05.678901Z"),
        ("warc_target_uri", "http://a.example/else", "address is http://a.example/1"),
        ("warc_payload_digest", "sha256:" + "0" * 64, "payload digest is sha256:"),
        ("warc_payload_digest", "what:0", "unsupported hash type"),
    ],
)
def test_a_citation_that_is_not_so(folder, column, value, says):
    cell("notes.csv", 1, column, value)(folder / "dataset" / "1")
    _, lines, _ = verified(folder)
    told = [line for line in lines if line.startswith("a.warc.gz: record: notes.csv, row 1: ")]
    assert told
    assert any(says in line for line in told) or column == "warc_offset"


def test_an_archive_without_the_file_and_a_package_that_is_another(folder):
    (folder / "warc" / "a.warc.gz").rename(folder / "warc" / "z.warc.gz")
    assert ["warc-missing"] == verified(folder)[0]
    write_wacz(warc_files(folder / "warc"), folder / "all.wacz")
    codes, lines, _ = verified(folder, "all.wacz")
    assert ["wacz", "warc-missing"] == codes
    assert any("packages says another" in line for line in lines)
