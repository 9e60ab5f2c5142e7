"""When an item is due again."""

from datetime import datetime, timedelta, timezone

import pytest

from migration_spider.state.schedule import interval, is_due, moment, stamp, young_since

POLICY = [(30, 0), (365, 7), (None, 30)]
BEGAN = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(("age", "days"), [(0, 0), (30, 0), (30.1, 7), (365, 7), (366, 30), (9999, 30), (-5, 0)])
def test_the_first_rule_that_an_age_fits_holds(age, days):
    assert timedelta(days=days) == interval(timedelta(days=age), POLICY)


def test_what_is_older_than_all_rules_has_the_last_ones_interval():
    assert timedelta(days=7) == interval(timedelta(days=900), [(30, 0), (365, 7)])
    assert timedelta(days=7) == interval(timedelta(days=900), [(30, 7)])


@pytest.mark.parametrize(
    ("published", "first_seen", "last_changed", "expected"),
    [
        ("2019-05-01", BEGAN, BEGAN, "2019-05-01"),
        (None, BEGAN, BEGAN, "2026-01-01"),
        ("2019-05-01", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", "2019-05-01"),  # still the first crawl
        ("2019-05-01", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-01"),  # entered late
        ("2019-05-01", BEGAN, "2026-02-01T00:00:00Z", "2026-02-01"),  # rewritten in place
        ("2027-01-01", BEGAN, BEGAN, "2027-01-01"),
    ],
)
def test_the_day_that_an_age_counts_from(published, first_seen, last_changed, expected):
    assert moment(expected) == young_since(published, first_seen, last_changed, BEGAN)


@pytest.mark.parametrize(
    ("hours", "every", "expected"),
    [
        (0, 0, True),
        (23.5, 1, True),
        (22, 1, False),
        (24 * 7 - 0.5, 7, True),
        (24 * 7 - 2, 7, False),
        (24 * 31, 30, True),
    ],
)
def test_a_page_is_due_a_little_early_but_not_much(hours, every, expected):
    checked = datetime(2026, 3, 1, 4, tzinfo=timezone.utc)
    due = is_due(stamp(checked), timedelta(days=every), checked + timedelta(hours=hours))
    assert expected == due


def test_stamps_are_read_as_they_are_written():
    when = datetime(2026, 3, 1, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
    assert "2026-03-01T02:05:06Z" == stamp(when)
    assert when == moment(stamp(when))
