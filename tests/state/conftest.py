"""Where a test has its database and its file of items."""

import pytest


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "new" / "state" / "state.sqlite", tmp_path / "new" / "items" / "news.jsonl"
