"""A server of all cases, a small file without a fault, and a folder of two files with its index."""

import pytest

from archive.cdxj import build_index, index_path, warc_files
from tests.archive import damaged
from tests.archive.cases import BY_NAME
from tests.archive.damaged import CHUNKED, exchange, plain_answer
from tests.archive.raw_server import RawServer
from tests.archive.records import record, write


@pytest.fixture
def server():
    with RawServer(dict(BY_NAME)) as running:
        yield running


@pytest.fixture
def sound(tmp_path):
    return damaged.write(tmp_path, exchange(plain_answer()), exchange(CHUNKED, uri="http://127.0.0.1/chunked"))


@pytest.fixture
def collection(tmp_path):
    """A folder of two files and its index."""
    folder = tmp_path / "warc"
    folder.mkdir()
    for name in "ab":
        write(folder / f"{name}.warc.gz", *(record(f"http://{name}.example/{number}") for number in range(5)))
    build_index(warc_files(folder), index_path(folder))
    return folder
