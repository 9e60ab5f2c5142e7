import pytest

from migration_spider.monitors import outcome

GOOD = {"finish_reason": "finished", "migration/pages": 9, "migration/taken": 3}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, 0),
        ({"migration/answered/404": 7, "migration/skipped/query": 100}, 0),
        ({"finish_reason": "shutdown"}, 3),
        ({"migration/failed": 1}, 3),
        ({"migration/attachments/failed": 1}, 3),
        ({"migration/blocked_pages": 1}, 3),
        ({"migration/taken": 0}, 3),
        ({"migration/pages": 0, "migration/taken": 0, "migration/failed": 4}, 4),
        ({"migration/stopped": "the site refuses", "finish_reason": "refused", "migration/failed": 4}, 4),
        ({"spider_exceptions/count": 1}, 1),
        ({"migration/item_errors": 1, "migration/failed": 1}, 1),
        ({"archive/failed": 1, "finish_reason": "archive_error", "migration/item_errors": 2}, 5),
    ],
)
def test_exit_code(change, code):
    got, messages = outcome(GOOD | change)
    assert code == got
    assert bool(code) == bool(messages)


def test_messages_carry_the_numbers_most_serious_first():
    _, messages = outcome(GOOD | {"migration/failed": 12, "spider_exceptions/count": 2})
    assert ["2 pages could not be read: an error in the code", "12 pages could not be fetched"] == messages
