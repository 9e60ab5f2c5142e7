"""A portal of its own for each test: these change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal import Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal(nodes=20) as portal:
        yield portal
