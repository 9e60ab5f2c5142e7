"""Readings in a file that a test opens, again and again."""

from collections import Counter

import pytest

from migration_spider.kept_readings import KeptReadings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "readings.sqlite"


@pytest.fixture
def count():
    return Counter()


@pytest.fixture
def opened(path, count):
    """Opens the readings; what was counted before is forgotten."""
    made = []

    def open_readings():
        for one in made:
            one.close()
        count.clear()
        made.append(KeptReadings(path, lambda name: count.update([name.removeprefix("readings/")])))
        return made[-1]

    yield open_readings
    for one in made:
        one.close()
