"""A server of all cases, small files without a fault, and a folder of two files with its index."""

import pytest

from archive.cdxj import build_index, index_path, warc_files
from tests.archive import damaged
from tests.archive.cases import BY_NAME
from tests.archive.damaged import CHUNKED, as_plain, exchange, plain_answer
from tests.archive.raw_server import RawServer
from tests.archive.records import record, write


@pytest.fixture
def server():
    with RawServer(dict(BY_NAME)) as running:
        yield running


@pytest.fixture
def sound(tmp_path):
    return damaged.write(tmp_path, exchange(plain_answer()), exchange(CHUNKED, uri="http://127.0.0.1/chunked"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A file of two exchanges, not to be changed."""
    return damaged.write(tmp_path_factory.mktemp("small"), exchange(plain_answer()), exchange(CHUNKED))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The same without gzip."""
    return as_plain(damaged.write(tmp_path_factory.mktemp("plain"), exchange(plain_answer()), exchange(CHUNKED)))


@pytest.fixture
def collection(tmp_path):
    """A folder of two files and its index."""
    folder = tmp_path / "warc"
    folder.mkdir()
    for name in "ab":
        write(folder / f"{name}.warc.gz", *(record(f"http://{name}.example/{number}") for number in range(5)))
    build_index(warc_files(folder), index_path(folder))
    return folder
