"""The items of a release, and a sound release with its archive, to be looked at or to be changed."""

import shutil

import pytest

from archive.cdxj import warc_files
from archive.dataset import Holdings, placed, proof, publish
from archive.wacz import write_wacz
from tests.archive.records import record
from tests.archive.records import write as write_warc
from tests.dataset.proved import PDF, file, sha256
from tests.dataset.records import dataset, note, tombstone, write
from tests.dataset.standard import RECORDS
from tests.dataset.verifying import Proved, citations


@pytest.fixture
def items(tmp_path):
    return write(tmp_path / "items" / "notes.jsonl", *RECORDS)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder with ``warc``, ``all.wacz`` and the release ``dataset/1`` of two notes, one of them gone."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "warc").mkdir()
    bodies = (b"<p>one</p>", b"<p>two</p>", b"<p>three</p>", b"")
    pages = [
        record(f"http://a.example/{number}", body, WARC_Payload_Digest=f"sha256:{sha256(body)}")
        for number, body in enumerate(bodies)
    ]
    path = write_warc(folder / "warc" / "a.warc.gz", *pages, file("http://a.example/f.pdf"))
    one, two, three, gone, _ = citations(path)
    tags = [{"raw": "Globe", "id": "001", "label": "World"}]
    files = [{"url": "http://a.example/f.pdf", "sha256": sha256(PDF)}]
    lines = (
        {**note("a", tags=tags, warc=one), "files": []},
        {**note("a", tags=tags, title="=1+1", version=2, warc=two), "files": files},
        {**note("b", tags=tags, warc=three), "files": []},
        {**note("c", warc=gone), "files": []},
        {**tombstone("c", 2), "warc": gone},
    )
    items = write(folder / "items" / "notes.jsonl", *lines)
    write_wacz(warc_files(folder / "warc"), folder / "all.wacz")
    with Holdings(folder / "warc") as holdings:
        described = dataset(
            item=Proved, added={"files": placed(holdings)}, parts=[proof(holdings, folder / "all.wacz")]
        )
        publish(described, items, folder / "dataset", version="1")
    return folder


@pytest.fixture
def folder(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"
