import pytest

from migration_spider.config import Config
from migration_spider.monitors import verdict_of

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
        ({"archive/unproved": 1, "migration/failure": "x"}, 5),
        ({"migration/failure": "KeyError: 'x'", "migration/stopped": "the site refuses"}, 1),
        ({"migration/unproved": "stored"}, 1),
        ({"migration/share/fall": 0.2}, 0),
        ({"migration/share/fall": 0.21}, 3),
    ],
)
def test_exit_code(change, code):
    verdict = verdict_of(GOOD | change, Config())
    assert code == verdict.code
    assert bool(code) == bool(verdict.messages)


def test_messages_carry_the_numbers_most_serious_first():
    verdict = verdict_of(GOOD | {"migration/failed": 12, "spider_exceptions/count": 2}, Config())
    assert ("2 pages could not be read: an error in the code", "12 pages could not be fetched") == verdict.messages


def test_what_fails_after_the_verdict_makes_a_complete_run_none_and_hides_no_other_code():
    for change, code in (({}, 1), ({"migration/failed": 1}, 1), ({"archive/failed": 1}, 5)):
        spoiled = verdict_of(GOOD | change, Config()).spoiled("no report")
        assert code == spoiled.code
        assert "no report" in spoiled.messages
