"""A portal for the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal import Portal


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Portal(nodes=60) as portal:
        yield portal
